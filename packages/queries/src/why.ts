import type { Documents } from "@roundlot/api"
import { Instant } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Why } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { shown } from "@roundlot/api/text"
import { BadFilter, NotFound } from "./errors.ts"

/** A cause, with what caused it. */
export type WhyDocument = Documents.WhyDocument

/** What can be asked: an entry of an account's journal, or a record. */
type Asked =
  | { readonly account: string; readonly seq: number }
  | { readonly kind: Why.Askable; readonly id: number }
  | undefined

const askedIn = (text: string): Asked => {
  const [, account, digits] = /^(.+)\/([1-9]\d{0,14})$/.exec(text) ?? []
  if (account !== undefined) return { account, seq: Number(digits) }
  const kind = Why.askable.find((each) => text.slice(0, 1).toUpperCase() === Id.letters[each])
  const id = kind === undefined ? undefined : Id.parse(kind, text)
  return kind === undefined || id === undefined ? undefined : { kind, id }
}

const lists: { readonly [K in Why.Askable]: string } = {
  trade: "trades",
  order: "orders",
  fill: "fills",
  attempt: "attempts",
  allocation: "allocations",
  decision: "decisions",
  payload: "attempts",
  break: "breaks",
  batch: "batches"
}

const collections: { readonly [kind: string]: string } = { ...lists, payload: "payloads" }

const pathOf = ({ entry, id, kind }: Why.WhyNode): string | null => {
  const collection = collections[kind]
  if (collection !== undefined) return `/api/v1/${collection}/${encodeURIComponent(id)}`
  return entry === undefined ? null : `/api/v1/accounts/${encodeURIComponent(entry.account)}/entries/${entry.seq}`
}

const entryOf = ({ entry }: Why.WhyNode): WhyDocument["entry"] =>
  entry === undefined ? null : { account: entry.account, seq: entry.seq, at: Instant.format(entry.at), tag: entry.tag }

const documentOf = (node: Why.WhyNode): WhyDocument => ({
  kind: node.kind,
  id: node.id,
  entry: entryOf(node),
  facts: node.facts,
  link: node.link,
  origin: node.origin ?? null,
  path: pathOf(node),
  repeated: node.isRepeated,
  causes: node.causes.map(documentOf),
  leftOut: node.leftOut
})

/** Why an entry (`paper/12`) or a record (`F3`) is as it is: a tree from it to bytes, sources and persons. */
export const show = (
  text: string
): Effect.Effect<WhyDocument, BadFilter | NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const asked = askedIn(text)
    if (asked === undefined) {
      const problem = "is neither an entry, such as paper/12, nor the id of a record, such as F3 or O5"
      return yield* new BadFilter({ filter: "of", value: text, problem })
    }
    const isRecord = "kind" in asked
    const node = isRecord ? yield* Why.ofRecord(asked.kind, asked.id) : yield* Why.ofEntry(asked.account, asked.seq)
    if (node !== undefined) return documentOf(node)
    return yield* isRecord
      ? new NotFound({ kind: asked.kind, id: text, list: lists[asked.kind] })
      : new NotFound({ kind: "entry", id: text, list: "journal" })
  })

/** What people see of a cause's facts; hashes are for programs. */
const factsOf = ({ facts }: WhyDocument): string =>
  Object.entries(facts)
    .filter(([name]) => name !== "sha256")
    .map(([name, value]) => `${name} ${shown(value, name === "part" ? MOST_OF_PART : MOST)}`)
    .join(", ")

const MOST = 60
/** A row, a message or an event that a trade was read from. */
const MOST_OF_PART = 200

const origins = {
  said: "stated by its actor, no other cause",
  bytes: "bytes on the wire",
  books: "from the state of the books"
} as const satisfies { readonly [O in NonNullable<WhyDocument["origin"]>]: string }

const lineOf = (node: WhyDocument): string => {
  const { entry, id, kind, origin, repeated } = node
  const name = kind === "entry" ? (entry?.tag ?? kind) : `${kind} ${shown(id)}`
  const place = entry === null ? "" : ` [${entry.account}/${entry.seq}${kind === "entry" ? "" : ` ${entry.tag}`}]`
  const facts = factsOf(node)
  const reason = origin === null ? "" : ` (${origins[origin]})`
  return `${name}${facts === "" ? "" : `: ${facts}`}${place}${reason}${repeated ? " (above)" : ""}`
}

const linesOf = (node: WhyDocument): ReadonlyArray<string> => {
  const more = node.leftOut === 0 ? [] : [[`and ${node.leftOut} more`]]
  const below = [...node.causes.map(linesOf), ...more]
  return [
    lineOf(node),
    ...below.flatMap((lines, index) => {
      const isLast = index === below.length - 1
      return lines.map((line, at) => `${at === 0 ? (isLast ? "└─ " : "├─ ") : isLast ? "   " : "│  "}${line}`)
    })
  ]
}

/** A tree of causes for people, a line each, the effect above its causes. */
export const tree = (node: WhyDocument): string => linesOf(node).join("\n")
