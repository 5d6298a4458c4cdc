import { symbolKey } from "../books/Table.ts"
import { format } from "../identity/Id.ts"
import type { Recorder } from "../journal/Recorder.ts"
import type { Attempt } from "../order/Attempt.ts"
import type { Order } from "../order/Order.ts"
import { open } from "../reconciliation/ledgerBreaks.ts"
import * as Instant from "../time/Instant.ts"

/** How long a refusal for a session holds a side where sessions never close, in milliseconds. */
const WITHOUT_SESSIONS_MS = 60 * 60_000

/** Refusals: what the class of a refusal starts beside the cool-down, once it is confirmed (W11). */
export const afterRefusal = (recorder: Recorder, order: Order): void => {
  if (order.status !== "rejected" || order.attemptId === undefined) return
  const attempt = recorder.books.attempts.get(order.attemptId)
  if (attempt?.outcome !== "rejected") return
  if (attempt.refusalClass === "session") refuseSide(recorder, order)
  if (attempt.refusalClass === "unknown") holdPosition(recorder, order, attempt, "which no table has")
  if (attempt.refusalClass === "account") holdPosition(recorder, order, attempt, "which is about its account")
}

/** The position is ordered again by a person only, also where the account may trade by then. */
const holdPosition = (recorder: Recorder, { id, symbol }: Order, attempt: Attempt, why: string): void => {
  const { errorCode = "", errorMessage = "" } = attempt
  const subject = format("order", id)
  const evidence = `${subject} was refused with the code ${errorCode}, ${why}: ${errorMessage}`
  open(recorder, { symbol, kind: "OrderRefused", subject, evidence })
}

/** Symbol and side wait for the next session, or for an operator; for an hour where sessions never close. */
const refuseSide = (recorder: Recorder, { account, id, side, symbol }: Order): void => {
  const position = recorder.books.positions.get(symbolKey(account, symbol))
  if (position === undefined) return
  const { at, nextOpening } = recorder.world
  const { refusedSide, refusedUntil } = position
  const isOtherRefused =
    refusedSide !== undefined && refusedSide !== side && refusedUntil !== undefined && at < refusedUntil
  recorder.emit({
    _tag: "SideRefused",
    symbol,
    orderId: id,
    side: isOtherRefused ? "both" : side,
    until: nextOpening(account) ?? Instant.addMillis(at, WITHOUT_SESSIONS_MS)
  })
}
