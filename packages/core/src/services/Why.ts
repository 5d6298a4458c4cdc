import { Effect } from "effect"
import { madeBy } from "../events/subjects.ts"
import { timeOf } from "../events/decode.ts"
import { AllocationTable } from "../records/Allocation.ts"
import { AttemptTable } from "../records/Attempt.ts"
import { BatchTable } from "../records/Batch.ts"
import { BreakTable } from "../records/Break.ts"
import type { CauseKind, CauseLink, CauseOrigin } from "../records/causation.ts"
import { DecisionTable } from "../records/Decision.ts"
import { FillTable } from "../records/Fill.ts"
import { OrderTable } from "../records/Order.ts"
import { PayloadTable } from "../records/Payload.ts"
import { TradeTable } from "../records/Trade.ts"
import type { StoreError } from "../ports/StoreError.ts"
import { TradeRepository } from "../ports/TradeRepository.ts"
import { format, of as idOf, type Kind, type OrderId, type TradeId } from "../values/Id.ts"
import type * as Instant from "../values/Instant.ts"
import { causesFor, entries, factsOf, nameOf, ofFill, type Facts, type Target } from "./causesFound.ts"
import { lookups, type Lookups, type Said } from "./journalLookups.ts"
import * as Reads from "./Reads.ts"

/** A cause with what caused it. */
export interface WhyNode {
  readonly kind: CauseKind
  readonly id: string
  /** The entry that says it; none of a source, a price, a command or an actor. */
  readonly entry:
    | { readonly account: string; readonly seq: number; readonly at: Instant.Instant; readonly tag: string }
    | undefined
  /** What the entry says of it. */
  readonly facts: Facts
  readonly link: CauseLink
  /** Why an entry names no cause. */
  readonly origin: CauseOrigin | undefined
  /** It stands elsewhere in the tree with its causes. */
  readonly isRepeated: boolean
  readonly causes: ReadonlyArray<WhyNode>
  /** How many causes are not shown, because the tree would be too deep or too wide. */
  readonly leftOut: number
}

/** How large a tree is at most. */
export interface Bounds {
  readonly depth: number
  readonly width: number
  readonly nodes: number
}

/** How large a tree is at most, unless it is said. */
export const usual: Bounds = { depth: 12, width: 20, nodes: 200 }

// The walk

interface Step {
  readonly above: ReadonlyArray<string>
  readonly until: number
  readonly from: Said | undefined
}

const keyOf = ({ id, kind }: { readonly kind: string; readonly id: string }): string => `${kind} ${id}`

const targetKey = (target: Target): string => keyOf("said" in target ? nameOf(target.said) : target)

const archived = (look: Lookups, { entry: { account }, event }: Said) =>
  event._tag !== "PayloadStored"
    ? Effect.succeed({})
    : Effect.map(look.about(account, { kind: "payload", id: format("payload", event.id) }, 2), (about) => ({
        bytes: about.length > 1 ? "archived" : "kept"
      }))

/** The longest text of a part that is shown: `payloads show` has all. */
const LONGEST_PART = 2_000

/** Which of the bytes a trade was read from, as a text: its row, message or event alone. */
const part = (from: Said | undefined, { event }: Said) => {
  const trade = from?.event
  const isRead = trade?._tag === "TradeAccepted" || trade?._tag === "TradeQuarantined"
  if (event._tag !== "PayloadStored" || !isRead || trade.payloadFrom === undefined) return Effect.succeed({})
  const { payloadFrom, payloadTo } = trade
  return Effect.map(Reads.first(PayloadTable, { where: [{ column: "id", in: [event.id] }] }), (payload) => {
    const text = new TextDecoder().decode(payload?.bytes.subarray(payloadFrom, payloadTo))
    if (text === "") return {}
    return { part: text.length > LONGEST_PART ? `${text.slice(0, LONGEST_PART)}…` : text }
  })
}

/** Walks from an effect to its causes, depth first, as far as the bounds go. */
const walker = (look: Lookups, bounds: Bounds) => {
  const seen = new Set<string>()
  let room = bounds.nodes

  const below = (targets: ReadonlyArray<Target>, step: Step) =>
    Effect.gen(function* () {
      const keys = new Set(step.above)
      const isNew = (target: Target): boolean => {
        const key = targetKey(target)
        if (keys.has(key)) return false
        keys.add(key)
        return true
      }
      const meant = targets.filter(isNew)
      const causes: Array<WhyNode> = []
      for (const target of step.above.length > bounds.depth ? [] : meant.slice(0, bounds.width)) {
        if (room <= 0) break
        causes.push(yield* node(target, step))
      }
      return { causes, leftOut: meant.length - causes.length }
    })

  const node = (target: Target, step: Step): Effect.Effect<WhyNode, StoreError, TradeRepository> =>
    Effect.gen(function* () {
      room -= 1
      const key = targetKey(target)
      const next = { ...step, above: [...step.above, key] }
      if (!("said" in target)) {
        const { facts, id, kind, link, more } = target
        const own = { kind, id, facts, link, entry: undefined, origin: undefined, isRepeated: false }
        return { ...own, ...(yield* below(more, next)) }
      }
      return yield* ofEntry(target, key, next)
    })

  const ofEntry = ({ link, more = [], said }: Extract<Target, { readonly said: Said }>, key: string, step: Step) =>
    Effect.gen(function* () {
      const { entry, event } = said
      const { account, seq, tag } = entry
      const own = {
        ...nameOf(said),
        entry: { account, seq, at: timeOf(entry), tag },
        facts: { ...factsOf(event), ...(yield* archived(look, said)), ...(yield* part(step.from, said)) },
        link
      }
      if (seen.has(key)) return { ...own, origin: undefined, isRepeated: true, causes: [], leftOut: 0 }
      seen.add(key)
      const { origin, targets } = yield* causesFor(look, said, step.until, step.from)
      const next = { above: step.above, until: seq, from: said }
      return { ...own, origin, isRepeated: false, ...(yield* below([...more, ...targets], next)) }
    })

  return (target: Target, until: number) => node(target, { above: [], until, from: undefined })
}

