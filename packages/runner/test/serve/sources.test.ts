import { Documents } from "@roundlot/api"
import { assert, describe, it } from "@effect/vitest"
import { AccountName, Reads, Trade } from "@roundlot/core"
import { Payload } from "@roundlot/core/ledger"
import { Effect, Fiber, Option, Schema, TestClock } from "effect"
import { request } from "node:http"
import * as scene from "../views/scene.ts"
import { ask, books, json, servingWith, signatureOf, type Served, type Answered } from "./serving.ts"

const SECRET = "planted-secret-of-the-venue"
const OTHER = "planted-secret-of-another"

const account = scene.main
const sources = new Map([
  ["venue", { account, webhook: true }],
  ["another", { account: scene.other, webhook: true }],
  ["ghost", { account: AccountName.AccountName.make("ghost"), webhook: true }],
  ["unsigned", { account, webhook: true }],
  ["file", { account }],
  ["evening", { order: { session: "extended", timeInForce: "gtc" } as const }]
])
const variables = {
  ROUNDLOT_SOURCE_SECRET_VENUE: `${SECRET} ${SECRET}-new`,
  ROUNDLOT_SOURCE_SECRET_ANOTHER: `${OTHER} ${OTHER}-new`,
  ROUNDLOT_SOURCE_SECRET_GHOST: "planted-secret-of-a-ghost",
  ROUNDLOT_SOURCE_SECRET_FILE: SECRET
}

const served = (over: Readonly<Record<string, string>> = {}, isOpen = false) =>
  Effect.zipRight(scene.played, servingWith({}, isOpen, { sources, variables: { ...variables, ...over } }))

const trade = (id: string, more: object = {}) => ({
  sourceId: id,
  symbol: "AAPL",
  side: "buy",
  quantity: "0.25",
  price: "150",
  tradedAt: scene.second(1),
  ...more
})

interface Handing {
  readonly to?: string
  readonly secret?: string
  /** Seconds between its time and ours. */
  readonly late?: number
  readonly sent?: string
}

/** Hands a body over, signed by another program than ours. */
const hand = (port: number, delivery: object, { late = 0, secret = SECRET, sent, to = "venue" }: Handing = {}) =>
  Effect.gen(function* () {
    const body = JSON.stringify(delivery)
    const headers = yield* signatureOf(body, secret, late)
    return yield* ask(port, `/api/v1/sources/${to}/trades`, { method: "POST", body: sent ?? body, headers })
  })

const Answer = Schema.parseJson(Schema.Struct({ items: Schema.Array(Schema.Struct({ outcome: Schema.String })) }))

const outcomes = ({ text }: Answered) => Schema.decodeUnknownSync(Answer)(text).items.map(({ outcome }) => outcome)

const Sources = Schema.Struct({ items: Schema.Array(Documents.SourceDocument) })

const HUNG_UP = 0

/** Begins a delivery, and does not end it; what it is answered, if anything. */
const trickle = (port: number, headers: Readonly<Record<string, string>>) =>
  Effect.async<number>((resume) => {
    const asking = request({
      host: "127.0.0.1",
      port,
      path: "/api/v1/sources/venue/trades",
      method: "POST",
      headers: { "content-type": "application/json", "content-length": "1000", ...headers },
      agent: false
    })
    asking.on("response", ({ statusCode = 0 }) => {
      asking.destroy()
      resume(Effect.succeed(statusCode))
    })
    asking.on("error", () => resume(Effect.succeed(HUNG_UP)))
    asking.write("{")
  })

const ofVenue = Effect.map(Reads.all(Trade.TradeTable), (trades) =>
  trades.flatMap(({ account: whose, source, sourceId }) => (source === "venue" ? [`${whose} ${sourceId}`] : []))
)

