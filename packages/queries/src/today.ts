import type { Documents } from "@roundlot/api"
import { Clock, Decimal, Fill, Instant, Order, Reads, Trade } from "@roundlot/core"
import { type Table, TradeRepository, XnysCalendar } from "@roundlot/core/adapter"
import { Instrument } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { Conditions } from "./criteria.ts"
import { idsWithin } from "./leastId.ts"

/** So many are counted one by one at most. */
const MOST_COUNTED = 10_000
/** So many fills are summed at most: a sum is exact or not there. */
const MOST_SUMMED = 5_000

/** What came in, was ordered and was filled since midnight at the market, and what it comes to. */
export const today = Effect.gen(function* () {
  const repository = yield* TradeRepository.TradeRepository
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  const date = XnysCalendar.marketDate(now)
  const since = XnysCalendar.momentOf(date, "00:00") ?? now
  return yield* repository.snapshot(
    Effect.gen(function* () {
      const made: Conditions = [{ column: "createdAt", atLeast: Number(since) }]
      const orders = [...(yield* idsWithin(Order.OrderTable, since)), ...made]
      const executed: Conditions = [
        ...(yield* idsWithin(Fill.FillTable, since)),
        { column: "executedAt", atLeast: Number(since) },
        { column: "canonical", in: [1] }
      ]
      const fills = yield* counted(Fill.FillTable, executed)
      const isSummed = fills.kind === "exactly" && fills.rows <= MOST_SUMMED
      const document: Documents.TodayDocument = {
        at: Instant.format(now),
        date,
        since: Instant.format(since),
        trades: yield* counted(Trade.TradeTable, made),
        orders: yield* counted(Order.OrderTable, orders),
        rejected: yield* counted(Order.OrderTable, [...orders, { column: "status", in: ["rejected"] }]),
        fills,
        sums: isSummed ? sumsOf(yield* Reads.all(Fill.FillTable, { where: executed })) : null
      }
      return document
    })
  )
})

const counted = <R>(table: Table.Table<R>, where: Conditions) =>
  Reads.count(table, { anyOf: [where], upTo: MOST_COUNTED })

/** Dollars; what is not known of a fill is counted beside them. */
const sumsOf = (fills: ReadonlyArray<Fill.Fill>) => {
  const priced = fills.flatMap(({ price, quantity }) =>
    price === undefined ? [] : [Decimal.multiply(quantity, price)]
  )
  const charged = fills.flatMap(({ commission, commissionCurrency = Instrument.USUAL_CURRENCY }) =>
    commission === undefined || commissionCurrency !== Instrument.USUAL_CURRENCY ? [] : [commission]
  )
  return {
    notional: Decimal.format(Decimal.sum(priced)),
    unpriced: fills.length - priced.length,
    commission: Decimal.format(Decimal.sum(charged)),
    uncharged: fills.length - charged.length
  }
}
