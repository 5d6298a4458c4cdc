import { Effect, Option, Ref } from "effect"
import { Need } from "../books/Need.ts"
import type { AccountName } from "../records/AccountName.ts"
import { format, type AttemptId, type OrderId } from "../values/Id.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { doubt, giveUp, notPlaced } from "../rules/order/send.ts"
import { orderOf } from "../rules/order/transition.ts"
import { brokerOf, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { within } from "../ports/deadline.ts"
import { named } from "../rules/reconciliation/answers.ts"
import { breakKinds, BreakTable, kinds } from "../records/Break.ts"
import type { Doubt } from "../records/BreakDetails.ts"
import type { DoubtReason } from "../records/breakKinds.ts"
import { couldBe, sharing } from "../rules/reconciliation/matching.ts"
import { ordersListed } from "./listings.ts"
import { reportedMember, reportMember } from "./Booking.ts"
import { interpret } from "../rules/reconciliation/interpret.ts"
import type { NotFound, OrderSeen, Received } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import * as Absence from "./Absence.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { driven } from "./drive.ts"
import * as Reads from "./Reads.ts"
import { once, withRetries } from "./reading.ts"
import { sendOrder } from "./Submission.ts"
import * as Traces from "./Traces.ts"
import { recoverIdle, reported } from "./work.ts"

/** How long an attempt is left before it is asked for, and between two look-ups, in milliseconds. */
const SETTLING_MS = 5_000

/** What was asked, in milliseconds of a clock that never jumps; lives as long as the program. */
export interface Asked {
  /** When each doubtful attempt was last asked for. */
  readonly attempts: Ref.Ref<ReadonlyMap<AttemptId, number>>
  /** The doubtful orders of which their broker has answered a look-up. */
  readonly answered: Ref.Ref<ReadonlySet<OrderId>>
  /** Those whose last look-up failed: until one does not, each is one request. */
  readonly failing: Ref.Ref<ReadonlySet<OrderId>>
  /** How often doubtful orders were looked for in vain. */
  readonly missed: Absence.Missed
}

/** Nothing was asked for yet. */
export const makeAsked: Effect.Effect<Asked> = Effect.all({
  attempts: Ref.make<ReadonlyMap<AttemptId, number>>(new Map()),
  answered: Ref.make<ReadonlySet<OrderId>>(new Set()),
  failing: Ref.make<ReadonlySet<OrderId>>(new Set()),
  missed: Absence.makeMissed
})

/**
 * Asks for orders in doubt that have settled: one pass. What is found is booked; what is surely not there may go again, where the
 * account may be driven.
 */
export const askForDoubtful = <R = never>(
  asked: Asked,
  mayDrive: (account: AccountName) => Effect.Effect<boolean, never, R> = () => Effect.succeed(true),
  each: EachAccount = inTurn
) =>
  Effect.gen(function* () {
    const clock = yield* Clock
    const now = yield* clock.now
    const nowMs = yield* clock.monotonicMs
    const doubtful = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["in_doubt"] }] })
    const last = yield* Ref.get(asked.attempts)
    const since = new Map<AttemptId, number>()
    const settled: Array<Order> = []
    const own = yield* driven(doubtful)
    for (const order of own) {
      // W11: what was refused is asked for beside this.
      if (order.attemptId === undefined || order.endReported !== undefined) continue
      const sinceMs = last.get(order.attemptId) ?? nowMs - Math.max(0, Instant.millisBetween(order.updatedAt, now))
      since.set(order.attemptId, sinceMs)
      if (nowMs - sinceMs >= (yield* pauseMs(order, now))) settled.push(order)
    }
    // What is asked beside this pass is known as it was asked.
    yield* Ref.update(asked.attempts, (known) => new Map([...since].map(([id, ms]) => [id, known.get(id) ?? ms])))
    yield* each(
      settled.map(({ account }) => account),
      (account) =>
        Effect.forEach(
          settled.filter((order) => order.account === account),
          (order) =>
            reported(
              `doubts ${account}`,
              Effect.zipRight(
                noteAsked(asked, order),
                answeredOnce(asked, order, Traces.inTraceOf(order)(ask(asked, order, mayDrive(account))))
              )
            ),
          { concurrency: 4, discard: true }
        )
    )
    yield* openLasting(asked, own, now)
    yield* recoverIdle("doubts", Effect.succeed(doubtful))
    return settled.length
  })

