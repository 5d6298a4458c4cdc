import { Effect } from "effect"
import { Need } from "../books/Need.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Recorder } from "../books/Recorder.ts"
import { expire, isOver } from "../rules/position/terms.ts"
import { acknowledgedOf, OrderTable, type Order } from "../records/Order.ts"
import type { CancelAnswer } from "../ports/Broker.ts"
import { within } from "../ports/deadline.ts"
import * as Instant from "../values/Instant.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { brokerToDrive, driven } from "./drive.ts"
import * as Reads from "./Reads.ts"
import * as Traces from "./Traces.ts"
import { recoverIdle, reported } from "./work.ts"

const AGAIN_AFTER_MS = 15_000

/**
 * Asks the broker to end the orders whose end was requested, and those that it says twice have ended though nobody asked for that
 * (W11): one pass. An end is never assumed; it is asked for again (O25).
 */
export const requestCancels = (each: EachAccount = inTurn) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
    yield* endLives((yield* driven(yield* open("lifeSeconds"))).filter((order) => isOver(order, now)))
    const requested = (yield* open("cancelRequestedAt", ["in_doubt"])).filter(isKnownThere)
    const agreed = (yield* open("endAgreedAt")).filter(isEndToAsk)
    const wanted = [...requested, ...agreed]
    const due = (yield* driven(wanted)).filter(
      ({ cancelAskedAt }) => cancelAskedAt === undefined || Instant.millisBetween(cancelAskedAt, now) >= AGAIN_AFTER_MS
    )
    yield* each(
      due.map(({ account }) => account),
      (account) =>
        Effect.forEach(
          due.filter((order) => order.account === account),
          (order) => reported(`cancels ${account}`, Traces.inTraceOf(order)(ask(order))),
          {
            concurrency: 4,
            discard: true
          }
        )
    )
    yield* recoverIdle("cancels", Effect.succeed(wanted))
    return due.length
  })

/** W11: a refusal is enough, until the next reading: each one more would put off from when on a reading confirms it. */
const isEndToAsk = ({ cancelRefusedAt, cancelRequestedAt, endReportedAt }: Order): boolean =>
  cancelRequestedAt === undefined &&
  (cancelRefusedAt === undefined || endReportedAt === undefined || cancelRefusedAt < endReportedAt)

/** One in doubt too may be asked to end where its broker has acknowledged it (O22). */
const isKnownThere = ({ brokerOrderId }: Order): boolean => brokerOrderId !== undefined

/** The open orders that have a value there; most have none. */
const open = (column: "lifeSeconds" | "cancelRequestedAt" | "endAgreedAt", also: ReadonlyArray<Order["status"]> = []) =>
  Reads.all(OrderTable, {
    where: [
      { column: "status", in: ["submitted", "partially_filled", ...also] },
      { column, atLeast: 0 }
    ]
  })

/** The end of orders whose life is over is requested; the commit wakes the pass that asks the broker. */
const endLives = (orders: ReadonlyArray<Order>) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submitAll(
      "report",
      orders.map(({ account, id }) => ({
        account,
        cause: { kind: "timer", actor: "roundlot" } as const,
        needs: [Need.OrderById({ id })],
        apply: (recorder: Recorder) => expire(recorder, id)
      }))
    )
  )

const LONGEST_CANCEL = "30 seconds"

const unanswered = (): Effect.Effect<CancelAnswer> =>
  Effect.succeed({ _tag: "Unknown", why: `no answer in ${LONGEST_CANCEL}` })

const ask = Effect.fn("Cancels.ask")(function* (order: Order) {
  const ledger = yield* Ledger
  const broker = yield* brokerToDrive(order.account)
  // O22: one in doubt was acknowledged before its broker's listing lacked it.
  const acknowledged = acknowledgedOf(order.status === "in_doubt" ? { ...order, status: "submitted" } : order)
  if (acknowledged === undefined) return
  const said = yield* within(broker.cancel(acknowledged), LONGEST_CANCEL, unanswered)
  const hasEnded = said._tag === "Refused" ? said.hasEnded : undefined
  yield* ledger.submit("report", {
    account: order.account,
    cause: { kind: "send", actor: "roundlot" },
    needs: [Need.OrderById({ id: order.id })],
    apply: (recorder) => {
      recorder.emit({ _tag: "CancelAsked", orderId: order.id, answer: textOf(said), hasEnded })
      recorder.touchOrder(order.id)
    }
  })
})

const textOf = (answer: CancelAnswer): string => {
  switch (answer._tag) {
    case "Requested":
      return "requested"
    case "Refused":
      return `refused: ${answer.words} (${answer.code})`
    default:
      return `${answer._tag === "NotSent" ? "not sent" : "unknown"}: ${answer.why}`
  }
}
