import { Accumulator, Decimal, Events, Price, Quantity, Trade } from "@roundlot/core"
import type { AccountName } from "@roundlot/core"
import { Effect, Stream } from "effect"

const GAIN = Decimal.unsafe("1.02")
const CENT = Quantity.unsafe("0.01")

/** The sale that takes the profit of a bought fill. Its identity is the execution's: what is heard again sells nothing again. */
const saleOf = ({ fill: { execIdBase, executedAt, quantity, symbol }, price }: Bought): Trade.TradeInput =>
  Trade.input({
    source: "take profit",
    sourceId: execIdBase,
    symbol,
    side: "sell",
    quantity: Quantity.make(quantity),
    direct: {
      type: "limit",
      limitPrice: Price.make(Decimal.floorTo(Decimal.multiply(price, GAIN), CENT)),
      timeInForce: "day"
    },
    tradedAt: executedAt
  })

/** A fill of a bought order, which has a price. */
interface Bought extends Events.FillHappened {
  readonly price: Price.Price
}

const bought = (happened: Events.FillHappened): ReadonlyArray<Bought> => {
  const { canonical, price, quantity } = happened.fill
  return canonical && Decimal.isPositive(quantity) && price !== undefined && happened.order.side === "buy"
    ? [{ ...happened, price }]
    : []
}

/** One whose fill was corrected is a conflict: what was sold already is for a person. */
const isRefused = ({ _tag }: { readonly _tag: string }): boolean => _tag !== "Accepted" && _tag !== "Duplicate"

/**
 * Sells each bought fill again, two per cent higher. `after` is where it had come to when it last ended; `keep` is given each place that
 * it has come to.
 */
export const run = (account: AccountName.AccountName, after: string, keep: (cursor: string) => Effect.Effect<void>) =>
  Events.fills({ account, after }).pipe(
    Stream.runForEach((happened) =>
      Effect.gen(function* () {
        const accumulator = yield* Accumulator.Accumulator
        const results = yield* accumulator.submitMany(account, bought(happened).map(saleOf))
        yield* Effect.forEach(results.filter(isRefused), (refused) => Effect.logWarning("not sold", refused))
        yield* keep(happened.cursor)
      })
    )
  )
