import { join } from "node:path"
import { HttpOutcome } from "@roundlot/core/adapter"
import { AccountName, Decimal, Instant } from "@roundlot/core"
import { Effect, Either, Option, Schema } from "effect"
import { Recordings } from "@roundlot/testing"
import { describe, expect, it, onTestFinished } from "@effect/vitest"
import { stringify } from "yaml"
import { AccountAnswer, AssetAnswer, ClockAnswer, PositionAnswer } from "../src/Account.ts"
import { FillActivity, revisionsOf, TradeEvent } from "../src/Execution.ts"
import { sessionsIn } from "../src/MarketCalendar.ts"
import { snapshot } from "../src/MarketData.ts"
import { OrderAnswer, seenOf } from "../src/OrderAnswer.ts"
import { saysNotThere } from "../src/Reading.ts"
import { answerOf, wordsOf } from "../src/SendAnswers.ts"
import { Authorization, ErrorFrame, Listening, TradeUpdate } from "../src/TradeUpdates.ts"
import { Message } from "../src/TradingStatus.ts"
import type { Wire } from "../src/Wire.ts"
import { recorded, recordingsIn, recordingsOf, valuesIn } from "./recordings.ts"
import type { Recording } from "./recordings.ts"
import { terms } from "./setup.ts"

const real = process.env["ROUNDLOT_REAL_DATA"]
const folders = [
  join(import.meta.dirname, "recorded"),
  ...(real === undefined ? [] : [join(real, "broker-json/alpaca")])
]

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

const Control = Schema.Union(
  Schema.Struct({ stream: Schema.Literal("authorization"), data: Authorization }),
  Schema.Struct({ stream: Schema.Literal("listening"), data: Listening }),
  ErrorFrame
)

