import { Ajv2020 } from "ajv/dist/2020.js"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { WebSocket } from "ws"
import * as scene from "../views/scene.ts"
import { bodies, filled, found, headersOf, Job, queries, rows } from "./calls.ts"
import { ask, begun, books, json, serving, type Answered } from "./serving.ts"

const Content = Schema.Record({ key: Schema.String, value: Schema.Struct({ schema: Schema.optional(Schema.Unknown) }) })

const Parameter = Schema.Struct({ name: Schema.String, description: Schema.NonEmptyString })

const Response = Schema.Struct({ content: Schema.optional(Content) })

const Ref = Schema.Struct({ $ref: Schema.String })

const Body = Schema.Struct({ content: Content })

/** What stands there, or where it stands. */
const orRef = <A, I>(schema: Schema.Schema<A, I>) => Schema.Union(schema, Ref)

const Operation = Schema.Struct({
  operationId: Schema.String,
  summary: Schema.NonEmptyString,
  description: Schema.NonEmptyString,
  parameters: Schema.optionalWith(Schema.Array(orRef(Parameter)), { default: () => [] }),
  requestBody: Schema.optional(orRef(Body)),
  responses: Schema.Record({ key: Schema.String, value: Schema.Union(Ref, Response) })
})

type Operation = typeof Operation.Type

/** As much of an OpenAPI document as a client needs. */
const Description = Schema.Struct({
  openapi: Schema.String,
  paths: Schema.Record({ key: Schema.String, value: Schema.Record({ key: Schema.String, value: Operation }) }),
  components: Schema.Struct({
    schemas: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    parameters: Schema.Record({ key: Schema.String, value: Parameter }),
    requestBodies: Schema.Record({ key: Schema.String, value: Body }),
    responses: Schema.Record({ key: Schema.String, value: Response })
  })
})

type Description = typeof Description.Type

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf("/") + 1)

const parametersOf = ({ parameters }: Operation, { components }: Description) =>
  parameters.map((each) =>
    "$ref" in each ? (components.parameters[nameOf(each.$ref)] ?? assert.fail(each.$ref)) : each
  )

const responseOf = (each: Operation["responses"][string], { components }: Description): typeof Response.Type =>
  "$ref" in each ? (components.responses[nameOf(each.$ref)] ?? assert.fail(each.$ref)) : each

interface Call {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** What is refused as things are in the scene; every other call succeeds. */
const refusals = [
  "batches.remove 409",
  "batches.retry 409",
  "breaks.show 404",
  "controls.acceptReport 409",
  "controls.acknowledgeCase 404",
  "controls.approveOrder 409",
  "controls.assignCase 404",
  "controls.cancelOrder 409",
  "controls.dismissTrade 409",
  "controls.grantApproval 404",
  "controls.identifyLots 409",
  "controls.noteCase 404",
  "controls.rejectApproval 404",
  "controls.releaseTrade 409",
  "controls.resolveBreak 404",
  "controls.resolveOrder 409",
  "controls.retryOrder 409",
  "controls.showApproval 404",
  "overview.case 404",
  "ready 503",
  "session.end 404",
  "session.makeLink 403",
  "session.signIn 401",
  "store.restore 404",
  "tokens.create 409",
  "tokens.revoke 409",
  "tokens.rotate 403"
]

/** The lists that say how many there are. */
const counting = [
  "accounts.list",
  "allocations.list",
  "attempts.list",
  "batches.errors",
  "batches.list",
  "batches.rows",
  "batches.trades",
  "breaks.list",
  "controls.approvals",
  "decisions.list",
  "fills.list",
  "instruments.list",
  "jobs.list",
  "journal.list",
  "orders.fills",
  "orders.list",
  "overview.hedging",
  "owners.positions",
  "positions.list",
  "reconciliation.list",
  "reconciliation.runs",
  "trades.list"
]

const local = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"roundlot#/components/'))

/** Validates answers against what the document says of them. */
const validator = (description: Description) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ajv.addSchema({ $id: "roundlot", components: description.components })
  return ({ operation: { operationId, responses } }: Call, answer: Answered): string | undefined => {
    const own = responses[String(answer.status)] ?? (answer.status >= 400 ? responses["default"] : undefined)
    const declared = own === undefined ? undefined : responseOf(own, description)
    if (declared === undefined) return `${operationId}: ${answer.status} is not declared: ${answer.text.slice(0, 300)}`
    const [type = ""] = answer.type.split(";")
    const [, found] = Object.entries(declared.content ?? {}).find(([each]) => each.split(";")[0] === type) ?? []
    if (found === undefined) {
      return declared.content === undefined && answer.text === ""
        ? undefined
        : `${operationId}: ${answer.status} as ${answer.type} is not declared`
    }
    if (!type.endsWith("json")) return undefined
    const validate = ajv.compile(Schema.decodeUnknownSync(Schema.Object)(local(found.schema)))
    return validate(json(answer)) ? undefined : `${operationId} ${answer.status}: ${ajv.errorsText(validate.errors)}`
  }
}

const exchange = PaperBroker.layerBrokers.pipe(Layer.provideMerge(Exchange.layer({})))

