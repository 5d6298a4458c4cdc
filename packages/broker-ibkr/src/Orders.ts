import { ClientOrderId, type Report, type SharedReads } from "@roundlot/core/adapter"
import type { Broker, Instant } from "@roundlot/core"
import { Effect } from "effect"
import * as BrokerTime from "./BrokerTime.ts"
import { type Desk, isConnected, note, now, payloadOf, wholeOf } from "./Desk.ts"
import { isDurable } from "./Execution.ts"
import type { Message, OrderFacts } from "./Message.ts"
import { isReadable, type ListedOrder, type Progress, seenOf, shownOf, tellUnknown } from "./OrderSeen.ts"
import { completedLivenessOf, isStopped } from "./OrderStatus.ts"
import { gather } from "./Reading.ts"
import { say } from "./wire/layout.ts"
import * as requests from "./wire/requests.ts"

/** TWS shows no single order: every order that it shows, and when the reading of them began. */
export interface EveryOrder {
  readonly asOf: Instant.Instant
  readonly all: ReadonlyArray<ListedOrder>
  /** Was every order shown that had a status meanwhile, and had TWS its servers? */
  readonly isWhole: boolean
}

/** What is read of all orders serves each reader of one of them (SharedReads). */
export type Listings = SharedReads.SharedReads<EveryOrder, Broker.BrokerReadFailed>

/** The one key of what is shared. */
export const ALL = "every order"

/** The key of an order in a listing: TWS's durable id, or its client's before there is one. */
const keyOf = (permId: string, clientId: string, orderId: string): string =>
  isDurable(permId) ? permId : `${clientId}/${orderId}`

/** The open orders of all clients, and of people; and the keys of orders that had a status meanwhile. */
export const openOrders = (desk: Desk) =>
  desk.alone
    .withPermits(1)(
      gather<Message>(desk.session, {
        operation: "open orders",
        ask: (line) => line.send(say(requests.openOrders)),
        take: (message) => {
          note(desk, message)
          if (message._tag === "OpenOrdersEnd") return { _tag: "End" }
          return message._tag === "OpenOrder" || message._tag === "OrderStatus"
            ? { _tag: "Part", part: message }
            : undefined
        }
      })
    )
    .pipe(
      Effect.map((messages) => {
        const progress = new Map<string, Progress>()
        for (const each of messages) if (each._tag === "OrderStatus") progress.set(each.permId, each)
        const found = new Map<string, ListedOrder>()
        for (const each of messages) {
          if (each._tag !== "OpenOrder") continue
          const { clientId, order: facts, orderId } = each
          found.set(keyOf(facts.permId, clientId, orderId), {
            ...shownOf(desk, facts, progress.get(facts.permId)),
            endedAt: undefined
          })
        }
        const named = messages.flatMap((each) =>
          each._tag === "OrderStatus" ? [keyOf(each.permId, each.clientId, each.orderId)] : []
        )
        return { found, named }
      })
    )

/** The orders that ended today, of all clients and people. */
const completedOrders = (desk: Desk) =>
  desk.alone
    .withPermits(1)(
      gather<Extract<Message, { readonly _tag: "CompletedOrder" }>>(desk.session, {
        operation: "completed orders",
        ask: (line) => line.send(say(requests.completedOrders)),
        take: (message) => {
          note(desk, message)
          if (message._tag === "CompletedOrdersEnd") return { _tag: "End" }
          return message._tag === "CompletedOrder" ? { _tag: "Part", part: message } : undefined
        }
      })
    )
    .pipe(
      Effect.map((messages) =>
        messages.map(({ completedStatus, completedTime, filled, order: facts }): ListedOrder => {
          const ending = desk.endings.of(facts.permId)
          return {
            facts,
            state: ending?.state ?? completedLivenessOf(facts.status, completedStatus),
            progress: { filled, averagePrice: "" },
            words: ending?.words ?? (completedStatus === "" ? undefined : completedStatus),
            code: ending?.code,
            endedAt: BrokerTime.parse(completedTime, desk.names.zone)
          }
        })
      )
    )

/** Every order that TWS shows, or that an error ended: what is open and may work wins over what ended under the same id. */
export const everyOrder = (desk: Desk): Effect.Effect<EveryOrder, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const asOf = yield* now
    const ended = yield* completedOrders(desk)
    const { found: open, named } = yield* openOrders(desk)
    const completed = new Set(ended.map(({ facts }) => facts.permId))
    const standing = [...open.values()].filter(({ facts }) => !isStopped(facts.status) || !completed.has(facts.permId))
    const shown = new Set(standing.map(({ facts }) => facts.permId))
    const over = [...ended, ...desk.endings.all().filter(({ facts }) => !completed.has(facts.permId))]
    const all = [...over.filter(({ facts }) => !shown.has(facts.permId)), ...standing]
    yield* Effect.forEach(all, ({ facts }) => tellUnknown(facts), { discard: true })
    const listed = new Set([...open.keys(), ...all.map(({ facts }) => facts.permId)])
    const hidden = new Set(named.filter((each) => !listed.has(each)))
    yield* Effect.forEach(hidden, warnHidden, { discard: true })
    return { asOf, all, isWhole: hidden.size === 0 && (yield* isConnected(desk)) }
  })

