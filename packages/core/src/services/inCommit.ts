import { subjectsOf, type Subject } from "../events/subjects.ts"
import type { Follows } from "../events/causes.ts"
import type { LedgerEvent } from "../events/Event.ts"
import { Effect } from "effect"
import type { StoreError } from "../ports/StoreError.ts"
import { format, parse, type OrderId, of as idOf } from "../values/Id.ts"
import type { Lookups, Said } from "./journalLookups.ts"

const isSame = (a: Subject, b: Subject): boolean => a.kind === b.kind && a.id === b.id

/** The order that an event is about or names; none where it is of none. */
const orderOf = (event: LedgerEvent): OrderId | undefined => {
  const order = subjectsOf(event).find(({ kind }) => kind === "order")
  const id = order === undefined ? undefined : parse("order", order.id)
  return id === undefined ? undefined : idOf("order", id)
}

/** Is an order of the symbol, or does it have a share of the trade? */
const isOrderOf = (aboutOrder: ReadonlyArray<Said>, { id, kind }: Subject): boolean =>
  aboutOrder.some(({ event }) => {
    if (kind === "position") return event._tag === "OrderCreated" && event.symbol === id
    if (event._tag !== "OrderCreated" && event._tag !== "LotAllocated") return false
    return kind === "trade" && event.tradeId !== undefined && format("trade", event.tradeId) === id
  })

const isAbout = (look: Lookups, { entry, event }: Said, of: Subject): Effect.Effect<boolean, StoreError> => {
  if (subjectsOf(event).some((each) => isSame(each, of))) return Effect.succeed(true)
  const order = orderOf(event)
  return order === undefined
    ? Effect.succeed(false)
    : Effect.map(look.aboutOrder(entry.account, order), (about) => isOrderOf(about, of))
}

/** The entry of a commit that another one follows: the nearest before it of one of the kinds, and of the record. */
export const followed = (
  look: Lookups,
  commit: ReadonlyArray<Said>,
  seq: number,
  { of, tags }: Follows
): Effect.Effect<Said | undefined, StoreError> =>
  Effect.gen(function* () {
    const before = commit.filter(({ entry, event }) => entry.seq < seq && tags.includes(event._tag))
    for (const each of before.toReversed()) if (yield* isAbout(look, each, of)) return each
    return undefined
  })

const payloadsNamed = ({ event }: Said): ReadonlyArray<number | undefined> => {
  if (event._tag === "AttemptStarted") return [event.requestId]
  if (event._tag === "AttemptAnswered") return [event.responseId]
  return "payloadId" in event ? [event.payloadId] : []
}

/** What an order's report was read from, where nothing names it: nothing of another order stands between the two. */
const nearest = (side: ReadonlyArray<Said>, order: OrderId | undefined, named: ReadonlySet<number | undefined>) => {
  for (const each of side) {
    const { event } = each
    if (event._tag === "PayloadStored") return named.has(event.id) || event.direction === "request" ? undefined : each
    const other = orderOf(event)
    if (other !== undefined && other !== order) return undefined
  }
  return undefined
}

/**
 * The bytes that an entry was read from and does not name: they are stored after what was made of them, or before it where an
 * earlier report was read from the same.
 */
export const bytesBeside = (commit: ReadonlyArray<Said>, { entry, event }: Said): Said | undefined => {
  const named = new Set(commit.flatMap(payloadsNamed))
  const order = orderOf(event)
  const after = commit.filter((each) => each.entry.seq > entry.seq)
  const before = commit.filter((each) => each.entry.seq < entry.seq)
  return nearest(after, order, named) ?? nearest(before.toReversed(), order, named)
}
