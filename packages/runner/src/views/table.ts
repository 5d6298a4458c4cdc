import { Decimal } from "@roundlot/core"
import { shown } from "../import/shown.ts"

/** One column of a table for people. */
export interface TableColumn<D> {
  readonly header: string
  /** What stands in the column for a document; null is shown as `-`. */
  readonly cell: (document: D) => string | null
  readonly align: "left" | "right"
}

/** A column of words: left-aligned. */
export const words = <D>(header: string, cell: (document: D) => string | null): TableColumn<D> => ({
  header,
  cell,
  align: "left"
})

/** A column of numbers: right-aligned. */
export const numbers = <D>(header: string, cell: (document: D) => string | null): TableColumn<D> => ({
  header,
  cell,
  align: "right"
})

/** A column of times: to the second, UTC. */
export const times = <D>(header: string, cell: (document: D) => string | null): TableColumn<D> =>
  words(header, (document) => {
    const time = cell(document)
    return time === null ? null : `${time.slice(0, 10)} ${time.slice(11, 19)}`
  })

const ONE = Decimal.unsafe("1")
const SHORT_DECIMALS = 4

/** A decimal rounded to 4 places for people, a tiny one to 4 digits; programs read the exact one. */
export const short = (decimal: string | null): string | null =>
  decimal === null ? null : Decimal.format(Decimal.divide(Decimal.unsafe(decimal), ONE, placesOf(decimal)))

/** What begins with three zeros after the point would lose its digits, or all of its value. */
const placesOf = (decimal: string): number => {
  const zeros = /^-?0\.(0{3,})/.exec(decimal)?.[1]?.length ?? 0
  return zeros + SHORT_DECIMALS
}

const WIDEST = 44
const GAP = "  "

/**
 * Documents as lines of equally wide columns, the headers first, without an end of line. What has no glyph is shown by its code and
 * long texts are cut with `…`, so that one document is one line.
 *
 * @example
 * render([words("ID", (trade) => trade.id), numbers("QUANTITY", (trade) => trade.quantity)], trades)
 */
export const render = <D>(columns: ReadonlyArray<TableColumn<D>>, documents: ReadonlyArray<D>): string => {
  const rows = [
    columns.map(({ header }) => header),
    ...documents.map((document) => columns.map(({ cell }) => shortened(cell(document))))
  ]
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ""))))
  const padded = (text: string, column: number) => {
    const space = " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(text)))
    return columns[column]?.align === "right" ? space + text : text + space
  }
  return rows.map((row) => row.map(padded).join(GAP).trimEnd()).join("\n")
}

const widthOf = (text: string): number => Array.from(text).length

const shortened = (text: string | null): string => {
  if (text === null || text === "") return "-"
  const visible = Array.from(shown(text))
  return visible.length <= WIDEST ? visible.join("") : `${visible.slice(0, WIDEST - 1).join("")}…`
}
