import { Decimal } from "@roundlot/core"
import { isWorking, type ExchangeStatus } from "../ExchangeOrder.ts"
import type { ExecutionRow, OrderRow } from "./rows.ts"

/** What a revision of an execution is called. */
export const execIdOf = (base: string, revision: number): string => `${base}.${String(revision).padStart(2, "0")}`

/** The highest revision of every execution. */
export const canonicalOf = (executions: ReadonlyArray<ExecutionRow>): ReadonlyArray<ExecutionRow> => {
  const byBase = new Map<string, ExecutionRow>()
  for (const execution of executions) {
    const known = byBase.get(execution.execIdBase)
    if (known === undefined || known.revision < execution.revision) byBase.set(execution.execIdBase, execution)
  }
  return [...byBase.values()]
}

/** The shares that an order still asks for. */
export const leavesOf = ({ filledQuantity, quantity }: OrderRow): Decimal.Decimal =>
  Decimal.max(Decimal.zero, Decimal.subtract(quantity, filledQuantity))

/** A closed order stays closed in its own word, whatever a bust or a late fill does to its figures. */
export const statusAfter = (order: OrderRow, filled: Decimal.Decimal): ExchangeStatus => {
  if (!isWorking(order.status)) return order.status
  if (Decimal.isAtMost(order.quantity, filled)) return "filled"
  return Decimal.isPositive(filled) ? "partially_filled" : "new"
}
