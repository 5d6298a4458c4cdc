import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { BrokerOrderId } from "../values/ClientOrderId.ts"
import { OrderId, parse as parseId, type BreakId } from "../values/Id.ts"
import type { Recorder } from "../books/Recorder.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { brokerOf } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { BreakTable, type Break } from "../records/Break.ts"
import { closeUnknown } from "../rules/reconciliation/heldReports.ts"
import { HeldReportTable } from "../records/HeldReport.ts"
import * as Instant from "../values/Instant.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { driven } from "./drive.ts"
import { Ledger } from "../ledger/Ledger.ts"
import * as pacing from "./pacing.ts"
import * as Reads from "./Reads.ts"
import { withRetries } from "./reading.ts"
import { reconcile } from "./Reconciliation.ts"
import { reportedMember, bookRead, reportMember } from "./Booking.ts"
import { syncTradesOnce } from "./Sync.ts"
import { reported } from "./work.ts"

/** Two readings are at least so far apart, in milliseconds: an answer that is shared serves again for a second. */
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 60_000

/** Of these the order is read again until a later report settles them. */
const settledByReading = ["Implausible", "TermsDiffer", "SuspectedDuplicate"]

const openOnes = Effect.flatMap(
  Reads.all(BreakTable, {
    where: [
      { column: "closedAt", in: [null] },
      { column: "kind", in: settledByReading }
    ]
  }),
  driven
)

/**
 * Reads again what was held as implausible, shown with other terms than were sent, or executed twice as it seems (F10): the order by its
 * id, its executions, and holdings where more than was ordered seems filled. After two seconds at first, then ever less often. One account's silence holds up no other.
 */
export const readHeldAgain = ({ comparisons, readings }: Paces, each: EachAccount = inTurn) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const open = yield* openOnes
    const pace = {
      keyOf: ({ id }: Break) => id,
      agedMs: ({ openedAt }: Break) => Math.max(0, Instant.millisBetween(openedAt, now)),
      firstMs: FIRST_PAUSE_MS,
      longestMs: LONGEST_PAUSE_MS
    }
    const due = yield* pacing.askDue(readings, open, pace, each, readAccount)
    yield* pacing.askDue(comparisons, yield* overfilled(open), COMPARISONS, each, (account) =>
      reported(`holdings of held reports ${account}`, reconcile(account))
    )
    return due.length
  })

/** When each held report was read again, and when the holdings of each account were read for theirs. */
interface Paces {
  readonly readings: pacing.Asked<BreakId>
  readonly comparisons: pacing.Asked<AccountName>
}

/** Nothing was read yet. */
export const makePaces: Effect.Effect<Paces> = Effect.all({
  readings: pacing.make<BreakId>(),
  comparisons: pacing.make<AccountName>()
})

/** Holdings are read for held reports of their account: at first after a pause, then ever less often. */
const COMPARISONS = {
  keyOf: ({ account }: { readonly account: AccountName }) => account,
  firstMs: FIRST_PAUSE_MS,
  longestMs: LONGEST_PAUSE_MS
}

/** W9: the accounts whose holdings are to be read, since only these prove that more was filled than ordered. */
const overfilled = (open: ReadonlyArray<Break>) =>
  Effect.gen(function* () {
    const accountOf = new Map(
      open.flatMap(({ account, subject }) => {
        const id = parseId("order", subject)
        return id === undefined ? [] : [[OrderId.make(id), account] as const]
      })
    )
    const held =
      accountOf.size === 0
        ? []
        : yield* Reads.all(HeldReportTable, {
            where: [
              { column: "orderId", in: [...accountOf.keys()] },
              { column: "settledAt", in: [null] }
            ]
          })
    const accounts = held.flatMap(({ orderId, rule }) => (rule === "W9" ? (accountOf.get(orderId) ?? []) : []))
    return [...new Set(accounts)].map((account) => ({ account }))
  })

/** So long a held report is open before all executions of its account are listed, in milliseconds; then ever less often. */
const FIRST_SYNC_MS = 60_000
const LONGEST_SYNC_MS = 30 * 60_000

/**
 * SYNC-13: what stays implausible may be so by an execution in the books that its broker does not have. Only a whole listing shows
 * that: the accounts of such reports are synchronised, after a minute at first.
 */
export const syncHeld = (syncs: pacing.Asked<AccountName>, each: EachAccount = inTurn) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const held = (yield* openOnes).filter(({ kind, subject }) => kind === "Implausible" && isOrder(subject))
    const accounts = [...new Map(held.map((oldest) => [oldest.account, oldest] as const).toReversed()).values()]
    const pace = {
      keyOf: ({ account }: Break) => account,
      agedMs: ({ openedAt }: Break) => Math.max(0, Instant.millisBetween(openedAt, now)),
      firstMs: FIRST_SYNC_MS,
      longestMs: LONGEST_SYNC_MS
    }
    yield* pacing.askDue(syncs, accounts, pace, each, (account) =>
      reported(`sync of held reports ${account}`, syncTradesOnce({ account }))
    )
  })

const isOrder = (subject: string): boolean => parseId("order", subject) !== undefined

const readAccount = (account: AccountName, here: ReadonlyArray<Break>) => {
  const ids = here.flatMap(({ subject }) => parseId("order", subject) ?? []).map((id) => OrderId.make(id))
  const unknown = here.filter(({ subject }) => parseId("order", subject) === undefined)
  return reported(
    `held reports ${account}`,
    Effect.gen(function* () {
      const orders = yield* Reads.among(OrderTable, account, "id", ids)
      yield* Effect.forEach(orders, readOrder, { discard: true })
      yield* Effect.forEach(unknown, readUnknown, { discard: true })
    })
  )
}

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
