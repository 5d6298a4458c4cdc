import { Broker } from "@roundlot/core"
import { ClientOrderId, type Id, type OrderState, type OrderTerms, type Report } from "@roundlot/core/adapter"
import { Effect, Either, Exit } from "effect"
import { kindOf } from "./Codes.ts"
import { type Desk, now, payloadOf } from "./Desk.ts"
import type { Line } from "./Line.ts"
import { requestOf } from "./OrderRequest.ts"
import { openOrders } from "./Orders.ts"
import { place } from "./Placing.ts"
import { say } from "./wire/layout.ts"
import * as requests from "./wire/requests.ts"

/** What is sent for an order of these terms, and how. */
export const prepare = (
  desk: Desk,
  terms: OrderTerms.OrderTerms,
  changed: Effect.Effect<void>
): Either.Either<Broker.Prepared, Broker.Refusal> => {
  const { names, session } = desk
  const own = Broker.ownTerms(names.account, terms)
  return Either.map(
    Either.flatMap(own, () => requestOf(terms, session.account)),
    (request) => ({
      request: payloadOf(desk, "placeOrder", request),
      send: (attemptId: Id.AttemptId) =>
        Effect.gen(function* () {
          const asOf = yield* now
          const line = yield* session.now
          const answer = yield* place(line, { clientId: desk.clientId, begin: desk.endings.begin }, terms, request)
          if (answer._tag === "Unknown" && line !== undefined) desk.unanswered.set(terms.clientOrderId, line)
          const report: Report.Answered = {
            _tag: "Answered",
            account: names.account,
            attemptId,
            asOf,
            asOfKind: "ours",
            answer,
            httpStatus: undefined
          }
          return { report, payload: payloadOf(desk, "answer", answer) }
        }).pipe(Effect.ensuring(changed))
    })
  )
}

const LONGEST_CANCEL = "15 seconds"

/** Only the client that placed an order can end it. */
export const cancel = (
  desk: Desk,
  { brokerOrderIds }: OrderState.AcknowledgedOrder
): Effect.Effect<Broker.CancelAnswer> =>
  Effect.gen(function* () {
    const permId = ClientOrderId.current(brokerOrderIds)
    const isRead = desk.placed.has(permId) || (yield* Effect.isSuccess(openOrders(desk)))
    if (!isRead) return { _tag: "NotSent", why: "the open orders of TWS could not be read" }
    const placed = desk.placed.get(permId)
    if (placed === undefined)
      return { _tag: "Refused", code: "not_open", words: "TWS shows no such open order", hasEnded: true }
    if (placed.clientId !== String(desk.clientId)) {
      const words = `client ${placed.clientId} placed it, and only that one can cancel it`
      return { _tag: "Refused", code: "other_client", words }
    }
    const line = yield* desk.session.now
    if (line === undefined || line.isLost()) return { _tag: "NotSent", why: "there is no connection to TWS" }
    return yield* line.timed("cancel order", askForEnd(line, placed.orderId), (exit) =>
      Exit.isSuccess(exit) && exit.value._tag !== "Unknown" ? "answered" : "lost"
    )
  })

const ending: ReadonlyArray<string> = ["PendingCancel", "PreCancelled", "Cancelled", "ApiCancelled"]

const askForEnd = (line: Line, orderId: string): Effect.Effect<Broker.CancelAnswer> =>
  Effect.async<Broker.CancelAnswer>((resume) => {
    const undo = line.listen((message) => {
      if (message._tag === "Lost") return resume(Effect.succeed({ _tag: "Unknown", why: message.why }))
      if (message._tag === "OrderStatus" && message.orderId === orderId && ending.includes(message.status))
        return resume(Effect.succeed({ _tag: "Requested" }))
      if (message._tag !== "Notice" || String(message.id) !== orderId) return
      const kind = kindOf(message.code, message.text)
      if (kind === "cancelled") resume(Effect.succeed({ _tag: "Requested" }))
      if (kind !== "not cancellable" && kind !== "nothing to cancel") return
      const hasEnded = kind === "nothing to cancel"
      resume(Effect.succeed({ _tag: "Refused", code: String(message.code), words: message.text, hasEnded }))
    })
    line.send(say(requests.cancelOrder, { orderId }))
    return Effect.sync(undo)
  }).pipe(
    Effect.timeoutTo({
      duration: LONGEST_CANCEL,
      onSuccess: (answer) => answer,
      onTimeout: (): Broker.CancelAnswer => ({ _tag: "Unknown", why: `no answer in ${LONGEST_CANCEL}` })
    })
  )
