import type { Column } from "@roundlot/core/adapter"

/** The cells of a row, or of a statement's parameters. */
export type Cells = ReadonlyArray<Column.Cell>

const isCell = (value: unknown): value is Column.Cell =>
  typeof value === "string" || typeof value === "number" || value === null || value instanceof Uint8Array

/** Is it a row of cells that the store knows, and nothing that only some of the SQLites bind? */
export const isCells = (values: ReadonlyArray<unknown>): values is Cells => values.every(isCell)

/** So many statements are kept; lists of cells of every length have one each. */
const MOST_STATEMENTS = 200

/** Prepares the statement of a text once, for as long as it is kept. */
export const keeping = <Prepared>(prepare: (text: string) => Prepared): ((text: string) => Prepared) => {
  const kept = new Map<string, Prepared>()
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known
    if (kept.size >= MOST_STATEMENTS) kept.clear()
    const prepared = prepare(text)
    kept.set(text, prepared)
    return prepared
  }
}
