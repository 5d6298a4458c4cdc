import type { Field } from "./TradeRow.ts"

/** The file's own names of its columns, `{ source_id: "Id" }`; `{ price: "" }` says that it has no price. */
export type Columns = Partial<Readonly<Record<Field, string>>>

const camelCase = (field: string): string => field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The names by which a file may have `field`: the mapped one, else ours in snake or camel case; none where there is no such. */
export const namesOf = (field: Field, columns: Columns): ReadonlyArray<string> => {
  const mapped = columns[field]
  if (mapped === "") return []
  return mapped === undefined ? [...new Set([field, camelCase(field)])] : [mapped]
}
