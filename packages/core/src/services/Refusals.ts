import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { WaitingFillTable } from "../records/Fill.ts"
import { format, type OrderId } from "../values/Id.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { SEPARATE_MS } from "../rules/order/hearing.ts"
import { AttemptTable } from "../records/Attempt.ts"
import { endUnknownSince, OrderTable, type Order } from "../records/Order.ts"
import { brokerOf, isWhole, type BrokerService } from "../ports/Broker.ts"
import { concludeRefused, doubtRefused } from "../rules/reconciliation/answers.ts"
import { BreakTable } from "../records/Break.ts"
import { UNCONFIRMED_MS } from "../rules/breaks/ledgerBreaks.ts"
import { ABSENT_AFTER_MS } from "../rules/reconciliation/missing.ts"
import * as Instant from "../values/Instant.ts"
import { holdsWhatTheBooksSay, isAmong, isNamed, isProvenAbsent, windowSince } from "./Absence.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { driven } from "./drive.ts"
import { look } from "./Doubts.ts"
import { ordersListed } from "./listings.ts"
import { reportedMember, bookAll, reportMember } from "./Booking.ts"
import * as pacing from "./pacing.ts"
import * as Reads from "./Reads.ts"
import { withRetries } from "./reading.ts"
import { recoverIdle, reported } from "./work.ts"

/** When each refused order was last asked for. */
export type AskedRefusals = pacing.Asked<OrderId>

/** None was asked for yet. */
export const makeAskedRefusals: Effect.Effect<AskedRefusals> = pacing.make()

/** After a reading that failed, or proved nothing, the next one comes 5 s later, then ever less often. Milliseconds. */
const PACE = {
  keyOf: ({ id }: Order) => id,
  firstMs: 2_500,
  longestMs: 30_000,
  agedMs: () => 2_500
} as const

/** W11: a refused order that no reading has confirmed yet. */
const isRefused = ({ endReported, status }: Order): boolean => status === "in_doubt" && endReported !== undefined

/**
 * W11: asks for orders that their broker has refused: one pass. An order ends only where a reading of its own does not find it; what is
 * found is ours, and accepted.
 */
export const confirmRefusals = <R = never>(
  asked: AskedRefusals,
  mayDrive: (account: AccountName) => Effect.Effect<boolean, never, R> = () => Effect.succeed(true),
  each: EachAccount = inTurn
) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
    const doubtful = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["in_doubt"] }] }).pipe(
      Effect.flatMap(driven)
    )
    const refused = doubtful.filter(isRefused)
    const askable = yield* Effect.filter(refused, (order) => Effect.map(waitMs(order, now), (waitsMs) => waitsMs === 0))
    const due = yield* pacing.dueNow(asked, askable, PACE)
    yield* each(
      due.map(({ account }) => account),
      (account) =>
        Effect.forEach(
          due.filter((order) => order.account === account),
          (order) => confirmOne(asked, order, mayDrive(account)),
          { concurrency: 4, discard: true }
        )
    )
    yield* recoverIdle("refusals", Effect.succeed(refused))
    return due.length
  })

/** W11: the orders whose end nobody has confirmed for long enough, and of which no break says so. */
const unsaidEnds = Effect.fnUntraced(function* (now: Instant.Instant) {
  const ended = yield* Reads.all(OrderTable, {
    where: [
      { column: "status", in: ["submitted", "partially_filled"] },
      { column: "endReportedAt", atLeast: 0 }
    ]
  })
  const latest = Instant.addMillis(now, -UNCONFIRMED_MS)
  const due = ended.filter((order) => (endUnknownSince(order) ?? now) <= latest)
  if (due.length === 0) return []
  const open = yield* Reads.all(BreakTable, {
    where: [
      { column: "kind", in: ["EndUnconfirmed"] },
      { column: "closedAt", in: [null] }
    ]
  })
  const said = new Set(open.map(({ subject }) => subject))
  return yield* driven(due.filter(({ id }) => !said.has(format("order", id))))
})

/** W11: an end that nobody confirms is a break when its minute is over, whether its broker says something more of it or not: one pass. */
export const watchEnds = Effect.gen(function* () {
  const ledger = yield* Ledger
  const ended = yield* unsaidEnds(yield* ledger.now)
  yield* ledger.submitAll(
    "report",
    ended.map(({ account, id }) =>
      reportedMember(account, [Need.OrderById({ id })], (recorder) => recorder.touchOrder(id))
    )
  )
})

/**
 * With the keys of another account nothing of ours is there: only what was proven to be the account says that it has no such order. An
 * order that is left out, or may not be asked for yet, keeps its turn.
 */
const confirmOne = <R>(asked: AskedRefusals, order: Order, mayDrive: Effect.Effect<boolean, never, R>) =>
  Effect.gen(function* () {
    if (!(yield* mayDrive)) return
    yield* pacing.noteAsked(asked, [order], PACE)
    yield* reported(`refusals ${order.account}`, confirmRefusal(order))
  })

