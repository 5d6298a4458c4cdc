import { LONGEST, type Line, type TextLine } from "./Line.ts"

/** What is wrong with a record as such; `field` counts from 0 and is absent where the whole record is meant. */
interface CsvFault {
  readonly field: number | undefined
  readonly value: string
  readonly reason: string
}

/** One record of a CSV file (RFC 4180), `line` being where it begins. */
export interface CsvRecord {
  readonly line: number
  readonly fields: ReadonlyArray<string>
  /** As it stands in the file, without its line end. */
  readonly raw: string
  readonly fault: CsvFault | undefined
}

/** Puts lines together to records; blank lines between records are none. */
export interface Assembler {
  /** The record that ends with this line. */
  readonly take: (line: Line) => CsvRecord | undefined
  /** The record that the end of the file cut. */
  readonly end: () => CsvRecord | undefined
}

/** An assembler at the begin of a file whose fields are separated by `separator`. */
export const assembler = (separator = ","): Assembler => {
  let open: Scan | Skip | undefined

  const step = (state: Scan | Skip, line: Line): CsvRecord | undefined => {
    const next = state._tag === "Skip" || line._tag === "Long" ? skip(state, line) : scan(state, line)
    open = next.isOpen ? next : undefined
    return next.isOpen ? undefined : recordOf(next)
  }

  return {
    take: (line) => {
      if (open === undefined && line._tag === "Text" && withoutReturn(line.text) === "") return undefined
      return step(open ?? begin(line.number, separator), line)
    },
    end: () => (open === undefined ? undefined : cutRecord(open))
  }
}

/** A record being read. `isOpen`: a quoted field goes on in the next line, `part` being what it has so far. */
interface Scan {
  readonly _tag: "Scan"
  readonly line: number
  readonly separator: string
  readonly fields: Array<string>
  part: string
  raw: string
  length: number
  isOpen: boolean
  lastLine: number
  fault: CsvFault | undefined
  invalid: string | undefined
}

/** A record that is too long: nothing more of it is kept. */
interface Skip {
  readonly _tag: "Skip"
  readonly line: number
  readonly head: string
  readonly length: number
  readonly isOpen: boolean
  readonly lastLine: number
}

const begin = (line: number, separator: string): Scan => ({
  _tag: "Scan",
  line,
  separator,
  fields: [],
  part: "",
  raw: "",
  length: 0,
  isOpen: false,
  lastLine: line,
  fault: undefined,
  invalid: undefined
})

const withoutReturn = (text: string): string => (text.endsWith("\r") ? text.slice(0, -1) : text)

const HEAD_SHOWN = 1024

const skip = (state: Scan | Skip, line: Line): Skip => {
  const before = state._tag === "Skip" ? state.head : state.raw
  const quotes = line._tag === "Long" ? line.quotes : line.text.split('"').length - 1
  return {
    _tag: "Skip",
    line: state.line,
    head: (before === "" && line._tag === "Long" ? line.head : before).slice(0, HEAD_SHOWN),
    length: state.length + line.length + (state.length === 0 ? 0 : 1),
    isOpen: (quotes % 2 === 1) !== state.isOpen,
    lastLine: line.number
  }
}

const scan = (state: Scan, line: TextLine): Scan | Skip => {
  if (state.length + line.length > LONGEST) return skip(state, line)
  const text = withoutReturn(line.text)
  state.raw = state.isOpen ? `${state.raw}\n${line.text}` : line.text
  state.length += line.length + (state.isOpen ? 1 : 0)
  state.lastLine = line.number
  state.invalid ??= line.invalid
  readFields(state, text)
  if (state.isOpen && text !== line.text) state.part += "\r"
  if (state.isOpen) state.part += "\n"
  else state.raw = withoutReturn(state.raw)
  return state
}

/** Reads one line's fields from where the last one stopped; a fault ends the record with the line. */
const readFields = (state: Scan, text: string): void => {
  let at: number | undefined = state.isOpen ? readQuoted(state, text, 0) : 0
  while (at !== undefined) {
    at = text.charAt(at) === '"' ? readQuoted(state, text, at + 1) : readBare(state, text, at)
  }
}

/** Each answers where the next field begins, or `undefined` where the line has no further one. */
const readBare = (state: Scan, text: string, from: number): number | undefined => {
  const comma = text.indexOf(state.separator, from)
  const field = comma < 0 ? text.slice(from) : text.slice(from, comma)
  if (field.includes('"')) return refuse(state, field, "has a double quote inside a field that is not quoted")
  return push(state, field, comma < 0 ? undefined : comma + 1)
}

const readQuoted = (state: Scan, text: string, from: number): number | undefined => {
  state.isOpen = true
  let at = from
  for (let quote = text.indexOf('"', at); quote >= 0; quote = text.indexOf('"', at)) {
    state.part += text.slice(at, quote)
    at = quote + 2
    if (text.charAt(quote + 1) === '"') state.part += '"'
    else return close(state, text, quote + 1)
  }
  state.part += text.slice(at)
  return undefined
}

const close = (state: Scan, text: string, after: number): number | undefined => {
  state.isOpen = false
  const field = state.part
  state.part = ""
  if (after === text.length) return push(state, field, undefined)
  if (text.charAt(after) === state.separator) return push(state, field, after + 1)
  return refuse(state, `"${field}"${text.slice(after)}`, "has text after the closing quote")
}

const push = (state: Scan, field: string, next: number | undefined): number | undefined => {
  state.fields.push(field)
  return next
}

const refuse = (state: Scan, value: string, reason: string): undefined => {
  state.fault = { field: state.fields.length, value, reason }
}

const recordOf = (state: Scan | Skip): CsvRecord => {
  if (state._tag === "Skip") return skippedRecord(state, `is longer than 1 MiB (${state.length} bytes)${unread(state)}`)
  return { line: state.line, fields: state.fields, raw: state.raw, fault: faultIn(state) }
}

const skippedRecord = (state: Skip, reason: string): CsvRecord => ({
  line: state.line,
  fields: [],
  raw: `${state.head}…`,
  fault: { field: undefined, value: state.head, reason }
})

const unread = ({ lastLine, line }: Scan | Skip): string =>
  lastLine > line ? `; lines ${line} to ${lastLine} were not read` : ""

const faultIn = (state: Scan): CsvFault | undefined => {
  const { invalid } = state
  if (invalid !== undefined) return fieldFault(state, invalid, `is not valid UTF-8 (byte ${invalid.slice(2)})`)
  if (state.raw.includes("\0")) return fieldFault(state, "\0", "has a NUL byte")
  return state.fault
}

const fieldFault = (state: Scan, mark: string, reason: string): CsvFault => {
  const field = state.fields.findIndex((text) => text.includes(mark))
  return { field: field < 0 ? undefined : field, value: state.fields[field] ?? state.raw, reason }
}

/** RFC 4180 gives no way back into a file whose quote is open, and a guess could take a remark for a trade. */
const cutRecord = (state: Scan | Skip): CsvRecord => {
  const reason = `opens a quote that the file never closes${unread(state)}`
  if (state._tag === "Skip") return skippedRecord(state, reason)
  return {
    line: state.line,
    fields: state.fields,
    raw: state.raw,
    fault: { field: state.fields.length, value: `"${state.part}`, reason }
  }
}
