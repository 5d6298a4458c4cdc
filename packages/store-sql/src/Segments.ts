import { type Column, Entry, type Table, type TradeRepository } from "@roundlot/core/adapter"

/**
 * A journal as a database keeps it: a row is a segment, entries of one commit to one account that follow each other. `entries` is
 * a JSON array with one entry a line, `[kind, id, tag, version, cause, body]`, where `cause` counts the lines of `causes`, a JSON
 * array of `[at, cause]`: what many entries of a commit share is written once. `hashes` are the entries' own, 32 bytes each, so that
 * the first entry that disagrees is known by itself. `at` is when the newest was made.
 */
export interface Segment {
  readonly account: string
  readonly firstSeq: number
  readonly lastSeq: number
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
  lastSeq: "integer",
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
  segment.lastSeq,
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
  const causes = new Map<string, number>()
  const lines: Array<string> = []
  let hex = ""
  let last = first
  for (const entry of entries) {
    const { body, entityId, entityKind, eventVersion, tag } = entry
    const cause = `[${entry.at},${entry.cause}]`
    const place = causes.get(cause) ?? causes.size
    causes.set(cause, place)
    lines.push(
      `[${Entry.textOf(entityKind)},${Entry.textOf(entityId)},${Entry.textOf(tag)},${eventVersion},${place},${body}]`
    )
    hex += entry.hash
    last = entry
  }
  return {
    account: first.account,
    firstSeq: first.seq,
    lastSeq: last.seq,
    commitId: first.commitId,
    at: last.at,
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

const plainOf = (text: string): string => (text.includes("\\") ? String(JSON.parse(text)) : text.slice(1, -1))

/** The lines of an array, each without the comma that parts it from the next. */
const linesOf = (array: string): ReadonlyArray<string> => array.slice(1, -1).split(",\n")

const causeOf = (line: string | undefined): Pick<Entry.Entry, "at" | "cause"> | undefined => {
  const [, at, cause = ""] = CAUSE_LINE.exec(line ?? "") ?? []
  return at === undefined ? undefined : { at: Number(at), cause }
}

const isText = (cell: Column.Cell | undefined): cell is string => typeof cell === "string"

const isNumber = (cell: Column.Cell | undefined): cell is number => typeof cell === "number"

/**
 * The entries of a segment's row, in their order. A line that is none comes back as an entry whose body is that line, and a missing hash as an
 * empty one: an audit finds both, and names them.
 */
export const entriesOf = (row: Table.EncodedRow): ReadonlyArray<Entry.Entry> => {
  const { account, at, causes, commitId, entries, firstSeq, hashes } = row
  if (!isText(account) || !isText(commitId) || !isText(causes) || !isText(entries)) return []
  if (!isNumber(firstSeq) || !isNumber(at) || !(hashes instanceof Uint8Array)) return []
  const shared = linesOf(causes).map(causeOf)
  const hex = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength).toString("hex")
  return linesOf(entries).map((line, i): Entry.Entry => {
    const [, kind, id, tag, version, cause, body = line] = ENTRY_LINE.exec(line) ?? []
    return {
      account,
      seq: firstSeq + i,
      commitId,
      entityKind: kind === undefined ? "" : plainOf(kind),
      entityId: id === undefined ? "" : plainOf(id),
      tag: tag === undefined ? "" : plainOf(tag),
      eventVersion: Number(version ?? 0),
      ...(shared[Number(cause)] ?? { at, cause: "" }),
      body,
      hash: hex.slice(2 * HASH_BYTES * i, 2 * HASH_BYTES * (i + 1))
    }
  })
}
