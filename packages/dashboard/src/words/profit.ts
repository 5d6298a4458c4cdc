import type { Documents } from "@roundlot/api"

const counted = (count: number | null, one: string, many: string): ReadonlyArray<string> =>
  count === null || count === 0 ? [] : [count === 1 ? `1 ${one}` : `${count} ${many}`]

/** What of a row of sums is not known, and in none of its figures; null where all is. */
export const missingWords = (row: Documents.ProfitRow): string | null => {
  const { feesKnown, kind, note, price, quantity, unknownProfits, unpriced, unvalued } = row
  const isHeld = quantity !== null && quantity !== "0"
  const words = [
    ...(kind === "symbol" && isHeld && price === null ? ["market price"] : []),
    ...(kind === "symbol" && isHeld && row.cost === null ? ["cost of open lots"] : []),
    ...(kind === "total" ? counted(unvalued, "unrealised profit", "unrealised profits") : []),
    ...counted(unknownProfits, "realised profit", "realised profits"),
    ...counted(unpriced, "fill without a price", "fills without a price"),
    ...(feesKnown === false ? ["fees not reported yet, or in another currency"] : []),
    ...(note === null ? [] : [note])
  ]
  return words.length === 0 ? null : words.join("; ")
}
