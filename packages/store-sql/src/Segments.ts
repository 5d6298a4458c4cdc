import { type Column, Entry, Table, type TradeRepository } from "@roundlot/core/adapter"
import { Option, Schema } from "effect"

/**
 * A journal as a database keeps it: a row is a segment, entries of one commit to one account that follow each other from `firstSeq`
 * on. What many of them share is written once: `causes` is a JSON array of `[before, cause]`, where `at` is when the last entry was
 * made, in microseconds, and `before` how much earlier another was; `shapes` is one of `[kind, tag, version, fields]`, with the names of
 * the fields of a body, null where that is no object. `entries` is one of `[shape, cause, id, ...values]`, which count both. Each of
 * these is a line. `hashes` are the entries' own, 32 bytes each, so that the first entry that disagrees is known by itself. Nothing is
 * in it twice: whatever is changed in it changes an entry.
 */
export interface Segment {
  readonly account: string
  readonly firstSeq: number
  readonly commitId: string
  readonly at: number
  readonly causes: string
  readonly shapes: string
  readonly entries: string
  readonly hashes: Uint8Array
}

/** A record that a segment tells of: a record's history is read from these segments alone. */
export interface Mention {
  readonly account: string
  readonly entityKind: string
  readonly entityId: string
  readonly firstSeq: number
}

/** A longer commit has several segments: to find one entry, no more than so many are read. */
const LONGEST = 128

const HASH_BYTES = 32

/** The columns of a segment and their kinds, in the order of its cells. */
export const segmentColumns = {
  account: "text",
  firstSeq: "integer",
  commitId: "text",
  at: "instant",
  causes: "text",
  shapes: "text",
  entries: "text",
  hashes: "bytes"
} as const satisfies { readonly [C in keyof Segment]: Column.ColumnKind }

/** The columns of a mention and their kinds, in the order of its cells. */
export const mentionColumns = {
  account: "text",
  entityKind: "text",
  entityId: "text",
  firstSeq: "integer"
} as const satisfies { readonly [C in keyof Mention]: Column.ColumnKind }

/** The cells of a segment, in the order of its columns. */
export const segmentCells = (segment: Segment) => [
  segment.account,
  segment.firstSeq,
  segment.commitId,
  segment.at,
  segment.causes,
  segment.shapes,
  segment.entries,
  segment.hashes
]

/** The cells of a mention, in the order of its columns. */
export const mentionCells = (mention: Mention) => [
  mention.account,
  mention.entityKind,
  mention.entityId,
  mention.firstSeq
]

type Entries = readonly [Entry.Entry, ...ReadonlyArray<Entry.Entry>]

const arrayOf = (lines: ReadonlyArray<string>): string => `[${lines.join(",\n")}]`