/** Asks for a WebSocket, and hears how that was answered. */
const upgraded = (port: number, path: string) =>
  Effect.async<Answered>((resume) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
    socket.on("upgrade", ({ headers, statusCode = 0 }) => {
      socket.once("message", () => socket.close())
      resume(Effect.succeed({ status: statusCode, type: "", headers, text: "" }))
    })
  })

/** How a call is made that is no question with one answer. */
const asking: Readonly<Record<string, typeof begun>> = { "live.events": begun, "live.socket": upgraded }

/** What makes records comes first, what takes them away last. */
const turn = ({ method, operation }: Call): number => {
  if (operation.operationId === "batches.remove") return 4
  return method === "DELETE" ? 3 : method === "GET" ? 2 : 1
}

describe("the description of the API", () => {
  it.scopedLive("a client that knows only the document reaches every operation, and answers are as it says", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const description = yield* Schema.decodeUnknown(Description)(json(yield* ask(port, "/openapi.json")))
      assert.match(description.openapi, /^3\.1/)
      const calls = Object.entries(description.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]): Call => ({ method: method.toUpperCase(), path, operation }))
      )
      const faultOf = validator(description)
      const made = yield* found(port)
      const faults: Array<string> = []
      const statuses = new Map<string, number>()
      const counted: Array<string> = []
      for (const call of calls.toSorted((a, b) => turn(a) - turn(b))) {
        const { operationId, requestBody } = call.operation
        if (requestBody !== undefined)
          assert.property(bodies, operationId, `${operationId} needs a body to be tried with`)
        const body = bodies[operationId]
        const isCounted = parametersOf(call.operation, description).some(({ name }) => name === "count")
        const path = `${filled(call.path, made)}${isCounted ? "?count=true" : (queries[operationId] ?? "")}`
        const headers = yield* headersOf(operationId, body)
        const asked = { method: call.method, headers, ...(body === undefined ? {} : { body }) }
        const answer = yield* asking[operationId]?.(port, path) ?? ask(port, path, asked)
        statuses.set(operationId, answer.status)
        if (isCounted) {
          assert.match(answer.text, /"count":\{"kind":"exactly","rows":\d+\}/, operationId)
          counted.push(operationId)
        }
        if (operationId === "jobs.enqueue") made.set("jobs", (yield* Schema.decodeUnknown(Job)(json(answer))).id)
        const fault = faultOf(call, answer)
        if (fault !== undefined) faults.push(fault)
      }
      for (const call of calls.filter(({ operation }) => operation.operationId in asking)) {
        const lost = yield* ask(port, `${call.path}?after=other-1`)
        assert.strictEqual(lost.status, 410)
        const bare = call.path.endsWith("socket") ? [yield* ask(port, call.path)] : []
        for (const answer of [lost, ...bare])
          faults.push(...[faultOf(call, answer)].filter((fault) => fault !== undefined))
      }
      assert.deepStrictEqual(faults, [])
      assert.deepStrictEqual(counted.toSorted(), counting)
      const refused = [...statuses].filter(([, status]) => status >= 400).map(([name, status]) => `${name} ${status}`)
      assert.deepStrictEqual(refused.toSorted(), refusals)
    }).pipe(Effect.provide(Layer.merge(books, exchange)))
  )

  it.scopedLive("a record says of which version it is, and nothing is done for who names another one", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      yield* ask(port, "/api/v1/batches", { method: "POST", body: { name: "Friday", mode: "execute", rows } })
      const path = "/api/v1/batches/G1"
      const seen = String((yield* ask(port, path)).headers["etag"])
      assert.match(seen, /^"G1\.\d+"$/)
      const cancel = (tag: string) =>
        ask(port, `${path}/cancel`, { method: "PUT", headers: { "if-match": tag }, body: { reason: "a mistake" } })
      const stale = yield* cancel('"G1.1000000"')
      assert.deepInclude(json(stale), { status: 412, type: "/problems/stale", field: "If-Match" })
      assert.strictEqual((yield* cancel(`W/${seen}`)).status, 412)
      assert.strictEqual((yield* cancel(`"other", ${seen}`)).status, 200)
      assert.notStrictEqual((yield* ask(port, path)).headers["etag"], seen)
      assert.strictEqual((yield* cancel(seen)).status, 412)
      assert.strictEqual((yield* cancel("*")).status, 200)
      assert.match(String((yield* ask(port, "/api/v1/trades/T1")).headers["etag"]), /^"T1\./)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("books are shown as they stood at an earlier moment", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      for (const kind of ["trades", "positions", "orders", "fills", "allocations", "decisions", "breaks", "batches"]) {
        const { text } = yield* ask(port, `/api/v1/${kind}?asOf=1`)
        assert.include(text, '"asOf":{"position":1', kind)
        assert.include(text, '"items":[]', kind)
      }
      assert.deepInclude(json(yield* ask(port, "/api/v1/orders?asOf=x")), { status: 400, field: "asOf" })
      assert.strictEqual((yield* ask(port, "/api/v1/trades/T1?asOf=1")).status, 404)
      assert.include((yield* ask(port, "/api/v1/trades/T1?asOf=1000000")).text, '"asOf"')
    }).pipe(Effect.provide(books))
  )
})
