import { BigDecimal, Effect, Schema } from "effect"
import { causesOf, type Reference } from "../events/causes.ts"
import { madeBy, type Subject } from "../events/subjects.ts"
import { Cause } from "../events/Entry.ts"
import type { LedgerEvent } from "../events/Event.ts"
import { causeKinds, type CauseKind, type CauseLink } from "../records/causation.ts"
import { FillTable } from "../records/Fill.ts"
import { TradeTable } from "../records/Trade.ts"
import type { StoreError } from "../ports/StoreError.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import { BadRow } from "../tables/Table.ts"
import * as Decimal from "../values/Decimal.ts"
import { format, type FillId, type OrderId } from "../values/Id.ts"
import * as Instant from "../values/Instant.ts"
import { bytesBeside, followed } from "./inCommit.ts"
import type { Lookups, Said } from "./journalLookups.ts"
import * as Reads from "./Reads.ts"

/** What an entry says of a cause, by the names of its fields: exact decimals, ids, words. */
export type Facts = Readonly<Record<string, string>>

/** What may become a node: an entry, or a thing without one, with what caused it. */
export type Target = { readonly link: CauseLink } & (
  | { readonly said: Said; readonly more?: ReadonlyArray<Target> }
  | { readonly kind: CauseKind; readonly id: string; readonly facts: Facts; readonly more: ReadonlyArray<Target> }
)

// What an entry shows

const shownFields: ReadonlySet<string> = new Set([
  "symbol",
  "side",
  "quantity",
  "notional",
  "price",
  "type",
  "orderType",
  "limitPrice",
  "stopPrice",
  "timeInForce",
  "goodTill",
  "session",
  "origin",
  "revision",
  "execId",
  "number",
  "outcome",
  "brokerOrderId",
  "httpStatus",
  "code",
  "status",
  "reason",
  "why",
  "direction",
  "source",
  "sourceId",
  "owner",
  "method",
  "endpoint",
  "statusCode",
  "sha256",
  "strategy",
  "name",
  "fileName",
  "amount",
  "currency",
  "rule",
  "state"
])

const factOf = (value: unknown): string | undefined => {
  if (BigDecimal.isBigDecimal(value)) return Decimal.format(value)
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined
}

/** What an entry says of what it made or changed. */
export const factsOf = (event: LedgerEvent): Facts => {
  const fields: ReadonlyArray<readonly [string, unknown]> = Object.entries(event)
  const isWire = event._tag === "PayloadStored"
  const own = fields.flatMap(([name, value]) => {
    const isMeant = shownFields.has(name) && (isWire || name !== "direction")
    const fact = isMeant ? factOf(value) : undefined
    return fact === undefined ? [] : [[name, fact] as const]
  })
  const after =
    event._tag === "OrderChanged" ? { status: event.after.status, filled: Decimal.format(event.after.filled) } : {}
  return { ...Object.fromEntries(own), ...after }
}

const OTHER: CauseKind = "other"

const kindOf = (kind: string): CauseKind => causeKinds.find((each) => each === kind) ?? OTHER

/** The record that an entry made, or the entry itself. */
export const nameOf = ({ entry, event }: Said): { readonly kind: CauseKind; readonly id: string } => {
  const made = madeBy(event)
  return made === undefined
    ? { kind: "entry", id: `${entry.account}/${entry.seq}` }
    : { kind: kindOf(made.kind), id: made.id }
}

// Who

const decodeCause = Schema.decodeEither(Schema.parseJson(Cause))

const causeOf = ({ entry: { account, cause, seq } }: Said) =>
  Effect.mapError(
    decodeCause(cause),
    () => new BadRow({ table: "journal", id: `${account}/${seq}`, column: "cause", problem: "cannot be read" })
  )

const leaf = (
  kind: CauseKind,
  id: string,
  facts: Facts,
  link: CauseLink,
  more: ReadonlyArray<Target> = []
): Target => ({
  kind,
  id,
  facts,
  link,
  more
})

/** Who brought an entry about, by which command, and why. */
const actorOf = ({ actor, command, kind, reason }: Cause): Target => {
  const because = reason === undefined ? {} : { reason }
  if (command === undefined) return leaf("actor", actor, { as: kind, ...because }, "actor")
  return leaf("command", command, because, "actor", [leaf("actor", actor, { as: kind }, "actor")])
}

// What is named

/** Entries as causes. */
export const entries = (all: ReadonlyArray<Said>, link: CauseLink): ReadonlyArray<Target> =>
  all.map((said) => ({ said, link }))

const record = (look: Lookups, account: string, { id, kind }: Subject) =>
  Effect.map(look.about(account, { kind, id }, 1), (found): ReadonlyArray<Target> =>
    found.length === 0 ? [leaf(kindOf(kind), id, {}, "named")] : entries(found, "named")
  )

/** The newest of the entries about an order that are meant, or what it would be called. */
const ofOrder = (
  look: Lookups,
  account: string,
  orderId: OrderId,
  isMeant: (said: Said) => boolean,
  absent: ReadonlyArray<Target> = []
) =>
  Effect.map(look.aboutOrder(account, orderId), (about): ReadonlyArray<Target> => {
    const found = about.findLast(isMeant)
    return found === undefined ? absent : entries([found], "named")
  })