/** Where a text of JSON ends that begins at a place: at its last quote; -1 where it does not. */
const endOfText = (json: string, from: number): number => {
  let end = json.indexOf('"', from + 1)
  while (end > 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end
}

const isEscaped = (json: string, place: number): boolean => {
  let before = place
  while (json[before - 1] === "\\") before--
  return (place - before) % 2 === 1
}

/** What an array or an object of JSON has, each as it is written there; nothing where the brackets do not fit. */
const partsOf = (json: string): ReadonlyArray<string> | undefined => {
  const parts: Array<string> = []
  let depth = 0
  let from = 1
  for (let i = 0; i < json.length; i++) {
    const character = json[i]
    if (character === '"') i = endOfText(json, i)
    else if (character === "[" || character === "{") depth++
    else if (character === "]" || character === "}") depth--
    else if (character === "," && depth === 1) {
      parts.push(json.slice(from, i))
      from = i + 1
    }
    if (i < 0 || (depth < 1 && i < json.length - 1)) return undefined
  }
  if (depth !== 0) return undefined
  return json.length === 2 ? [] : [...parts, json.slice(from, -1)]
}

/** The names of a body's fields and their values, each list without its brackets. A body that is no object has one value, itself. */
const fieldsOf = (body: string): { readonly names: string; readonly values: string } => {
  const fields = body.startsWith("{") ? partsOf(body) : undefined
  if (fields === undefined) return { names: "null", values: `,${body}` }
  let names = ""
  let values = ""
  for (const field of fields) {
    const end = endOfText(field, 0) + 1
    names += names === "" ? field.slice(0, end) : `,${field.slice(0, end)}`
    values += `,${field.slice(end + 1)}`
  }
  return { names: `[${names}]`, values }
}

/** The place of a line among those that are written once. */
const placeIn = (lines: Map<string, number>, line: string): number => {
  const place = lines.get(line) ?? lines.size
  lines.set(line, place)
  return place
}

const segmentOf = (entries: Entries): Segment => {
  const [first] = entries
  const { at } = entries.at(-1) ?? first
  const causes = new Map<string, number>()
  const shapes = new Map<string, number>()
  const lines: Array<string> = []
  let hex = ""
  for (const { at: made, body, cause, entityId, entityKind, eventVersion, hash, tag } of entries) {
    const { names, values } = fieldsOf(body)
    const shape = `[${Entry.textOf(entityKind)},${Entry.textOf(tag)},${eventVersion},${names}]`
    const why = placeIn(causes, `[${at - made},${cause}]`)
    lines.push(`[${placeIn(shapes, shape)},${why},${Entry.textOf(entityId)}${values}]`)
    hex += hash
  }
  return {
    account: first.account,
    firstSeq: first.seq,
    commitId: first.commitId,
    at,
    causes: arrayOf([...causes.keys()]),
    shapes: arrayOf([...shapes.keys()]),
    entries: arrayOf(lines),
    hashes: Buffer.from(hex, "hex")
  }
}

const mentionsOf = (entries: Entries): ReadonlyArray<Mention> => {
  const [{ account, seq: firstSeq }] = entries
  const found = new Map<string, Mention>()
  for (const { entityId, entityKind } of entries) {
    const key = Table.joinKey([entityKind, entityId])
    if (!found.has(key)) found.set(key, { account, entityKind, entityId, firstSeq })
  }
  return [...found.values()]
}

/** What is written of an account's part of a commit: its segments, and what each tells of. */
export interface Kept {
  readonly segments: ReadonlyArray<Segment>
  readonly mentions: ReadonlyArray<Mention>
}

/** Is this entry one that a segment cannot go on with? */
const beginsAnother = (entries: Entries, next: Entry.Entry): boolean =>
  entries.length === LONGEST || next.commitId !== entries[0].commitId || next.seq !== entries[0].seq + entries.length

/** An account's part of a commit as it is kept. */
export const keptOf = ({ entries: [first, ...rest] }: Pick<TradeRepository.JournalPart, "entries">): Kept => {
  const runs: Array<Entries> = []
  let run: [Entry.Entry, ...Array<Entry.Entry>] = [first]
  for (const entry of rest) {
    if (!beginsAnother(run, entry)) run.push(entry)
    else {
      runs.push(run)
      run = [entry]
    }
  }
  runs.push(run)
  return { segments: runs.map(segmentOf), mentions: runs.flatMap(mentionsOf) }
}

const escaped = Schema.decodeOption(Schema.parseJson(Schema.String))

const plainOf = (text: string): string =>
  text.includes("\\") ? Option.getOrElse(escaped(text), () => text) : text.slice(1, -1)

/** The lines of an array, each without the comma that parts it from the next; a text that is none is one line. */
const linesOf = (array: string): ReadonlyArray<string> =>
  array.startsWith("[") && array.endsWith("]") ? array.slice(1, -1).split(",\n") : [array]

const causeOf = (at: number, line: string): Pick<Entry.Entry, "at" | "cause"> => {
  const [before, cause] = partsOf(line) ?? []
  return { at: at - Number(before ?? 0), cause: cause ?? "" }
}

/** What entries have alike. */
interface Shape extends Pick<Entry.Entry, "entityKind" | "tag" | "eventVersion"> {
  /** The names of the body's fields, as they are written; nothing where it is no object. */
  readonly names: ReadonlyArray<string> | undefined
}

const shapeOf = (line: string): Shape => {
  const [kind = '""', tag = '""', version, names = ""] = partsOf(line) ?? []
  return {
    entityKind: plainOf(kind),
    tag: plainOf(tag),
    eventVersion: Number(version ?? 0),
    names: names.startsWith("[") ? partsOf(names) : undefined
  }
}

const bodyOf = (names: ReadonlyArray<string> | undefined, values: ReadonlyArray<string>): string =>
  names === undefined ? values.join(",") : `{${names.map((name, i) => `${name}:${values[i] ?? ""}`).join(",")}}`

const hexOf = ({ buffer, byteLength, byteOffset }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("hex")

const isText = (cell: Column.Cell | undefined): cell is string => typeof cell === "string"

const isNumber = (cell: Column.Cell | undefined): cell is number => typeof cell === "number"

/** A row as a segment; nothing where it has other cells, which no database takes. */
const rowOf = (row: Table.EncodedRow): Segment | undefined => {
  const { account, at, causes, commitId, entries, firstSeq, hashes, shapes } = row
  if (!isText(account) || !isText(commitId) || !isNumber(firstSeq) || !isNumber(at)) return undefined
  if (!isText(causes) || !isText(shapes) || !isText(entries) || !(hashes instanceof Uint8Array)) return undefined
  return { account, firstSeq, commitId, at, causes, shapes, entries, hashes }
}

const NO_SHAPE: Shape = { entityKind: "", tag: "", eventVersion: 0, names: undefined }

/** The entries that lines give. A line that is none is an entry with that line as its body. */
const entriesIn = (segment: Segment): Array<Entry.Entry> => {
  const { account, at, commitId, firstSeq, hashes } = segment
  const causes = linesOf(segment.causes).map((line) => causeOf(at, line))
  const shapes = linesOf(segment.shapes).map(shapeOf)
  const hex = hexOf(hashes)
  return linesOf(segment.entries).map((line, i) => {
    const [shape, cause, id = '""', ...values] = partsOf(line) ?? ["", "", '""', line]
    const { names, ...shared } = shapes[Number(shape)] ?? NO_SHAPE
    return {
      account,
      seq: firstSeq + i,
      commitId,
      ...shared,
      entityId: plainOf(id),
      ...(causes[Number(cause)] ?? { at, cause: "" }),
      body: bodyOf(names, values),
      hash: hex.slice(2 * HASH_BYTES * i, 2 * HASH_BYTES * (i + 1))
    }
  })
}

/** Is the segment what its entries are written as, to the byte? */
const isWritten = (segment: Segment, [first, ...rest]: ReadonlyArray<Entry.Entry>): boolean => {
  if (first === undefined) return false
  const { causes, entries, hashes, shapes } = segmentOf([first, ...rest])
  const isAlike = segment.causes === causes && segment.shapes === shapes && segment.entries === entries
  return isAlike && Buffer.compare(segment.hashes, hashes) === 0
}

/**
 * The entries of a segment's row, in their order. Of one that was changed by hand they come back as far as they can be read; the last has no
 * hash where the row is not what its entries are written as, so that an audit finds that too.
 */
export const entriesOf = (row: Table.EncodedRow): ReadonlyArray<Entry.Entry> => {
  const segment = rowOf(row)
  if (segment === undefined) return []
  const entries = entriesIn(segment)
  const last = entries.at(-1)
  if (last !== undefined && !isWritten(segment, entries)) entries.splice(-1, 1, { ...last, hash: "" })
  return entries
}
