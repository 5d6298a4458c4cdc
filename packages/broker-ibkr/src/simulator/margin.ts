import type { Exchange, ExchangeOrder } from "@roundlot/broker-paper"
import { Decimal, type Instant, Ticker } from "@roundlot/core"
import { ClientOrderId } from "@roundlot/core/adapter"
import type { Effect } from "effect"
import { type AccountState, COMMISSION, type Desk } from "./Desk.ts"
import type { Figures } from "./messages.ts"

type Request = ExchangeOrder.PlaceRequest
type Standing = Effect.Effect.Success<ReturnType<Exchange.ExchangeService["stand"]>>

/** What TWS says against an order: its code and words. */
export type Objection = readonly [code: number, words: string]

/** What it says to a client that would change something while its API only reads (erdewit/ib_insync#1). */
export const READ_ONLY: Objection = [
  321,
  "Error validating request.-'bN' : cause - The API interface is currently in Read-Only mode."
]

const NOT_LENT: Objection = [201, "Order rejected - reason:The contract is not available for short sale."]

/** Refuses a sale of more than is held of what nobody lends. */
export const borrowing = (
  { quantity, side, symbol }: Request,
  { held }: Standing,
  { notShortable }: AccountState
): Objection | undefined =>
  side === "sell" && notShortable.has(symbol) && Decimal.isLess(held, quantity) ? NOT_LENT : undefined

/** What an order does to the account's figures. */
export interface Margin {
  readonly before: Decimal.Decimal
  readonly after: Decimal.Decimal
  readonly equity: Decimal.Decimal
}

const worthOf = (shares: Decimal.Decimal, price: Decimal.Decimal): Decimal.Decimal =>
  Decimal.multiply(Decimal.isNegative(shares) ? Decimal.negate(shares) : shares, price)

/** Shares need their whole worth as margin here, and only those of the order's symbol count: the exchange lends no money. */
export const marginOf = ({ limitPrice, quantity, side }: Request, { held, power, price }: Standing): Margin => {
  const at = limitPrice ?? price ?? Decimal.zero
  const before = worthOf(held, at)
  const moved = side === "buy" ? Decimal.add(held, quantity) : Decimal.subtract(held, quantity)
  return { before, after: worthOf(moved, at), equity: Decimal.add(before, power) }
}

/** What is said of an order that needs more margin than there is equity. */
export const beyondPower = ({ after, equity }: Margin): Objection => [
  201,
  "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE " +
    `[${Decimal.format(equity)} USD] MUST EXCEED THE INITIAL MARGIN [${Decimal.format(after)} USD]`
]

/** Refuses what needs more margin than there is equity. */
export const tooLittle = (margin: Margin): Objection | undefined =>
  Decimal.isLess(margin.equity, margin.after) ? beyondPower(margin) : undefined

/** An order as it would be entered. */
export const shapeOf = ({ account }: Pick<Desk, "account">, request: Request, at: Instant.Instant) => ({
  ...request,
  account,
  symbol: Ticker.Ticker.make(request.symbol),
  brokerOrderId: ClientOrderId.BrokerOrderId.make("0"),
  goodTill: request.goodTill ?? null,
  status: "new" as const,
  reason: null,
  filledQuantity: Decimal.zero,
  notional: Decimal.zero,
  enteredAt: at,
  updatedAt: at
})

/** What an order comes to, as TWS says it: the account's figures before, how they change and after, and what it costs. */
export const figuresOf = ({ after, before, equity }: Margin): Figures => {
  const cost = Decimal.unsafe(COMMISSION)
  const change = Decimal.format(Decimal.subtract(after, before))
  return {
    initMarginBefore: Decimal.format(before),
    maintMarginBefore: Decimal.format(before),
    equityWithLoanBefore: Decimal.format(equity),
    initMarginChange: change,
    maintMarginChange: change,
    equityWithLoanChange: Decimal.format(Decimal.negate(cost)),
    initMarginAfter: Decimal.format(after),
    maintMarginAfter: Decimal.format(after),
    equityWithLoanAfter: Decimal.format(Decimal.subtract(equity, cost)),
    commission: COMMISSION,
    minCommission: COMMISSION,
    maxCommission: COMMISSION,
    commissionCurrency: "USD"
  }
}
