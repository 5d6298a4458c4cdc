import { Effect } from "effect"
import type { Ledger } from "../ledger/Ledger.ts"
import type { Brokers } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import { BreakTable, type Break } from "../records/Break.ts"
import { InstrumentTable } from "../records/Instrument.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { PositionTable, type Position } from "../records/Position.ts"
import type { PositionAnswer } from "../records/PositionAnswer.ts"
import { hasLife } from "../rules/position/terms.ts"
import { format, type OrderId } from "../values/Id.ts"
import * as Instant from "../values/Instant.ts"
import { atOnce, inTurn, onlyWhere } from "./accountwise.ts"
import * as BatchWork from "./BatchWork.ts"
import { lookForAll } from "./Doubts.ts"
import { Health } from "./Health.ts"
import * as KnownInstruments from "./KnownInstruments.ts"
import * as Reads from "./Reads.ts"
import * as StartGate from "./StartGate.ts"
import { pollEach } from "./Tracking.ts"

/** What is left where nothing can move without an operator, a session or a cool-down. */
export interface Left {
  readonly orders: ReadonlyArray<Order>
  readonly positions: ReadonlyArray<Position>
}

const moving = ["pending", "submitting", "in_doubt", "submitted", "partially_filled"]
const STILL_ROUNDS = 3

/** So long a report that was held is read again quickly; then it waits for a person. */
const READ_AGAIN_MS = 15_000

/** So long, after the last commit, an order in doubt may still be sent again that could not go for what passes by itself: it is asked for every 5 s. */
const SENT_AGAIN_MS = 7_000

/** May an order in doubt with such a case still go again: once another one that is ahead of it is settled, or its position owes it? */
const mayGoAgain = ({ details }: Break): boolean =>
  details._tag === "Doubt" && (details.obstacle === "NotAdmitted" || details.obstacle === "NotDue")

/** Waits until nothing moves by itself any more: no plan, no attempt, and orders that work or are in doubt, which reading does not change. */
export const untilIdle: Effect.Effect<Left, StoreError, Ledger | TradeRepository | Brokers | Clock | Health> =
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const health = yield* Health
    const wentWell = (name: string) =>
      Effect.map(health.all, (parts) =>
        parts.some(({ lastSuccessAt, part }) => part === name && lastSuccessAt !== undefined)
      )
    // Nothing is read into the books of an account before its broker has shown that it is that account's.
    const poll = pollEach(onlyWhere(inTurn, (account) => wentWell(StartGate.partOf(account))))
    const looked = new Set<OrderId>()
    // Each doubt is looked for once: a broker that does not answer is not waited for again.
    const lookOnce = (orders: ReadonlyArray<Order>) =>
      Effect.gen(function* () {
        const unlooked = orders.filter(({ id, status }) => status === "in_doubt" && !looked.has(id))
        const proven = yield* Effect.filter(unlooked, ({ account }) => wentWell(StartGate.partOf(account)))
        for (const { id } of proven) looked.add(id)
        if (proven.length > 0) yield* lookForAll(proven, atOnce)
      })
    const seqsNow = Effect.map(repository.heads, (heads) =>
      [...heads].map(([account, head]) => `${account}${head.seq}`).join()
    )
    const stateAfter = Effect.fnUntraced(function* (quietMs: number) {
      const orders = yield* Reads.all(OrderTable, { where: [{ column: "status", in: moving }] })
      const unverified = yield* Reads.all(InstrumentTable, { where: [{ column: "status", in: ["unverified"] }] })
      const doubts = yield* Reads.all(BreakTable, { where: [{ column: "kind", in: ["Doubt", "OrderMissing"] }] })
      const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
      const held = yield* Reads.all(BreakTable, {
        where: [
          { column: "closedAt", in: [null] },
          { column: "kind", in: ["Implausible"] }
        ]
      })
      const readsAgain = held.some(({ openedAt }) => Instant.millisBetween(openedAt, now) < READ_AGAIN_MS)
      const waits = (each: Break) => quietMs < SENT_AGAIN_MS && mayGoAgain(each)
      const isKept = new Set(
        doubts.flatMap((each) => (each.closedAt === undefined && !waits(each) ? [each.subject] : []))
      )
      const asksStill = orders.some((order) => order.status === "in_doubt" && !isKept.has(format("order", order.id)))
      const hasStarted = yield* wentWell(StartGate.STARTED)
      const living = new Set(orders.map(({ id }) => id))
      const moves =
        unverified.length > 0 ||
        asksStill ||
        readsAgain ||
        orders.some((order) => isOnItsWay(order, living) || hasLife(order))
      return { orders, isBusy: moves || !hasStarted || (yield* BatchWork.isBusy()) || (yield* KnownInstruments.isBusy) }
    })
    let still = 0
    let before = ""
    let committedMs = 0
    for (;;) {
      const seqs = yield* seqsNow
      const nowMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
      // While commits come nothing is read: what moves is plain.
      if (seqs === before) {
        const now = yield* stateAfter(nowMs - committedMs)
        still = now.isBusy ? 0 : still + 1
        if (still >= STILL_ROUNDS) return { orders: now.orders, positions: yield* waitingPositions }
        if (still > 0 && now.orders.length > 0) yield* Effect.zipRight(poll, lookOnce(now.orders))
      } else {
        still = 0
        committedMs = nowMs
      }
      before = seqs
      yield* Effect.sleep("25 millis")
    }
  })

/** W11: an end waits for its second reading. A plan that was judged and has to wait moves when what it waits for does: an order of the other side that has ended (D5). */
const isOnItsWay = (order: Order, living: ReadonlySet<OrderId>): boolean =>
  order.status === "submitting" ||
  order.endReported !== undefined ||
  (order.status === "pending" && isNext(order, living))

const isNext = ({ heldBehind, heldFor }: Order, living: ReadonlySet<OrderId>): boolean =>
  heldFor === undefined || (heldBehind !== undefined && !living.has(heldBehind))

const settled: ReadonlyArray<PositionAnswer["_tag"]> = ["NotDue", "OrderLive", "Ordered"]

const waitingPositions = Effect.map(Reads.all(PositionTable), (positions) =>
  positions.filter(({ answer }) => !settled.includes(answer._tag))
)