// What is asked for

type Walked = Effect.Effect<WhyNode | undefined, StoreError, TradeRepository>

/** Why an entry of an account's journal is: what caused it, what caused that, down to bytes, sources and persons. */
export const ofEntry = (account: string, seq: number, bounds: Bounds = usual): Walked =>
  Effect.gen(function* () {
    const look = lookups(yield* TradeRepository)
    const said = yield* look.at(account, seq)
    return said === undefined ? undefined : yield* walker(look, bounds)({ said, link: "asked" }, seq)
  })

/** The kinds of records of which it can be asked. */
export const askable = [
  "trade",
  "order",
  "fill",
  "attempt",
  "allocation",
  "decision",
  "payload",
  "break",
  "batch"
] as const satisfies ReadonlyArray<Kind>

/** A kind of record of which it can be asked. */
export type Askable = (typeof askable)[number]

/** Whose a record is, and the number of the entry that changed it last. */
interface Row {
  readonly account: string
  readonly version: number
  readonly orderId?: OrderId | undefined
  readonly tradeId?: TradeId | undefined
}

const rowOf = (kind: Askable, id: number): Effect.Effect<Row | undefined, StoreError, TradeRepository> => {
  const question = { where: [{ column: "id", in: [id] }] }
  switch (kind) {
    case "trade":
      return Reads.first(TradeTable, question)
    case "order":
      return Reads.first(OrderTable, question)
    case "fill":
      return Reads.first(FillTable, question)
    case "attempt":
      return Reads.first(AttemptTable, question)
    case "allocation":
      return Reads.first(AllocationTable, question)
    case "decision":
      return Reads.first(DecisionTable, question)
    case "payload":
      return Reads.first(PayloadTable, question)
    case "break":
      return Reads.first(BreakTable, question)
    case "batch":
      return Reads.first(BatchTable, question)
  }
}

/** The entry that made a record: the first about it, or of a part of an order or a trade the one that has its id. */
const makingOf = (look: Lookups, kind: Askable, id: number, { account, orderId, tradeId }: Row) => {
  const name = format(kind, id)
  const isMade = ({ event }: Said): boolean => {
    const made = madeBy(event)
    return made?.kind === kind && made.id === name
  }
  const own = { kind, id: name }
  const isPart = kind === "fill" || kind === "attempt" || kind === "allocation"
  const about =
    isPart && orderId !== undefined
      ? look.aboutOrder(account, orderId)
      : isPart && tradeId !== undefined
        ? look.about(account, { kind: "trade", id: format("trade", tradeId) }, MOST_OF_TRADE)
        : look.about(account, own, 1)
  return Effect.map(about, (all) => all.find(isMade))
}

const MOST_OF_TRADE = 1000

/** The executions that give an order its figures now. */
const fillsOf = (look: Lookups, account: string, id: OrderId, { width }: Bounds) =>
  Effect.gen(function* () {
    const where = [
      { column: "orderId", in: [id] },
      { column: "canonical", in: [1] }
    ]
    const { items } = yield* Reads.page(FillTable, { where, limit: width + 1 })
    const found = yield* Effect.forEach(items, (fill) => ofFill(look, account, fill.id))
    return found.flat()
  })

/**
 * Why a record is as it is: what made it, what changed it last, and of an order the executions that give it its average price, each
 * with what caused it.
 */
export const ofRecord = (kind: Askable, id: number, bounds: Bounds = usual): Walked =>
  Effect.gen(function* () {
    const look = lookups(yield* TradeRepository)
    const row = yield* rowOf(kind, id)
    if (row === undefined) return undefined
    const newest = yield* look.at(row.account, row.version)
    const made = (yield* makingOf(look, kind, id, row)) ?? newest
    if (made === undefined) return undefined
    const isOther = newest !== undefined && newest.entry.seq !== made.entry.seq
    const fills = kind === "order" ? yield* fillsOf(look, row.account, idOf("order", id), bounds) : []
    const more = [...fills, ...(isOther ? entries([newest], "asked") : [])]
    return yield* walker(look, bounds)({ said: made, link: "asked", more }, Number.MAX_SAFE_INTEGER)
  })
