import { Cause, Context, Effect, Either, Exit, FiberRef, LogLevel, Schedule } from "effect"
import { Need } from "../books/Need.ts"
import type { AccountName } from "../records/AccountName.ts"
import { format, type AttemptId, type OrderId } from "../values/Id.ts"
import type * as Entry from "../events/Entry.ts"
import type { Recorder } from "../books/Recorder.ts"
import type { OwnLease } from "../ledger/HeldLeases.ts"
import { Ledger, type LedgerError, type Topic } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import * as Quantity from "../values/Quantity.ts"
import { AttemptTable } from "../records/Attempt.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { awaitedBy, inRuns } from "../rules/order/runs.ts"
import type { PositionEffect } from "../records/OrderTerms.ts"
import { awaitLogin, planSend, recover, refuseSend, type SendPlanned } from "../rules/order/send.ts"
import { Refusal, type Brokers, type BrokerService, type Prepared } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { TradeRepository } from "../ports/TradeRepository.ts"
import { begin } from "../ports/deadline.ts"
import { interpret, type HeardBy } from "../rules/reconciliation/interpret.ts"
import type { Interpreted } from "../records/Interpreted.ts"
import { Answer, type Answered, type Executed, type OrderSeen, type Received, type Report } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import type { TradingWindow } from "../values/TradingWindow.ts"
import { noteAnswer, noteStage } from "./metrics.ts"
import { brokerForAttempt, driven, type ForAttempt } from "./drive.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import type { Health } from "./Health.ts"
import { needsLogin } from "./Logins.ts"
import { askBeforeSend } from "./Quotes.ts"
import * as Reads from "./Reads.ts"
import * as Traces from "./Traces.ts"
import { recoverIdle, reported } from "./work.ts"

/** How long after its commit an attempt may still leave at most, in milliseconds (rule 2 of sending). */
const LATEST_SEND_MS = 5_000
const TOGETHER = 16

/** What an order asks of its broker. Written out: an object that is spread and added to gets a shape of its own each time. */
const termsOf = <Q extends Quantity.Quantity | undefined>(order: Order, quantity: Q) => ({
  account: order.account,
  clientOrderId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  quantity,
  type: order.type,
  limitPrice: order.limitPrice,
  stopPrice: order.stopPrice,
  timeInForce: order.timeInForce,
  goodTill: order.goodTill,
  session: order.session,
  positionEffect: order.positionEffect,
  referencePrice: order.referencePrice,
  referenceAt: order.referenceAt
})

const NO_NOTIONAL = new Refusal({ code: "notional", words: "the broker takes no order over a notional" })

/** The request for an order, in shares or over a notional as it asks for; pure. */
export const prepare = (
  broker: Pick<BrokerService, "prepare" | "prepareNotional">,
  order: Order
): Either.Either<Prepared, Refusal> => {
  const { askedNotional: notional } = order
  return notional === undefined
    ? broker.prepare(termsOf(order, Quantity.make(order.quantity)))
    : (broker.prepareNotional?.({ ...termsOf(order, undefined), notional }) ?? Either.left(NO_NOTIONAL))
}

const memberOf = <A>(
  account: AccountName,
  kind: Entry.Cause["kind"],
  needs: ReadonlyArray<Need>,
  apply: (recorder: Recorder) => A
): Member<A> => ({ account, cause: { kind, actor: "roundlot" }, needs, apply })

/** The logical commit that books a report: a frame of a stream or an answer, where nobody says when its reading began (W11). */
export const reportMember = (received: Received, begun?: Instant.Instant): Member<Interpreted> =>
  memberOf(received.report.account, "report", needsOf(received.report), (recorder) =>
    interpret(recorder, received, heardBy(begun))
  )

const heardBy = (begun: Instant.Instant | undefined): HeardBy => (begun === undefined ? "frame" : { begun })

