import { Broker, Instant } from "@roundlot/core"
import {
  ClientOrderId,
  HttpOutcome,
  type Id,
  type OrderState,
  type OrderTerms,
  type Report
} from "@roundlot/core/adapter"
import { Clock, Effect, Either } from "effect"
import { type Desk, orderPath, payloadOf } from "./Desk.ts"
import { patchOf } from "./OrderRequest.ts"
import { answerOf, wordsOf } from "./SendAnswers.ts"
import type * as Wire from "./Wire.ts"

const ORDERS = { method: "POST", endpoint: "/v2/orders" } as const

const LONGEST_SEND = "30 seconds"

type Terms = OrderTerms.OrderTerms | OrderTerms.NotionalTerms

/** What is sent for an order of these terms, and how. */
export const prepare = <T extends Terms>(
  desk: Desk,
  terms: T,
  bodyOfTerms: (terms: T) => Either.Either<string, Broker.Refusal>
): Either.Either<Broker.Prepared, Broker.Refusal> =>
  Either.map(Either.flatMap(Broker.ownTerms(desk.account, terms), bodyOfTerms), (body) => ({
    request: payloadOf(body, ORDERS),
    send: (attemptId: Id.AttemptId) => send(desk, terms, body, attemptId)
  }))

const send = (
  { account, wire }: Desk,
  terms: Terms,
  body: string,
  attemptId: Id.AttemptId
): Effect.Effect<Report.Received<Report.Answered>> =>
  Effect.gen(function* () {
    const asOf = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const outcome = yield* wire.ask({ method: ORDERS.method, path: ORDERS.endpoint, body, within: LONGEST_SEND })
    const answer = answerOf(outcome, terms)
    const httpStatus = outcome._tag === "Answered" ? outcome.status : undefined
    return {
      report: { _tag: "Answered", account, attemptId, asOf, asOfKind: "ours", answer, httpStatus },
      payload: outcome._tag === "Answered" ? answerPayload(outcome) : undefined
    }
  })

const answerPayload = ({ contentType, headers, status, text }: HttpOutcome.Answered) =>
  payloadOf(text, { ...ORDERS, statusCode: status, headers: Object.fromEntries(headers) }, contentType)

const LONGEST_CANCEL = "15 seconds"

/** Asks for an order to be cancelled. */
export const cancel = (
  wire: Wire.Wire,
  brokerOrderId: ClientOrderId.BrokerOrderId
): Effect.Effect<Broker.CancelAnswer> =>
  Effect.map(
    wire.ask({
      method: "DELETE",
      path: `/v2/orders/${encodeURIComponent(brokerOrderId)}`,
      purpose: "cancel",
      within: LONGEST_CANCEL
    }),
    cancelAnswerOf
  )

const TAKEN: ReadonlySet<number> = new Set([200, 204])

/** What an answer means where these statuses refuse in Alpaca's own words, and whether they say that the order has ended. */
const answered =
  (refusing: ReadonlySet<number>, hasEnded: boolean) =>
  (outcome: HttpOutcome.HttpOutcome): Broker.CancelAnswer =>
    HttpOutcome.cancelAnswerOf(
      outcome,
      TAKEN,
      (answer) => wordsOf(answer).words,
      (answer) => {
        const { code } = wordsOf(answer)
        return code !== undefined && refusing.has(answer.status) ? { code, hasEnded } : undefined
      }
    )

/** What an answer to a cancel means: 204 is a request taken, 404 and 422 say that there is nothing to end. */
const cancelAnswerOf = answered(new Set([404, 422]), true)

const LONGEST_REPLACE = "30 seconds"

/**
 * Alpaca counts a replacement's shares from zero, so of an order that is filled in part the rest would have to be asked for, and a
 * fill meanwhile would come on top: such an order is cancelled instead. What a lost answer asked for shows when the order is read.
 */
export const replace = (
  wire: Wire.Wire,
  order: OrderState.AcknowledgedOrder,
  terms: Broker.Replacement
): Effect.Effect<Broker.CancelAnswer> => {
  if (order._tag === "PartiallyFilled") return Effect.succeed(Broker.partlyFilled)
  return Either.match(patchOf(terms), {
    onLeft: ({ code, words }) => Effect.succeed<Broker.CancelAnswer>({ _tag: "Refused", code, words }),
    onRight: (body) =>
      Effect.map(
        wire.ask({
          method: "PATCH",
          path: orderPath(ClientOrderId.current(order.brokerOrderIds)),
          body,
          within: LONGEST_REPLACE
        }),
        replaceAnswerOf
      )
  })
}

/**
 * What an answer to a replacement means: 200 is a request taken, and no proof that it comes into force. A refusal is no word on an end:
 * 422 is the answer to an order that is not at the exchange yet, too.
 */
const replaceAnswerOf = answered(new Set([403, 404, 422]), false)
