import { Documents } from "@roundlot/api"
import { shown } from "@roundlot/api/text"
import { codeWords } from "@roundlot/core/ledger"
import { breaks, Screen, table as Columns } from "@roundlot/queries"
import { Schema } from "effect"

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

/** `coolDownUntil` as people read it: `cool down until`. */
const words = (key: string): string =>
  key === "holds" ? "blocks" : key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const isStandingOfBreak = Schema.is(Documents.BreakDocument.fields.standing)

const IS_SPAN = /Ms$/

/** The name of a field by what it has: where a break stands is its severity, where a trade does is not; a span names its unit itself. */
const labelOf = (key: string, value: unknown): string =>
  key === "standing" && isStandingOfBreak(value) ? "severity" : words(key.replace(IS_SPAN, ""))

const IS_STATE = /^(status|outcome|severity|standing)$/

const said: ReadonlyMap<string, string> = new Map([
  ["holds nothing", "none"],
  ["closes by itself", "automatically"],
  ["closes by verdict", "manually"]
])

/** The value of a field in words, where it is a code or a span. */
const inWords = (key: string, value: unknown): unknown => {
  if (typeof value === "number" && IS_SPAN.test(key)) return Columns.spanOf(value)
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
  const label = labelOf(key, rows[0]?.[key])
  const column = make(isOfTimes ? Columns.headOfTimes(label) : label, textOf)
  return IS_MINOR.test(key) || rows.some((row) => isFields(row[key])) ? Columns.minor(column) : column
}

/** Documents as a table, a column for each field that says something. */
export const table = (rows: ReadonlyArray<Fields>, screen: Screen.Screen): string => tableOf(rows, { own: {}, screen })

/** Rows within a document; what they all say as the document does itself is left out. */
const tableOf = (rows: ReadonlyArray<Fields>, { own, screen }: Within): string => {
  const keys = keysOf(rows).filter(
    (key) =>
      rows.some((row) => !isEmpty(row[key]) && !isOfRows(row[key])) &&
      !rows.every((row) => isRepeated(key, row[key], own) || isNamed(key, row))
  )
  return Columns.render(
    keys.map((key) => columnOf(key, rows)),
    rows,
    screen
  )
}

const keysOf = (rows: ReadonlyArray<Fields>): ReadonlyArray<string> => [
  ...new Set(rows.flatMap((row) => Object.keys(row)))
]

/** Is it a list of documents, which is a table of its own? */
const isOfRows = (value: unknown): value is ReadonlyArray<Fields> =>
  isList(value) && value.length > 0 && value.every(isFields)

/** What rows have in turn, by its name: each with the id of its row. */
const rowsWithin = (rows: ReadonlyArray<Fields>): ReadonlyArray<readonly [string, ReadonlyArray<Fields>]> => {
  const id = keysOf(rows).find((key) => /^id$|Id$/.test(key))
  return keysOf(rows).flatMap((key) => {
    const within = rows.flatMap((row) => {
      const owner = id === undefined ? {} : { [id]: row[id] }
      const value = row[key]
      return isOfRows(value) ? value.map((each) => ({ ...owner, ...each })) : []
    })
    return within.length === 0 ? [] : [[key, within] as const]
  })
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
  if (isTimeline(rows)) return [`${head}\n${indent(timelineText(rows, inner(screen)).join("\n"))}`]
  return [
    `${head}\n${indent(tableOf(rows, { own, screen: inner(screen) }))}`,
    ...rowsWithin(rows).flatMap(([name, within]) => sectionOf(name, within, { own, screen }))
  ]
}

/** Where a record stands is its status, where there is no more to say of it. */
const isSaidByStatus = (key: string, { standing, status }: Fields): boolean => key === "standing" && standing === status

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
  const plain = Object.entries(own).filter(([key, value]) => isLine(value) && !isSaidByStatus(key, own))
  const width = Math.max(0, ...plain.map(([key, value]) => labelOf(key, value).length))
  const lines = plain.map(([key, value]) => {
    const text = wrapped(lineText(inWords(key, value)), width + 2, screen)
    const label = labelOf(key, value)
    return `${Screen.paint(screen, "idle", label)}${" ".repeat(width - label.length)}  ${Screen.paint(screen, Screen.toneOf(text), text)}`
  })
  const sections = Object.entries(own).flatMap(([key, value]) => sectionOf(key, value, { own, screen }))
  const head = heading === undefined ? "" : Screen.paint(screen, "heading", heading)
  return [head, lines.join("\n"), ...sections].filter((part) => part !== "").join("\n\n")
}

/** A document by the names of its fields. */
type Fields = Readonly<Record<string, unknown>>

