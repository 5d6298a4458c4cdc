import { TradeSource } from "@roundlot/core/adapter"
import { basename } from "node:path"
import { shown } from "@roundlot/api/text"
import type { Parsed } from "./TradeRow.ts"

/**
 * The trades of rows of a file with the bytes that they were read from: its header, and the rows as they stand. Its name is kept, not the
 * folders that lead to it.
 */
export const tradesOf = (rows: ReadonlyArray<Parsed>, file: string): Pick<TradeSource.Delivery, "trades" | "raw"> => {
  const [first] = rows
  const places = rows.length > 1 ? `${first?.line}-${rows.at(-1)?.line}` : `${first?.line}`
  return TradeSource.delivered(
    rows.map(({ input, raw }) => ({ trades: [input], bytes: raw })),
    {
      endpoint: `${shown(basename(file))}:${places}`,
      contentType: first?.head === undefined ? "application/x-ndjson" : "text/csv",
      head: first?.head
    }
  )
}
