import { symbolKey } from "../../tables/Table.ts"
import { format } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import { open } from "../breaks/ledgerBreaks.ts"
import { isUnlisted } from "../../records/Attempt.ts"
import { holdRefused } from "../breaks/refusedAccount.ts"
import type { Refusal } from "../../records/Report.ts"
import * as Instant from "../../values/Instant.ts"

/** How long a refusal for a session holds a side where sessions never close, in milliseconds. */
const WITHOUT_SESSIONS_MS = 60 * 60_000

/** Refusals: what the class of a refused send starts beside the cool-down, once it is confirmed (W11). */
export const afterRefusal = (recorder: Recorder, order: Order): void => {
  if (order.status !== "rejected" || order.attemptId === undefined) return
  const attempt = recorder.books.attempts.get(order.attemptId)
  if (attempt?.outcome !== "rejected" || attempt.refusalClass === undefined) return
  const { errorCode: code = "", errorMessage: words = "" } = attempt
  holdPosition(recorder, order, { code, words, class: attempt.refusalClass })
}

/** Refusals: the same of an order that its broker never got, where it had answered with an error whose meaning nobody knows. */
export const afterAbsence = (recorder: Recorder, order: Order): void => {
  const unlisted = recorder.books.attempts.find("order", [order.id]).find(isUnlisted)
  if (unlisted === undefined) return
  const { errorCode: code = "", errorMessage: words = "" } = unlisted
  holdPosition(recorder, order, { code, words, class: "unknown" })
}

/** Refusals: the same of an order that was rejected after its broker had acknowledged it; its account is held with it. */
export const afterRejection = (recorder: Recorder, order: Order, refusal: Refusal): void => {
  if (refusal.class === "account") holdRefused(recorder, order, refusal)
  holdPosition(recorder, order, refusal)
}

const holdPosition = (recorder: Recorder, order: Order, refusal: Refusal): void => {
  if (refusal.class === "session") refuseSide(recorder, order)
  if (refusal.class === "unknown") waitForPerson(recorder, order, refusal, "unknown")
  if (refusal.class === "account") waitForPerson(recorder, order, refusal, "account")
}

/** The position is ordered again by a person only, also where the account may trade by then. */
const waitForPerson = (
  recorder: Recorder,
  { id, symbol }: Order,
  { code, words }: Refusal,
  is: "unknown" | "account"
): void => {
  const details = { _tag: "OrderRefused", orderId: id, code, class: is, detail: words } as const
  open(recorder, { symbol, subject: format("order", id), details })
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
