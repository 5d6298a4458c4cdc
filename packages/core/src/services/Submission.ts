import { wordsOf } from "../records/codeWords.ts"
import { Effect, Either } from "effect"
import { Need } from "../books/Need.ts"
import type { AccountName } from "../records/AccountName.ts"
import type { OrderId } from "../values/Id.ts"
import type { OwnLease } from "../ledger/HeldLeases.ts"
import { Ledger, type Topic } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import * as Quantity from "../values/Quantity.ts"
import { type Order, OrderTable } from "../records/Order.ts"
import { awaitedBy, inRuns } from "../rules/order/runs.ts"
import type { PositionEffect } from "../records/OrderTerms.ts"
import { awaitLogin, planSend, refuseSend, type SendPlanned } from "../rules/order/send.ts"
import { type Brokers, type BrokerService, type Prepared, Refusal } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { Answered, Received } from "../records/Report.ts"
import type * as Instant from "../values/Instant.ts"
import type { TradingWindow } from "../values/TradingWindow.ts"
import { brokerForAttempt, type ForAttempt } from "./drive.ts"
import { type EachAccount, inTurn } from "./accountwise.ts"
import type { Health } from "./Health.ts"
import { needsLogin } from "./Logins.ts"
import { askBeforeSend } from "./Quotes.ts"
import * as Reads from "./Reads.ts"
import * as ShortSales from "./ShortSales.ts"
import { recoverIdle, reported } from "./work.ts"
import { memberOf, reportMember } from "./Booking.ts"
import {
  beginSending,
  bookAnswer,
  type Committed,
  isPassing,
  type ReadyToSend,
  type SendingNeeds,
  sendNow,
  tellAnswer
} from "./Sending.ts"

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

const NO_NOTIONAL = new Refusal({ code: "notional", words: "the broker does not support orders by notional" })

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

/** Sends an account's orders; those that may sell short come last, so that what closes a holding waits for no reading of theirs. */
const sendReady = Effect.fn("Submission.sendReady")(function* (account: AccountName, orders: ReadonlyArray<Order>) {
  if (yield* needsLogin(account)) return yield* reported(`sending ${account}`, awaitLogins(account, orders))
  const opening = yield* Effect.either(ShortSales.among(account, orders))
  if (Either.isLeft(opening)) return yield* reported(`sending ${account}`, opening)
  const short = opening.right
  if (short.length === 0) return yield* sendInBatches(account, orders)
  yield* sendInBatches(
    account,
    orders.filter((order) => !short.includes(order))
  )
  yield* ShortSales.readLending(
    account,
    short.map(({ symbol }) => symbol)
  )
  yield* sendInBatches(account, short)
})

/**
 * Attempts are committed together, a few at first, and more while their answers come quickly: what has to wait long after its commit
 * does not leave.
 */
const sendInBatches = Effect.fnUntraced(function* (account: AccountName, orders: ReadonlyArray<Order>) {
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
        else yield* refuse(order, `${wordsOf(prepared.left.code)}: ${prepared.left.words}`)
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
    if (Either.isLeft(prepared)) return yield* refuse(order, `${wordsOf(prepared.left.code)}: ${prepared.left.words}`)
    yield* Effect.flatMap(Ledger, ({ accounts }) => askBeforeSend(accounts.get(order.account), [order]))
    const short = yield* ShortSales.among(order.account, [order])
    yield* ShortSales.readLending(
      order.account,
      short.map(({ symbol }) => symbol)
    )
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
