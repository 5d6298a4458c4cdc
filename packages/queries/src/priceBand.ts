import type { Documents } from "@roundlot/api"
import { Decimal, Fill, type Order, Position, Reads, Trade } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Allocation, band } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { among } from "./listing.ts"

/**
 * FILL-12: what an order should get, and how far from it a price may be; null where nothing says it. What its newest fill was judged by
 * where that was a market, which stands nowhere else; otherwise what its trades and fills say as they stand. Each fill was judged when
 * it was booked: its own `band` says how.
 */
export const ofOrder = ({
  account,
  id,
  limitPrice,
  symbol
}: Order.Order): Effect.Effect<
  Documents.PriceBandDocument | null,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const ends = yield* Effect.forEach(["orderId", "counterOrderId"], (column) =>
      Reads.all(Allocation.AllocationTable, {
        where: [
          { column, in: [id] },
          { column: "releasedAt", in: [null] }
        ]
      })
    )
    const allocations = ends.flat()
    const taken = allocations.flatMap(({ tradeId }) => tradeId ?? [])
    const trades = new Map((yield* among(Trade.TradeTable, "id", taken)).map((trade) => [trade.id, trade]))
    const ofSymbol = [
      { column: "account", in: [account] },
      { column: "symbol", in: [symbol] }
    ]
    const fills = yield* Reads.all(Fill.FillTable, { where: [{ column: "orderId", in: [id] }] })
    const newest = fills.filter(({ canonical }) => canonical).at(-1)
    const expected = band.expectedOf({
      limitPrice,
      market: newest?.expectedFrom === "market" ? newest.expectedPrice : undefined,
      allocations,
      tradeOf: (tradeId) => trades.get(tradeId),
      position: yield* Reads.first(Position.PositionTable, { where: ofSymbol }),
      fills
    })
    if (expected === undefined) return null
    const owner = yield* Reads.account(account)
    const bandBp = owner?.bandBp ?? band.USUAL_BAND_BP
    const [lowest, highest] = band.boundsOf(expected.price, bandBp)
    return {
      reference: Decimal.format(expected.price),
      from: expected.from,
      bandBp,
      lowest: Decimal.format(lowest),
      highest: Decimal.format(highest)
    }
  })