/** An order has had its turn when it is asked for: one of an account that is left out keeps it. */
const noteAsked = ({ attempts }: Asked, { attemptId }: Order) =>
  Effect.flatMap(Clock, (clock) =>
    Effect.flatMap(clock.monotonicMs, (nowMs) =>
      attemptId === undefined ? Effect.void : Ref.update(attempts, (known) => new Map(known).set(attemptId, nowMs))
    )
  )

/** Its broker has answered where asking did not fail, whatever that came to. */
const answeredOnce = <A, E, R>({ answered, failing }: Asked, { id }: Order, asking: Effect.Effect<A, E, R>) =>
  asking.pipe(
    Effect.tap(() => Ref.update(answered, (known) => new Set(known).add(id))),
    Effect.tap(() => Ref.update(failing, (known) => new Set([...known].filter((each) => each !== id)))),
    Effect.tapError(() => Ref.update(failing, (known) => new Set(known).add(id)))
  )

/**
 * G: an order of which nobody knows for a minute whether its broker has it has a break, also where the broker could not be asked, or has
 * refused it and nothing confirms that.
 */
const openLasting = Effect.fn("Doubts.openLasting")(function* (
  { answered, failing }: Asked,
  doubtful: ReadonlyArray<Order>,
  now: Instant.Instant
) {
  const ids = new Set(doubtful.map(({ id }) => id))
  const doubtfulOf = (before: ReadonlySet<OrderId>): ReadonlySet<OrderId> =>
    new Set([...before].filter((id) => ids.has(id)))
  yield* Ref.update(failing, doubtfulOf)
  const known = yield* Ref.updateAndGet(answered, doubtfulOf)
  const lasting = doubtful.filter((order) => Absence.isLasting(order, now))
  if (lasting.length === 0) return
  const open = yield* Reads.all(BreakTable, {
    where: [
      { column: "closedAt", in: [null] },
      { column: "kind", in: breakKinds.filter((kind) => kinds[kind].isFateUnknown === true) }
    ]
  })
  const subjects = new Set(open.map(({ subject }) => subject))
  const unsaid = lasting.filter(({ id }) => !subjects.has(format("order", id)))
  yield* Effect.forEach(unsaid, (order) => stays(order, { reason: reasonOf(order, known) }), { discard: true })
})

const reasonOf = ({ endReported, id }: Order, answered: ReadonlySet<OrderId>): DoubtReason => {
  if (endReported !== undefined) return "RefusalUnconfirmed"
  return answered.has(id) ? "NotFound" : "Unanswered"
}

const LONGEST_PAUSE_MS = 60_000

/**
 * The wait between two look-ups. Where the broker has no client order ids each is a listing: it is asked for ever less often, since an
 * order that did not show in the first minutes may still, and an operator has been told.
 */
const pauseMs = (order: Order, now: Instant.Instant) =>
  Effect.map(Effect.option(brokerOf(order.account)), (broker) =>
    Option.isNone(broker) || broker.value.capabilities.clientOrderIds
      ? SETTLING_MS
      : Math.min(LONGEST_PAUSE_MS, Math.max(SETTLING_MS, Instant.millisBetween(order.updatedAt, now) / 2))
  )

const ask = Effect.fn("Doubts.ask")(function* <R>(
  asked: Asked,
  order: Order,
  mayDrive: Effect.Effect<boolean, never, R>
) {
  const broker = yield* brokerOf(order.account)
  const reading = (yield* Ref.get(asked.failing)).has(order.id) ? once : withRetries
  if (broker.lookup === undefined && order.brokerOrderId === undefined) {
    const missing = yield* askByTerms(order, broker, reading)
    return missing === undefined ? undefined : yield* absent(asked, order, broker, missing, mayDrive)
  }
  const found = yield* look(order, broker, reading)
  if (found === undefined) return
  const { report } = found
  if (report._tag === "OrderSeen") return yield* book(found)
  if (order.brokerOrderId !== undefined) return
  if (!report.complete) return yield* stays(order, { reason: "ListingIncomplete" })
  const isSure = broker.capabilities.uniqueClientOrderIds
  if (!isSure) return yield* absent(asked, order, broker, missingOf(order), mayDrive)
  // With the keys of another account nothing of ours is there: only what was proven to be the account says that it has no such order.
  if (!(yield* mayDrive)) return
  if (order.decisionId !== undefined) return yield* miss(asked, order)
  if (yield* Absence.isPastResending(order))
    return yield* absent(asked, order, broker, { reason: "NotFound", isPastResending: true }, mayDrive)
  yield* sendOrder(order)
})