/** Books reports in their order, and notes how long ago was executed what is booked for the first time. */
export const bookAll = (
  received: ReadonlyArray<Received>,
  begun?: Instant.Instant
): Effect.Effect<ReadonlyArray<Interpreted>, LedgerError, Ledger | Clock> =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const answers = yield* ledger.submitAll(
      "report",
      received.map((each) => reportMember(each, begun))
    )
    yield* noteBooked(received, answers)
    return answers
  })

const noteBooked = (received: ReadonlyArray<Received>, answers: ReadonlyArray<Interpreted>) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    for (const [i, { report }] of received.entries()) {
      if (report._tag !== "Executed" || answers[i]?._tag !== "Applied") continue
      yield* noteStage("executed_to_booked", Instant.millisBetween(report.asOf, now))
    }
  })

/** What was read of an order: what it executed, and then how it stands. */
export interface OrderRead {
  readonly executions: ReadonlyArray<Received<Executed>>
  readonly seen: Received<OrderSeen>
}

/** So many executions of an order are booked together with how it stands; more would hold the thread for too long. */
const AT_ONCE = 64

const isCrowded = ({ executions }: OrderRead): boolean => executions.length > AT_ONCE

/**
 * Books what was read of orders, each in one logical commit: an end is never booked without the fills that were read with it, and
 * what cannot be booked of one order keeps nothing from the others. Many executions of one order come before its end, by themselves.
 */
export const bookRead = (
  reads: ReadonlyArray<OrderRead>,
  begun: Instant.Instant
): Effect.Effect<void, LedgerError, Ledger | Clock> =>
  Effect.gen(function* () {
    const few = bookEach(
      reads.filter((read) => !isCrowded(read)),
      begun
    )
    const many = reads
      .filter(isCrowded)
      .map(({ executions, seen }) => Effect.zipRight(bookAll(executions, begun), bookAll([seen], begun)))
    const exits = yield* Effect.forEach([few, ...many], (booking) => Effect.exit(booking))
    yield* Effect.forEach(exits, (exit) => exit, { discard: true })
  })

const bookEach = (reads: ReadonlyArray<OrderRead>, begun: Instant.Instant) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const answers = yield* ledger.submitAll(
      "report",
      reads.map((read) => readMember(read, begun))
    )
    yield* noteBooked(
      reads.flatMap(({ executions, seen }) => [...executions, seen]),
      answers.flat()
    )
  })

const readMember = ({ executions, seen }: OrderRead, begun: Instant.Instant): Member<ReadonlyArray<Interpreted>> => {
  const received = [...executions, seen]
  const needs = received.flatMap(({ report }) => needsOf(report))
  return memberOf(seen.report.account, "report", needs, (recorder) =>
    received.map((each) => interpret(recorder, each, { begun }))
  )
}

const needsOf = (report: Report): ReadonlyArray<Need> => {
  const { account } = report
  switch (report._tag) {
    case "OrderSeen":
      return [Need.OrderByBrokerId({ account, brokerOrderId: report.brokerOrderId })]
    case "Executed":
      return [
        Need.Execution({ account, execIdBase: report.execIdBase }),
        Need.WaitingCommissions({ account, execId: report.execId }),
        ...brokerIdNeeds(account, report.brokerOrderId)
      ]
    case "Answered": {
      const taken = report.answer._tag === "Accepted" ? report.answer.brokerOrderId : undefined
      return [Need.AttemptById({ id: report.attemptId }), ...brokerIdNeeds(account, taken)]
    }
    case "Commission":
      return [Need.FillByExecId({ account, execId: report.execId })]
    case "Listed":
      return [Need.WaitingFills({ account })]
    default:
      return []
  }
}

const brokerIdNeeds = (account: AccountName, brokerOrderId: string | undefined): ReadonlyArray<Need> =>
  brokerOrderId === undefined ? [] : [Need.OrderByBrokerId({ account, brokerOrderId })]

/** The commits that may make an order that can be sent, or let one go that waits; what the clock brings comes by the clock. */
export const submissionFollows: ReadonlyArray<Topic> = [
  "OrderCreated",
  "OrderChanged",
  "OrderApproved",
  "HoldLifted",
  "controls",
  "accounts",
  "instruments",
  "breaks"
]

