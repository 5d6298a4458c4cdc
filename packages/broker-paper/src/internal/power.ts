import { Decimal, Side, type AccountName } from "@roundlot/core"
import * as Contingent from "./contingent.ts"
import { leavesOf } from "./figures.ts"
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

const groupOf = (rows: Rows, id: string): string => Contingent.groupOf(rows, id)[0] ?? id

/** The orders of an account that work and buy, without those that wait and those of one order's group. */
const buying = (
  rows: Rows,
  account: AccountName.AccountName,
  without: string | undefined
): ReadonlyArray<OrderRow & { readonly group: string }> => {
  const left = without === undefined ? undefined : groupOf(rows, without)
  return rows
    .workingOf(account)
    .filter(({ brokerOrderId, side }) => side === "buy" && !Contingent.isWaiting(rows, brokerOrderId))
    .map((order) => ({ ...order, group: groupOf(rows, order.brokerOrderId) }))
    .filter(({ group }) => group !== left)
}

/** Of shares that an order is to buy those that cover no short sale, beside the orders that work: to cover one asks for no money. */
export const openedBy = (
  rows: Rows,
  account: AccountName.AccountName,
  {
    shares,
    symbol,
    without
  }: { readonly shares: Decimal.Decimal; readonly symbol: string; readonly without: string | undefined }
): Decimal.Decimal => {
  const held = rows.holding(account, symbol)?.amount ?? Decimal.zero
  if (!Decimal.isNegative(held)) return shares
  const asked = buying(rows, account, without).filter((order) => order.symbol === symbol)
  const uncovered = Decimal.add(held, Decimal.sum(asked.map(leavesOf)))
  return Decimal.max(Decimal.zero, Decimal.add(shares, Decimal.min(Decimal.zero, uncovered)))
}

/** What the working orders of an account may cost, without those of one group: of exits that end each other the one that costs most, of those that wait none. */
const reserved = (
  counting: Counting,
  account: AccountName.AccountName,
  without: string | undefined
): Decimal.Decimal => {
  const byGroup = new Map<string, Decimal.Decimal>()
  for (const order of buying(counting.rows, account, without)) {
    const cost = costOf(counting, order, leavesOf(order))
    byGroup.set(order.group, Decimal.max(byGroup.get(order.group) ?? Decimal.zero, cost))
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
