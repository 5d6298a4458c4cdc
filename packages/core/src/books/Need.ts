import { Data } from "effect"

/** What a planning must have before it, so that "not there" means that it does not exist. */
export type Need = Data.TaggedEnum<{
  /** The account, its instruments' gates and its trading states. */
  readonly Account: { readonly account: string }
  /** A position with its oldest open lots, its live orders and open breaks. */
  readonly Position: { readonly account: string; readonly symbol: string }
  /** As many of a position's open lots, oldest first. */
  readonly Lots: { readonly account: string; readonly symbol: string; readonly most: number }
  /** A trade by its identity, and whatever reverses it. */
  readonly Identity: {
    readonly account: string
    readonly source: string
    readonly sourceId: string
    readonly occurrence: string
  }
  readonly TradeById: { readonly id: number }
  /** An order with its allocations, fills, attempts and position. */
  readonly OrderById: { readonly id: number }
  /** A decision, with its order. */
  readonly DecisionById: { readonly id: number }
  /** The decisions of a symbol that were made in one minute. */
  readonly DecisionsIn: { readonly account: string; readonly symbol: string; readonly minute: number }
  readonly OrderByClientId: { readonly clientOrderId: string }
  readonly OrderByBrokerId: { readonly account: string; readonly brokerOrderId: string }
  /** An attempt, with its order. */
  readonly AttemptById: { readonly id: number }
  /** All revisions of an execution, and the order that has them. */
  readonly Execution: { readonly account: string; readonly execIdBase: string }
  readonly FillByExecId: { readonly account: string; readonly execId: string }
  readonly WaitingFill: { readonly account: string; readonly execId: string }
  readonly PayloadById: { readonly id: number }
  readonly BreakById: { readonly id: number }
  readonly Control: { readonly account: string; readonly symbol: string }
  /** What an account with limits over time has sent. */
  readonly Usage: { readonly account: string }
  readonly Command: { readonly id: string }
  readonly Cursor: { readonly account: string; readonly source: string }
  /** All fills of an account that wait for their orders. */
  readonly WaitingFills: { readonly account: string }
}>

/** How many open lots a position brings with it; a rule that needs more asks for `Lots`. */
export const LOTS_AT_FIRST = 32

/** How many lots a rule asks for where `asked` were not enough. */
export const moreLots = (asked: number): number => asked * 4

/** Constructors of `Need`. */
export const Need = Data.taggedEnum<Need>()

/** The text under which a need is remembered as met. */
export const keyOf = (need: Need): string => {
  switch (need._tag) {
    case "Position":
      return `Position\u0000${need.account}\u0000${need.symbol}`
    case "Identity":
      return `Identity\u0000${need.account}\u0000${need.source}\u0000${need.sourceId}\u0000${need.occurrence}`
    case "TradeById":
      return `TradeById\u0000${need.id}`
    case "OrderById":
      return `OrderById\u0000${need.id}`
    default:
      return Object.values(need).map(String).join("\u0000")
  }
}

/** Thrown inside planning where something was not loaded; caught by the planner, which asks for it and plans again. */
export class Missing {
  readonly need: Need
  constructor(need: Need) {
    this.need = need
  }
}
