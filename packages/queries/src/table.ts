import { codeWords } from "@roundlot/core/ledger"
import { Decimal } from "@roundlot/core"
import { shown, withCents } from "@roundlot/api/text"
import { paint, toneOf, whole, type Screen, type Tone } from "./Screen.ts"

/** One column of a table for people. */
export interface TableColumn<D> {
  readonly header: string
  /** What stands in the column for a document; null is shown as `-`. */
  readonly cell: (document: D) => string | null
  readonly align: "left" | "right"
  /** Where there is no room its texts are cut; an id, a number or a time is whole or not there. */
  readonly isCuttable: boolean
  /** Left out first where there is no room. */
  readonly isMinor: boolean
  /** In which tone what stands in it is shown. */
  readonly toneOf: (cell: string) => Tone | undefined
}

type Cell<D> = (document: D) => string | null

const plain = <D>(header: string, cell: Cell<D>): TableColumn<D> => ({
  header,
  cell,
  align: "left",
  isCuttable: false,
  isMinor: false,
  toneOf: () => undefined
})

/** A column of words: left-aligned, and cut where there is no room. */
export const words = <D>(header: string, cell: Cell<D>): TableColumn<D> => ({
  ...plain(header, cell),
  isCuttable: true
})

/** A column of ids: left-aligned, never cut. */
export const ids = <D>(header: string, cell: Cell<D>): TableColumn<D> => plain(header, cell)

/** A column of states, each in the tone of its word. */
export const states = <D>(header: string, cell: Cell<D>): TableColumn<D> => ({
  ...plain(header, (document) => {
    const state = cell(document)
    return state === null ? null : codeWords.wordsOf(state)
  }),
  toneOf
})

/** A column of numbers: right-aligned. */
export const numbers = <D>(header: string, cell: Cell<D>): TableColumn<D> => ({
  ...plain(header, cell),
  align: "right"
})

