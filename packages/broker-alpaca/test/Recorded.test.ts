import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { HttpOutcome } from "@roundlot/core/adapter"
import { AccountName, Decimal } from "@roundlot/core"
import { Effect, Option, Redacted, Schema } from "effect"
import { Recordings } from "@roundlot/testing"
import { assert, describe, expect, it, onTestFinished } from "@effect/vitest"
import { parse, stringify } from "yaml"
import { AccountAnswer, AssetAnswer, ClockAnswer, PositionAnswer } from "../src/Account.ts"
import { FillActivity, revisionsOf, TradeEvent } from "../src/Execution.ts"
import { OrderAnswer, seenOf } from "../src/OrderAnswer.ts"
import { wordsOf } from "../src/SendAnswers.ts"
import { TradeUpdate } from "../src/TradeUpdates.ts"
import { opened, order } from "./asking.ts"

const real = process.env["ROUNDLOT_REAL_DATA"]
const folders = [
  join(import.meta.dirname, "recorded"),
  ...(real === undefined ? [] : [join(real, "broker-json/alpaca")])
]

/** What was asked for and what came back. */
interface Recording {
  readonly asked: string
  readonly status: number
  readonly body: string
}

/** A request and its answer as a client of Elixir's keeps them, or a message of the stream. */
const Kept = Schema.parseJson(
  Schema.Array(
    Schema.Union(
      Schema.Struct({
        request: Schema.Struct({ method: Schema.String, url: Schema.String }),
        response: Schema.Struct({ status_code: Schema.Number, body: Schema.String })
      }),
      Schema.Struct({ update: Schema.Unknown })
    )
  )
)

const Vcr = Schema.Struct({
  http_interactions: Schema.Array(
    Schema.Struct({
      request: Schema.Struct({ method: Schema.String, uri: Schema.String }),
      response: Schema.Struct({
        status: Schema.Struct({ code: Schema.Number }),
        body: Schema.Struct({ string: Schema.String })
      })
    })
  )
})

const recordingsIn = (file: string): ReadonlyArray<Recording> => {
  const text = readFileSync(file, "utf8")
  if (file.endsWith(".json"))
    return Schema.decodeUnknownSync(Kept)(text).map((kept) =>
      "update" in kept
        ? { asked: "STREAM trade_updates", status: 200, body: JSON.stringify(kept.update) }
        : {
            asked: `${kept.request.method.toUpperCase()} ${new URL(kept.request.url).pathname}`,
            status: kept.response.status_code,
            body: kept.response.body
          }
    )
  return Schema.decodeUnknownSync(Vcr)(parse(text)).http_interactions.map(({ request, response }) => ({
    asked: `${request.method.toUpperCase()} ${new URL(request.uri).pathname}`,
    status: response.status.code,
    body: response.body.string
  }))
}

/** One exchange with Alpaca as VCR keeps it. */
const cassette = (uri: string, code: number, body: object): string =>
  stringify({
    http_interactions: [
      { request: { method: "get", uri }, response: { status: { code }, body: { string: JSON.stringify(body) } } }
    ]
  })

const account = AccountName.AccountName.make("paper")

/** An order is read where the books have something of it. */
const readsOrder = (value: unknown): boolean =>
  Option.isSome(Option.flatMap(Schema.decodeUnknownOption(OrderAnswer)(value), (order) => seenOf(account, order)))

const reads =
  <A, I>(schema: Schema.Schema<A, I>) =>
  (value: unknown): boolean =>
    Option.isSome(Schema.decodeUnknownOption(schema)(value))

const PerOrder = Schema.Array(Schema.Struct({ body: Schema.Unknown }))

