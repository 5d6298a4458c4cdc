import type { Column } from "@roundlot/core/adapter"

const SPECIAL = /["\\]/g

const textOf = (cell: Column.Cell): string => {
  if (cell === null) return "NULL"
  if (typeof cell === "number") return String(cell)
  if (typeof cell === "string") return `"${cell.replace(SPECIAL, "\\$&")}"`
  return `"\\\\x${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString("hex")}"`
}

/**
 * Cells as the text of a Postgres array. `pg` can write one too, with two passes over each cell, which was a tenth of a write's time;
 * here the cells of a column, of which many are those of the row before, are written once as long as they stay the same.
 */
export const arrayText = (cells: ReadonlyArray<Column.Cell>): string => {
  let last: Column.Cell = null
  let lastText = "NULL"
  let text = "{"
  for (const [i, cell] of cells.entries()) {
    if (cell !== last) {
      last = cell
      lastText = textOf(cell)
    }
    text += i === 0 ? lastText : `,${lastText}`
  }
  return `${text}}`
}