/**
 * Sends what is due to be sent, for the accounts that may be driven: one pass over the committed rows. Each order is sent once;
 * nothing inside retries. Accounts share nothing: one whose broker is long in answering holds up no other where `each` lets it.
 */
export const submitPending = <R>(
  mayDrive: (account: AccountName) => Effect.Effect<boolean, never, R>,
  each: EachAccount = inTurn
) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
    const pending = yield* Reads.all(OrderTable, { where: [{ column: "status", in: ["pending"] }] })
    const ready = pending.filter(
      (order) => isSentHere(order) && (order.notBefore === undefined || order.notBefore <= now)
    )
    const byAccount = new Map<AccountName, Array<Order>>()
    for (const order of ready) {
      const own = byAccount.get(order.account)
      if (own === undefined) byAccount.set(order.account, [order])
      else own.push(order)
    }
    const accounts = yield* Effect.filter(byAccount.keys(), mayDrive)
    const living = yield* livingOf(awaitedBy(ready))
    yield* each(accounts, (account) =>
      Effect.flatMap(marketOf(account, now), (market) =>
        sendReady(account, inRuns(byAccount.get(account) ?? [], living, market))
      )
    )
    yield* recoverIdle("sending", beingSent)
  })

/** A decision's order is sent where the decision is executed, unless it waits for an order of the other side since. */
const isSentHere = ({ decisionId, heldBehind }: Order): boolean => decisionId === undefined || heldBehind !== undefined

/** Of these orders, those that have not ended. */
const livingOf = (ids: ReadonlyArray<OrderId>) =>
  ids.length === 0
    ? Effect.succeed(new Set<OrderId>())
    : Effect.map(
        Reads.all(OrderTable, {
          where: [
            { column: "id", in: ids },
            { column: "endedAt", in: [null] }
          ]
        }),
        (orders) => new Set(orders.map(({ id }) => id))
      )

const marketOf = (account: AccountName, at: Instant.Instant) =>
  Effect.gen(function* () {
    const clock = yield* Clock
    const now = yield* clock.now
    return { at, isSessionOpen: (window: TradingWindow) => clock.isOpenAt(now, account, window) }
  })

/**
 * Sends an account's orders: attempts are committed together, a few at first, and more while their answers come quickly: what has to
 * wait long after its commit does not leave.
 */
const sendReady = Effect.fn("Submission.sendReady")(function* (account: AccountName, orders: ReadonlyArray<Order>) {
  if (yield* needsLogin(account)) return yield* reported(`sending ${account}`, awaitLogins(account, orders))
  const clock = yield* Clock
  const open = yield* Effect.makeSemaphore(TOGETHER)
  let size = FEWEST_AT_ONCE
  for (let from = 0; from < orders.length;) {
    const begunMs = yield* clock.monotonicMs
    const batch = orders.slice(from, from + size)
    yield* sendBatch(account, batch, open)
    from += batch.length
    const isQuick = (yield* clock.monotonicMs) - begunMs < QUICK_MS
    size = isQuick ? Math.min(MOST_AT_ONCE, size * 2) : FEWEST_AT_ONCE
  }
})

/** F3: what waits for a login is on record as that, once, and goes with the first pass after it. */
const awaitLogins = (account: AccountName, orders: ReadonlyArray<Order>) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submitAll(
      "send",
      orders
        .filter(({ heldFor }) => heldFor === undefined)
        .map(({ id }) => memberOf(account, "send", [Need.OrderById({ id })], (recorder) => awaitLogin(recorder, id)))
    )
  )

/** Orders that are to be sent, and those whose answer is not on record. */
const beingSent = Reads.all(OrderTable, { where: [{ column: "status", in: ["pending", "submitting"] }] })

const FEWEST_AT_ONCE = 64
const MOST_AT_ONCE = 512
const QUICK_MS = 500

interface ReadyToSend extends ForAttempt {
  readonly order: Order
  readonly prepared: Prepared
  /** Under which it was made ready. */
  readonly lease: OwnLease | undefined
}

