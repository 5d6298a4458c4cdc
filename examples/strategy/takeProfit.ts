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
  const { canonical, price } = happened.fill
  return canonical && price !== undefined && happened.order.side === "buy" ? [{ ...happened, price }] : []
}

/**
 * Sells each bought fill again, two per cent higher. `after` is where it had come to when it last ended; `keep` is given each place that
 * it has come to.
 */
export const run = (account: AccountName.AccountName, after: string, keep: (cursor: string) => Effect.Effect<void>) =>
  Events.fills({ account, after }).pipe(
    Stream.runForEach((happened) =>
      Effect.gen(function* () {
        const accumulator = yield* Accumulator.Accumulator
        yield* accumulator.submitMany(account, bought(happened).map(saleOf))
        yield* keep(happened.cursor)
      })
    )
  )
