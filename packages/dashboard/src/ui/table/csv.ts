import * as Csv from "@roundlot/api/csv"

/** A record as the API sends it. */
export type Row = Readonly<Record<string, unknown>>

/** A record's fields, whatever its type. */
export const rowOf = (record: object): Row => Object.fromEntries(Object.entries(record))

const isPlain = (value: unknown): value is string | number | boolean | null =>
  value === null || ["string", "number", "boolean"].includes(typeof value)

/** Rows as the API sends them, as CSV: a column a field; what is a list or a record of its own is JSON. */
export const csvOf = (rows: ReadonlyArray<Row>): string => {
  const names = Object.keys(rows[0] ?? {})
  const values = rows.map((row) =>
    names.map((name) => {
      const value = row[name]
      return isPlain(value) ? value : JSON.stringify(value)
    })
  )
  return [names, ...values].map(Csv.record).join("")
}
