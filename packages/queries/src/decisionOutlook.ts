import { Decimal, type Decisions, type Order } from "@roundlot/core"
import { directOrder } from "@roundlot/core/ledger"
import type { Documents } from "@roundlot/api"
import { decimalOrNull, valueOrNull } from "./text.ts"

type Rehearsed = Documents.RehearsedDecision

/** Does what it would come to hang on a broker that is not asked here? One that would fail anyway hangs on its price alone. */
const isOpen = ({ decision, dependsOn }: Decisions.DecisionOutlook): boolean =>
  dependsOn.includes("price") || (dependsOn.length > 0 && decision.status !== "failed")

/** Would it be sent, would it wait, or why would it fail? */
const verdictOf = (
  { dependsOn }: Pick<Decisions.DecisionOutlook, "dependsOn">,
  { outcome, reason, waitsFor }: Pick<Rehearsed, "outcome" | "reason" | "waitsFor">,
  order: Order.Order | undefined
): string => {
  if (dependsOn.includes("price")) return "Whether it would be sent depends on the broker's price"
  if (outcome === "failed" || order === undefined) return `It would fail: ${reason}`
  if (outcome === "open")
    return `It would be sent, once its broker has confirmed the instrument: ${directOrder.termsText(order)}`
  return waitsFor === null
    ? `It would be sent: ${directOrder.termsText(order)}`
    : `It would wait for ${waitsFor}: ${directOrder.termsText(order)}`
}

/** What a rehearsal of a decision found, with its verdict in a sentence. Signed shares. */
export const documentOf = (outlook: Decisions.DecisionOutlook): Rehearsed => {
  const { decision, held, order } = outlook
  const found = {
    dryRun: true,
    account: decision.account,
    outcome: isOpen(outlook) ? "open" : decision.status,
    reason: valueOrNull(decision.reason),
    waitsFor: valueOrNull(order?.heldFor),
    held: { before: Decimal.format(held.before), after: decimalOrNull(held.after) }
  } as const
  return { ...found, verdict: verdictOf(outlook, found, order) }
}
