import { Either } from "effect"
import { type Columns, namesOf } from "./TradeRow.ts"
import * as Csv from "./Csv.ts"
import { asOurs, type Dialect } from "./Dialect.ts"
import { fail, type ImportFileError } from "./ImportFileError.ts"
import { nearest, shown } from "@roundlot/api/text"
import type { Rows, Step } from "./Rows.ts"
import * as TradeRow from "./TradeRow.ts"

/** What all rows of a CSV file share. */
export interface CsvSettings extends TradeRow.RowSettings {
  /** Where a file is written otherwise than ours. */
  readonly dialect?: Dialect | undefined
  /** Is told of every value as it stands. */
  readonly seen?: ((field: TradeRow.Field, text: string, line: number) => void) | undefined
}

/** The rows of a CSV file, the header first; `file` is the name that errors tell. */
export const csvRows = (file: string, columns: Columns, settings: CsvSettings): Rows => {
  const records = Csv.assembler(settings.dialect?.separator)
  let header: Header | undefined
  const step = (record: Csv.CsvRecord | undefined): Step => {
    if (record === undefined) return undefined
    if (header !== undefined) return csvRow(record, header, settings)
    const found = headerOf(file, record, columns, settings)
    if (found._tag === "ImportFileError") return found
    header = found
    return undefined
  }
  return { take: (line) => step(records.take(line)), end: () => step(records.end()) }
}

const SAMPLE = TradeRow.fields.join(",")

/** The names of a CSV file's columns, and where each field stands. */
interface Header {
  readonly _tag: "Header"
  readonly names: ReadonlyArray<string>
  /** As it stands; of one that is very long its hash and length, since it is kept with some hundreds of rows each time. */
  readonly raw: string
  readonly places: ReadonlyMap<TradeRow.Field, number>
}

const headerOf = (
  file: string,
  record: Csv.CsvRecord,
  columns: Columns,
  { terms, usual }: TradeRow.RowSettings
): Header | ImportFileError => {
  const { fault, fields: names, line, raw } = record
  const where = `has a header (line ${line})`
  if (fault !== undefined)
    return fail(file, "Format", `${where} that ${fault.reason}`, "give a header such as " + SAMPLE)
  if (raw.includes("\r"))
    return fail(file, "Format", "ends its lines with CR alone", "save it with LF or CRLF line ends")
  const repeated = TradeRow.known.find((field) => placesOf(field, names, columns).length > 1)
  if (repeated !== undefined) {
    const twice = placesOf(repeated, names, columns).map((place) => `"${shown(names[place] ?? "")}"`)
    return fail(
      file,
      "DuplicateColumn",
      `${where} with more than one ${repeated}: ${twice.join(", ")}`,
      "keep one of them"
    )
  }
  const extraNames = terms === undefined ? [] : TradeRow.extras.flatMap((extra) => namesOf(extra, columns))
  const others = names.filter((name) => !extraNames.includes(name))
  const missing = TradeRow.fields.filter((field) => isMissing(field, others, columns) && !isUsual(field, usual))
  if (missing.length > 0) return missingColumns(file, line, missing, names, columns)
  const places = TradeRow.known.flatMap((field) =>
    placesOf(field, names, columns).map((place) => [field, place] as const)
  )
  return { _tag: "Header", names, raw: TradeRow.kept(raw), places: new Map(places) }
}

const placesOf = (field: TradeRow.Field, names: ReadonlyArray<string>, columns: Columns): ReadonlyArray<number> =>
  names.flatMap((name, place) => (namesOf(field, columns).includes(name) ? [place] : []))

/** A file may have no price; a column that seems to be one is not passed over in silence. */
const isMissing = (field: TradeRow.Field, names: ReadonlyArray<string>, columns: Columns): boolean => {
  if (placesOf(field, names, columns).length > 0) return false
  if (field !== "price") return true
  return columns.price === undefined ? names.some((name) => /price/i.test(name)) : columns.price !== ""
}

/** May a file leave the field out? */
const isUsual = (field: TradeRow.Field, usual: TradeRow.Usual | undefined): boolean =>
  (field === "source_id" || field === "timestamp") && usual?.[field] !== undefined

const missingColumns = (
  file: string,
  line: number,
  missing: ReadonlyArray<TradeRow.Field>,
  names: ReadonlyArray<string>,
  columns: Columns
): ImportFileError => {
  const each = missing.map((field) => {
    const wanted = columns[field] ?? field
    const like = nearest(wanted, names) ?? names.find((name) => field === "price" && /price/i.test(name))
    return `"${shown(wanted)}"${like === undefined ? "" : ` (nearest: "${shown(like)}")`}`
  })
  const problem = `has no column ${each.join(", ")} in its header (line ${line}: ${shown(names.join(","))})`
  const separator = [";", "\t", "|"].find((mark) => names.length === 1 && (names[0] ?? "").includes(mark))
  const remedy =
    separator === undefined
      ? `name the columns ${SAMPLE}, or map the file's own names to these`
      : `separate the columns with commas, not with "${shown(separator)}"`
  return fail(file, "MissingColumn", problem, remedy)
}

const csvRow = (record: Csv.CsvRecord, header: Header, settings: CsvSettings): TradeRow.Row => {
  const { fault, fields, line, raw } = record
  if (fault !== undefined) {
    const column = fault.field === undefined ? undefined : header.names[fault.field]
    return TradeRow.bad({ line, column, value: fault.value, reason: fault.reason, raw })
  }
  if (fields.length !== header.names.length) {
    const reason = `has ${counted(fields.length)}, the header has ${header.names.length}`
    return TradeRow.bad({ line, column: undefined, value: raw, reason, raw })
  }
  const textOf = (field: TradeRow.Field): string => fields[header.places.get(field) ?? -1] ?? ""
  const { dialect, seen } = settings
  if (seen !== undefined) for (const field of header.places.keys()) seen(field, textOf(field), line)
  const cell = (field: TradeRow.Field): TradeRow.Cell =>
    dialect === undefined ? Either.right(textOf(field)) : asOurs(field, textOf(field), dialect)
  const columnName = (field: TradeRow.Field) => header.names[header.places.get(field) ?? -1] ?? field
  return TradeRow.read({ line, raw, head: header.raw, cell, columnName }, settings)
}

const counted = (count: number): string => (count === 1 ? "1 field" : `${count} fields`)