const readyToSend = (
  { broker, settingsVersion }: ForAttempt,
  order: Order,
  prepared: Prepared,
  lease: OwnLease | undefined
): ReadyToSend => ({ broker, settingsVersion, order, prepared, lease })

/** Orders of one account; what keeps it from being driven is told, and stops nothing else. */
const sendBatch = (
  account: AccountName,
  orders: ReadonlyArray<Order>,
  open: Effect.Semaphore
): Effect.Effect<void, never, Brokers | Health | SendingNeeds> =>
  Effect.gen(function* () {
    const ready: Array<ReadyToSend> = []
    const ledger = yield* Ledger
    const prepareAll = Effect.gen(function* () {
      const driving = yield* brokerForAttempt(account)
      const lease = ledger.leases.of(account)
      for (const order of orders) {
        const prepared = prepare(driving.broker, order)
        if (Either.isRight(prepared)) ready.push(readyToSend(driving, order, prepared.right, lease))
        else yield* refuse(order, `${prepared.left.code}: ${prepared.left.words}`)
      }
    })
    yield* reported(`sending ${account}`, prepareAll)
    yield* askBeforeSend(
      ledger.accounts.get(account),
      ready.map(({ order }) => order)
    )
    if (ready.length > 0) yield* attemptAll(account, ready, open)
  })

const attemptAll = Effect.fn("Submission.attemptAll")(function* (
  account: AccountName,
  ready: ReadonlyArray<ReadyToSend>,
  open: Effect.Semaphore
) {
  const ledger = yield* Ledger
  const clock = yield* Clock
  const begunMs = yield* clock.monotonicMs
  yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const planned = yield* ledger.submitEach("send", ready.map(attemptMember))
      const toSend: Array<Committed> = []
      const outdated: Array<Order> = []
      for (const [i, each] of ready.entries()) {
        const outcome = planned[i]
        if (outcome === undefined) continue
        if (Either.isLeft(outcome)) yield* reported(`sending ${account}`, outcome)
        else if (outcome.right._tag === "Send") toSend.push(committed(each, outcome.right, begunMs))
        else if (outcome.right._tag === "Outdated") outdated.push(each.order)
      }
      yield* sendAll(toSend, open)
      if (outdated.length > 0)
        yield* Effect.zipRight(forgetSettings(outdated), restore(sendBatch(account, outdated, open)))
    })
  )
})

/** An order whose attempt is committed: it leaves now or not at all. */
interface Committed extends ReadyToSend {
  readonly attemptId: AttemptId
  /** Before its attempt was committed, by the clock that never jumps. */
  readonly begunMs: number
}

/**
 * Sends them one after the other as long as their answers are there at once, and books those together; from the first that is waited
 * for on they go side by side, each with a fiber of its own.
 */
const sendAll = (all: ReadonlyArray<Committed>, open: Effect.Semaphore) =>
  Effect.gen(function* () {
    const answered: Array<Received<Answered>> = []
    let sent = 0
    let waiting: Effect.Effect<Received<Answered>> | undefined
    while (sent < all.length && waiting === undefined) {
      const next = all[sent]
      if (next === undefined) break
      const begun = yield* beginSending(next)
      if (Either.isLeft(begun)) waiting = begun.left
      else answered.push(begun.right)
      sent += 1
    }
    const together = all.slice(0, waiting === undefined ? sent : sent - 1)
    const late = waiting === undefined ? undefined : all[sent - 1]
    yield* Effect.all(
      [
        bookTogether(together, answered),
        late === undefined || waiting === undefined
          ? Effect.void
          : bookWhenAnswered(late, open.withPermits(1)(waiting)),
        ...all.slice(sent).map((each) => bookWhenAnswered(each, open.withPermits(1)(sendNow(each))))
      ],
      { concurrency: "unbounded", discard: true }
    )
  })

