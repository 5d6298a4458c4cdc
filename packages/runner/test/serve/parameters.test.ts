import * as HttpApi from "@effect/platform/HttpApi"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Access, Api } from "@roundlot/api"
import { TradeRepository } from "@roundlot/core/adapter"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, SchemaAST } from "effect"
import * as scene from "../views/scene.ts"
import { bodies, filled, found, headersOf, queries } from "./calls.ts"
import { ask, begun, books, json, serving, servingLocked } from "./serving.ts"

interface Route {
  readonly name: string
  readonly method: string
  /** Its path as a description writes it: `/api/v1/orders/{id}`. */
  readonly path: string
  readonly parameters: ReadonlyArray<string>
  readonly hasBody: boolean
  readonly isOpen: boolean
}

const namesIn = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  const encoded = SchemaAST.encodedAST(ast)
  return SchemaAST.isTypeLiteral(encoded) ? encoded.propertySignatures.map(({ name }) => String(name)) : []
}

const accessKeys: ReadonlySet<string> = new Set(
  [Access.Reading, Access.Trading, Access.Operating, Access.Signed].map(({ key }) => key)
)

const routesOf = (): ReadonlyArray<Route> => {
  const routes: Array<Route> = []
  HttpApi.reflect(Api.RoundlotApi, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint, group, middleware, payloads }) => {
      const { method, name, path, urlParamsSchema } = endpoint
      routes.push({
        name: `${group.identifier}.${name}`,
        method,
        path: path.replaceAll(/:(\w+)/g, "{$1}"),
        parameters: Option.isSome(urlParamsSchema) ? namesIn(urlParamsSchema.value.ast) : [],
        hasBody: payloads.size > 0,
        isOpen: ![...middleware].some(({ key }) => accessKeys.has(key))
      })
    }
  })
  return routes
}

/** Every route of the definition. */
const routes = routesOf()

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A body once for each object in it, with a field there that nothing knows. */
const withUnknownField = (body: unknown): ReadonlyArray<unknown> => {
  if (Array.isArray(body)) {
    const all: ReadonlyArray<unknown> = body
    return all.flatMap((each, at) => withUnknownField(each).map((changed) => all.with(at, changed)))
  }
  if (!isRecord(body)) return []
  const inner = Object.entries(body).flatMap(([key, value]) =>
    withUnknownField(value).map((changed) => ({ ...body, [key]: changed }))
  )
  return [{ ...body, unheard: 1 }, ...inner]
}

const feedNow = Effect.flatMap(TradeRepository.TradeRepository, (repository) => repository.feed(0, 1_000))

const exchange = PaperBroker.layerBrokers.pipe(Layer.provideMerge(Exchange.layer({})))

/** Calls a route with more on its address; what has no end is heard at its beginning. */
const called = (port: number, made: Map<string, string>, route: Route, query: string) => {
  const own = queries[route.name] ?? "?"
  const address = `${filled(route.path, made)}${own === "?" ? own : `${own}&`}${query}`
  if (route.name === "live.events") return begun(port, address)
  return given(port, address, route, bodies[route.name])
}

const given = (port: number, address: string, { hasBody, method, name }: Route, body: unknown) =>
  Effect.flatMap(headersOf(name, body), (headers) =>
    ask(port, address, { method, headers, ...(hasBody ? { body } : {}) })
  )

describe("what a request says that its route does not know", () => {
  it.scopedLive("every route of the definition refuses an unknown parameter by name, and does nothing", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const made = yield* found(port)
      const before = yield* feedNow
      for (const route of routes) {
        const answer = yield* called(port, made, route, "unheard=1")
        assert.strictEqual(answer.status, 400, `${route.name}: ${answer.text.slice(0, 200)}`)
        const knows =
          route.parameters.length === 0 ? "it takes no parameters" : `it knows ${route.parameters.join(", ")}`
        expect(json(answer)).toMatchObject({
          type: "/problems/bad-request",
          field: "unheard",
          detail: `unheard is not known by this route: ${knows}`
        })
      }
      assert.deepStrictEqual(yield* feedNow, before)
    }).pipe(Effect.provide(Layer.merge(books, exchange)))
  )

  it.scopedLive("no declared parameter of any route is refused as unknown", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const made = yield* found(port)
      const tried: Array<string> = []
      for (const route of routes) {
        for (const parameter of route.parameters) {
          const answer = yield* called(
            port,
            made,
            route,
            (queries[route.name] ?? "").includes(`${parameter}=`) ? "" : `${parameter}=1`
          )
          assert.notMatch(answer.text, /is not known by this route|is unexpected/, `${route.name} ${parameter}`)
          tried.push(`${route.name} ${parameter}`)
        }
      }
      assert.isAtLeast(tried.length, 150)
    }).pipe(Effect.provide(Layer.merge(books, exchange)))
  )

  it.scopedLive("several unknown parameters are named together, before any value is judged", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      expect(json(yield* ask(port, "/api/v1/connections?one=1&limit=x&one=2"))).toMatchObject({
        field: "one",
        detail: "one, limit are not known by this route: it takes no parameters"
      })
      expect(json(yield* ask(port, "/api/v1/orders/O1?limit=x"))).toMatchObject({
        field: "limit",
        detail: "limit is not known by this route: it knows asOf"
      })
      assert.strictEqual((yield* ask(port, "/health?x=1", { method: "HEAD" })).status, 400)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("pages and files are no routes of the definition: their addresses have parameters of their own", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      for (const path of ["/", "/orders", "/orders/O1", "/docs/api", "/docs/tables", "/openapi.json"]) {
        const [bare, asked] = yield* Effect.all([ask(port, path), ask(port, `${path}?phase=open&unheard=1`)])
        assert.deepStrictEqual([asked.status, asked.type], [bare.status, bare.type], path)
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("who may not call learns nothing of parameters: 401", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      for (const { isOpen, method, name, path } of routes) {
        const { status } = yield* ask(port, `${filled(path, new Map())}?unheard=1`, { method })
        assert.strictEqual(status, isOpen ? 400 : 401, name)
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("every body refuses an unknown field by name, wherever in it that stands, and does nothing", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const made = yield* found(port)
      const before = yield* feedNow
      for (const route of routes) {
        const { hasBody, name, path } = route
        if (!hasBody || name === "batches.upload") continue
        const changed = withUnknownField(bodies[name])
        assert.isAtLeast(changed.length, 1, name)
        for (const body of changed) {
          const answer = yield* given(port, filled(path, made), route, body)
          assert.strictEqual(answer.status, 400, `${name}: ${answer.text.slice(0, 300)}`)
          expect(json(answer)).toMatchObject({ field: expect.stringMatching(/(?:^|\.)unheard$/) })
        }
      }
      assert.deepStrictEqual(yield* feedNow, before)
    }).pipe(Effect.provide(Layer.merge(books, exchange)))
  )
})
