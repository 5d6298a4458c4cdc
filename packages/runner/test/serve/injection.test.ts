import { Api } from "@roundlot/api"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Entropy, type TradeRepository } from "@roundlot/core/adapter"
import { Health } from "@roundlot/core/ledger"
import { PostgresStore } from "@roundlot/store-postgres"
import { SqliteStore } from "@roundlot/store-sqlite"
import * as OpenApi from "@effect/platform/OpenApi"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted, Schema, TestContext } from "effect"
import { Agent, request } from "node:http"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { databases } from "../cli/database.ts"
import * as scene from "../views/scene.ts"
import { bodies, filled, found, queries } from "./calls.ts"
import { ask, serving } from "./serving.ts"

/** What is written into a filter by who wants another answer than it gives, or none for anybody. */
const corpus = [
  "' OR '1'='1",
  "' OR 1=1 --",
  '" OR ""="',
  "'; DROP TABLE roundlot_orders; --",
  "1; DELETE FROM roundlot_trades",
  "' UNION SELECT name, sql FROM sqlite_master --",
  "' UNION SELECT NULL, version() --",
  "') OR EXISTS (SELECT 1 FROM pg_sleep(5)) --",
  "1 OR 1=1",
  "%",
  "_",
  "%27%20OR%201=1",
  "\\' OR 1=1 #",
  "$1",
  "?",
  "?1",
  ":id",
  "@account",
  "/* */",
  "\u0000",
  "AAPL\u0000' OR 1=1",
  "\uD800",
  "\u202E",
  "𝄞",
  "\r\nSet-Cookie: a=b",
  "__proto__",
  "constructor",
  "[object Object]",
  '{"$ne":null}',
  "NULL",
  "undefined",
  "NaN",
  "-1",
  "0",
  "1e400000",
  "9223372036854775808",
  "T9223372036854775808",
  "O99999999999999999999999999",
  "../../etc/passwd",
  "${7*7}",
  "{{7*7}}",
  "(a+)+$",
  "x".repeat(4000),
  "<script>alert(1)</script>"
]

/** The same as it stands in an address, and what no text is written as. */
const written = [
  ...corpus.map((text) => encodeURIComponent(Buffer.from(text).toString())),
  "%C0%AF",
  "%ED%A0%80",
  "%ZZ",
  "%"
]

/** Where something can be written into what is asked. */
interface Place {
  readonly operation: string
  readonly at: (text: string) => string
}

/** Answers that never end, and what has no filter to speak of. */
const exceptions = ["live.events", "live.socket"]

/** What stands at the other places of a path. */
const elsewhere = (path: string): string => path.replaceAll(/\{\w+\}/g, "1")

const places: ReadonlyArray<Place> = Object.entries(OpenApi.fromApi(Api.RoundlotApi).paths).flatMap(
  ([path, { get }]): ReadonlyArray<Place> =>
    get === undefined || exceptions.includes(get.operationId)
      ? []
      : get.parameters.flatMap((parameter): ReadonlyArray<Place> => {
          const operation = `${get.operationId} ${parameter.name}`
          if (parameter.in === "path") {
            return [{ operation, at: (text) => elsewhere(path.replace(`{${parameter.name}}`, text)) }]
          }
          return parameter.in === "query"
            ? [{ operation, at: (text) => `${elsewhere(path)}?${parameter.name}=${text}` }]
            : []
        })
)

/** Of the many texts each place takes some, all of them together; every place all of them where that is asked for. */
const EVERY = process.env["ROUNDLOT_INJECTION"] === "whole" ? 1 : 16

const textsOf = (place: number) => written.filter((text, at) => text === "%00" || (at + place) % EVERY === 0)

const agent = new Agent({ keepAlive: true, maxSockets: 8 })

const asked = (port: number, path: string) =>
  Effect.async<{ readonly status: number; readonly text: string }>((resume) => {
    const asking = request({ agent, host: "127.0.0.1", port, path }, (response) => {
      let text = ""
      response.on("data", (part: Buffer) => (text += part.toString()))
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode ?? 0, text })))
    })
    asking.on("error", (error) => resume(Effect.die(error)))
    asking.end()
  })

