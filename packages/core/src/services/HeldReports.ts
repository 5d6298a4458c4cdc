import { Effect, Ref } from "effect"
import type { AccountName } from "../account/AccountName.ts"
import { Need } from "../books/Need.ts"
import { BrokerOrderId } from "../identity/ClientOrderId.ts"
import { OrderId, parse as parseId, type BreakId } from "../identity/Id.ts"
import type { Recorder } from "../journal/Recorder.ts"
import { OrderTable, type Order } from "../order/Order.ts"
import { brokerOf } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { BreakTable, type Break } from "../reconciliation/Break.ts"
import { closeUnknown } from "../reconciliation/heldReports.ts"
import { HeldReportTable } from "../reconciliation/HeldReport.ts"
import * as Instant from "../time/Instant.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { driven } from "./drive.ts"
import { Ledger } from "../ledger/Ledger.ts"
import * as Reads from "./Reads.ts"
import { withRetries } from "./reading.ts"
import { reconcile } from "./Reconciliation.ts"
import { reportedMember } from "./reported.ts"
import { bookRead, reportMember } from "./Submission.ts"
import { reported } from "./work.ts"

/** When the order of each break was read last, in milliseconds of the monotonic clock, and how often. Lives as long as the program. */
export type HeldReadings = Ref.Ref<ReadonlyMap<BreakId, { readonly atMs: number; readonly times: number }>>

/** Nothing was read yet. */
export const makeHeldReadings: Effect.Effect<HeldReadings> = Ref.make<
  ReadonlyMap<BreakId, { readonly atMs: number; readonly times: number }>
>(new Map())

/** Two readings are at least so far apart, in milliseconds: an answer that is shared serves again for a second. */
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 60_000

const pauseMs = (times: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(times, 5))

const openImplausible = Effect.flatMap(
  Reads.all(BreakTable, {
    where: [
      { column: "closedAt", in: [null] },
      { column: "kind", in: ["Implausible", "TermsDiffer"] }
    ]
  }),
  driven
)

/**
 * Reads again what was held as implausible, or shown with other terms than were sent: the order by its id, its executions, and holdings where more than was ordered seems filled. After
 * two seconds at first, then ever less often. One account's silence holds up no other.
 */
export const readHeldAgain = (readings: HeldReadings, each: EachAccount = inTurn) =>
  Effect.gen(function* () {
    const clock = yield* Clock
    const nowMs = yield* clock.monotonicMs
    const now = yield* clock.now
    const open = yield* openImplausible
    const known = yield* Ref.updateAndGet(readings, (before) => firstSeen(before, open, nowMs, now))
    const isDue = ({ id }: Break): boolean => {
      const last = known.get(id)
      return last !== undefined && nowMs - last.atMs >= pauseMs(last.times)
    }
    const due = open.filter(isDue)
    yield* Ref.update(readings, (before) => noteRead(before, due, nowMs))
    yield* each(
      due.map(({ account }) => account),
      (account) => readAccount(account, due)
    )
    return due.length
  })

const firstSeen = (
  before: ReadonlyMap<BreakId, { readonly atMs: number; readonly times: number }>,
  open: ReadonlyArray<Break>,
  nowMs: number,
  now: Instant.Instant
) =>
  new Map(
    open.map(({ id, openedAt }) => [
      id,
      before.get(id) ?? { atMs: nowMs - Math.max(0, Instant.millisBetween(openedAt, now)), times: 0 }
    ])
  )

const noteRead = (
  before: ReadonlyMap<BreakId, { readonly atMs: number; readonly times: number }>,
  due: ReadonlyArray<Break>,
  nowMs: number
) =>
  new Map([...before, ...due.map(({ id }) => [id, { atMs: nowMs, times: (before.get(id)?.times ?? 0) + 1 }] as const)])

const readAccount = (account: AccountName, due: ReadonlyArray<Break>) => {
  const here = due.filter((each) => each.account === account)
  const ids = here.flatMap(({ subject }) => parseId("order", subject) ?? []).map((id) => OrderId.make(id))
  const unknown = here.filter(({ subject }) => parseId("order", subject) === undefined)
  return reported(
    `held reports ${account}`,
    Effect.gen(function* () {
      const orders = yield* Reads.among(OrderTable, account, "id", ids)
      yield* Effect.forEach(orders, readOrder, { discard: true })
      yield* Effect.forEach(unknown, readUnknown, { discard: true })
      if (yield* hasHeldOverfill(orders)) yield* reconcile(account)
    })
  )
}

/** W9: only holdings prove that more was filled than ordered. */
const hasHeldOverfill = (orders: ReadonlyArray<Order>) =>
  Effect.map(
    Reads.all(HeldReportTable, {
      where: [
        { column: "orderId", in: orders.map(({ id }) => id) },
        { column: "settledAt", in: [null] }
      ]
    }),
    (held) => held.some(({ rule }) => rule === "W9")
  )

/** W12: an order that is none of the books is read by its id; what is not there closes its break. */
const readUnknown = Effect.fn("HeldReports.readUnknown")(function* ({ account, subject, symbol }: Break) {
  const broker = yield* brokerOf(account)
  const ledger = yield* Ledger
  const begun = yield* ledger.now
  const seen = yield* withRetries(broker.order(BrokerOrderId.make(subject)))
  const { report } = seen
  if (report.account !== account) return
  if (report._tag === "OrderSeen") return void (yield* ledger.submit("report", reportMember(seen, begun)))
  if (!report.complete || symbol === undefined) return
  const close = (recorder: Recorder) => closeUnknown(recorder, symbol, subject, "the broker does not have it")
  yield* ledger.submit("report", reportedMember(account, [Need.Position({ account, symbol })], close))
})

const readOrder = Effect.fn("HeldReports.readOrder")(function* ({ account, brokerOrderId }: Order) {
  if (brokerOrderId === undefined) return
  const broker = yield* brokerOf(account)
  const begun = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
  const seen = yield* withRetries(broker.order(brokerOrderId))
  const fills = yield* withRetries(broker.fillsOf(brokerOrderId))
  const { payload, report } = seen
  if (report._tag === "NotFound" || report.account !== account) return
  const executions = fills.received.filter((each) => each.report.account === account)
  yield* bookRead([{ executions, seen: { report: { ...report, executionsRead: fills.complete }, payload } }], begun)
})