/** Why an order stays in doubt, and what the broker has instead, where it lists that. */
type Lasting = Omit<Doubt, "_tag">

const missingOf = ({ candidate }: Order): Lasting => ({ reason: "NotFound", brokerOrderId: candidate })

/** A doubt ends when its order is proven not to be there; until then it stays, with its break. */
const absent = <R>(
  { missed }: Asked,
  order: Order,
  broker: BrokerService,
  missing: Lasting,
  mayDrive: Effect.Effect<boolean, never, R>
) =>
  Effect.gen(function* () {
    // With the keys of another account nothing of ours is there.
    const isEnough = (yield* mayDrive) && (yield* Absence.noteMissed(missed, order, broker))
    if (!isEnough) return yield* stays(order, missing)
    // Where the last step fails, the look-ups are counted anew: what it reads is not read at every pass.
    yield* Absence.forget(missed, order.id)
    if (!(yield* Absence.isProvenAbsent(order, broker))) return yield* stays(order, missing)
    yield* recorded(order, (recorder) => notPlaced(recorder, order.id))
  })

const LOOK_UPS = 2

/** A decision is sent once in its life: where two look-ups do not find it at a broker whose client ids are unique, it has failed. */
const miss = Effect.fn("Doubts.miss")(function* ({ missed }: Asked, order: Order) {
  const broker = yield* brokerOf(order.account)
  yield* Absence.noteMissed(missed, order, broker)
  const times = (yield* Ref.get(missed)).get(order.id)?.times ?? 0
  if (times < LOOK_UPS) return
  yield* recorded(order, (recorder) => giveUp(recorder, order.id, `not found at the broker in ${LOOK_UPS} look-ups`))
  yield* Absence.forget(missed, order.id)
})

/** Looks for an order in doubt now and books it where it is found; nothing is concluded from its absence. */
export const lookFor = Effect.fn("Doubts.lookFor")(function* (order: Order) {
  const broker = yield* brokerOf(order.account)
  if (broker.lookup === undefined && order.brokerOrderId === undefined) {
    const missing = yield* askByTerms(order, broker)
    return missing === undefined ? undefined : yield* stays(order, missing)
  }
  const found = yield* look(order, broker)
  if (found?.report._tag === "OrderSeen") yield* book(found)
})

const LONGEST_LOOK = "30 seconds"

/**
 * The same for all of these orders that are driven here, for half a minute together at most: who does not answer is waited for no longer.
 * What cannot be asked is said in health.
 */
export const lookForAll = (doubtful: ReadonlyArray<Order>, each: EachAccount = inTurn) =>
  Effect.gen(function* () {
    // W11: what was refused is asked for beside this.
    const own = (yield* driven(doubtful)).filter(({ endReported }) => endReported === undefined)
    const looks = each(
      own.map(({ account }) => account),
      (account) =>
        Effect.forEach(
          own.filter((order) => order.account === account),
          (order) => reported(`doubts ${account}`, Traces.inTraceOf(order)(lookFor(order))),
          { concurrency: 4, discard: true }
        )
    )
    yield* within(looks, LONGEST_LOOK, () => Effect.void)
  })

/**
 * O24: at a broker without client order ids a doubtful order is looked for by its terms, among the orders of the time around its
 * sending that are not ours. The one that could be it is read back and taken over; several, or one that could as well be another of ours, are
 * for an operator, with the listing. Where a complete listing has none, the answer is what it has instead.
 */
const askByTerms = Effect.fn("Doubts.askByTerms")(function* (
  order: Order,
  broker: BrokerService,
  reading: typeof withRetries = withRetries
) {
  const inBooks = yield* Absence.byTheirInstruments(order.account)
  const sent = { ...order, sentAt: yield* Absence.sentSince(order) }
  const isIt = (report: OrderSeen) => couldBe(sent, { ...report, symbol: inBooks(report.symbol) })
  const isOurs = ({ report }: Found) => report._tag === "OrderSeen" && isIt(report)
  if (order.candidate !== undefined) {
    const named = yield* reading(broker.order(order.candidate))
    if (isOurs(named)) return yield* takeOver(order, named)
  }
  const window = yield* Absence.windowSince(order)
  const { from } = window
  const { complete, received } = yield* ordersListed(broker, order.account, window)
  const reports = received.map(({ report }) => report)
  const ours = yield* Absence.idsInTheBooks(order, reports)
  const free = reports.filter((report) => !ours.has(report.brokerOrderId))
  const theirs = free.filter(isIt)
  const [only, ...others] = theirs
  if (!complete) return yield* stays(order, { reason: "ListingIncomplete" })
  if (only === undefined) return { reason: "NotFound", ...listed(from, free) } satisfies Lasting
  const several = { reason: "SeveralCandidates", ...listed(from, theirs) } as const
  if (others.length > 0) return yield* stays(order, several)
  const rivals = yield* rivalsOf(order, { ...only, symbol: inBooks(only.symbol) })
  if (rivals.length > 0) return yield* stays(order, { ...several, rivals: rivals.map(({ id }) => id) })
  const readBack = yield* reading(broker.order(only.brokerOrderId))
  if (isOurs(readBack)) yield* takeOver(order, readBack)
})