/** What is wrong with how a place takes a text: whatever it is, it is a text that nothing has. */
const faultOf = (port: number, { at, operation }: Place, text: string) =>
  Effect.map(asked(port, at(text)), ({ status, text: answer }) => {
    const isRefused = [400, 404].includes(status) && answer.includes('"type":"/problems/')
    // At moment 0, which is a text that an overview and the heads of journals take, the books are empty.
    const isNothing =
      status === 200 &&
      /"items":\[\]|"overall":"empty"|"heads":\{\}|"(?:count|trades)":\{"kind":"exactly","rows":0\}/.test(answer)
    const isElsewhere = status === 308 && answer === ""
    return isRefused || isNothing || isElsewhere ? [] : [`${operation} ${text}: ${status} ${answer.slice(0, 200)}`]
  })

const books = <E>(store: Layer.Layer<TradeRepository.TradeRepository, E>) =>
  Layer.mergeAll(
    Health.layer.pipe(Layer.provideMerge(scene.books(store, Entropy.layerSecure))),
    PaperBroker.layerBrokers.pipe(Layer.provideMerge(Exchange.layer({}))),
    Logger.replace(Logger.defaultLogger, Logger.none)
  ).pipe(Layer.provideMerge(TestContext.TestContext))

// Bodies

const nasty = ["a\u0000b", "\uD800", "'; DROP TABLE roundlot_orders; --"]

const isFields = Schema.is(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

/** A body with another text at each of its texts in turn. */
const variants = (body: unknown, text: string): ReadonlyArray<unknown> => {
  if (typeof body === "string") return [text]
  if (Array.isArray(body)) return body.flatMap((each: unknown) => variants(each, text).map((other) => [other]))
  if (!isFields(body)) return []
  return Object.entries(body).flatMap(([field, value]) =>
    variants(value, text).map((other) => ({ ...body, [field]: other }))
  )
}

/** What is said in a body is taken, or refused by name; it is never a fault of ours. */
const said = (port: number) =>
  Effect.gen(function* () {
    const made = yield* found(port)
    const faults: Array<string> = []
    for (const [path, operations] of Object.entries(OpenApi.fromApi(Api.RoundlotApi).paths)) {
      for (const [method, { operationId }] of Object.entries(operations)) {
        const wrong = nasty.flatMap((text) => variants(bodies[operationId], text))
        for (const body of wrong) {
          const address = `${filled(path, made)}${queries[operationId] ?? ""}`
          const told = yield* ask(port, address, { method: method.toUpperCase(), body })
          if (told.status >= 500) faults.push(`${operationId} ${JSON.stringify(body)}: ${told.status} ${told.text}`)
        }
      }
    }
    assert.deepStrictEqual(faults, [])
  })

/** Every text at every place; the books are as they were afterwards. */
const tried = Effect.gen(function* () {
  const port = yield* Effect.zipRight(scene.played, serving)
  const before = yield* asked(port, "/api/v1/orders")
  const all = places.flatMap((place, at) => textsOf(at).map((text) => [place, text] as const))
  const faults = yield* Effect.forEach(all, ([place, text]) => faultOf(port, place, text), { concurrency: 8 })
  assert.deepStrictEqual(faults.flat(), [])
  assert.deepStrictEqual(yield* asked(port, "/api/v1/orders"), before)
  assert.isAbove(places.length, 100)
  return port
})

const { fresh } = databases()

describe("what is written into filters, cursors and ids", () => {
  it.scopedLive("is a text that nothing has, on SQLite", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-injection-"))),
        (made) => Effect.sync(() => rmSync(made, { recursive: true }))
      )
      yield* Effect.provide(tried, books(SqliteStore.layer({ file: join(folder, "books.db") })))
    })
  )

  it.scopedLive("is a text that nothing has, on Postgres", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(fresh))
      // The stricter of the two about texts.
      yield* Effect.provide(Effect.flatMap(tried, said), books(PostgresStore.layer({ url })))
    })
  )
})
