import { Decimal, Fill, Order, Reads, Side } from "@roundlot/core"
import type { AccountName } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"

/** What one symbol of an account has earned, in dollars, and what of it is still held, in signed shares. */
export interface SymbolProfit {
  readonly account: AccountName.AccountName
  readonly symbol: string
  /** What was closed, first in first out, before what it cost. */
  readonly realised: Decimal.Decimal
  readonly commissions: Decimal.Decimal
  /** Realised less commissions. */
  readonly net: Decimal.Decimal
  readonly held: Decimal.Decimal
  /** What is still held cost so much, at the prices it was opened at. */
  readonly openCost: Decimal.Decimal
}

/** Shares that were opened and not closed yet, signed, and their price. */
interface OpenLot {
  readonly quantity: Decimal.Decimal
  readonly price: Decimal.Decimal
}

interface Execution extends OpenLot {
  readonly commission: Decimal.Decimal | undefined
}

/** Closes what an execution can of the oldest open lots, and says what that earned and what stays open. */
const close = (open: ReadonlyArray<OpenLot>, execution: OpenLot) => {
  let left = execution.quantity
  let realised = Decimal.zero
  const rest = [...open]
  for (let oldest = rest[0]; oldest !== undefined && !Decimal.isZero(left); oldest = rest[0]) {
    if (Decimal.sign(oldest.quantity) === Decimal.sign(left)) break
    const matched = Decimal.min(Decimal.abs(oldest.quantity), Decimal.abs(left))
    const gain = Decimal.multiply(Decimal.subtract(execution.price, oldest.price), matched)
    realised = Decimal.add(realised, Decimal.isPositive(oldest.quantity) ? gain : Decimal.negate(gain))
    const signed = Decimal.isPositive(left) ? matched : Decimal.negate(matched)
    left = Decimal.subtract(left, signed)
    const remaining = Decimal.add(oldest.quantity, signed)
    if (Decimal.isZero(remaining)) rest.shift()
    else rest[0] = { ...oldest, quantity: remaining }
  }
  return { realised, open: Decimal.isZero(left) ? rest : [...rest, { quantity: left, price: execution.price }] }
}

const profitOf = (
  account: AccountName.AccountName,
  symbol: string,
  executions: ReadonlyArray<Execution>
): SymbolProfit => {
  let open: ReadonlyArray<OpenLot> = []
  let realised = Decimal.zero
  for (const execution of executions) {
    const closed = close(open, execution)
    open = closed.open
    realised = Decimal.add(realised, closed.realised)
  }
  const commissions = Decimal.sum(executions.flatMap(({ commission }) => commission ?? []))
  return {
    account,
    symbol,
    realised,
    commissions,
    net: Decimal.subtract(realised, commissions),
    held: Decimal.sum(open.map(({ quantity }) => quantity)),
    openCost: Decimal.sum(open.map(({ price, quantity }) => Decimal.multiply(price, quantity)))
  }
}

/**
 * Realised profit and loss of every symbol, by account and symbol. Only canonical fills count, so a correction or a bust changes the
 * past; a fill without a price is left out, as its value is not known. Commissions that are not known yet count as nothing.
 *
 * @example
 * const profits = yield* realisedProfits
 */
export const realisedProfits: Effect.Effect<
  ReadonlyArray<SymbolProfit>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository
> = Effect.gen(function* () {
  const orders = new Map((yield* Reads.all(Order.OrderTable)).map((order) => [order.id, order]))
  const fills = yield* Reads.all(Fill.FillTable, { where: [{ column: "canonical", in: [1] }] })
  const inTime = fills.toSorted((a, b) => Number(a.executedAt - b.executedAt) || a.id - b.id)
  const bySymbol = new Map<string, { account: AccountName.AccountName; symbol: string; executions: Array<Execution> }>()
  for (const { commission, orderId, price, quantity } of inTime) {
    const order = orders.get(orderId)
    if (order === undefined || price === undefined || Decimal.isZero(quantity)) continue
    const { account, symbol } = order
    const known = bySymbol.get(`${account} ${symbol}`) ?? { account, symbol, executions: [] }
    known.executions.push({ quantity: Side.signed(order.side, quantity), price, commission })
    bySymbol.set(`${account} ${symbol}`, known)
  }
  return [...bySymbol.values()]
    .map(({ account, executions, symbol }) => profitOf(account, symbol, executions))
    .toSorted((a, b) => (`${a.account} ${a.symbol}` < `${b.account} ${b.symbol}` ? -1 : 1))
})