/** A time as people read it: to the second, UTC. */
export const momentOf = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 19)}`

/** The head of a column of times, which says their zone. */
export const headOfTimes = (header: string): string => `${header} (UTC)`

/** A column of times: to the second, UTC. */
export const times = <D>(header: string, cell: Cell<D>): TableColumn<D> =>
  plain(headOfTimes(header), (document) => {
    const time = cell(document)
    return time === null ? null : momentOf(time)
  })

const SECONDS = ":00".length

const SPANS = [
  { unit: "d", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "min", ms: 60_000 },
  { unit: "s", ms: 1_000 }
] as const

/** Milliseconds as a span in its largest unit, to one decimal: `535.3 d`, `10 min`, `2.7 s`, `40 ms`. */
export const spanOf = (value: number | null): string | null => {
  if (value === null) return null
  const found = SPANS.find(({ ms }) => Math.abs(value) >= ms)
  return found === undefined ? `${value} ms` : `${Number((value / found.ms).toFixed(1))} ${found.unit}`
}

/** A column of times that are known to the minute, UTC; where there is none it says `none`. */
export const minutes = <D>(header: string, cell: Cell<D>, none: string): TableColumn<D> =>
  plain(headOfTimes(header), (document) => {
    const time = cell(document)
    return time === null ? none : momentOf(time).slice(0, -SECONDS)
  })

/** The same column, left out first where there is no room. */
export const minor = <D>(column: TableColumn<D>): TableColumn<D> => ({ ...column, isMinor: true })

const ONE = Decimal.unsafe("1")
const SHORT_DECIMALS = 4

/** A column of exact dollars. */
export const dollars = <D>(header: string, cell: Cell<D>): TableColumn<D> =>
  numbers(header, (document) => {
    const amount = cell(document)
    return amount === null ? null : withCents(amount)
  })

/** Dollars rounded to 4 places for people, a tiny amount to 4 digits; programs read the exact one. */
export const short = (decimal: string | null): string | null =>
  decimal === null ? null : withCents(Decimal.format(Decimal.divide(Decimal.unsafe(decimal), ONE, placesOf(decimal))))

/** A sum that something not known is missing from: `12.50 + ?`. */
export const withDoubt = (sum: string | null, isPartial: boolean): string | null =>
  sum === null ? null : `${short(sum) ?? ""}${isPartial ? " + ?" : ""}`

/** What begins with three zeros after the point would lose its digits, or all of its value. */
const placesOf = (decimal: string): number => {
  const zeros = /^-?0\.(0{3,})/.exec(decimal)?.[1]?.length ?? 0
  return zeros + SHORT_DECIMALS
}

/** A text is one line of a table: longer ones are cut, on a terminal sooner. */
const WIDEST = { piped: 240, terminal: 44 } as const
/** So far a text is cut where a terminal is too narrow, before and after less important columns went. */
const NARROW = 20
const NARROWEST = 10
const GAP = "  "

/** A column with its lines, the header first, as wide as the widest. */
interface Laid<D> {
  readonly column: TableColumn<D>
  readonly lines: ReadonlyArray<string>
  readonly width: number
}

/**
 * Documents as lines of equally wide columns, the headers first, without an end of line. What has no glyph is shown by its code and
 * long texts are cut with `…`, so that one document is one line. On a screen that is too narrow texts are cut further, then columns
 * left out, the minor ones first; a last line names them. Numbers, times and ids are never cut.
 *
 * @example
 * render([words("ID", (trade) => trade.id), numbers("QUANTITY", (trade) => trade.quantity)], trades)
 */
export const render = <D>(
  columns: ReadonlyArray<TableColumn<D>>,
  documents: ReadonlyArray<D>,
  screen: Screen = whole
): string => {
  const most = screen.width === undefined ? WIDEST.piped : WIDEST.terminal
  const all = columns.map((column): Laid<D> => {
    const lines = [column.header, ...documents.map((document) => shortened(column.cell(document), most))]
    return { column, lines, width: Math.max(...lines.map(widthOf)) }
  })
  const laid = fitted(all, screen.width)
  const rows = Array.from({ length: documents.length + 1 }, (_, row) =>
    laid
      .map((each, index) => cellOf(each, row, index === laid.length - 1, screen))
      .join(GAP)
      .trimEnd()
  )
  const left = all.filter(({ column }) => laid.every((each) => each.column !== column))
  return [...rows, ...(left.length === 0 ? [] : [paint(screen, "idle", leftOut(left, screen))])].join("\n")
}

const notShown = (what: string): string => `Not shown: ${what}. --wide shows all.`

const leftOut = <D>(left: ReadonlyArray<Laid<D>>, { width = 0 }: Screen): string => {
  const named = notShown(left.map(({ column }) => column.header).join(", "))
  return named.length <= width ? named : notShown(`${left.length} columns`)
}

/** A table for people of these columns. */
export const tableOf =
  <D>(columns: ReadonlyArray<TableColumn<D>>) =>
  (documents: ReadonlyArray<D>, screen?: Screen): string =>
    render(columns, documents, screen)

const totalOf = (widths: ReadonlyArray<number>): number =>
  widths.reduce((sum, width) => sum + width, GAP.length * Math.max(0, widths.length - 1))

const leastOf = <D>({ column, width }: Laid<D>, least: number): number =>
  column.isCuttable ? Math.min(width, Math.max(least, column.header.length)) : width

/** The columns that have room, their texts cut as far as they must be. */
const fitted = <D>(all: ReadonlyArray<Laid<D>>, width: number | undefined): ReadonlyArray<Laid<D>> => {
  if (width === undefined) return all
  const fits = (laid: ReadonlyArray<Laid<D>>, least: number) =>
    totalOf(laid.map((each) => leastOf(each, least))) <= width
  let kept = all
  while (!fits(kept, NARROW)) {
    const minor = kept.findLastIndex(({ column }) => column.isMinor)
    if (minor < 0) break
    kept = kept.toSpliced(minor, 1)
  }
  while (kept.length > 1 && !fits(kept, NARROWEST)) kept = kept.slice(0, -1)
  return cut(kept, width, fits(kept, NARROW) ? NARROW : NARROWEST)
}

/** Takes from the widest text, again and again, until all fit. */
const cut = <D>(laid: ReadonlyArray<Laid<D>>, width: number, least: number): ReadonlyArray<Laid<D>> => {
  const widths = laid.map((each) => each.width)
  while (totalOf(widths) > width) {
    const spare = laid.map((each, index) => (widths[index] ?? 0) - leastOf(each, least))
    const most = Math.max(...laid.map((_, index) => ((spare[index] ?? 0) > 0 ? (widths[index] ?? 0) : 0)))
    const at = widths.findIndex((each, index) => each === most && (spare[index] ?? 0) > 0)
    if (at < 0) break
    widths[at] = most - 1
  }
  return laid.map((each, index) => ({ ...each, width: widths[index] ?? each.width }))
}

const cellOf = <D>({ column, lines, width }: Laid<D>, row: number, isLast: boolean, screen: Screen): string => {
  const text = cutTo(lines[row] ?? "", width)
  const space = " ".repeat(width - widthOf(text))
  const painted = paint(screen, row === 0 ? "heading" : column.toneOf(text), text)
  if (column.align === "right") return space + painted
  return isLast ? painted : painted + space
}

const widthOf = (text: string): number => Array.from(text).length

const cutTo = (text: string, most: number): string => {
  const visible = Array.from(text)
  return visible.length <= most ? text : `${visible.slice(0, most - 1).join("")}…`
}

const shortened = (text: string | null, most: number): string =>
  text === null || text === "" ? "-" : cutTo(shown(text, most + 1), most)
