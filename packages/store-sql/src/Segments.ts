import { type Column, Entry, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Option, Schema } from "effect"

/**
 * A journal as a database keeps it: a row is a segment, entries of one commit to one account that follow each other from `firstSeq`
 * on. `entries` is a JSON array with one entry a line, `[kind, id, tag, version, cause, body]`, where `cause` counts the lines of
 * `causes`, a JSON array of `[before, cause]`: what many entries of a commit share is written once. `at` is when the last one was
 * made, in microseconds, and `before` how much earlier another was. `hashes` are the entries' own, 32 bytes each, so that the first
 * entry that disagrees is known by itself. Nothing is in it twice: whatever is changed in it changes an entry.
 */
export interface Segment {
  readonly account: string
  readonly firstSeq: number
  readonly commitId: string
  readonly at: number
  readonly causes: string
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

/** A longer commit has several segments: whoever wants one entry reads no more than so many. */
const LONGEST = 128

const HASH_BYTES = 32

/** The columns of a segment and their kinds, in the order of its cells. */
export const segmentColumns = {
  account: "text",
  firstSeq: "integer",
  commitId: "text",
  at: "instant",
  causes: "text",
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

const segmentOf = (entries: Entries): Segment => {
  const [first] = entries
  const { at } = entries.at(-1) ?? first
  const causes = new Map<string, number>()
  const lines: Array<string> = []
  let hex = ""
  for (const entry of entries) {
    const cause = `[${at - entry.at},${entry.cause}]`
    const place = causes.get(cause) ?? causes.size
    causes.set(cause, place)
    const named = [entry.entityKind, entry.entityId, entry.tag].map(Entry.textOf).join(",")
    lines.push(`[${named},${entry.eventVersion},${place},${entry.body}]`)
    hex += entry.hash
  }
  return {
    account: first.account,
    firstSeq: first.seq,
    commitId: first.commitId,
    at,
    causes: arrayOf([...causes.keys()]),
    entries: arrayOf(lines),
    hashes: Buffer.from(hex, "hex")
  }
}

const mentionsOf = (entries: Entries): ReadonlyArray<Mention> => {
  const [{ account, seq: firstSeq }] = entries
  const found = new Map<string, Mention>()
  for (const { entityId, entityKind } of entries) {
    const key = `${entityKind} ${entityId}`
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

const TEXT = String.raw`("(?:[^"\\]|\\.)*")`

const ENTRY_LINE = new RegExp(String.raw`^\[${TEXT},${TEXT},${TEXT},(\d+),(\d+),(.*)\]$`, "s")

const CAUSE_LINE = /^\[(-?\d+),(.*)\]$/s

const escaped = Schema.decodeOption(Schema.parseJson(Schema.String))

const plainOf = (text: string): string =>
  text.includes("\\") ? Option.getOrElse(escaped(text), () => text) : text.slice(1, -1)

/** The lines of an array, each without the comma that parts it from the next; a text that is none is one line. */
const linesOf = (array: string): ReadonlyArray<string> =>
  array.startsWith("[") && array.endsWith("]") ? array.slice(1, -1).split(",\n") : [array]

const causeOf = (at: number, line: string): Pick<Entry.Entry, "at" | "cause"> => {
  const [, before, cause = ""] = CAUSE_LINE.exec(line) ?? []
  return { at: at - Number(before ?? 0), cause }
}

const hexOf = ({ buffer, byteLength, byteOffset }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("hex")

const isText = (cell: Column.Cell | undefined): cell is string => typeof cell === "string"

const isNumber = (cell: Column.Cell | undefined): cell is number => typeof cell === "number"

/** A row as a segment; nothing where it has other cells, which no database takes. */
const rowOf = (row: Table.EncodedRow): Segment | undefined => {
  const { account, at, causes, commitId, entries, firstSeq, hashes } = row
  const isSegment =
    isText(account) && isText(commitId) && isText(causes) && isText(entries) && isNumber(firstSeq) && isNumber(at)
  return isSegment && hashes instanceof Uint8Array
    ? { account, firstSeq, commitId, at, causes, entries, hashes }
    : undefined
}

/** The entries that lines give. A line that is none is an entry with that line as its body. */
const entriesIn = ({ account, at, causes, commitId, entries, firstSeq, hashes }: Segment): Array<Entry.Entry> => {
  const shared = linesOf(causes).map((line) => causeOf(at, line))
  const hex = hexOf(hashes)
  return linesOf(entries).map((line, i) => {
    const [, kind = '""', id = '""', tag = '""', version, cause, body = line] = ENTRY_LINE.exec(line) ?? []
    return {
      account,
      seq: firstSeq + i,
      commitId,
      entityKind: plainOf(kind),
      entityId: plainOf(id),
      tag: plainOf(tag),
      eventVersion: Number(version ?? 0),
      ...(shared[Number(cause)] ?? { at, cause: "" }),
      body,
      hash: hex.slice(2 * HASH_BYTES * i, 2 * HASH_BYTES * (i + 1))
    }
  })
}

/** Is the segment what its entries are written as, to the byte? */
const isWritten = (segment: Segment, [first, ...rest]: ReadonlyArray<Entry.Entry>): boolean => {
  if (first === undefined) return false
  const { causes, entries, hashes } = segmentOf([first, ...rest])
  return segment.causes === causes && segment.entries === entries && Buffer.compare(segment.hashes, hashes) === 0
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
