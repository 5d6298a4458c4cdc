import { Decimal, Price } from "@roundlot/core"
import type { AccountName } from "@roundlot/core"
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

interface Shares {
  readonly symbol: string
  readonly quantity: Decimal.Decimal
}

const DIGITS = 12

/** The shares of an execution as they are now. */
const sharesNow = ({ number, quantity, symbol }: ExecutionRow, actions: ReadonlyArray<Action>): Shares =>
  actions.reduce<Shares>(
    (shares, action) => {
      if (action.after < number || action.symbol !== shares.symbol) return shares
      if ("name" in action) return { ...shares, symbol: action.name }
      const scaled = Decimal.multiply(shares.quantity, Decimal.unsafe(action.to))
      return { ...shares, quantity: Decimal.divide(scaled, Decimal.unsafe(action.from), DIGITS) }
    },
    { symbol, quantity }
  )

/** What a share that is held cost on average where it was traded on this side: in shares, and under the symbol, of now. */
export const averagePaid = (
  rows: Rows,
  account: AccountName.AccountName,
  symbol: string,
  held: Decimal.Decimal
): Decimal.Decimal | undefined => {
  const actions = actionsOf(rows)
  const side = Decimal.isNegative(held) ? "sell" : "buy"
  const own = canonicalOf(rows.executionsOn(account, side))
    .map((execution) => ({ execution, now: sharesNow(execution, actions) }))
    .filter(({ now }) => now.symbol === symbol)
  const notional = Decimal.sum(own.map(({ execution: { price, quantity } }) => Decimal.multiply(price, quantity)))
  return Price.average(notional, Decimal.sum(own.map(({ now }) => now.quantity)))
}