const bookWhenAnswered = (sent: Committed, answer: Effect.Effect<Received<Answered>, never, SendingNeeds>) =>
  reported(
    `sending ${sent.order.account}`,
    Effect.flatMap(answer, (received) => Effect.zipRight(tellAnswer(sent, received), bookAnswer(received)))
  )

/** Answers that came at once are committed together. Health hears of each failure, and once of what went well. */
const bookTogether = (sent: ReadonlyArray<Committed>, answers: ReadonlyArray<Received<Answered>>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const outcomes = yield* ledger.submitEach(
      "report",
      answers.map((received) => reportMember(received))
    )
    const well = new Set<AccountName>()
    const failed: Array<Effect.Effect<void, never, Health | Ledger>> = []
    for (const [i, each] of sent.entries()) {
      const [outcome, received] = [outcomes[i], answers[i]]
      if (outcome === undefined || received === undefined) continue
      yield* tellAnswer(each, received)
      const { account } = each.order
      if (Either.isRight(outcome)) well.add(account)
      else {
        failed.push(reported(`sending ${account}`, isPassing(outcome.left) ? bookAnswer(received) : outcome))
      }
    }
    yield* Effect.forEach(well, (account) => reported(`sending ${account}`, Effect.void), { discard: true })
    yield* Effect.all(failed, { concurrency: "unbounded", discard: true })
  })

/** The settings that an attempt was made ready by are others by now: it is made ready again. */
interface Outdated {
  readonly _tag: "Outdated"
}

/** It names the position too: controls judge by the prices of what is named beforehand. */
const attemptMember = (ready: ReadyToSend): Member<SendPlanned | Outdated> => {
  const { account, id, symbol } = ready.order
  return memberOf(account, "send", [Need.OrderById({ id }), Need.Position({ account, symbol })], (recorder) =>
    recorder.books.accounts.get(account)?.version === ready.settingsVersion
      ? planSend(recorder, id, (positionEffect) => preparedFor(ready, positionEffect).request)
      : { _tag: "Outdated" }
  )
}

const forgetSettings = (orders: ReadonlyArray<Order>) =>
  Effect.map(Ledger, ({ accounts }) => {
    for (const { account } of orders) accounts.forget(account)
  })

/** Whether a direct order opens or closes is known in the commit of its attempt, and preparing is pure. */
const preparedFor = ({ broker, order, prepared }: ReadyToSend, positionEffect: PositionEffect | undefined): Prepared =>
  positionEffect === order.positionEffect
    ? prepared
    : Either.getOrThrowWith(prepare(broker, { ...order, positionEffect }), (refusal) => refusal)

const committed = (ready: ReadyToSend, planned: ToBeSent, begunMs: number): Committed => ({
  broker: ready.broker,
  settingsVersion: ready.settingsVersion,
  order: ready.order,
  lease: ready.lease,
  prepared: preparedFor(ready, planned.positionEffect),
  attemptId: planned.attemptId,
  begunMs
})

type ToBeSent = Extract<SendPlanned, { readonly _tag: "Send" }>

/** Sends one order, if it still stands when its attempt is committed. */
export const sendOrder = Effect.fnUntraced(function* (order: Order) {
  for (;;) {
    const driving = yield* brokerForAttempt(order.account)
    const prepared = prepare(driving.broker, order)
    if (Either.isLeft(prepared)) return yield* refuse(order, `${prepared.left.code}: ${prepared.left.words}`)
    yield* Effect.flatMap(Ledger, ({ accounts }) => askBeforeSend(accounts.get(order.account), [order]))
    const came = yield* attempt(order, driving, prepared.right)
    if (came._tag !== "Outdated") return came
    yield* forgetSettings([order])
  }
})

/** An order that its broker cannot be asked for: a plan ends unsent, a doubtful one stays. */
export const refuse = (order: Order, why: string) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      memberOf(order.account, "send", [Need.OrderById({ id: order.id })], (recorder) =>
        refuseSend(recorder, order.id, why)
      )
    )
  )

