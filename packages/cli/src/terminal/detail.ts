import { Documents } from "@roundlot/api"
import { shown } from "@roundlot/api/text"
import { codeWords } from "@roundlot/core/ledger"
import { breaks, Screen, table as Columns } from "@roundlot/queries"
import { Schema } from "effect"
import { isFields, type Fields } from "./Fields.ts"
import * as Timeline from "./Timeline.ts"
import { wrapped } from "./wrapped.ts"

/** A value of a document in one line, fit for a terminal. */
const cell = (value: unknown, most?: number): string => {
  if (value === null || value === undefined) return "-"
  if (typeof value === "string") return shown(TIME.test(value) ? timeText(value) : value, most)
  if (isList(value)) return shown(value.map((each) => cell(each)).join(" "), most)
  if (isAtRisk(value)) return breaks.atRiskText(value)
  return shown(isFields(value) ? pairs(value) : JSON.stringify(value), most)
}

const isAtRisk = Schema.is(Documents.AtRisk)

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** To the millisecond, in UTC. */
const timeText = (time: string): string => {
  const [, fraction = ""] = /^\.(\d?\d?[1-9])/.exec(time.slice(19)) ?? []
  return `${time.slice(0, 10)} ${time.slice(11, 19)}${fraction === "" ? "" : `.${fraction}`} UTC`
}

/** A document within a document, in one line: what it says, and not what it leaves open. */
const pairs = (fields: Fields): string =>
  Object.entries(fields)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => `${words(name)} ${cell(inWords(name, value))}`)
    .join(", ")

/** A value on a line of its own is not cut where a table's would be: a reason ends with the command to run. */
const LONGEST_LINE = 400

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

/** Does it say nothing? */
const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === "" ||
  (isList(value) && value.length === 0) ||
  (isFields(value) && Object.values(value).every(isEmpty))

const names: ReadonlyMap<string, string> = new Map([
  ["holds", "blocks"],
  ["standing", "severity"]
])

/** `coolDownUntil` as people read it: `cool down until`. */
const words = (key: string): string =>
  names.get(key) ?? key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const IS_STATE = /^(status|outcome|severity|standing)$/

const said: ReadonlyMap<string, string> = new Map([
  ["holds nothing", "none"],
  ["closes by itself", "automatically"],
  ["closes by verdict", "manually"]
])

/** The value of a field in words, where it is a code. */
const inWords = (key: string, value: unknown): unknown => {
  if (!isText(value)) return value
  return IS_STATE.test(key) || key === "notCounted" ? codeWords.wordsOf(value) : (said.get(`${key} ${value}`) ?? value)
}

/** What is looked at least: when a row was written, which bytes it came from, and what is a document by itself. */
const IS_MINOR = /(At|PayloadId|Base)$|^(account|payloadId|uid)$/

const isNumeric = (text: string): boolean => /^[-−]?\d[\d.]*$/.test(text) || text === "-"

const columnOf = (key: string, rows: ReadonlyArray<Fields>): Columns.TableColumn<Fields> => {
  const textOf = (row: Fields) => {
    const value = row[key]
    return typeof value === "string" && TIME.test(value)
      ? Columns.momentOf(value)
      : cell(inWords(key, value), LONGEST_LINE)
  }
  const isOfTimes =
    rows.some((row) => !isEmpty(row[key])) && rows.every((row) => TIME.test(String(row[key])) || isEmpty(row[key]))
  const make = rows.every((row) => isNumeric(textOf(row)))
    ? Columns.numbers
    : IS_STATE.test(key)
      ? Columns.states
      : isOfTimes
        ? Columns.ids
        : Columns.words
  const column = make(isOfTimes ? Columns.headOfTimes(words(key)) : words(key), textOf)
  return IS_MINOR.test(key) || rows.some((row) => isFields(row[key])) ? Columns.minor(column) : column
}

/** Documents as a table, a column for each field that says something. */
export const table = (rows: ReadonlyArray<Fields>, screen: Screen.Screen): string => tableOf(rows, { own: {}, screen })

/** Rows within a document; what they all say as the document does itself is left out. */
const tableOf = (rows: ReadonlyArray<Fields>, { own, screen }: Within): string => {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (key) =>
      rows.some((row) => !isEmpty(row[key])) &&
      !rows.every((row) => isRepeated(key, row[key], own) || isNamed(key, row))
  )
  return Columns.render(
    keys.map((key) => columnOf(key, rows)),
    rows,
    screen
  )
}

/** `orderId` O5 of a row within O5, and its `account`. */
const isRepeated = (key: string, value: unknown, own: Fields): boolean =>
  (key === "account" && value === own["account"]) || (key.endsWith("Id") && isText(value) && value === own["id"])

/** Bytes that went over the wire, beside the id by which 'payloads show' prints them. */
const isNamed = (key: string, row: Fields): boolean =>
  (isFields(row[key]) || isEmpty(row[key])) && `${key}PayloadId` in row

const isText = (value: unknown): value is string => typeof value === "string"

/** Where something stands: in which document, and on what. */
interface Within {
  readonly own: Fields
  readonly screen: Screen.Screen
}

const INDENT = "  "

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, INDENT)

const inner = (screen: Screen.Screen): Screen.Screen => ({
  ...screen,
  width: screen.width === undefined ? undefined : screen.width - INDENT.length
})

const sectionOf = (key: string, value: unknown, { own, screen }: Within): ReadonlyArray<string> => {
  if (isEmpty(value)) return []
  const head = Screen.paint(screen, "heading", words(key))
  if (isFields(value)) return [`${head}\n${indent(format(value, inner(screen)))}`]
  if (!isList(value)) return []
  const rows = value.filter(isFields)
  if (rows.length < value.length) return []
  const text = Timeline.isTimeline(rows)
    ? Timeline.format(rows, inner(screen)).join("\n")
    : tableOf(rows, { own, screen: inner(screen) })
  return [`${head}\n${indent(text)}`]
}

const isLine = (value: unknown): boolean =>
  value !== null && !isFields(value) && (!isList(value) || (value.length > 0 && value.every((each) => !isFields(each))))

const lineText = (value: unknown): string =>
  isList(value) ? value.map((each) => cell(each)).join(", ") : cell(value, LONGEST_LINE)

/**
 * A document for people: its values line by line, its lists as tables and timelines under their names, what is empty left out.
 * The heading says what it is in a line.
 */
export const format = (document: object, screen: Screen.Screen = Screen.whole, heading?: string): string => {
  const own: Fields = Object.fromEntries(Object.entries(document))
  const plain = Object.entries(own).filter(([, value]) => isLine(value))
  const width = Math.max(0, ...plain.map(([key]) => words(key).length))
  const lines = plain.map(([key, value]) => {
    const text = wrapped(lineText(inWords(key, value)), width + 2, screen)
    return `${Screen.paint(screen, "idle", words(key))}${" ".repeat(width - words(key).length)}  ${Screen.paint(screen, Screen.toneOf(text), text)}`
  })
  const sections = Object.entries(own).flatMap(([key, value]) => sectionOf(key, value, { own, screen }))
  const head = heading === undefined ? "" : Screen.paint(screen, "heading", heading)
  return [head, lines.join("\n"), ...sections].filter((part) => part !== "").join("\n\n")
}
