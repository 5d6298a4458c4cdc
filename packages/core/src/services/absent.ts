import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { FIRST_CONCLUDED, isConcluded } from "../records/concluded.ts"
import { FillTable, type Fill } from "../records/Fill.ts"
import { OrderId, parse as parseId } from "../values/Id.ts"
import type { Recorder } from "../books/Recorder.ts"
import type { Ticker } from "../records/Ticker.ts"
import { Ledger } from "../ledger/Ledger.ts"
import * as Decimal from "../values/Decimal.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { isWhole, wholeSince, type BrokerService, type Listing, type TimeWindow } from "../ports/Broker.ts"
import { BreakTable, isDismissed } from "../records/Break.ts"
import { bookAbsent, type Absent } from "../rules/reconciliation/busts.ts"
import { judgeHeldAgain, shownAgain as bookShown } from "../rules/reconciliation/gate.ts"
import { isBookedAsHeld } from "../rules/reconciliation/held.ts"
import type { Executed, OrderSeen } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import * as Reads from "./Reads.ts"
import { holdingsNow } from "./Reconciliation.ts"
import { withRetries } from "./reading.ts"
import { reportedMember } from "./Booking.ts"

/** What a sync has read, by which absences are judged. */
interface Listed {
  readonly account: AccountName
  readonly broker: BrokerService
  readonly asked: TimeWindow
  /** From when on the listing of executions may be taken for whole, and from when on the broker says that it is. */
  readonly from: Instant.Instant
  readonly wholeFrom: Instant.Instant | undefined
  /** When the reading began. */
  readonly begun: Instant.Instant
  readonly fills: Listing<Executed>
  readonly orders: Listing<OrderSeen>
}

/** What followed. */
interface Settled {
  /** Executions that count no more, or again. */
  readonly changed: ReadonlyArray<string>
  readonly touched: ReadonlySet<OrderId>
}

const NOTHING: Settled = { changed: [], touched: new Set() }

/** What was written in the last seconds before a reading is not judged by it. */
const SETTLING_MS = 5_000

/**
 * SYNC-13, F5 of reconciliation: what counts in the books of a span that the broker lists whole and is not in its listing. It is read
 * again first: once is nothing. What is in neither is busted, as far as other words of the broker prove it, or a break.
 */
export const settleAbsent = (reading: Listed) =>
  Effect.gen(function* () {
    if (reading.wholeFrom === undefined) return NOTHING
    const { account, begun, fills, from } = reading
    const open = new Set(yield* openAbout(account))
    const stands = yield* judgedAbout(account)
    const listed = new Set<unknown>(fills.received.map(({ report }) => report.execIdBase))
    const counted = yield* Reads.all(
      FillTable,
      {
        where: [
          { column: "account", in: [account] },
          { column: "canonical", in: [1] },
          { column: "executedAt", atLeast: Number(from), below: Number(begun) }
        ]
      },
      // What is listed, and not in question, is not looked at: of many executions that is all of them.
      ({ execIdBase, orderId, revision }) =>
        (!listed.has(execIdBase) && !isBookedAsHeld(String(execIdBase))) ||
        Number(revision) >= FIRST_CONCLUDED ||
        open.has(OrderId.make(Number(orderId)))
    )
    const settled = counted.filter(
      ({ createdAt, orderId, quantity }) =>
        createdAt < Instant.addMillis(begun, -SETTLING_MS) &&
        Decimal.isPositive(quantity) &&
        !stands(orderId, createdAt)
    )
    const shown = yield* shownAgain(reading, counted)
    const once = missingOf(settled, fills)
    if (once.length === 0 && open.size === 0) return shown
    const again = once.length === 0 ? fills : yield* withRetries(reading.broker.fills(reading.asked))
    const reaches = reachOf(reading, again)
    const missing = missingOf(once, again).filter(reaches)
    const gone = new Set(once)
    const there = new Set(settled.filter((fill) => !gone.has(fill)).map(({ orderId }) => orderId))
    const relisted = [...open].filter((id) => there.has(id))
    const orders = yield* Reads.among(OrderTable, account, "id", [
      ...new Set([...missing.map(({ orderId }) => orderId), ...relisted])
    ])
    const held = missing.length === 0 ? undefined : yield* heldNow(reading)
    const ledger = yield* Ledger
    const judged = yield* ledger.submitAll(
      "report",
      bySymbol(orders).map(([symbol, own]) => {
        const absent = absentOf(reading, symbol, own, missing, isWhole(again), held?.(symbol))
        const needs = own.map(({ id }) => Need.OrderById({ id }))
        return reportedMember(account, needs, (recorder) => withHeld(recorder, absent))
      })
    )
    const changed = judged.flatMap(({ busted }) => busted)
    const busted = missing.filter(({ execId }) => changed.includes(execId)).map(({ orderId }) => orderId)
    return { changed: [...shown.changed, ...changed], touched: new Set([...shown.touched, ...busted]) }
  })