/** Which decoder reads the answers under a path; of a list each row, as the adapter reads it. */
const decoders: ReadonlyArray<readonly [asked: RegExp, reads: (value: unknown) => boolean]> = [
  [/^GET \/v2\/account\/activities/, reads(FillActivity)],
  [/^(GET|POST|PATCH|DELETE) \/v2\/orders/, readsOrder],
  [/^GET \/v2\/positions/, reads(PositionAnswer)],
  [/^GET \/v2\/account$/, reads(AccountAnswer)],
  [/^GET \/v2\/assets\//, reads(AssetAnswer)],
  [/^GET \/v2beta1\/events\/activities$/, reads(TradeEvent)],
  [/^STREAM /, reads(TradeUpdate)],
  [/^FRAME trade_updates$/, reads(Control)],
  [/^FRAME statuses$/, reads(Message)]
]

/** A wire whose answers were recorded. */
const wireOf = (bodyOf: (path: string) => string): Wire => ({
  place: { origin: "http://127.0.0.1", environment: "unproven" },
  ask: ({ path }) => Effect.sync(() => HttpOutcome.answered({ status: 200, headers: {} }, bodyOf(path), [], undefined)),
  open: () => Effect.dieMessage("nothing is streamed here"),
  redacted: (text) => text,
  authentication: Effect.succeed("")
})

const DAY = { from: Instant.fromMillis(Date.UTC(2026, 10, 25)), to: Instant.fromMillis(Date.UTC(2026, 10, 29)) }

/** The sessions of four days in November, by a calendar and a clock. */
const sessionsBy = (calendar: string, clock: string) =>
  Effect.runSync(
    Effect.either(
      sessionsIn(
        wireOf((path) => (path.startsWith("/v2/calendar") ? calendar : clock)),
        DAY
      )
    )
  )

const quoteBy = (body: string) =>
  Effect.runSync(
    Effect.either(
      snapshot(
        wireOf(() => body),
        "KO"
      )
    )
  )

const CLOSED = JSON.stringify({
  timestamp: "2026-11-25T22:00:00-05:00",
  is_open: false,
  next_open: "2026-11-27T09:30:00-05:00",
  next_close: "2026-11-27T13:00:00-05:00"
})

/** What reads an answer under a path as a whole. */
const wholly: ReadonlyArray<readonly [asked: RegExp, reads: (body: string) => boolean]> = [
  [/^GET \/v2\/calendar$/, (body) => Either.isRight(sessionsBy(body, CLOSED))],
  [/^GET \/v2\/clock$/, (body) => Either.isRight(sessionsBy("[]", body)) && reads(ClockAnswer)(JSON.parse(body))],
  [/^GET \/v2\/stocks\/\w+\/snapshot$/, (body) => Either.isRight(quoteBy(body))]
]

/** Files whose answers are read by nothing here, with the reason. */
const unread: Recordings.Unread = []

const saidBy = (recording: Recording): string | undefined => {
  const { asked, body, status } = recording
  if (status >= 400) {
    const { code, words } = wordsOf(HttpOutcome.answered({ status, headers: {} }, body, [], undefined))
    return code === undefined ? `${asked}: ${words}` : undefined
  }
  const [, isReadWhole] = wholly.find(([path]) => path.test(asked)) ?? []
  if (isReadWhole !== undefined) return isReadWhole(body) ? undefined : `${asked}: it cannot be read`
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

  it("each row says where its form is from", () =>
    expect(Recordings.unsourcedIn(join(import.meta.dirname, "recorded"))).toEqual([]))

  it("a file that is new is read by being there, in a folder of its own too, and one that is not read is named", () => {
    const own = join(import.meta.dirname, "recorded")
    const refused = { code: 40310000, message: "insufficient buying power" }
    const { folder, remove } = Recordings.withNew(own, {
      "refused.yml": cassette("https://x.example/v2/orders", 403, refused),
      "cut.json": '[{"update":',
      "novel.yml": cassette("https://x.example/v2/orders", 200, { id: 1 }),
      "later/other.yml": cassette("https://x.example/v2/watchlists", 200, { id: 1 })
    })
    onTestFinished(remove)
    const found = Recordings.filesIn(folder)
    expect(found.map(({ name }) => name)).toEqual([
      "cut.json",
      ...Recordings.filesIn(own).map(({ name }) => `later/new-${name}`),
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
      "canceled: cancelled 0/7",
      "accepted: open 0/7",
      "pending_cancel: open 0/7",
      "pending_replace: open 0/7",
      "done_for_day: open 2/7",
      "order_cancel_rejected: open 0/7",
      "order_replace_rejected: open 0/7",
      "suspended: open 0/7",
      "stopped: open 0/7",
      "calculated: filled 7/7"
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

  it("a calendar with a short day, before and after extended hours were in it, says when the market is open", () => {
    const calendars = recordingsOf("market.json", "GET /v2/calendar").map(({ body }) =>
      Either.getOrThrow(sessionsBy(body, CLOSED)).map(({ closesAt, opensAt }) =>
        [opensAt, closesAt].map(Instant.format).join("/")
      )
    )
    const day = "2026-11-25T14:30:00.000000Z/2026-11-25T21:00:00.000000Z"
    expect(calendars).toEqual([[day, "2026-11-27T14:30:00.000000Z/2026-11-27T18:00:00.000000Z"], [day]])
  })

  it("prices of a snapshot keep every digit, and a side on which nobody is has a price of zero", () => {
    const quotes = recordingsOf("market.json", /snapshot$/).map(({ body }) => {
      const { ask, bid, last } = Either.getOrThrow(quoteBy(body))
      return [last, bid, ask].map((each) => each && Decimal.format(each.price))
    })
    expect(quotes).toEqual([
      ["60.0105", "60.01", "60.02"],
      ["133.55", "0", "133.55"]
    ])
  })

  it("AUD-7: an error is the answer to the order, or says that nothing was processed, or that there is no such thing", () => {
    const answers = recordingsOf("errors.json", /^(GET|POST)/).map(({ asked, body, status }) => {
      const outcome = HttpOutcome.answered({ status, headers: {} }, body, [], undefined)
      const { code } = wordsOf(outcome)
      if (asked.startsWith("GET")) return `${code} ${saysNotThere(outcome) ? "not there" : "failed"}`
      const answer = answerOf(outcome, terms())
      return `${code} ${answer._tag}${answer._tag === "Refused" ? ` ${answer.class}` : ""}`
    })
    expect(answers).toEqual([
      "40310000 Refused later",
      "42210000 Refused later",
      "40310100 Refused session",
      "40010001 Refused final",
      "40010001 Refused final",
      "40110000 NotSent",
      "42910000 NotSent",
      "42910000 failed",
      "40110000 failed",
      "40010001 not there",
      "40410000 not there",
      "40410000 not there"
    ])
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