/** Is it a document, and no list? */
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Something that happened to a record: an entry about it, or a status that it had. */
interface Moment extends Fields {
  readonly at: string
}

/** Is it a list of what happened, oldest first? */
const isTimeline = (rows: ReadonlyArray<Fields>): rows is ReadonlyArray<Moment> =>
  rows.length > 0 && rows.every(({ at, status, tag }) => typeof at === "string" && typeof (tag ?? status) === "string")

/** `OrderCreated` as people read it: `Order created`. */
const eventWords = (tag: string): string =>
  tag.replaceAll(/[A-Z]/g, (letter, at: number) => (at === 0 ? letter : ` ${letter.toLowerCase()}`))

const spaced = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const scalar = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? shown(String(value)) : undefined

/** What only programs look for: ids of other records, codes of details, and times beside that of the entry. */
const IS_REFERENCE = /^(id|uid|localState|details|inQueue)$|(Id|Ids|At|Hash|Base)$/

const MOST_SAID = 5

/** `status submitted → filled, filled 0 → 3` of an event that says how it was before. */
const changed = (before: Fields, after: Fields): ReadonlyArray<string> =>
  Object.entries(after).flatMap(([name, value]) => {
    const [was, is] = [scalar(before[name]), scalar(value)]
    return is === undefined || was === is ? [] : [`${spaced(name)} ${was ?? "-"} → ${is}`]
  })

const saidBy = (body: Fields): ReadonlyArray<string> => {
  const { after, before, reason } = body
  if (isFields(before) && isFields(after)) {
    const why = scalar(reason)
    return [...changed(before, after), ...(why === undefined ? [] : [why])]
  }
  return Object.entries(body)
    .filter(([name]) => !IS_REFERENCE.test(name))
    .flatMap(([name, value]) => (scalar(value) === undefined ? [] : [`${spaced(name)} ${scalar(value)}`]))
    .slice(0, MOST_SAID)
}

const causeText = (cause: unknown): string => {
  if (!isFields(cause)) return ""
  const [actor, reason] = [scalar(cause["actor"]), scalar(cause["reason"])]
  return [actor === undefined ? "" : `by ${actor}`, reason ?? ""].filter((each) => each !== "").join(": ")
}

const nameOf = ({ status, tag }: Moment): string =>
  typeof tag === "string" ? eventWords(tag) : typeof status === "string" ? status : ""

const ofOne = (moment: Moment): string => {
  const { body, cause } = moment
  const said = isFields(body) ? saidBy(body).join(", ") : ""
  const by = causeText(cause)
  return `${nameOf(moment)}${said === "" ? "" : `: ${said}`}${by === "" ? "" : ` (${by})`}`
}

const MOST_ALIKE = 3

/** So many of the same kind, one after the other, are one line. */
const grouped = (moments: ReadonlyArray<Moment>): ReadonlyArray<ReadonlyArray<Moment>> => {
  const groups: Array<Array<Moment>> = []
  for (const moment of moments) {
    const last = groups.at(-1)
    const isAlike = moment["tag"] !== undefined && last?.[0]?.["tag"] === moment["tag"]
    if (last !== undefined && isAlike) last.push(moment)
    else groups.push([moment])
  }
  return groups
}

/** What happened, a line each, oldest first: when, what, and who brought it about. Many alike are one line with their number. */
const timelineText = (moments: ReadonlyArray<Moment>, screen: Screen.Screen): ReadonlyArray<string> =>
  grouped(moments).flatMap((alike) => {
    const [first] = alike
    if (first === undefined) return []
    const lineOf = (moment: Moment, text: string) => {
      const at = Columns.momentOf(moment.at)
      const said = Screen.paint(screen, Screen.toneOf(nameOf(moment)), wrapped(text, at.length + 2, screen))
      return `${Screen.paint(screen, "idle", at)}  ${said}`
    }
    return alike.length > MOST_ALIKE
      ? [lineOf(first, `${nameOf(first)}, ${alike.length} times (${causeText(first["cause"])})`)]
      : alike.map((each) => lineOf(each, ofOne(each)))
  })

const NARROWEST = 20

/** Text that goes on below where it began, `at` columns from the left, broken between words where a screen is too narrow. */
const wrapped = (text: string, at: number, { width }: Screen.Screen): string => {
  if (width === undefined) return text
  const room = Math.max(NARROWEST, width - at)
  const lines: Array<string> = []
  let rest = text
  while (rest.length > room) {
    const space = rest.lastIndexOf(" ", room)
    const end = space > 0 ? space : room
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...lines, rest].join(`\n${" ".repeat(at)}`)
}
