import { Decimal, Side } from "@roundlot/core"
import type { AccountName } from "@roundlot/core"
import * as Contingent from "./contingent.ts"
import type { ExecutionRow, OrderRow, Rows } from "./rows.ts"

/** What an account has to spend until an instruction says so, in dollars: a ceiling for each order, which no purchase lowers. */
export const BUYING_POWER = "1000000000"

/** What money is counted by: the rows, and what an order would trade at now. */
export interface Counting {
  readonly rows: Rows
  readonly priceOf: (order: Pick<OrderRow, "side"> & { readonly symbol: string }) => Decimal.Decimal | undefined
}

type Costing = Pick<OrderRow, "limitPrice" | "side" | "stopPrice"> & { readonly symbol: string }

/** Does an account have a purse, since an instruction has said how much is in it? */
const hasPurse = (rows: Rows, account: string): boolean => rows.fact(`purse ${account}`) === "1"

/** The account's money, what its orders reserve among it. */
export const cashOf = (rows: Rows, account: AccountName.AccountName): Decimal.Decimal =>
  rows.buyingPower(account)?.amount ?? Decimal.unsafe(BUYING_POWER)

/** What so many shares of an order that buys cost at most; nothing where nobody has said a price. */
export const costOf = (
  { priceOf }: Pick<Counting, "priceOf">,
  order: Costing,
  shares: Decimal.Decimal
): Decimal.Decimal => {
  const market = priceOf(order) ?? Decimal.zero
  const price = order.limitPrice ?? (order.stopPrice === null ? market : Decimal.max(order.stopPrice, market))
  return Decimal.multiply(shares, price)
}

/** What the working orders of an account may cost, without those of one group: of exits that end each other the one that costs most, of those that wait none. */
const reserved = (
  counting: Counting,
  account: AccountName.AccountName,
  without: string | undefined
): Decimal.Decimal => {
  const { rows } = counting
  const groupOf = (id: string) => Contingent.groupOf(rows, id)[0] ?? id
  const left = without === undefined ? undefined : groupOf(without)
  const byGroup = new Map<string, Decimal.Decimal>()
  for (const order of rows.workingOf(account)) {
    const group = groupOf(order.brokerOrderId)
    if (order.side === "sell" || group === left || Contingent.isWaiting(rows, order.brokerOrderId)) continue
    const leaves = Decimal.max(Decimal.zero, Decimal.subtract(order.quantity, order.filledQuantity))
    byGroup.set(group, Decimal.max(byGroup.get(group) ?? Decimal.zero, costOf(counting, order, leaves)))
  }
  return Decimal.sum([...byGroup.values()])
}

/** What an account may still spend, beside the orders that work; those of one order's group left out, where another takes its place. */
export const leftOf = (counting: Counting, account: AccountName.AccountName, without?: string): Decimal.Decimal => {
  const cash = cashOf(counting.rows, account)
  if (!hasPurse(counting.rows, account)) return cash
  return Decimal.max(Decimal.zero, Decimal.subtract(cash, reserved(counting, account, without)))
}

/** From now on an account has so much to spend, beside the orders that work. */
export const setLeft = (counting: Counting, account: AccountName.AccountName, amount: Decimal.Decimal): void => {
  counting.rows.setFact(`purse ${account}`, "1")
  counting.rows.setBuyingPower(Decimal.format(Decimal.add(amount, reserved(counting, account, undefined))), account)
}

const dollarsOf = ({ price, quantity }: Pick<ExecutionRow, "price" | "quantity">) => Decimal.multiply(quantity, price)

/** An execution, or what it becomes, moves the account's money. */
export const move = (
  rows: Rows,
  execution: Pick<ExecutionRow, "account" | "price" | "quantity" | "side">,
  before: ExecutionRow | undefined
): void => {
  const { account, side } = execution
  if (!hasPurse(rows, account)) return
  const dollars = Decimal.subtract(dollarsOf(execution), before === undefined ? Decimal.zero : dollarsOf(before))
  rows.setBuyingPower(Decimal.format(Decimal.subtract(cashOf(rows, account), Side.signed(side, dollars))), account)
}
