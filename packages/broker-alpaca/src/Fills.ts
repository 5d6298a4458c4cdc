import { Instant, type Broker } from "@roundlot/core"
import type { ClientOrderId, HttpOutcome, Report } from "@roundlot/core/adapter"
import { Clock, Effect, Schema } from "effect"
import { type Desk, enteredAt, payloadOf } from "./Desk.ts"
import { baseOf, executedOfActivity, TradeEvent, type FillActivity, type Revised } from "./Execution.ts"
import { listFills, listFillsOf } from "./Listings.ts"
import type * as TradeEvents from "./TradeEvents.ts"

const encodeEvent = Schema.encodeSync(Schema.parseJson(TradeEvent))

/** A revision that the event stream gave, under the ids of its order. */
export const receivedOf = (
  { replacements }: Desk,
  { event, report }: Revised
): Effect.Effect<Report.Received<Report.Executed>> =>
  Effect.map(replacements.named(report), (named) => ({ report: named, payload: payloadOf(encodeEvent(event)) }))

/** What Alpaca's clock may be ahead of ours. */
const A_MINUTE_MS = 60_000

type Fills = Effect.Effect<Broker.Listing<Report.Executed>, Broker.BrokerReadFailed>

/** Listings show no corrections: an order that was corrected is read from the event stream, and from them what that does not have. */
export const fills = (desk: Desk, window: Broker.TimeWindow): Fills =>
  Effect.gen(function* () {
    const { events, wire } = desk
    yield* events.catchUp
    const listed = yield* listFills(wire, window)
    const corrected = yield* events.corrected
    return yield* listingOf(desk, listed, corrected)
  })

/** The executions of an order, under all of its ids. */
export const fillsOf = (desk: Desk, brokerOrderId: ClientOrderId.BrokerOrderId): Fills =>
  Effect.gen(function* () {
    const { entered, events, replacements, wire } = desk
    yield* events.catchUp
    const ids = yield* replacements.idsOf(brokerOrderId)
    const all = yield* events.corrected
    const corrected = new Map([...all].filter(([id]) => ids.some((each) => each === id)))
    const listed = ids.filter((id) => corrected.get(id)?.isWhole !== true)
    if (listed.length === 0) return yield* listingOf(desk, { complete: true, rows: [] }, corrected)
    const from = yield* enteredAt(wire, entered, ids[0])
    const window = { from, to: Instant.addMillis(Instant.fromMillis(yield* Clock.currentTimeMillis), A_MINUTE_MS) }
    return yield* listingOf(desk, yield* listFillsOf(wire, listed, window), corrected)
  })

/** Of an order that was corrected, only what the events do not have. */
const isTakenBeside =
  (corrected: ReadonlyMap<string, TradeEvents.Corrected>) =>
  ({ value }: HttpOutcome.Row<FillActivity>): boolean => {
    const known = corrected.get(value.order_id)
    if (known === undefined) return true
    const base = baseOf(value.order_id, value.cum_qty)
    return !known.isWhole && known.revisions.every(({ report }) => report.execIdBase !== base)
  }

const listingOf = (
  desk: Desk,
  { complete, rows }: HttpOutcome.Rows<FillActivity>,
  all: ReadonlyMap<string, TradeEvents.Corrected>
): Fills =>
  Effect.gen(function* () {
    const listed = yield* Effect.forEach(rows.filter(isTakenBeside(all)), ({ text, value }) =>
      Effect.map(desk.replacements.named(executedOfActivity(desk.account, value)), (report) => ({
        report,
        payload: payloadOf(text)
      }))
    )
    const orders = [...all.values()]
    const corrected = yield* Effect.forEach(
      orders.flatMap(({ revisions }) => revisions),
      (each) => receivedOf(desk, each)
    )
    const isWhole = (yield* desk.events.isWhole) && orders.every((each) => each.isWhole)
    return { complete: complete && isWhole, received: [...listed, ...corrected] }
  })
