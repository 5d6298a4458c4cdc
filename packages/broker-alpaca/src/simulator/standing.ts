import type { Exchange, ExchangeFailed, ExchangeOrder } from "@roundlot/broker-paper"
import { Decimal } from "@roundlot/core"
import { Effect, Ref } from "effect"
import { type Answer, forbidden } from "./Answer.ts"
import type { AccountState, Desk } from "./Desk.ts"
import type { Placing } from "./placing.ts"

/** Why an account takes no orders at all; `undefined` where it does. */
export const barred = ({
  accountBlocked,
  configurations,
  status,
  tradingBlocked
}: AccountState): Answer | undefined => {
  // Lumiwealth/lumibot#373: what an account answers whose owner has suspended trading.
  if (configurations.suspend_trade) return forbidden("new orders are rejected by user request")
  // alpacahq/alpaca-trade-api-csharp#330 has the words, their code is that of all refusals of this kind.
  return accountBlocked || tradingBlocked || status !== "ACTIVE"
    ? forbidden("account is not authorized to trade")
    : undefined
}

/** What is known of a symbol and of the account in it. */
type Standing = Effect.Effect.Success<ReturnType<Exchange.ExchangeService["stand"]>>

const FIFTY = Decimal.unsafe("50")

/** A market order to buy counts at 4 % above the market below 50 dollars, at 2.5 % above from there on. */
const collared = (price: Decimal.Decimal): Decimal.Decimal =>
  Decimal.multiply(price, Decimal.unsafe(Decimal.isLess(price, FIFTY) ? "1.04" : "1.025"))

/** A short sale counts at 3 % above the market at least. */
const ABOVE = Decimal.unsafe("1.03")

type Asked = Pick<ExchangeOrder.ExchangeOrder, "side" | "limitPrice" | "stopPrice">

/** What a share of an order that opens counts against buying power (docs.alpaca.markets/docs/orders-at-alpaca, Buying Power). */
const countedAt = ({ limitPrice, side, stopPrice }: Asked, price: Decimal.Decimal | undefined): Decimal.Decimal => {
  const market = stopPrice ?? price ?? Decimal.zero
  if (side === "buy") return limitPrice ?? collared(market)
  return Decimal.max(limitPrice ?? Decimal.zero, Decimal.multiply(market, ABOVE))
}

const opens = ({ side }: Pick<Asked, "side">, held: Decimal.Decimal): boolean =>
  side === "buy" ? !Decimal.isNegative(held) : !Decimal.isPositive(held)

/** What orders that open and work leave of the account's money, without one that is replaced. */
export const leftOf = (
  { account, exchange, said }: Desk,
  cash: Decimal.Decimal,
  replaced?: string
): Effect.Effect<Decimal.Decimal, ExchangeFailed> =>
  Effect.gen(function* () {
    const known = yield* Ref.get(said)
    let left = cash
    for (const order of yield* exchange.working(account)) {
      const there = yield* exchange.stand(account, order.symbol)
      if (order.brokerOrderId === replaced || !opens(order, there.held)) continue
      const leaves = Decimal.subtract(order.quantity, order.filledQuantity)
      const counted =
        known.get(order.brokerOrderId)?.notional ?? Decimal.multiply(leaves, countedAt(order, there.price))
      left = Decimal.subtract(left, counted)
    }
    return Decimal.max(Decimal.zero, left)
  })

/** Refuses an order that opens and is beyond what orders that work leave of the account's buying power; one that it replaces asks for none. */
export const beyondPower = (
  desk: Desk,
  { request, said: asked }: Placing,
  { cash, held, price }: Omit<Standing, "working">,
  replaced?: string
): Effect.Effect<Answer | undefined, ExchangeFailed> =>
  Effect.gen(function* () {
    if (!opens(request, held)) return undefined
    const cost = asked.notional ?? Decimal.multiply(request.quantity, countedAt(request, price))
    const left = yield* leftOf(desk, cash, replaced)
    if (Decimal.isAtMost(cost, left)) return undefined
    return forbidden("insufficient buying power", {
      buying_power: Decimal.format(left),
      cost_basis: Decimal.format(cost)
    })
  })
