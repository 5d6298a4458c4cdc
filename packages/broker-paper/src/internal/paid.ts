import { Decimal, Price, type AccountName, type Instant, type Side } from "@roundlot/core"
import { canonicalOf } from "./figures.ts"
import type { ExecutionRow, Rows } from "./rows.ts"

/** What became of a symbol after the execution of this number: shares that were split, or another name. */
type Action =
  | { readonly after: number; readonly symbol: string; readonly to: string; readonly from: string }
  | { readonly after: number; readonly symbol: string; readonly name: string }

/** Puts a split on record, for what was executed before. */
export const noteSplit = (rows: Rows, symbol: string, from: Decimal.Decimal, to: Decimal.Decimal): void =>
  note(rows, `split ${symbol} ${Decimal.format(from)} ${Decimal.format(to)}`)

/** Puts another name on record, for what was executed before. */
export const noteName = (rows: Rows, symbol: string, name: string): void => note(rows, `name ${symbol} ${name}`)

const note = (rows: Rows, what: string): void =>
  rows.setFact("actions", [...notesOf(rows), `${rows.lastExecution()} ${what}`].join("\n"))

const notesOf = (rows: Rows): ReadonlyArray<string> => (rows.fact("actions") ?? "").split("\n").filter(Boolean)

const actionsOf = (rows: Rows): ReadonlyArray<Action> =>
  notesOf(rows).map((line) => {
    const [after, kind, symbol = "", first = "", second = ""] = line.split(" ")
    return kind === "name"
      ? { after: Number(after), symbol, name: first }
      : { after: Number(after), symbol, from: first, to: second }
  })

/** Shares of an execution as they are now: after what was corrected and split, under the symbol of now. */
export interface Shares {
  readonly symbol: string
  readonly quantity: Decimal.Decimal
  readonly side: Side.Side
  /** When it was executed first, and what was paid for all of it. */
  readonly executedAt: Instant.Instant
  readonly notional: Decimal.Decimal
}

const DIGITS = 12

/** So many shares of a symbol. */
type Amount = Pick<Shares, "symbol" | "quantity">

/** What shares became by what their symbol went through after the execution of this number. */
const becomes = (
  actions: ReadonlyArray<Action>,
  number: number,
  shares: Amount,
  kept: (shares: Decimal.Decimal) => Decimal.Decimal
): Amount =>
  actions.reduce((now, action) => {
    if (action.after < number || action.symbol !== now.symbol) return now
    if ("name" in action) return { ...now, symbol: action.name }
    const scaled = Decimal.multiply(now.quantity, Decimal.unsafe(action.to))
    return { ...now, quantity: kept(Decimal.divide(scaled, Decimal.unsafe(action.from), DIGITS)) }
  }, shares)

const ONE = Decimal.unsafe("1")

/**
 * What so many shares of an execution are by now: whole shares, as a split leaves them. A correction and
 * a bust are said in shares of then.
 */
export const since = (
  rows: Rows,
  { number, symbol }: Pick<ExecutionRow, "number" | "symbol">,
  quantity: Decimal.Decimal
): Amount => becomes(actionsOf(rows), number, { symbol, quantity }, (shares) => Decimal.floorTo(shares, ONE))

const sharesNow = (first: ExecutionRow, last: ExecutionRow, actions: ReadonlyArray<Action>): Shares => ({
  ...becomes(actions, first.number, { symbol: first.symbol, quantity: last.quantity }, (shares) => shares),
  side: first.side,
  executedAt: first.executedAt,
  notional: Decimal.multiply(last.price, last.quantity)
})

/** What an account executed since a date, oldest first, without what was busted. */
export const sharesOf = (rows: Rows, account: AccountName.AccountName, since = ""): ReadonlyArray<Shares> => {
  const actions = actionsOf(rows)
  const all = rows.executionsSince(account, since)
  const newest = new Map(canonicalOf(all).map((execution) => [execution.execIdBase, execution]))
  return all
    .filter(({ revision }) => revision === 1)
    .map((first) => sharesNow(first, newest.get(first.execIdBase) ?? first, actions))
    .filter(({ quantity }) => Decimal.isPositive(quantity))
}

/** What a share that is held cost on average where it was traded on this side: in shares, and under the symbol, of now. */
export const averagePaid = (
  all: ReadonlyArray<Shares>,
  symbol: string,
  held: Decimal.Decimal
): Decimal.Decimal | undefined => {
  const side = Decimal.isNegative(held) ? "sell" : "buy"
  const own = all.filter((each) => each.symbol === symbol && each.side === side)
  return Price.average(
    Decimal.sum(own.map(({ notional }) => notional)),
    Decimal.sum(own.map(({ quantity }) => quantity))
  )
}
