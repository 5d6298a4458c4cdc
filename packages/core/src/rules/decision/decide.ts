import { policyOf } from "../../records/Account.ts"
import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import { format, type DecisionId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { instrumentAt } from "../../records/DatedSymbol.ts"
import { resolve } from "../../records/OrderPolicy.ts"
import { faultOf, UnsupportedOrder } from "../../records/SupportedOrders.ts"
import { MANUAL, type Decision, type DecisionInput } from "../../records/Decision.ts"

/** A decision as the books have it now. `undefined` where there is none of this id. */
export const decisionOf = (recorder: Recorder, id: DecisionId): Decision | undefined => {
  recorder.need(Need.DecisionById({ id }))
  return recorder.books.decisions.get(id)
}

/**
 * Puts a decision on record, pending: nothing is sent. `undefined` where the account is not in the books; nothing is on record of an order
 * that its broker is known not to take.
 */
export const decide = (recorder: Recorder, input: DecisionInput): Decision | UnsupportedOrder | undefined => {
  const { account, books } = recorder
  recorder.need(Need.Account({ account }))
  const owner = books.accounts.get(account)
  if (owner === undefined) return undefined
  const terms = { type: input.orderType ?? "market", ...resolve(input, policyOf(owner)) }
  if (owner.supportedOrders !== undefined && faultOf(owner.supportedOrders, terms) !== undefined)
    return new UnsupportedOrder({ ...terms, supported: owner.supportedOrders })
  // P9: whoever decides names an instrument as the market does.
  const symbol = instrumentAt(owner.symbols, input.symbol, recorder.world.at).instrument
  recorder.need(Need.Position({ account, symbol }))
  if (books.instruments.get(joinKey([account, symbol])) === undefined) recorder.emit({ _tag: "InstrumentSeen", symbol })
  const id = recorder.next("decision")
  recorder.emit({
    _tag: "DecisionMade",
    id,
    strategy: input.strategy ?? MANUAL,
    symbol,
    side: input.side,
    quantity: input.quantity,
    notional: input.notional,
    orderType: terms.type,
    limitPrice: input.limitPrice,
    stopPrice: input.stopPrice,
    timeInForce: terms.timeInForce,
    goodTill: terms.goodTill,
    session: terms.session,
    rationale: input.rationale
  })
  const made = books.decisions.get(id)
  if (made === undefined) throw new Error(`decision ${format("decision", id)} is not in the books`)
  return made
}

/** Asks whoever drives the account to execute a decision. Nothing where it is not pending any more. */
export const askFor = (recorder: Recorder, id: DecisionId): void => {
  if (decisionOf(recorder, id)?.status === "pending") recorder.emit({ _tag: "DecisionAsked", id })
}
