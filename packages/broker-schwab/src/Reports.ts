import { Broker, Decimal, Instant } from "@roundlot/core"
import type { ClientOrderId, Report } from "@roundlot/core/adapter"
import { Clock, Effect, Option } from "effect"
import * as Accounts from "./Accounts.ts"
import type { Linked } from "./Accounts.ts"
import * as Chains from "./Chains.ts"
import { type Desk, payloadOf } from "./Desk.ts"
import { executedReport, isReadable, missingOf, seenOf, type OrderAnswer } from "./OrderAnswer.ts"
import * as OrderId from "./OrderId.ts"
import * as Orders from "./Orders.ts"
import type { Read } from "./Orders.ts"
import { statuses } from "./OrderStatus.ts"

const absent = (
  { account }: Desk,
  brokerOrderId: ClientOrderId.BrokerOrderId
): Effect.Effect<Report.Received<Report.NotFound>> =>
  Effect.map(Clock.currentTimeMillis, (now) => ({
    report: {
      _tag: "NotFound",
      account,
      asOf: Instant.fromMillis(now),
      asOfKind: "ours",
      complete: true,
      clientOrderId: undefined,
      brokerOrderId
    },
    payload: undefined
  }))

/** An id that is none of Schwab's is refused before any request. */
const readById = (desk: Desk, id: ClientOrderId.BrokerOrderId) =>
  OrderId.read(id) === undefined
    ? Effect.fail(
        new Broker.BrokerReadFailed({
          operation: "order",
          kind: "unreadable",
          detail: `${id} is no order id of Schwab's: those have 1 to 19 digits`
        })
      )
    : desk.orders.one(id)

/** An order by the broker's id. */
export const readOrder = (
  desk: Desk,
  id: ClientOrderId.BrokerOrderId
): Effect.Effect<Report.Received<Report.OrderSeen | Report.NotFound>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const read = yield* readById(desk, id)
    if (Option.isNone(read)) return yield* absent(desk, id)
    yield* tellUnknown(read.value.order)
    const seen = yield* seenIn(desk, yield* desk.linked, read.value)
    return yield* Effect.mapError(
      seen,
      () =>
        new Broker.BrokerReadFailed({
          operation: "order",
          kind: "unreadable",
          detail: `order ${id} is neither a purchase nor a sale`
        })
    )
  })

/** The order under the id that works now; its payload is that of the newest. */
export const seenIn = (
  { account, chains }: Desk,
  ours: Linked,
  read: Read
): Effect.Effect<Option.Option<Report.Received<Report.OrderSeen>>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const chain = yield* chains.of(read)
    const livesOn = yield* chains.livesOn(chain)
    const { asOf, order, text } = Chains.newestOf(chain)
    const owner = Accounts.ownerOf(account, ours, order.accountNumber)
    return Option.map(seenOf(owner, order, asOf), (report) => ({
      report: Chains.asOne(chain, livesOn ? { ...report, state: { _tag: "Open" } } : report),
      payload: payloadOf(text)
    }))
  })

/** A status that Schwab has not documented is kept, counts as open, and is logged; so is what does not say what it trades. */
const tellUnknown = (order: OrderAnswer): Effect.Effect<void> =>
  Effect.all(
    [
      statuses.known.has(order.status)
        ? Effect.void
        : Broker.tellUndocumented(`Schwab's order ${order.orderId}`, order.status),
      isReadable(order)
        ? Effect.void
        : Effect.logWarning(`Schwab's order ${order.orderId} does not say what it trades: the listing is in part`)
    ],
    { discard: true }
  )

/** Of a window that begins at `from`, what is listed whole: nothing where a row was not, else what Schwab still lists. */
const wholeOf = (complete: boolean, from: Instant.Instant, earliest: Instant.Instant) =>
  complete ? { complete: from >= earliest, wholeFrom: Instant.later(from, earliest) } : { complete }

/** The orders of a window, with their executions. */
export const listOrders = (
  desk: Desk,
  window: Broker.TimeWindow
): Effect.Effect<Broker.OrderListing, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const { complete, earliest, reads } = yield* desk.orders.entered(window)
    yield* Effect.forEach(reads, ({ order }) => tellUnknown(order), { discard: true })
    yield* desk.chains.learn(reads)
    const working = yield* Effect.filter(reads, (read) => Effect.map(desk.chains.isReplaced(read), (is) => !is))
    const ours = yield* desk.linked
    const seen = yield* Effect.forEach(working, (read) => seenIn(desk, ours, read))
    const executions = yield* Effect.forEach(reads, (read) => executedIn(desk, ours, read))
    const isWhole = complete && reads.every(({ order }) => isReadable(order))
    return {
      ...wholeOf(isWhole, window.from, earliest),
      received: seen.flatMap(Option.toArray),
      executions: executions.flat()
    }
  })

type Fills = Effect.Effect<Broker.Listing<Report.Executed>, Broker.BrokerReadFailed>

type Executed = ReadonlyArray<Report.Received<Report.Executed>>

/** All revisions of the executions of an order under one of its ids, with the others. */
const named = (
  { account, corrections }: Desk,
  ours: Linked,
  chain: Chains.Chain,
  read: Read
): Effect.Effect<Executed, Broker.BrokerReadFailed> =>
  Effect.map(corrections.of(read), (revisions) => {
    const { order, text } = read
    const owner = Accounts.ownerOf(account, ours, order.accountNumber)
    const otherIds = Chains.otherIdsOf(chain, order.orderId)
    return revisions
      .flatMap((revision) => executedReport(owner, order, revision) ?? [])
      .map((report) => ({
        report: otherIds.length === 0 ? report : { ...report, otherIds },
        payload: payloadOf(text)
      }))
  })

const executedIn = (desk: Desk, ours: Linked, read: Read): Effect.Effect<Executed, Broker.BrokerReadFailed> =>
  Effect.flatMap(desk.corrections.of(read), (revisions) =>
    revisions.length === 0
      ? Effect.succeed([])
      : Effect.flatMap(desk.chains.of(read), (chain) => named(desk, ours, chain, read))
  )

/** An order that was entered long before may fill now: all that may still work are asked for. */
export const listFills = (desk: Desk, { from, to }: Broker.TimeWindow): Fills =>
  Effect.gen(function* () {
    const entered = { from: Instant.addMillis(from, -Orders.HISTORY_MS), to }
    const { complete, earliest, reads } = yield* desk.orders.entered(entered)
    yield* desk.chains.learn(reads)
    const ours = yield* desk.linked
    const all = yield* Effect.forEach(reads, (read) => executedIn(desk, ours, read))
    // A correction is listed whenever its execution was: it is known only since it was read.
    const received = all
      .flat()
      .filter(({ report: { executedAt, revision } }) => revision > 1 || (from <= executedAt && executedAt <= to))
    return { ...wholeOf(complete && reads.every(({ order }) => isReadable(order)), from, earliest), received }
  })

/** The executions of an order, under all ids that it had. */
export const fillsOf = (desk: Desk, id: ClientOrderId.BrokerOrderId): Fills =>
  Effect.gen(function* () {
    const read = yield* readById(desk, id)
    if (Option.isNone(read)) return { complete: false, received: [] }
    const chain = yield* desk.chains.of(read.value)
    const ours = yield* desk.linked
    const received = yield* Effect.forEach(chain, (each) => named(desk, ours, chain, each))
    const complete = chain.every(({ order }) => isReadable(order) && Decimal.isZero(missingOf(order)))
    return { complete, received: received.flat() }
  })