/** A bust makes room: what was held of the order is judged again. */
const withHeld = (recorder: Recorder, absent: Absent) => {
  const judged = bookAbsent(recorder, absent)
  for (const id of absent.orders.keys()) judgeHeldAgain(recorder, id)
  return judged
}

const missingOf = (fills: ReadonlyArray<Fill>, { received }: Listing<Executed>): ReadonlyArray<Fill> => {
  const listed = new Set(received.map(({ report }) => report.execIdBase))
  return fills.filter(({ execIdBase }) => !listed.has(execIdBase) && !isBookedAsHeld(execIdBase))
}

/** What the first listing had whole a broker may have forgotten by the second, as at midnight: that one says nothing of it. */
const reachOf = ({ asked, wholeFrom }: Listed, again: Listing<Executed>) => {
  const since = wholeSince(again, asked.from)
  const hasMoved = since !== undefined && wholeFrom !== undefined && since > wholeFrom
  return ({ executedAt }: Fill): boolean => !hasMoved || executedAt >= since
}

const bySymbol = (orders: ReadonlyArray<Order>): ReadonlyArray<readonly [Ticker, ReadonlyArray<Order>]> =>
  [...new Set(orders.map(({ symbol }) => symbol))].map(
    (symbol) => [symbol, orders.filter((order) => order.symbol === symbol)] as const
  )

const absentOf = (
  { account, begun, orders, wholeFrom }: Listed,
  symbol: Ticker,
  own: ReadonlyArray<Order>,
  missing: ReadonlyArray<Fill>,
  isSecondWhole: boolean,
  held: Decimal.Decimal | undefined
): Absent => {
  const fillsOf = (id: OrderId) => missing.filter(({ orderId }) => orderId === id)
  const covered = own
    .flatMap(({ id }) => fillsOf(id))
    .every(({ executedAt }) => wholeFrom !== undefined && executedAt >= wholeFrom)
  const totalOf = ({ brokerOrderIds }: Order): Decimal.Decimal | undefined =>
    orders.received.find(({ report }) => report.account === account && brokerOrderIds.includes(report.brokerOrderId))
      ?.report.cumulative
  return {
    symbol,
    since: begun,
    isProven: covered && isSecondWhole,
    held,
    orders: new Map(
      own.map((order) => [order.id, { total: totalOf(order), execIds: fillsOf(order.id).map(({ execId }) => execId) }])
    )
  }
}

/** What the broker holds, by symbol; nothing where that could not be read. */
const heldNow = ({ account, broker }: Listed) =>
  Effect.catchTag(holdingsNow(broker, account), "BrokerReadFailed", () => Effect.succeed(undefined))

/** Busts that we concluded, and what was voided, of executions that the broker lists after all, and that are possible, are taken back. */
const shownAgain = ({ account, begun, fills }: Listed, counted: ReadonlyArray<Fill>) =>
  Effect.gen(function* () {
    const busts = counted.filter((fill) => isConcluded(fill) && Decimal.isZero(fill.quantity))
    const shown = busts.flatMap((bust) => {
      const again = fills.received.findLast(({ report }) => report.execIdBase === bust.execIdBase)
      return again === undefined || isBookedAsHeld(bust.execIdBase) ? [] : [{ again, bust }]
    })
    const ledger = yield* Ledger
    const answers = yield* ledger.submitAll(
      "report",
      shown.map(({ again, bust: { execIdBase, orderId } }) =>
        reportedMember(
          account,
          [Need.OrderById({ id: orderId }), Need.Execution({ account, execIdBase })],
          (recorder) => bookShown(recorder, orderId, again, begun)
        )
      )
    )
    const booked = shown.flatMap(({ bust }, i) => (answers[i]?._tag === "Applied" ? [bust] : []))
    return { changed: booked.map(({ execId }) => execId), touched: new Set(booked.map(({ orderId }) => orderId)) }
  })

/** What an operator has let stand although the broker does not list it: an order's executions of before that word. */
const judgedAbout = (account: AccountName) =>
  Effect.map(
    Reads.all(BreakTable, {
      where: [
        { column: "account", in: [account] },
        { column: "kind", in: ["FillMissing"] },
        { column: "closedAt", atLeast: 0 }
      ]
    }),
    (breaks) => {
      const words = new Map(
        breaks.flatMap((each) => (isDismissed(each) ? [[parseId("order", each.subject), each.closedAt] as const] : []))
      )
      return (orderId: OrderId, createdAt: Instant.Instant): boolean => {
        const closedAt = words.get(orderId)
        return closedAt !== undefined && createdAt < closedAt
      }
    }
  )

/** The orders of which something was absent before. */
const openAbout = (account: AccountName) =>
  Effect.map(
    Reads.all(BreakTable, {
      where: [
        { column: "account", in: [account] },
        { column: "closedAt", in: [null] },
        { column: "kind", in: ["FillMissing"] }
      ]
    }),
    (breaks) => breaks.flatMap(({ subject }) => parseId("order", subject) ?? []).map((id) => OrderId.make(id))
  )
