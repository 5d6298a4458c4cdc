import { shown } from "../import/shown.ts"
import * as Table from "./Table.ts"

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A value of a document in one line, fit for a terminal. */
export const cell = (value: unknown, most?: number): string => {
  if (value === null || value === undefined) return "-"
  return shown(typeof value === "string" ? value : JSON.stringify(value), most)
}

/** A value on a line of its own is not cut where a table's would be: a reason ends with the command to run. */
const LONGEST_LINE = 400

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

/** `coolDownUntil` as people read it: `cool down until`. */
const words = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const tableOf = (rows: ReadonlyArray<Fields>): string => {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((key) =>
    rows.some((row) => cell(row[key]) !== "-")
  )
  return Table.format(
    keys.map(words),
    rows.map((row) => keys.map((key) => cell(row[key])))
  )
}

const indent = (text: string): string => text.replaceAll(/^/gm, "  ")

/** A document for people: its values line by line, its lists as tables under their names, what is empty left out. */
export const format = (document: object): string => {
  const entries: ReadonlyArray<readonly [string, unknown]> = Object.entries(document)
  const plain = entries.filter(([, value]) => !isList(value) && !isFields(value) && value !== null)
  const width = Math.max(0, ...plain.map(([key]) => words(key).length))
  const lines = plain.map(([key, value]) => `${words(key).padEnd(width)}  ${cell(value, LONGEST_LINE)}`)
  const lists = entries.flatMap(([key, value]) => {
    if (isFields(value)) return [`${words(key)}\n${indent(format(value))}`]
    if (!isList(value) || value.length === 0) return []
    const rows = value.filter(isFields)
    return rows.length === value.length
      ? [`${words(key)}\n${indent(tableOf(rows))}`]
      : [`${words(key)}  ${value.map((each) => cell(each)).join(", ")}`]
  })
  return [lines.join("\n"), ...lists].filter((part) => part !== "").join("\n\n")
}
