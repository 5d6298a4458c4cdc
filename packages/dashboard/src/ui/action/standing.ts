import type { Documents } from "@roundlot/api"
import { signs, signOfState } from "../../words/signs.ts"
import { texts } from "../../words/text/halts.ts"

type Overview = Documents.OverviewDocument
type Control = Documents.ControlDocument
type Scope = Pick<Control, "account" | "symbol">

/** The laxest first: of several that hold for a position, the strictest decides. */
const states = Object.keys(signs.trading)

const isBound = ({ state }: Control): boolean => state !== "normal"

/** Is what is set for one scope set for all of another too? */
const covers = (wide: Scope, narrow: Scope): boolean =>
  (wide.account === null || wide.account === narrow.account) && (wide.symbol === null || wide.symbol === narrow.symbol)

const isAsStrict = (one: Control, other: Control): boolean => states.indexOf(one.state) >= states.indexOf(other.state)

/** What does not trade as usual, the strictest first; left out is what a wider scope binds as strictly. */
export const boundIn = ({ controls }: Pick<Overview, "controls">): ReadonlyArray<Control> =>
  controls
    .filter(
      (each) => isBound(each) && !controls.some((wide) => wide !== each && covers(wide, each) && isAsStrict(wide, each))
    )
    .toSorted((a, b) => states.indexOf(b.state) - states.indexOf(a.state))

/** What binds a position: set for its symbol, its account or everything. */
export const boundAt = ({ controls }: Pick<Overview, "controls">, position: Scope): ReadonlyArray<Control> =>
  controls.filter((each) => isBound(each) && covers(each, position))

/** What a scope is called. */
export const scopeName = (account: string | undefined, symbol: string | undefined): string =>
  account === undefined ? texts.everything : symbol === undefined ? account : texts.on({ symbol, account })

/** What a control is set for. */
export const nameOf = ({ account, symbol }: Scope): string => scopeName(account ?? undefined, symbol ?? undefined)

/** More of them are counted and not named. */
const MOST_NAMED = 5

/** The names of scopes in a sentence. */
export const named = (scopes: ReadonlyArray<Scope>): string => {
  const rest = scopes.length - MOST_NAMED
  const names = scopes.slice(0, MOST_NAMED).map(nameOf).join(", ")
  return rest > 0 ? texts.namesAndMore({ names, rest }) : names
}

/** What does not trade as usual in words, each state with what it is set for: `Halted: IBM on paper · Reduce only: second`. */
export const boundWords = (bound: ReadonlyArray<Control>): string =>
  [...new Set(bound.map(({ state }) => state))]
    .map((state) => `${signOfState("trading", state).word}: ${named(bound.filter((each) => each.state === state))}`)
    .join(" · ")