/** Others of our orders, on their way or in doubt, that an order of the broker's could be as well. */
const rivalsOf = (order: Order, seen: OrderSeen) =>
  Effect.gen(function* () {
    const unsettled = yield* Reads.all(OrderTable, {
      where: [
        { column: "account", in: [order.account] },
        { column: "status", in: ["submitting", "in_doubt"] }
      ]
    })
    const others = unsettled.filter(({ id }) => id !== order.id)
    return yield* Effect.filter(others, (each) =>
      Effect.map(Absence.sentSince(each), (sentAt) => couldBe({ ...each, sentAt }, seen))
    )
  })

const MOST_SHOWN = 10

/** The broker's orders since a moment, with all that `couldBe` compares. */
const listed = (since: Instant.Instant, orders: ReadonlyArray<OrderSeen>) => ({
  listedSince: since,
  ...(orders.length > MOST_SHOWN ? { more: orders.length - MOST_SHOWN } : {}),
  candidates: orders
    .slice(0, MOST_SHOWN)
    .map(({ brokerOrderId, enteredAt, limitPrice, quantity, rawStatus, side, symbol, type }) => ({
      brokerOrderId,
      symbol,
      side,
      quantity,
      type,
      limitPrice,
      status: rawStatus,
      enteredAt
    }))
})

/** Books what was found out of an order. */
const recorded = (order: Order, apply: (recorder: Recorder, current: Order) => void) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      reportedMember(order.account, [Need.OrderById({ id: order.id })], (recorder) =>
        apply(recorder, orderOf(recorder, order.id))
      )
    )
  )

/** Binds a doubtful order to one of the broker's that no other order of the books has: two of ours never match one of theirs. */
const takeOver = (order: Order, { payload, report }: Received<OrderSeen | NotFound>) =>
  recorded(order, (recorder, current) => {
    if (report._tag === "NotFound" || current.status !== "in_doubt") return
    const { brokerOrderId } = report
    if (sharing(recorder, brokerOrderId).length > 0)
      doubt(recorder, current, { _tag: "Doubt", reason: "SeveralCandidates", brokerOrderId })
    else interpret(recorder, { report: { ...report, clientOrderId: current.clientOrderId }, payload }, "frame")
  })

type Found = Received<OrderSeen | NotFound>

/** The broker's own id, or the candidate that an unclear answer named, is asked for first, then our own id. */
export const look = Effect.fn("Doubts.look")(function* (
  order: Order,
  broker: BrokerService,
  reading: typeof withRetries = withRetries
) {
  if (order.brokerOrderId !== undefined) {
    const known: Found = yield* reading(broker.order(order.brokerOrderId))
    if (known.report._tag === "OrderSeen" || broker.lookup === undefined) return known
  }
  if (order.candidate !== undefined) {
    const candidate: Found = yield* reading(broker.order(order.candidate))
    const isOurs = candidate.report._tag === "OrderSeen" && candidate.report.clientOrderId === order.clientOrderId
    if (isOurs) return candidate
  }
  const byClientId: Found | undefined =
    broker.lookup === undefined ? undefined : yield* reading(broker.lookup(order.clientOrderId))
  if (byClientId?.report._tag === "NotFound") yield* noteNamed(order, byClientId.report)
  return byClientId
})

const noteNamed = (order: Order, { candidate }: NotFound) =>
  candidate === undefined || order.candidate !== undefined
    ? Effect.void
    : recorded(order, (recorder) => named(recorder, order.id, candidate))

const book = (found: Found) => Effect.flatMap(Ledger, (ledger) => ledger.submit("report", reportMember(found)))

const stays = (order: Order, why: Lasting) =>
  recorded(order, (recorder, current) => {
    if (current.status === "in_doubt") doubt(recorder, current, { ...why, _tag: "Doubt" })
  })