describe("a source that hands over its trades", () => {
  it.scopedLive("ACC-2: signs them: they are its own, of its account, each counted once", () =>
    Effect.gen(function* () {
      const port = yield* served()
      const both = { trades: [trade("v-1"), trade("v-2", { quantity: "0.5" })] }
      const answer = yield* hand(port, both)
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepStrictEqual(outcomes(answer), ["accepted", "accepted"])
      assert.deepStrictEqual(outcomes(yield* hand(port, both)), ["duplicate", "duplicate"])
      const changed = { trades: [trade("v-1", { quantity: "2" })] }
      assert.deepStrictEqual(outcomes(yield* hand(port, changed, { secret: `${SECRET}-new` })), ["conflict"])
      assert.deepStrictEqual(yield* ofVenue, ["main v-1", "main v-2"])
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "the bytes that it signed, and those of a call that adds trades, are kept once, as the cause of their trades",
    () =>
      Effect.gen(function* () {
        const port = yield* served({}, true)
        const both = { trades: [trade("v-1"), trade("v-2")] }
        yield* hand(port, both)
        yield* hand(port, both)
        const added = JSON.stringify([trade("a-1", { account }), trade("a-2", { account })])
        const headers = { "content-type": "application/json" }
        assert.strictEqual((yield* ask(port, "/api/v1/trades", { method: "POST", body: added, headers })).status, 200)
        const kept = (yield* Reads.all(Payload.PayloadTable)).filter(({ direction }) => direction === "trades")
        assert.deepStrictEqual(
          kept.map(({ bytes, endpoint, method, source }) => [
            source,
            method,
            endpoint,
            new TextDecoder().decode(bytes)
          ]),
          [
            ["venue", "POST", "/api/v1/sources/venue/trades", JSON.stringify(both)],
            ["api", "POST", "/api/v1/trades", added]
          ]
        )
        const trades = (yield* Reads.all(Trade.TradeTable)).filter(({ sourceId }) => /^[av]-/.test(sourceId))
        const shown = yield* Effect.forEach(trades, ({ id }) => ask(port, `/api/v1/journal/why?of=T${id}`))
        const [venue, api] = kept.map(({ id }) => `P${id}`)
        assert.deepStrictEqual(
          shown.map(({ text }) => /"kind":"payload","id":"(P\d+)"/.exec(text)?.[1]),
          [venue, venue, api, api]
        )
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("of a call whose trades go to several accounts, each account keeps its own alone", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipLeft(served({}, true), scene.playedInOther)
      const [mine, others] = [trade("a-1", { account }), trade("a-2", { account: scene.other })]
      const body = [mine, others, trade("a-3", { account })]
      assert.strictEqual((yield* ask(port, "/api/v1/trades", { method: "POST", body })).status, 200)
      const kept = (yield* Reads.all(Payload.PayloadTable)).filter(({ direction }) => direction === "trades")
      assert.deepStrictEqual(
        kept.map((payload) => [payload.account, JSON.parse(new TextDecoder().decode(payload.bytes))]),
        [
          [account, [mine, trade("a-3", { account })]],
          [scene.other, [others]]
        ]
      )
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("each source's trades are for its own account; one that is not in the books is named", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipLeft(served(), scene.playedInOther)
      yield* hand(port, { trades: [trade("v-1")] })
      yield* hand(port, { trades: [trade("a-1")] }, { to: "another", secret: OTHER })
      const trades = yield* Reads.all(Trade.TradeTable)
      const given = trades.map(({ account: whose, sourceId }) => `${whose} ${sourceId}`)
      assert.includeMembers(given, ["main v-1", "other a-1"])
      const nobody = yield* hand(port, { trades: [] }, { to: "ghost", secret: "planted-secret-of-a-ghost" })
      assert.deepInclude(json(nobody), { status: 404, field: "account" })
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("who does not sign is answered before the body is read; who does not send it is hung up on", () =>
    Effect.gen(function* () {
      const port = yield* served()
      assert.strictEqual(yield* trickle(port, {}), 401)
      const headers = yield* signatureOf("never")
      const slow = yield* Effect.forkScoped(trickle(port, headers))
      const turn = Effect.promise(() => new Promise<void>((resolve) => void setImmediate(resolve)))
      const waited = Effect.zipRight(TestClock.adjust("1 second"), Effect.zipRight(turn, Fiber.poll(slow)))
      yield* Effect.repeat(waited, { until: Option.isSome })
      assert.strictEqual(yield* Fiber.join(slow), HUNG_UP)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "what is not signed by it, by its time and for it, is not taken, also where a daemon is open to all",
    () =>
      Effect.gen(function* () {
        for (const isOpen of [true, false]) {
          const port = yield* served({}, isOpen)
          const delivery = { trades: [trade("forged")] }
          const path = "/api/v1/sources/venue/trades"
          const refused = yield* Effect.all([
            ask(port, path, { method: "POST", body: delivery }),
            hand(port, delivery, { secret: OTHER }),
            hand(port, delivery, { late: 301 }),
            hand(port, delivery, { late: -302 }),
            hand(port, delivery, { sent: JSON.stringify({ trades: [trade("forged", { quantity: "9000" })] }) }),
            hand(port, delivery, { to: "another" }),
            hand(port, delivery, { to: "unsigned" }),
            hand(port, delivery, { to: "file" }),
            hand(port, delivery, { to: "nobody" }),
            hand(port, { no: "trades" }, { secret: OTHER })
          ])
          assert.deepStrictEqual(
            refused.map(({ status }) => status),
            refused.map(() => 401)
          )
          // Who tries learns no names of sources.
          const [, , , , , ...tried] = refused.map(({ text }) => text.replace(/"requestId":"[^"]*"/, ""))
          assert.strictEqual(new Set(tried).size, 1, tried.join("\n"))
          assert.notInclude(refused.map(({ text }) => text).join(), SECRET)
        }
        assert.deepStrictEqual(yield* ofVenue, [])
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("a secret that is short, or that of another source, opens nothing", () =>
    Effect.gen(function* () {
      for (const secret of ["fifteen-letters", OTHER, `${OTHER}-new`, `${SECRET} ${OTHER}`, `${SECRET} short`]) {
        const port = yield* served({ ROUNDLOT_SOURCE_SECRET_VENUE: secret })
        const [first = ""] = secret.split(" ")
        const answer = yield* hand(port, { trades: [trade("weak")] }, { secret: first })
        assert.strictEqual(answer.status, 401, secret)
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("of a delivery with a bad row nothing is taken, and the row is named", () =>
    Effect.gen(function* () {
      const port = yield* served()
      const bad = [
        [{ trades: [trade("v-1"), trade("v-2", { quantity: "-1" })] }, "trades[1].quantity"],
        [{ trades: [trade("v-1"), trade("v-2", { tradedAt: "yesterday" })] }, "trades[1].tradedAt"],
        [{ trades: [trade("v-1"), trade("")] }, "trades[1].sourceId"],
        [{ trades: [trade("v-1", { tradedAt: undefined })] }, "trades[0].tradedAt"],
        [{ trades: [trade("v-1", { account: "other" })] }, "trades[0].account"],
        [{ trades: [trade("v-1", { source: "another" })] }, "trades[0].source"],
        [{ trades: [trade("v-1")], batchId: "G1" }, "batchId"],
        [{ trades: [trade("v-1")], cursor: "" }, "cursor"],
        [{ trades: [trade("v-1")], cursor: "x".repeat(201) }, "cursor"],
        [{ trades: [trade("v-1")], after: "8" }, "cursor"],
        [{ trades: Array.from({ length: 1001 }, (_, at) => trade(`v-${at}`)) }, "trades"]
      ] as const
      for (const [delivery, field] of bad) {
        const answer = yield* hand(port, delivery)
        assert.deepInclude(json(answer), { status: 400, field }, answer.text)
        assert.isBelow(answer.text.length, 500)
      }
      assert.deepStrictEqual(yield* ofVenue, [])
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "ACC-4: one that does not follow the delivery before it is refused with where its source had come to",
    () =>
      Effect.gen(function* () {
        const port = yield* served()
        const first = yield* hand(port, { trades: [trade("v-1")], cursor: "1", after: null })
        assert.deepStrictEqual(outcomes(first), ["accepted"])
        const gap = yield* hand(port, { trades: [trade("v-3")], cursor: "3", after: "2" })
        assert.deepInclude(json(gap), { _tag: "Conflict", status: 409, cursor: "1" }, gap.text)
        const next = yield* hand(port, { trades: [trade("v-2")], cursor: "2", after: "1" })
        assert.deepStrictEqual(outcomes(next), ["accepted"])
        const empty = yield* hand(port, { trades: [], cursor: "9", after: "2" })
        assert.strictEqual(empty.status, 200, empty.text)
        const late = yield* hand(port, { trades: [trade("v-0")], cursor: "1", after: null })
        assert.deepInclude(json(late), { cursor: "9" })
        assert.deepStrictEqual(yield* ofVenue, ["main v-1", "main v-2"])
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("its policy maps its symbols and turns its direction, as the configuration says", () =>
    Effect.gen(function* () {
      yield* scene.played
      const policy: Served["sources"] = new Map([
        ["venue", { account, webhook: true, direction: "offset", suffixes: [".x"] }]
      ])
      const port = yield* servingWith({}, false, { sources: policy, variables })
      assert.deepStrictEqual(outcomes(yield* hand(port, { trades: [trade("v-1", { symbol: "AAPL.x" })] })), [
        "accepted"
      ])
      const [mine] = (yield* Reads.all(Trade.TradeTable)).filter(({ source }) => source === "venue")
      assert.deepStrictEqual([mine?.givenSymbol, String(mine?.symbol), mine?.direction], ["AAPL.x", "AAPL", "offset"])
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "FILL-16: what the configuration says of sources is said: whose they are, and the terms of their orders",
    () =>
      Effect.gen(function* () {
        const port = yield* served({}, true)
        const { items } = yield* Schema.decodeUnknown(Sources)(json(yield* ask(port, "/api/v1/sources")))
        assert.deepStrictEqual(items.slice(-2), [
          { name: "file", account: "main", session: null, timeInForce: null },
          { name: "evening", account: null, session: "extended", timeInForce: "gtc" }
        ])
      }).pipe(Effect.provide(books))
  )
})
