import { Either } from "effect"
import { type Columns, namesOf } from "./TradeRow.ts"
import * as JsonLine from "./JsonLine.ts"
import { type Line, textOf } from "./Line.ts"
import type { Rows } from "./Rows.ts"
import * as TradeRow from "./TradeRow.ts"

/** The rows of a file that has one JSON object a line. */
export const jsonRows = (columns: Columns, settings: TradeRow.RowSettings): Rows => ({
  take: (line) => {
    if (textOf(line).trim() === "") return undefined
    return jsonRow(line, columns, settings)
  },
  end: () => undefined
})

const jsonRow = (line: Line, columns: Columns, settings: TradeRow.RowSettings): TradeRow.Row => {
  const whole = { line: line.number, column: undefined }
  if (line._tag === "Long") {
    const reason = `is longer than 1 MiB (${line.length} bytes)`
    return TradeRow.bad({ ...whole, value: line.head, reason, raw: `${line.head}…` })
  }
  const raw = line.text.replace(/\r$/, "")
  const refused = (reason: string) => TradeRow.bad({ ...whole, value: raw, reason, raw })
  if (line.invalid !== undefined) return refused(`is not valid UTF-8 (byte ${line.invalid.slice(2)})`)
  if (raw.includes("\0")) return refused("has a NUL byte")
  return Either.match(JsonLine.read(raw), {
    onLeft: refused,
    onRight: (members) => TradeRow.read(jsonSource(line.number, raw, members, columns), settings)
  })
}

const jsonSource = (line: number, raw: string, members: JsonLine.JsonMembers, columns: Columns): TradeRow.RowSource => {
  const found = (field: TradeRow.Field) => members.filter(([name]) => namesOf(field, columns).includes(name))
  return {
    line,
    raw,
    cell: (field) => jsonCell(field, found(field)),
    columnName: (field) => found(field)[0]?.[0] ?? columns[field] ?? field
  }
}

const jsonCell = (field: TradeRow.Field, found: JsonLine.JsonMembers): TradeRow.Cell => {
  const [member, second] = found
  if (second !== undefined) return Either.left({ value: second[0], reason: "is there more than once" })
  const value = member?.[1] ?? { _tag: "Null" as const }
  switch (value._tag) {
    case "String":
      return Either.right(value.text)
    case "Null":
      return TradeRow.mayBeEmpty(field)
        ? Either.right("")
        : Either.left({ value: member === undefined ? "" : "null", reason: "is missing" })
    case "Number":
      return numberCell(field, value.text)
    case "Other":
      return Either.left({ value: value.text, reason: "is neither a text nor a number" })
  }
}

/** Numbers are taken as they are written; only a whole number can be an id or an owner, since 1.0 and 1 would be two. */
const numberCell = (field: TradeRow.Field, text: string): TradeRow.Cell => {
  if (TradeRow.isNumeric(field)) return Either.right(text)
  if ((field === "source_id" || field === "owner") && /^\d+$/.test(text)) return Either.right(text)
  return Either.left({ value: text, reason: "is a number where a text is needed" })
}
