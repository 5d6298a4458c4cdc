import { Api } from "@roundlot/api"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import * as scene from "../views/scene.ts"
import { bodies, filled, found, Job, queries, type Made } from "./calls.ts"
import { ask, books, json, serving, type Answered } from "./serving.ts"

const exchange = PaperBroker.layerBrokers.pipe(Layer.provideMerge(Exchange.layer({})))

/**
 * Nothing of them is on record, so nothing can be there twice; who signs in has no right to write yet. A secret is in no kept answer: a
 * token is rotated once, since its present secret is another one then, and created once, since its name is taken then. What a source hands over is known by the ids of its trades.
 */
const exceptions = [
  ...["create", "revoke", "rotate"].map((name) => `tokens.${name}`),
  ...["signIn", "makeLink", "signOut", "end", "endOthers"].map((name) => `session.${name}`),
  "trades.deliver"
]

/** What another call says under the same key, where it is no command with a reason. */
const others: Readonly<Record<string, unknown>> = {
  "trades.take": [{ symbol: "AAPL", side: "buy", quantity: "0.4" }],
  "controls.setLimits": { orderQuantity: "400" },
  "controls.setOrderPolicy": { session: "regular" },
  "controls.decide": { symbol: "KO", side: "buy", quantity: "2", waitSeconds: 0 },
  "controls.audit": { anchor: "elsewhere" },
  "batches.upload": "symbol,side,quantity\nKO,buy,3\n",
  "batches.submit": { name: "Thursday", mode: "execute", rows: [{ symbol: "KO", side: "buy", quantity: "2" }] },
  "batches.saveTemplate": { mode: "accumulate", decimal: "point" },
  "jobs.enqueue": { type: "positions.sync" },
  "jobs.goOn": { after: "nowhere" },
  "jobs.reconcile": { account: "main" }
}

const Reasoned = Schema.Struct({ reason: Schema.String }, Schema.Record({ key: Schema.String, value: Schema.Unknown }))

const isReasoned = Schema.is(Reasoned)

interface Act {
  readonly name: string
  readonly method: string
  readonly path: string
}

/** Every call of the definition that changes something. */
const acts: ReadonlyArray<Act> = Object.values(Api.RoundlotApi.groups).flatMap((group) =>
  Object.values(group.endpoints).flatMap(({ method, name, path }): ReadonlyArray<Act> =>
    method === "GET" ? [] : [{ name: `${group.identifier}.${name}`, method, path: path.replaceAll(/:(\w+)/g, "{$1}") }]
  )
)

const call = (port: number, { method, name }: Act, path: string, body: unknown) =>
  ask(port, path, {
    method,
    headers: { "idempotency-key": `once-${name}` },
    ...(body === undefined ? {} : { body })
  })

/** Other records of the kinds that are acted on without a body. */
const elsewhere: Made = new Map([
  ["orders", "O9"],
  ["batches", "G9"],
  ["templates", "other"]
])

const replayed = ({ headers }: Answered) => headers["idempotency-replayed"]

/** The same key for something else: another body, or another record where there is none. */
const otherwise = (port: number, act: Act, path: string) => {
  const body = bodies[act.name]
  if (body === undefined) return call(port, act, filled(act.path, elsewhere), undefined)
  if (isReasoned(body)) return call(port, act, path, { ...body, reason: `${body.reason} after all` })
  assert.property(others, act.name, `${act.name} needs another body to be tried with`)
  return call(port, act, path, others[act.name])
}

/** The id of a job that can be called off, and then tried again. */
const job = (port: number) =>
  Effect.gen(function* () {
    const told = yield* ask(port, "/api/v1/jobs", { method: "POST", body: { type: "trades.sync" } })
    return (yield* Schema.decodeUnknown(Job)(json(told))).id
  })

describe("what is called twice under one key", () => {
  it.scopedLive(
    "every unsafe call of the definition answers the same again and says so, and something else with 422",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, serving)
        const made = yield* found(port)
        made.set("jobs", yield* job(port))
        const faults: Array<string> = []
        for (const act of acts.filter(({ name }) => !exceptions.includes(name))) {
          const path = `${filled(act.path, made)}${queries[act.name] ?? ""}`
          const first = yield* call(port, act, path, bodies[act.name])
          if (first.status === 400) faults.push(`${act.name}: ${first.text}`)
          if (first.status === 200) {
            const again = yield* call(port, act, path, bodies[act.name])
            if (again.text !== first.text) faults.push(`${act.name} again: ${again.text}`)
            if (replayed(first) !== undefined || replayed(again) !== "true")
              faults.push(`${act.name} is not called replayed`)
          }
          const other = yield* otherwise(port, act, path)
          if (other.status !== 422 || !other.text.includes('"field":"Idempotency-Key"')) {
            faults.push(`${act.name} otherwise: ${other.status} ${other.text}`)
          }
        }
        assert.deepStrictEqual(faults, [])
        assert.isAbove(acts.length - exceptions.length, 30)
      }).pipe(Effect.provide(Layer.merge(books, exchange)))
  )

  it.scopedLive("BAT-2: a file is uploaded once for its key, which is taken for no other file and no other terms", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const file = "symbol,side,quantity\nKO,buy,2\nKO,sell,x\n"
      const upload = (query: string, body: string) =>
        ask(port, `/api/v1/batches/upload?${query}`, {
          method: "POST",
          headers: { "idempotency-key": "friday", "content-type": "text/csv" },
          body
        })
      const dry = yield* upload("name=Friday&mode=execute&dryRun=true", file)
      assert.deepInclude(json(dry), { accepted: 1, rejected: 1 })
      const first = yield* upload("name=Friday&mode=execute", file)
      assert.deepInclude(json(first), { accepted: 1, duplicates: 0, rejected: 1 })
      const again = yield* upload("name=Friday&mode=execute", file)
      assert.strictEqual(again.text, first.text)
      assert.deepStrictEqual([replayed(dry), replayed(first), replayed(again)], [undefined, undefined, "true"])
      for (const [query, body] of [
        ["name=Friday&mode=execute", file.replace("2", "3")],
        ["name=Saturday&mode=execute", file],
        ["name=Friday&mode=execute&again=true", file]
      ] as const) {
        assert.deepInclude(json(yield* upload(query, body)), { status: 422, field: "Idempotency-Key" }, query)
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("SYNC-9: a job's own key is taken for no other payload", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const enqueue = (payload: unknown, key = "friday") =>
        ask(port, "/api/v1/jobs", { method: "POST", body: { type: "reconcile", key, payload } })
      const first = yield* enqueue({ account: "main" })
      assert.strictEqual((yield* enqueue({ account: "main" })).text, first.text)
      assert.deepInclude(json(yield* enqueue({ account: "other" })), { status: 422, field: "key" })
      assert.deepInclude(json(yield* enqueue({ account: "main" }, "no key")), { status: 400, field: "key" })
    }).pipe(Effect.provide(books))
  )
})
