import { Decimal } from "@roundlot/core"
import { ClientOrderId, Report, type OrderTerms } from "@roundlot/core/adapter"
import { Deferred, Effect, Exit } from "effect"
import { isListed, kindOf, refusals } from "./Codes.ts"
import { isDurable, sideOf, symbolOf } from "./Execution.ts"
import type { Line } from "./Line.ts"
import { type Message, type OrderFacts, unreadable } from "./Message.ts"
import type { OrderRequest } from "./OrderRequest.ts"
import { isStopped } from "./OrderStatus.ts"
import { decimalOf } from "./Text.ts"
import { say } from "./wire/layout.ts"
import * as requests from "./wire/requests.ts"

const { Answer } = Report

/** What was heard of an order that was placed, until its answer is known. */
interface Hearing {
  readonly orderId: number
  readonly clientId: number
  readonly terms: OrderTerms.OrderTerms
  /** The durable id that a status named, before the order itself was shown. */
  candidate: ClientOrderId.BrokerOrderId | undefined
}

/** Where an order id begins a new order. */
export interface Beginning {
  readonly clientId: number
  readonly begin: (orderId: number, reference: string) => void
}

const unknown = (why: string, { candidate }: Hearing): Report.Answer => Answer.Unknown({ why, candidate })

const notSent = (why: string): Report.Answer => Answer.NotSent({ why, retryAfterMs: undefined })

/** Which of an order's terms came back as others than were sent; `undefined` where none did. */
const differenceOf = (terms: OrderTerms.OrderTerms, order: OrderFacts): string | undefined => {
  const quantity = decimalOf(order.quantity)
  if (symbolOf(order.contract) !== terms.symbol) return `symbol ${symbolOf(order.contract)}`
  if (sideOf(order.action) !== terms.side) return `side ${order.action}`
  if (quantity === undefined || !Decimal.equals(quantity, terms.quantity)) return `quantity ${order.quantity}`
  return undefined
}

/** What a message answers to an order that was placed; nothing yet, where it answers nothing (AUD-5, AUD-7). */
const answerOf = (hearing: Hearing, message: Message): Report.Answer | undefined => {
  const { clientId, orderId, terms } = hearing
  switch (message._tag) {
    case "Lost":
      return unknown(message.why, hearing)
    case "Unreadable":
      // It may have been the answer.
      return message.about === "orders" ? unknown(unreadable(message), hearing) : undefined
    case "Notice":
      return message.id === orderId ? noticed(hearing, message.code, message.text) : undefined
    case "OrderStatus":
      // One that stopped before it was shown was never taken: its words tell.
      if (message.orderId !== String(orderId) || isStopped(message.status)) return undefined
      if (isDurable(message.permId) && message.clientId === String(clientId))
        hearing.candidate = ClientOrderId.BrokerOrderId.make(message.permId)
      return undefined
    case "OpenOrder": {
      const { order } = message
      if (message.orderId !== String(orderId) || message.clientId !== String(clientId)) return undefined
      // A rejection may be told by the order first, and by its words after it.
      if (!isDurable(order.permId) || isStopped(order.status)) return undefined
      const difference = differenceOf(terms, order)
      return difference === undefined
        ? Answer.Accepted({ brokerOrderId: ClientOrderId.BrokerOrderId.make(order.permId) })
        : unknown(`TWS shows another order under this id: ${difference}`, { ...hearing, candidate: undefined })
    }
    default:
      return undefined
  }
}

const noticed = (hearing: Hearing, code: number, text: string): Report.Answer | undefined => {
  const kind = kindOf(code, text)
  if (kind === "warning" || kind === "information") return undefined
  // A code proves that there is no order only while TWS has shown none.
  const isRefused = (kind === "rejection" || kind === "not there") && hearing.candidate === undefined
  return isRefused
    ? Answer.Refused({ code: String(code), words: text, class: refusals.classOf(String(code), text) })
    : Answer.Unknown({
        why: `${text} (${code})`,
        candidate: hearing.candidate,
        ...(isListed(code) ? {} : { unlisted: { code: String(code), words: text } })
      })
}

const LONGEST_SEND = "30 seconds"
/** TWS shows an order before it sends a status of it: what has a status and is not shown by then is named, and looked for. */
const LONGEST_UNSHOWN = "2 seconds"
/** A status of an order may follow the error about it at once. */
const AFTER_ERROR = "250 millis"

/** Places an order once, and waits for what comes of it. Every outcome is an answer. */
export const place = (
  line: Line | undefined,
  beginning: Beginning,
  terms: OrderTerms.OrderTerms,
  request: OrderRequest
): Effect.Effect<Report.Answer> => {
  if (line === undefined || line.isLost()) return Effect.succeed(notSent("there is no connection to TWS"))
  if (line.isDegraded()) return Effect.succeed(notSent("TWS has no connection to its servers"))
  const placed = Effect.scoped(placeAt(line, beginning, terms, request))
  return line.timed("place order", placed, (exit) => {
    if (Exit.isFailure(exit) || exit.value._tag === "Unknown") return "lost"
    return exit.value._tag === "NotSent" ? "not sent" : "answered"
  })
}

const placeAt = (line: Line, { begin, clientId }: Beginning, terms: OrderTerms.OrderTerms, request: OrderRequest) =>
  Effect.gen(function* () {
    const orderId = line.nextOrderId()
    if (orderId === undefined) return notSent("no id of an order is left at TWS: its API settings reset them")
    const hearing: Hearing = { orderId, clientId, terms, candidate: undefined }
    const answered = yield* Deferred.make<Effect.Effect<Report.Answer>>()
    const named = yield* Deferred.make<void>()
    begin(hearing.orderId, terms.clientOrderId)
    const settled = Effect.raceFirst(Deferred.await(named), Effect.sleep(AFTER_ERROR))
    const hear = (message: Message) => {
      const answer = answerOf(hearing, message)
      if (hearing.candidate !== undefined) Deferred.unsafeDone(named, Effect.void)
      if (answer === undefined) return
      const isError = message._tag === "Notice"
      const whole = isError ? Effect.map(settled, () => afterStatus(answer, hearing)) : Effect.succeed(answer)
      Deferred.unsafeDone(answered, Effect.succeed(whole))
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => line.listen(hear)),
      (undo) => Effect.sync(undo)
    )
    yield* Effect.sync(() => line.send(say(requests.placeOrder, { orderId, ...request })))
    const unshown = Effect.as(
      Effect.zipRight(Deferred.await(named), Effect.sleep(LONGEST_UNSHOWN)),
      "with a status of TWS, and not shown by it"
    )
    const silent = Effect.as(Effect.sleep(LONGEST_SEND), `no answer in ${LONGEST_SEND}`)
    const vain = Effect.map(Effect.raceFirst(unshown, silent), (why) => unknown(why, hearing))
    return yield* Effect.raceFirst(Effect.flatten(Deferred.await(answered)), vain)
  })

/** A code proves that there is no order only where no status of it follows. */
const afterStatus = (answer: Report.Answer, hearing: Hearing): Report.Answer => {
  if (hearing.candidate === undefined) return answer
  if (answer._tag === "Refused") return unknown(`${answer.words} (${answer.code})`, hearing)
  return answer._tag === "Unknown" ? Answer.Unknown({ ...answer, candidate: hearing.candidate }) : answer
}
