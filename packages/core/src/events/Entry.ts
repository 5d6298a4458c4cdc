import { Schema } from "effect"
import { sha256 } from "../records/Payload.ts"

/** What brought an entry about: the kind of member, who, and of a command its id and the reason that was given. */
export const Cause = Schema.Struct({
  kind: Schema.Literal("trade", "report", "command", "send", "timer", "start"),
  actor: Schema.String,
  command: Schema.optionalWith(Schema.String, { exact: true }),
  reason: Schema.optionalWith(Schema.String, { exact: true })
})

/** What brought an entry about. */
export type Cause = typeof Cause.Type

/** The canonical JSON of a cause; written out, since every member of a group has one. */
export const causeText = ({ actor, command, kind, reason }: Cause): string => {
  const ofCommand = command === undefined ? "" : `,"command":${textOf(command)}`
  const why = reason === undefined ? "" : `,"reason":${textOf(reason)}`
  return `{"actor":${textOf(actor)}${ofCommand},"kind":"${kind}"${why}}`
}

/**
 * One line of an account's journal, as it is stored. `body` and `cause` are canonical JSON; `at` is microseconds;
 * `hash = sha256(previous hash ‖ line)` in hexadecimal, where `line` is the canonical JSON of the whole entry.
 */
export interface Entry {
  readonly account: string
  readonly seq: number
  readonly commitId: string
  readonly entityKind: string
  readonly entityId: string
  readonly tag: string
  readonly eventVersion: number
  readonly at: number
  readonly cause: string
  readonly body: string
  readonly hash: string
}

/** The newest entry of an account's journal: its number and hash. */
export interface Head {
  readonly seq: number
  readonly hash: string
}

/** The head of a journal without entries. */
export const emptyHead: Head = { seq: 0, hash: "" }

/** Canonical JSON (RFC 8785) of plain values: keys sorted by code unit, no white space. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const fields = Object.entries(value).filter(([, each]) => each !== undefined)
  fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${fields.map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`).join(",")}}`
}

const PLAIN = /^[ !#-[\]-~]*$/

/** A text as JSON; most are plain and need no escapes. */
export const textOf = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text))

/** The canonical line of an entry, which is what `journal export` prints. */
export const lineOf = (entry: Omit<Entry, "hash">): string =>
  `{"account":${textOf(entry.account)},"at":${entry.at},"body":${entry.body},"cause":${entry.cause}` +
  `,"commitId":${textOf(entry.commitId)},"entityId":${textOf(entry.entityId)}` +
  `,"entityKind":${textOf(entry.entityKind)},"eventVersion":${entry.eventVersion},"seq":${entry.seq}` +
  `,"tag":${textOf(entry.tag)}}`

/** The hash of an entry that follows `previous`. */
export const hashOf = (previous: string, entry: Omit<Entry, "hash">): string => sha256(previous + lineOf(entry))

/** One step of the store-wide order over all journals: the new head of one account. */
export interface FeedRow {
  readonly position: number
  readonly account: string
  readonly firstSeq: number
  readonly lastSeq: number
  readonly headHash: string
  readonly feedHash: string
}

/** The canonical line of a row of the feed; written out, as that of an entry is. */
const feedLineOf = ({ account, firstSeq, headHash, lastSeq, position }: Omit<FeedRow, "feedHash">): string =>
  `{"account":${textOf(account)},"firstSeq":${firstSeq},"headHash":${textOf(headHash)}` +
  `,"lastSeq":${lastSeq},"position":${position}}`

/** The row that follows `previous` in the feed. */
export const nextFeedRow = (
  previous: Pick<FeedRow, "position" | "feedHash"> | undefined,
  head: Pick<FeedRow, "account" | "firstSeq" | "lastSeq" | "headHash">
): FeedRow => {
  const { account, firstSeq, lastSeq, headHash } = head
  const position = (previous?.position ?? 0) + 1
  const line = feedLineOf({ account, firstSeq, headHash, lastSeq, position })
  return { account, firstSeq, headHash, lastSeq, position, feedHash: sha256((previous?.feedHash ?? "") + line) }
}