/** How long until a reading may confirm a refusal, in milliseconds: none where nothing was asked for before it was answered. */
const waitMs = (order: Order, now: Instant.Instant) =>
  Effect.map(Effect.option(brokerOf(order.account)), (broker) => {
    if (order.endReportedAt === undefined || broker._tag === "None") return 0
    const leastMs = !broker.value.capabilities.uniqueClientOrderIds
      ? ABSENT_AFTER_MS
      : order.attempts > 1
        ? SEPARATE_MS
        : 0
    return Math.max(0, leastMs - Instant.millisBetween(order.endReportedAt, now))
  })

/** The same for one order, as soon as that may be: whoever waits for its answer has it then, where the broker can be read. */
export const confirmNow = Effect.fn("Refusals.confirmNow")(function* (orderId: OrderId) {
  const order = yield* Reads.first(OrderTable, { where: [{ column: "id", in: [orderId] }] })
  if (order === undefined || !isRefused(order)) return
  yield* untilAskable(order)
  yield* reported(`refusals ${order.account}`, confirmRefusal(order))
})

/** A timer may fire a millisecond before its time, and a reading that begins too early proves nothing: what is left is waited for again. */
const untilAskable = (order: Order) =>
  Effect.iterate(1, {
    while: (leftMs) => leftMs > 0,
    body: () =>
      Effect.gen(function* () {
        const leftMs = yield* waitMs(order, yield* Effect.flatMap(Ledger, (ledger) => ledger.now))
        if (leftMs > 0) yield* Effect.sleep(`${Math.ceil(leftMs)} millis`)
        return leftMs
      })
  })

const confirmRefusal = Effect.fn("Refusals.confirmRefusal")(function* (order: Order) {
  const broker = yield* brokerOf(order.account)
  const ledger = yield* Ledger
  const begun = yield* ledger.now
  const found = broker.lookup === undefined ? undefined : yield* look(order, broker)
  if (found?.report._tag === "OrderSeen") return void (yield* ledger.submit("report", reportMember(found, begun)))
  // W8: a look-up by our id that was answered in part says nothing, and no listing says it in its place.
  const isAbsent = found === undefined ? yield* isNotListed(order, broker, begun) : found.report.complete
  const isRefuted = isAbsent && (yield* isNamed(order, broker))
  if (isAbsent && !isRefuted && (yield* executesNothing(order, broker)) && (yield* leftNothing(order, broker)))
    yield* concluded(order, concludeRefused)
})

/**
 * W11: where client order ids are only carried along, a listing may lack an order that was placed: what is held has to be what the books
 * say as well. A broker that refuses a re-send has not said what became of the send that it never answered: that one has to be absent by
 * the whole proof, since an order that rests changes no holding.
 */
const leftNothing = (order: Order, broker: BrokerService) =>
  Effect.gen(function* () {
    if (order.attempts > 1 && (yield* wasUnanswered(order))) return yield* isProvenAbsent(order, broker)
    return broker.capabilities.uniqueClientOrderIds ? true : yield* holdsWhatTheBooksSay(order, broker)
  })

const wasUnanswered = ({ id }: Order) =>
  Effect.map(Reads.all(AttemptTable, { where: [{ column: "orderId", in: [id] }] }), (all) =>
    all.some(({ outcome }) => outcome === "unknown")
  )

/** Where the broker cannot be asked by our id: a complete listing, begun late enough, that has nothing that could be it. */
const isNotListed = (order: Order, broker: BrokerService, begun: Instant.Instant) =>
  Effect.gen(function* () {
    const heardAt = order.endReportedAt
    if (heardAt === undefined || begun < Instant.addMillis(heardAt, ABSENT_AFTER_MS)) return false
    const { complete, received } = yield* ordersListed(broker, order.account, yield* windowSince(order))
    if (!complete) return false
    const isThere = yield* isAmong(order, received)
    if (isThere) yield* concluded(order, doubtRefused)
    return !isThere
  })

/** W11: executions were read as well, and none of its instrument is of an order that nobody knows, on either side. */
const executesNothing = (order: Order, broker: BrokerService) =>
  Effect.gen(function* () {
    const fills = yield* withRetries(broker.fills(yield* windowSince(order)))
    const own = fills.received.filter(({ report }) => report.account === order.account)
    yield* bookAll(own)
    const waiting = yield* Reads.all(WaitingFillTable, {
      where: [
        { column: "account", in: [order.account] },
        { column: "joinedAt", in: [null] }
      ]
    })
    const unknown = new Set(waiting.flatMap(({ execId, symbol }) => (symbol === order.symbol ? [execId] : [])))
    return isWhole(fills) && !own.some(({ report }) => unknown.has(report.execId))
  })

const concluded = (order: Order, apply: typeof concludeRefused) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      reportedMember(order.account, [Need.OrderById({ id: order.id })], (recorder) => apply(recorder, order.id))
    )
  )