/** Which decoder reads the answers under a path; a list is read row by row, as the adapter reads it. */
const decoders: ReadonlyArray<readonly [asked: RegExp, reads: (value: unknown) => boolean]> = [
  [/^GET \/v2\/account\/activities/, reads(FillActivity)],
  [/^(GET|POST|PATCH|DELETE) \/v2\/orders/, readsOrder],
  [/^GET \/v2\/positions/, reads(PositionAnswer)],
  [/^GET \/v2\/account$/, reads(AccountAnswer)],
  [/^GET \/v2\/assets\//, reads(AssetAnswer)],
  [/^GET \/v2\/clock$/, reads(ClockAnswer)],
  [/^GET \/v2beta1\/events\/activities$/, reads(TradeEvent)],
  [/^STREAM /, reads(TradeUpdate)]
]

/** The values of an answer that are read one by one. */
const valuesIn = ({ body, status }: Recording): ReadonlyArray<unknown> => {
  if (body === "") return []
  const parsed: unknown = JSON.parse(body)
  if (status === 207) return Schema.decodeUnknownSync(PerOrder)(parsed).map((each) => each.body)
  return Array.isArray(parsed) ? parsed : [parsed]
}

/** Files whose answers are read by nothing here, with the reason. */
const unread: Recordings.Unread = []

const saidBy = (recording: Recording): string | undefined => {
  const { asked, body, status } = recording
  if (status >= 400) {
    const { code, words } = wordsOf(HttpOutcome.answered({ status, headers: {} }, body, [], undefined))
    return code === undefined ? `${asked}: ${words}` : undefined
  }
  const [, isRead] = decoders.find(([path]) => path.test(asked)) ?? []
  if (isRead === undefined) return `${asked}: no decoder reads such answers`
  const lost = valuesIn(recording).filter((value) => !isRead(value))
  return lost.length === 0 ? undefined : `${asked}: ${lost.length} values cannot be read`
}

const lostIn = (path: string): ReadonlyArray<string> =>
  recordingsIn(path).flatMap((recording) => saidBy(recording) ?? [])

const lostOf = (file: Recordings.Recording) => Recordings.lostOf(file, lostIn, unread)

describe("answers as they were recorded of Alpaca", () => {
  for (const file of Recordings.filesIn(...folders)) it(`${file.name} is read`, () => expect(lostOf(file)).toEqual([]))

  it("a file that is new is read by being there, in a folder of its own too, and one that is not read is named", () => {
    const folder = mkdtempSync(join(tmpdir(), "recorded-alpaca-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const later = join(folder, "later")
    mkdirSync(later)
    const recorded = Recordings.filesIn(join(import.meta.dirname, "recorded"))
    for (const { name, path } of recorded) copyFileSync(path, join(later, `new-${name}`))
    const refused = { code: 40310000, message: "insufficient buying power" }
    writeFileSync(join(folder, "refused.yml"), cassette("https://x.example/v2/orders", 403, refused))
    writeFileSync(join(folder, "cut.json"), '[{"update":')
    writeFileSync(join(folder, "novel.yml"), cassette("https://x.example/v2/orders", 200, { id: 1 }))
    writeFileSync(join(later, "other.yml"), cassette("https://x.example/v2/watchlists", 200, { id: 1 }))
    const found = Recordings.filesIn(folder)
    expect(found.map(({ name }) => name)).toEqual([
      "cut.json",
      ...recorded.map(({ name }) => `later/new-${name}`),
      "later/other.yml",
      "novel.yml",
      "refused.yml"
    ])
    expect(found.flatMap(lostOf)).toEqual([
      expect.stringMatching(/^cut.json: it cannot be taken apart: /),
      "later/other.yml: GET /v2/watchlists: no decoder reads such answers",
      "novel.yml: GET /v2/orders: 1 values cannot be read"
    ])
  })

  it("a message of the stream says how its order is, whatever else it leaves out", () => {
    const updates = recorded("stream.json", "STREAM trade_updates").map((update) =>
      Schema.decodeUnknownSync(TradeUpdate)(update)
    )
    const states = updates.map(({ event, order }) => {
      const { cumulative = Decimal.zero, quantity, state } = Option.getOrThrow(seenOf(account, order))
      const is = state._tag === "Open" ? "open" : state.kind
      return `${event}: ${is} ${Decimal.format(cumulative)}/${Decimal.format(quantity)}`
    })
    expect(states).toEqual([
      "pending_new: open 0/7",
      "new: open 0/7",
      "partial_fill: open 3/7",
      "canceled: cancelled 3/7",
      "fill: filled 7/7",
      "replaced: open 0/7",
      "rejected: rejected 0/7",
      "expired: expired 2/7",
      "canceled: cancelled 0/7"
    ])
  })

  it("SYNC-3: a correction and a bust are read as such, also a bust that says neither shares nor price", () => {
    const events = recorded("events.json", "GET /v2beta1/events/activities").map((event) =>
      Schema.decodeUnknownSync(TradeEvent)(event)
    )
    const revisions = revisionsOf(account, events).map(
      ({ report }) => `${report.revision}: ${Decimal.format(report.quantity)}`
    )
    expect(revisions).toEqual(["1: 3", "2: 2", "3: 0", "4: 0"])
  })

  it.each(["fill", "trade_correct"])("an event of a %s over no shares, or that says none, is not read", (type) => {
    const [, event] = recorded("events.json", "GET /v2beta1/events/activities").map(Object)
    const details = { ...event.details, execution_type: type }
    for (const without of [{ qty: undefined }, { qty: null }, { qty: "0" }])
      expect(reads(TradeEvent)({ ...event, ...without, details })).toBe(false)
    expect(reads(TradeEvent)({ ...event, details })).toBe(true)
  })

  it("an asset that does not say whether it is traded in fractions is not", () => {
    const [asset] = recorded("account.json", "GET /v2/assets/KO")
    expect(Schema.decodeUnknownSync(AssetAnswer)(asset)).toMatchObject({ fractionable: false, shortable: true })
  })

  it("an order with a status and a field that nobody has documented is kept, open, in Alpaca's own word", () => {
    const [order] = recordingsIn(join(import.meta.dirname, "recorded/orders.json")).flatMap(valuesIn)
    const novel = { ...Schema.decodeUnknownSync(Schema.Record({ key: Schema.String, value: Schema.Unknown }))(order) }
    const read = Schema.decodeUnknownSync(OrderAnswer)({ ...novel, status: "put_aside", a_new_field: [1] })
    expect(Option.getOrUndefined(seenOf(account, read))).toMatchObject({
      rawStatus: "put_aside",
      state: { _tag: "Open" }
    })
  })
})

const recorded = (file: string, asked: string): ReadonlyArray<unknown> =>
  recordingsIn(join(import.meta.dirname, "recorded", file))
    .filter((recording) => recording.asked === asked)
    .flatMap(valuesIn)

/** Fields that Alpaca has no longer (docs.alpaca.markets, changelog 2026-07-06-pdt), and one that a client has misspelt. */
const gone: ReadonlySet<string> = new Set([
  "daytrade_count",
  "daytrading_buying_power",
  "pattern_day_trader",
  "expired_at "
])

/** The fields of recorded values that an answer has not. */
const missing = (values: ReadonlyArray<unknown>, answer: object): ReadonlyArray<string> =>
  values.flatMap((value) => Object.keys(Object(value)).filter((field) => !(field in answer) && !gone.has(field)))

const DECIMAL = /^-?\d+(\.\d+)?$/

const formOf = (value: unknown): string =>
  typeof value === "string" && DECIMAL.test(value) ? "decimal as text" : value === null ? "null" : typeof value

/** The fields of recorded values that an answer has not, or has in another form. */
const unlike = (values: ReadonlyArray<unknown>, answer: unknown): ReadonlyArray<string> =>
  values.flatMap((value) =>
    Object.entries(Object(value)).flatMap(([field, each]) => {
      const shown = formOf(Object(answer)[field])
      return shown === formOf(each) ? [] : [`${field} is ${shown}, not ${formOf(each)}`]
    })
  )

describe("Alpaca's simulator beside what was recorded", () => {
  it.scopedLive(
    "answers with every field of an account, a position, an asset, an order, and a trade that was executed or undone",
    () =>
      Effect.gen(function* () {
        const { ask, exchange, simulator } = yield* opened()
        assert.deepStrictEqual(
          missing(recorded("account.json", "GET /v2/account"), (yield* ask("GET", "/v2/account")).body),
          []
        )
        const asset = yield* ask("GET", "/v2/assets/KO")
        assert.deepStrictEqual(missing(recorded("account.json", "GET /v2/assets/KO"), asset.body), [])
        const { body } = yield* ask("POST", "/v2/orders", order())
        const held = yield* ask("GET", "/v2/positions")
        assert.deepStrictEqual(unlike(recorded("account.json", "GET /v2/positions"), held.body[0]), [])
        const updates = recorded("stream.json", "STREAM trade_updates").map((update) => Object(update).order)
        assert.isAbove(updates.length, 5)
        assert.deepStrictEqual(missing(updates, body), [])
        yield* exchange.instruct({ id: "b", do: { bust: { execId: (yield* exchange.fills)[0]?.execId ?? "" } } })
        const { baseUrl, keyId, secretKey } = simulator.credentials
        const text = yield* Effect.promise(async () => {
          const headers = { "APCA-API-KEY-ID": Redacted.value(keyId), "APCA-API-SECRET-KEY": Redacted.value(secretKey) }
          const span = "since=2000-01-01T00:00:00Z&until=2100-01-01T00:00:00Z"
          return (await fetch(`${baseUrl}/v2beta1/events/activities?${span}`, { headers })).text()
        })
        const trades = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]): unknown => JSON.parse(data))
        assert.deepStrictEqual(
          trades.map((trade) => Object(trade).details.execution_type),
          ["fill", "trade_bust"]
        )
        const events = recorded("events.json", "GET /v2beta1/events/activities")
        for (const trade of trades) {
          assert.deepStrictEqual(missing(events, Object(trade)), [])
          assert.deepStrictEqual(
            missing(
              events.map((event) => Object(event).details),
              Object(trade).details
            ),
            []
          )
        }
      })
  )
})