/** The entry of an execution. */
export const ofFill = (look: Lookups, account: string, id: FillId) =>
  Effect.gen(function* () {
    const absent = [leaf("fill", format("fill", id), {}, "named")]
    const fill = yield* Reads.first(FillTable, { where: [{ column: "id", in: [id] }] })
    if (fill === undefined) return absent
    return yield* ofOrder(
      look,
      account,
      fill.orderId,
      ({ event }) => event._tag === "FillRecorded" && event.id === id,
      absent
    )
  })

const reversed = (look: Lookups, account: string, named: Extract<Reference, { readonly _tag: "Reversed" }>) =>
  Effect.gen(function* () {
    const { occurrence, source, sourceId } = named
    const cells = Object.entries({ account, source, sourceId, occurrence })
    const trade = yield* Reads.first(TradeTable, { where: cells.map(([column, cell]) => ({ column, in: [cell] })) })
    return trade === undefined ? [] : yield* record(look, account, { kind: "trade", id: format("trade", trade.id) })
  })

const priceOf = ({ at, price, source }: Extract<Reference, { readonly _tag: "PriceSource" }>): Target =>
  leaf(
    "price",
    source,
    { price: Decimal.format(price), ...(at === undefined ? {} : { at: Instant.format(at) }) },
    "named"
  )

const sourceOf = ({ occurrence, source, sourceId }: Extract<Reference, { readonly _tag: "Delivery" }>): Target =>
  leaf("source", source, { sourceId, ...(occurrence === "" ? {} : { occurrence }) }, "named")

/** What an entry names, found by an index each. */
const resolved = (
  look: Lookups,
  { entry: { account, commitId, seq } }: Said,
  reference: Reference
): Effect.Effect<ReadonlyArray<Target>, StoreError, TradeRepository> => {
  switch (reference._tag) {
    case "Record":
      return record(look, account, reference)
    case "Attempt":
      return ofOrder(
        look,
        account,
        reference.orderId,
        ({ event }) => event._tag === "AttemptStarted" && event.id === reference.id
      )
    case "Fill":
      return ofFill(look, account, reference.id)
    case "HeldReport":
      return ofOrder(
        look,
        account,
        reference.orderId,
        ({ event }) => event._tag === "ReportHeld" && event.number === reference.number
      )
    case "RevisionBefore":
      return ofOrder(
        look,
        account,
        reference.orderId,
        ({ entry, event }) =>
          event._tag === "FillRecorded" &&
          event.execIdBase === reference.execIdBase &&
          event.revision < reference.revision &&
          entry.seq < seq
      )
    case "EarlierOf":
      return ofOrder(
        look,
        account,
        reference.orderId,
        ({ entry, event }) => event._tag === reference.tag && entry.seq < seq
      )
    case "TakenBy":
      return Effect.map(look.aboutOrder(account, reference.orderId), (about) =>
        entries(
          about.filter(({ entry, event }) => event._tag === "LotAllocated" && entry.commitId === commitId),
          "named"
        )
      )
    case "Reversed":
      return reversed(look, account, reference)
    case "Delivery":
      return Effect.succeed([sourceOf(reference)])
    case "BatchRow": {
      const batch = format("batch", reference.batchId)
      const id = reference.line === undefined ? batch : `${batch}:${reference.line}`
      return Effect.map(record(look, account, { kind: "batch", id: batch }), (more) => [
        leaf("row", id, {}, "named", more)
      ])
    }
    case "PriceSource":
      return Effect.succeed([priceOf(reference)])
  }
}

/** What is asked of an order's causes from later on has its newest attempt among them: the order would not be at the broker without. */
const attemptBefore = (look: Lookups, { entry, event }: Said, until: number) =>
  event._tag === "OrderCreated"
    ? ofOrder(look, entry.account, event.id, (each) => each.event._tag === "AttemptStarted" && each.entry.seq < until)
    : Effect.succeed([])

/** What caused an entry; `until` is the number of the entry that it caused itself. */
export const causesFor = (look: Lookups, said: Said, until: number, above: Said | undefined) =>
  Effect.gen(function* () {
    const { entry, event } = said
    const { follows, isRead = false, named, origin } = causesOf(event)
    const cause = yield* causeOf(said)
    const commit = follows === undefined && !isRead ? [] : yield* look.inCommitOf(entry)
    const before = follows === undefined ? undefined : yield* followed(look, commit, entry.seq, follows)
    const bytes = isRead && before === undefined && cause.kind === "report" ? bytesBeside(commit, said) : undefined
    const beside = [before, bytes].filter((each) => each !== undefined)
    const references = yield* Effect.forEach(named, (reference) => resolved(look, said, reference))
    const isSource = named.some((each) => each._tag === "Delivery" && each.source === cause.actor)
    const isKnown = above?.entry.cause === entry.cause || (cause.kind === "trade" && isSource)
    return {
      origin: named.length === 0 && beside.length === 0 ? origin : undefined,
      targets: [
        ...entries(beside, "commit"),
        ...references.flat(),
        ...(yield* attemptBefore(look, said, until)),
        ...(isKnown ? [] : [actorOf(cause)])
      ]
    }
  })
