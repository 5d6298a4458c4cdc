/** What a spreadsheet would take for a formula; a plain number is none, negative ones neither. */
const FORMULA = /^[=+@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]|^-(?!\d+(?:\.\d+)?$)/

const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)

const cell = (value: string | number | boolean | null | undefined): string => {
  const text = value === null || value === undefined ? "" : String(value)
  return quoted(FORMULA.test(text) ? `'${text}` : text)
}

/**
 * Values as one record of CSV (RFC 4180), line end (CRLF) included, safe to open in a spreadsheet: a text that would be taken for a
 * formula is prefixed with `'`. Figures stay as they are; nothing known is an empty field.
 *
 * @example
 * import { Csv } from "@roundlot/api"
 * const line = Csv.record(["T1", "-0.5", "=1+1", null]) // T1,-0.5,'=1+1,
 */
export const record = (values: ReadonlyArray<string | number | boolean | null | undefined>): string =>
  `${values.map(cell).join(",")}\r\n`