/** W8: an order with a status exists: a listing that does not show it is incomplete, end mark or not. */
const warnHidden = (key: string): Effect.Effect<void> =>
  Effect.logWarning(`TWS sent a status of order ${key} and did not list the order: the listing is incomplete`)

/** An order of a listing as a report, with its bytes. */
const receivedOf = (
  desk: Desk,
  listed: ListedOrder,
  asOf: Instant.Instant,
  executionsRead: boolean
): ReadonlyArray<Report.Received<Report.OrderSeen>> => {
  const report = seenOf(desk, listed, asOf, executionsRead)
  const { facts, progress, words } = listed
  return report === undefined ? [] : [{ report, payload: payloadOf(desk, "order", { facts, progress, words }) }]
}

/**
 * A listing is begun when it is asked for, and its caller relies on that. TWS does not say when an order was entered: one is listed that
 * is open, or ended after the window began, whenever the window ends.
 */
export const orders = (
  desk: Desk,
  listings: Listings,
  { from }: Broker.TimeWindow
): Effect.Effect<Broker.Listing<Report.OrderSeen>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const { all, asOf, isWhole } = yield* listings.afresh(ALL)
    const within = all.filter(({ endedAt = asOf }) => from <= endedAt)
    return {
      // TWS shows what ended today: a window that begins before is not listed whole.
      ...(isWhole && within.every(({ facts }) => isReadable(facts)) ? wholeOf(desk, from, asOf) : { complete: false }),
      received: within.flatMap((each) => receivedOf(desk, each, asOf, false))
    }
  })

interface Asked {
  readonly clientOrderId: ClientOrderId.ClientOrderId | undefined
  readonly brokerOrderId: ClientOrderId.BrokerOrderId | undefined
}

type Found = Effect.Effect<Report.Received<Report.OrderSeen | Report.NotFound>, Broker.BrokerReadFailed>

const find = (
  desk: Desk,
  read: Effect.Effect<EveryOrder, Broker.BrokerReadFailed>,
  asked: Asked,
  isIt: (order: OrderFacts) => boolean
): Found =>
  Effect.gen(function* () {
    const { all, asOf, isWhole } = yield* read
    const found = all.filter(({ facts }) => isIt(facts))
    // A reference is free text: of several orders that have it, the newest is meant.
    const [first] = found.toReversed().flatMap((each) => receivedOf(desk, each, asOf, false))
    if (first !== undefined) return first
    // What is there without an id yet, over what cannot be read, or by its status alone, is not absent.
    const hidden = asked.clientOrderId === undefined ? undefined : desk.endings.hidden(asked.clientOrderId)
    const complete = isWhole && hidden === undefined && found.length === 0
    const candidate = hidden?.permId === undefined ? undefined : ClientOrderId.BrokerOrderId.make(hidden.permId)
    return {
      report: { _tag: "NotFound", account: desk.names.account, asOf, asOfKind: "ours", complete, candidate, ...asked },
      payload: undefined
    }
  })

/**
 * What was read before says nothing of an order in doubt. Nor is one absent on the line that it was sent on without an answer: that line
 * is ended, and the next one decides.
 */
export const lookup = (desk: Desk, listings: Listings, clientOrderId: ClientOrderId.ClientOrderId): Found =>
  Effect.gen(function* () {
    const asked = { clientOrderId, brokerOrderId: undefined }
    const found = yield* find(desk, listings.afresh(ALL), asked, ({ orderRef }) => orderRef.startsWith(clientOrderId))
    const sentOn = desk.unanswered.get(clientOrderId)
    if (found.report._tag === "OrderSeen" || sentOn === undefined || sentOn !== (yield* desk.session.now)) return found
    sentOn.drop("an order that was sent on it has no answer, and is not listed")
    return { ...found, report: { ...found.report, complete: false } }
  })

/** An order by TWS's durable id. */
export const readOrder = (desk: Desk, listings: Listings, brokerOrderId: ClientOrderId.BrokerOrderId): Found =>
  find(desk, listings.one(ALL), { clientOrderId: undefined, brokerOrderId }, ({ permId }) => permId === brokerOrderId)
