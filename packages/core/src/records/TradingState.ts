import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/** What may be sent: everything, what a person has approved, what closes a holding, or nothing. */
export const tradingStates = ["normal", "approve", "reduce", "observe", "halted"] as const

/** One of the trading states; `observe` is everything but the send. */
export type TradingState = (typeof tradingStates)[number]

/**
 * Why the ledger itself halts: an account was used before its books, a position would exceed what it owes, or a broker rejected too
 * many orders of an account in a row.
 */
export const ledgerHalts = ["NotAdopted", "OwedBound", "RejectionsInARow"] as const

/** Why the ledger itself halts. */
export type LedgerHalt = (typeof ledgerHalts)[number]

/**
 * The trading state of the whole store (`account` and `symbol` empty), of an account (`symbol` empty) or of one symbol of an
 * account. The strictest of the three decides.
 */
export const Control = Schema.Struct({
  account: Column.text,
  symbol: Column.text,
  state: Column.literal(tradingStates),
  reason: Column.text,
  /** Why the ledger has set it; nothing where an operator has. */
  halt: Column.optional(Column.literal(ledgerHalts)),
  /**
   * Of a halt: the state that stood when it began, and stands again after it; none where that was `normal`. Of a state that stands again after a
   * halt: itself.
   */
  resumesTo: Column.optional(Column.literal(tradingStates)),
  actor: Column.text,
  changedAt: Column.instant,
  version: Column.integer
})

/** The trading state of a scope. */
export type Control = typeof Control.Type

/** The table of controls. */
export const ControlTable = Table.make({
  name: "controls",
  schema: Control,
  key: ["account", "symbol"],
  keyOf: (control) => Table.symbolKey(control.account, control.symbol)
})

const RANK: { readonly [S in TradingState]: number } = { normal: 0, approve: 1, reduce: 2, observe: 3, halted: 4 }

/** How a trading state changes: the one that stood, the one that is asked for, and the one that stands then. */
export interface StateChange {
  readonly before: TradingState
  readonly asked: TradingState
  readonly state: TradingState
}

/**
 * What asking for a state comes to. A resume ends a halt, and neither what stood before it nor, where it is asked for once more, what stands again
 * since; `lifts` ends that too.
 */
export const changeTo = (control: Control | undefined, asked: TradingState, lifts = false): StateChange => {
  const { resumesTo, state: before = "normal" } = control ?? {}
  const isKept = asked === "normal" && !lifts && resumesTo !== undefined
  return { before, asked, state: isKept ? resumesTo : asked }
}

/** What a resume comes to once a state is set: what stood before a halt, while it lasts and after it; `undefined` where that is `normal`. */
export const keptBy = (before: Control | undefined, state: TradingState): TradingState | undefined => {
  if (before?.state === "halted") return state === "halted" || state === before.resumesTo ? before.resumesTo : undefined
  return state !== "halted" || before?.state === "normal" ? undefined : before?.state
}

/** The stricter of two trading states. */
export const stricter = (a: TradingState, b: TradingState): TradingState => (RANK[b] > RANK[a] ? b : a)

/** The strictest of several trading states. */
export const strictest = (states: Iterable<TradingState>): TradingState => {
  let worst: TradingState = "normal"
  for (const state of states) worst = stricter(worst, state)
  return worst
}

const set: { readonly [S in TradingState]: string } = {
  normal: "Trading resumed",
  approve: "Each order needs approval",
  reduce: "Only reducing orders",
  observe: "Orders recorded, not sent",
  halted: "Halted"
}

const still: { readonly [S in TradingState]: string } = {
  normal: "trading",
  approve: "held for approval",
  reduce: "reducing only",
  observe: "observed only",
  halted: "halted"
}

const words: ReadonlyMap<string, string> = new Map(Object.entries(still))

/** A trading state in words, after the name of its scope: `approve` is `held for approval`. */
export const wordsOfState = (state: string): string => words.get(state) ?? state

/** The name of a scope in a sentence: `all accounts`, `paper`, `AAPL of paper`. */
export const scopeText = ({ account, symbol }: Pick<Control, "account" | "symbol">): string =>
  account === "" ? "all accounts" : symbol === "" ? account : `${symbol} of ${account}`

/**
 * Says what setting a state came to, with the stricter states of wider scopes that still bind: `Trading resumed (paper)`;
 * `Control lifted (paper); still halted (all accounts: news)`; `Only reducing orders (paper), as before the halt`.
 */
export const setText = (
  { asked, before, state, ...scope }: Pick<Control, "account" | "symbol"> & StateChange,
  wider: ReadonlyArray<Control>
): string => {
  const name = scopeText(scope)
  const binds = wider.filter((each) => RANK[each.state] > RANK[state])
  const rest = binds.map((each) => `; still ${still[each.state]} (${scopeText(each)}: ${each.reason})`).join("")
  if (before === state)
    return `${state === "normal" ? `No control on ${name}` : state === asked ? `${set[state]} already (${name})` : `No halt on ${name}; still ${still[state]}`}${rest}`
  if (state === "halted") return `Halted: ${name}`
  const again = state === asked ? "" : ", as before the halt"
  return `${state === "normal" && binds.length > 0 ? "Control lifted" : set[state]} (${name})${again}${rest}`
}

/** The trading state that binds an account, or a symbol of it: the strictest of those that stand for it and for more than it. */
export const binding = (controls: ReadonlyArray<Control>, account: string, symbol = ""): TradingState =>
  strictest(
    controls
      .filter((each) => ["", account].includes(each.account) && ["", symbol].includes(each.symbol))
      .map(({ state }) => state)
  )