const attempt = Effect.fnUntraced(function* (order: Order, driving: ForAttempt, prepared: Prepared) {
  const ledger = yield* Ledger
  const clock = yield* Clock
  const begunMs = yield* clock.monotonicMs
  const ready = readyToSend(driving, order, prepared, ledger.leases.of(order.account))
  const planned = yield* ledger.submit("send", attemptMember(ready))
  if (planned._tag !== "Send") return planned
  const sent = committed(ready, planned, begunMs)
  return yield* Effect.flatMap(sendNow(sent), (received) =>
    Effect.zipRight(tellAnswer(sent, received), bookAnswer(received))
  )
}, Effect.uninterruptible)

type SendingNeeds = Clock | Ledger | TradeRepository

/**
 * Rules 2 and 3 of sending: what has waited too long since before its commit does not leave; what has left is answered, and the
 * answer committed. Nobody who sends may be interrupted, from before the attempt is committed. Gives the answer where it is there at
 * once, else what waits for it.
 */
const beginSending: (
  sent: Committed
) => Effect.Effect<Either.Either<Received<Answered>, Effect.Effect<Received<Answered>>>, never, SendingNeeds> =
  Effect.fnUntraced(function* (sent) {
    const services = yield* Effect.context<SendingNeeds>()
    const clock = Context.get(services, Clock)
    const { leases } = Context.get(services, Ledger)
    const { identity, leases: stored } = Context.get(services, TradeRepository)
    const asOf = yield* clock.now
    const waitedMs = (yield* clock.monotonicMs) - sent.begunMs
    const { attemptId, order, prepared } = sent
    const concluded = (answer: Answer) => concludedOf(order.account, attemptId, asOf, answer)
    const why = reasonNotToSend(sent.lease, leases.of(order.account), waitedMs, stored.durationMs)
    if (why !== undefined) return Either.right(concluded(Answer.NotSent({ why, retryAfterMs: undefined })))
    const { traceId } = Traces.within(identity.id, order, format("attempt", attemptId))
    yield* noteStage("planned_to_sent", Instant.millisBetween(order.createdAt, asOf), traceId)
    return yield* beginOnce(prepared, attemptId, concluded)
  })

const sendNow = (sent: Committed): Effect.Effect<Received<Answered>, never, SendingNeeds> =>
  Effect.flatMap(beginSending(sent), Either.match({ onLeft: (waiting) => waiting, onRight: Effect.succeed }))

/** One line an outcome; its ids are gathered only where it is written. */
const tellAnswer = Effect.fnUntraced(function* (
  { attemptId, begunMs, broker, order }: Committed,
  { report: { answer } }: Received<Answered>
) {
  const clock = yield* Clock
  const { identity } = yield* TradeRepository
  const span = Traces.within(identity.id, order, format("attempt", attemptId))
  yield* noteAnswer(answer._tag, (yield* clock.monotonicMs) - begunMs, span.traceId)
  const least = yield* FiberRef.get(FiberRef.currentMinimumLogLevel)
  if (LogLevel.greaterThan(least, LogLevel.Info)) return
  yield* Effect.logInfo("order answered").pipe(
    Effect.withParentSpan(span),
    Effect.annotateLogs({
      order: format("order", order.id),
      attempt: format("attempt", attemptId),
      account: order.account,
      symbol: order.symbol,
      broker: broker.name,
      answer: answer._tag
    })
  )
})

/** Rule 2: another may have taken over where half of a lease has passed, or has where ours is another one now. */
const reasonNotToSend = (
  committedUnder: OwnLease | undefined,
  held: OwnLease | undefined,
  waitedMs: number,
  leaseMs: number
): string | undefined => {
  if (waitedMs > LATEST_SEND_MS || waitedMs >= leaseMs / 2) return LATE
  return held?.token === committedUnder?.token ? undefined : FENCED
}

const FENCED = "Fenced: another process drives the account now"

const LATE = "Late: too much time passed between the commit and the send"
const LONGEST_SEND = "1 minute"

