import { Decimal, Fill, Order, Reads } from "@roundlot/core"
import type { AccountName } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { movements, taxLots } from "@roundlot/core/ledger"
import { Effect } from "effect"

/** What one symbol of an account has earned, in dollars, and what of it is still held, in signed shares. */
export interface SymbolProfit {
  readonly account: AccountName.AccountName
  readonly symbol: string
  /** What was closed, first in first out, before its fees; undefined where a price is not known. */
  readonly realised: Decimal.Decimal | undefined
  /** What is known of the fees of what was closed. */
  readonly fees: Decimal.Decimal
  readonly held: Decimal.Decimal
  /** What was paid for what is still held, or received where it is short, at the prices it was opened at. */
  readonly openCost: Decimal.Decimal | undefined
}

/** The sum; unknown where one of them is. */
const sumOf = (all: ReadonlyArray<Decimal.Decimal | undefined>): Decimal.Decimal | undefined =>
  all.every((each) => each !== undefined) ? Decimal.sum(all) : undefined

const profitOf = (
  account: AccountName.AccountName,
  symbol: string,
  executed: ReadonlyArray<movements.Executed>
): SymbolProfit => {
  const moved = movements.movementsOf({ executed, declared: [], splits: [], identified: [], currency: "USD" })
  const { closings, open } = taxLots.lotsOf(moved, "fifo")
  const fees = Decimal.sum(closings.map((closing) => closing.fees))
  const profit = sumOf(closings.map((closing) => closing.profit))
  return {
    account,
    symbol,
    realised: profit && Decimal.add(profit, fees),
    fees,
    held: Decimal.sum(open.map(({ opening, shares }) => (opening.isLong ? shares : Decimal.negate(shares)))),
    openCost: sumOf(open.map(({ amount }) => amount.gross))
  }
}

/**
 * Realised profit and loss of every symbol, by account and symbol, from the public reads and rules alone. Corrections and busts change the
 * past. Splits and declared shares are in the journal, which this does not read: `roundlot report profit` does.
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
  const bySymbol = new Map<string, [AccountName.AccountName, string, Array<movements.Executed>]>()
  for (const fill of yield* Reads.all(Fill.FillTable)) {
    const order = orders.get(fill.orderId)
    if (order === undefined) continue
    const { account, side, symbol } = order
    const [, , executed] = bySymbol.get(`${account} ${symbol}`) ?? [account, symbol, []]
    executed.push({ fill, side })
    bySymbol.set(`${account} ${symbol}`, [account, symbol, executed])
  }
  return [...bySymbol].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, of]) => profitOf(...of))
})
