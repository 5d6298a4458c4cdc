import type { Documents } from "@roundlot/api"
import { signOfOrder, signOfState } from "./signs.ts"
import type { Sign } from "./families.ts"
import { messages } from "./text/messages.ts"

/** How many rows of a batch are where; those that are processed are done, failed or cancelled. */
export interface RowCounts {
  readonly totalTrades: number
  readonly processedTrades: number
  readonly failedTrades: number
  readonly cancelledTrades: number
}

/** Rows that came to a good end. */
export const rowsDone = ({ cancelledTrades, failedTrades, processedTrades }: RowCounts): number =>
  Math.max(0, processedTrades - failedTrades - cancelledTrades)

/** Rows that have not come to their end. */
export const rowsLeft = ({ processedTrades, totalTrades }: RowCounts): number =>
  Math.max(0, totalTrades - processedTrades)

const texts = messages({ rows: { one: "{count} row", other: "{count} rows" } })

/** So many rows, in words. */
export const rowsIn = (count: number): string => texts.rows({ count })

/** How a count is said, by how well it is known. */
export const sizes = messages({ exactly: "{rows}", about: "about {rows}", atLeast: "at least {rows}" })

/** What goes before the order of a row: its trade is disputed or undone, or a person has to decide. */
const disputed: ReadonlySet<string> = new Set(["quarantined", "conflict", "reversed"])

/** The sign of a row of a batch: where its order stands, how far it is filled, and why there is none. */
export const signOfRow = (row: Documents.BatchRowDocument): Sign => {
  const { counts_as: place, filled_quantity: filled, order_status: order, quantity, status } = row
  if (status === "rejected") return signOfState("row", status)
  if (disputed.has(status)) return signOfState("trade", status)
  if (order !== null) return signOfOrder({ status: order, filledQuantity: filled ?? "0", quantity: quantity ?? "0" })
  return status === "pending" ? signOfState("row", place) : signOfState("trade", status)
}
