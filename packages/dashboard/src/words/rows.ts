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