/** Whatever an adapter does beside answering leaves us not knowing: its order may be live. */
const beginOnce = (
  prepared: Prepared,
  attemptId: AttemptId,
  concluded: (answer: Answer) => Received<Answered>
): Effect.Effect<Either.Either<Received<Answered>, Effect.Effect<Received<Answered>>>> => {
  const unknown = (why: string) => concluded(Answer.Unknown({ why, candidate: undefined }))
  const failed = (cause: Cause.Cause<never>) =>
    unknown(`the adapter failed: ${Cause.pretty(cause).split("\n")[0] ?? ""}`)
  const late = () => Effect.succeed(unknown("the adapter gave no answer in time"))
  // What it dies of, an adapter may die of in `send` already.
  return Effect.map(
    begin(
      Effect.suspend(() => prepared.send(attemptId)),
      LONGEST_SEND,
      late
    ),
    Either.mapBoth({
      onLeft: (waiting) => Effect.catchAllCause(waiting, (cause) => Effect.succeed(failed(cause))),
      onRight: Exit.match({ onFailure: failed, onSuccess: (received) => received })
    })
  )
}

/** An answer that we draw ourselves, from what did not come. */
const concludedOf = (
  account: AccountName,
  attemptId: AttemptId,
  asOf: Instant.Instant,
  answer: Answer
): Received<Answered> => ({
  report: { _tag: "Answered", account, asOf, asOfKind: "ours", attemptId, answer, httpStatus: undefined },
  payload: undefined
})

/** A store that cannot be written to for a while must not cost an answer; after a minute its attempt counts as lost. */
const comingBack = Schedule.exponential("100 millis").pipe(
  Schedule.union(Schedule.spaced("5 seconds")),
  Schedule.upTo("1 minute")
)

const isPassing = (error: LedgerError): boolean => error._tag === "StoreUnavailable"

/** Most answers are booked at once: only what was not asks for a schedule. */
const bookAnswer = (received: Received<Answered>) =>
  Effect.flatMap(Ledger, (ledger) => {
    const booking = ledger.submit("report", reportMember(received))
    return Effect.catchIf(booking, isPassing, () => Effect.retry(booking, { schedule: comingBack, while: isPassing }))
  })

/**
 * When an account's lease was taken, before anything is sent under it: attempts that an older holder left without an answer are
 * unknown, their orders in doubt.
 */
export const recoverUnanswered = Effect.fn("Submission.recoverUnanswered")(function* (account: AccountName) {
  const unanswered = yield* Reads.all(AttemptTable, {
    where: [
      { column: "account", in: [account] },
      { column: "outcome", in: [null] }
    ]
  })
  yield* Effect.forEach(unanswered, ({ id }) => recoverOne(account, id), { discard: true })
})

/** When an account is taken: a decision whose order was never sent has failed; it is not sent later than it was meant. */
export const abandonUnsent = Effect.fn("Submission.abandonUnsent")(function* (account: AccountName) {
  const pending = yield* Reads.all(OrderTable, {
    where: [
      { column: "status", in: ["pending"] },
      { column: "account", in: [account] }
    ]
  })
  const abandoned = pending.filter(({ decisionId }) => decisionId !== undefined)
  yield* Effect.forEach(abandoned, (order) => refuse(order, "the process ended before it was sent"), { discard: true })
})

/** Longer than a send and the commit of its answer can take, in milliseconds. */
const LOST_AFTER_MS = 180_000

/**
 * While the program runs: attempts whose answer could not be kept are unknown, so that they are asked for, also where a report has
 * shown meanwhile what became of their orders: one pass.
 */
export const recoverLost = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const unanswered = yield* Reads.all(AttemptTable, { where: [{ column: "outcome", in: [null] }] })
  const lost = (yield* driven(unanswered)).filter(
    ({ submittedAt }) => Instant.millisBetween(submittedAt, now) >= LOST_AFTER_MS
  )
  yield* Effect.forEach(lost, ({ account, id }) => recoverOne(account, id), { discard: true })
  return lost.length
})

const recoverOne = (account: AccountName, id: AttemptId) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "report",
      memberOf(account, "start", [Need.AttemptById({ id })], (recorder) => recover(recorder, id))
    )
  )
