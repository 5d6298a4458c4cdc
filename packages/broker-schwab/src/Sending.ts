import { Broker, Instant, Ticker, type AccountName } from "@roundlot/core"
import { ClientOrderId, HttpOutcome, Report, type Id, type OrderState, type OrderTerms } from "@roundlot/core/adapter"
import { Clock, Effect, Either, Option, Schedule, Schema } from "effect"
import { type Desk, payloadOf } from "./Desk.ts"
import { errorIn, wordsOf } from "./ErrorBody.ts"
import { seenOf, timeInForceOf, type OrderAnswer } from "./OrderAnswer.ts"
import * as OrderId from "./OrderId.ts"
import { bodyOf, effectOf, type Terms } from "./OrderRequest.ts"
import { saysStaleHash } from "./RefusalCodes.ts"
import { acceptedOr, placedOf } from "./SendAnswers.ts"
import { RELOGIN_WAIT_MS } from "./Session.ts"

/** The account's hash is put in when it is sent: it may be another tomorrow. */
const ORDERS = { method: "POST", endpoint: "/trader/v1/accounts/{hash}/orders" } as const

const LONGEST_SEND = "30 seconds"

const bodyIn =
  ({ extendedSession }: Desk) =>
  (terms: Terms) =>
    bodyOf(terms, terms.session === "extended" ? extendedSession : undefined)

/** What is sent for an order of these terms, and how. */
export const prepare = (desk: Desk, terms: OrderTerms.OrderTerms): Either.Either<Broker.Prepared, Broker.Refusal> =>
  Either.map(Either.flatMap(Broker.ownTerms(desk.account, terms), bodyIn(desk)), (body) => ({
    request: payloadOf(body, ORDERS),
    send: (attemptId: Id.AttemptId) => send(desk, terms, body, attemptId)
  }))

interface Answering {
  readonly answer: Report.Answer
  readonly outcome?: HttpOutcome.HttpOutcome
  /** When the order was so that was read back. */
  readonly asOf?: Instant.Instant
}

const send = (
  desk: Desk,
  terms: OrderTerms.OrderTerms,
  body: string,
  attemptId: Id.AttemptId
): Effect.Effect<Report.Received<Report.Answered>> =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const { answer, asOf, outcome } = yield* place(desk, terms, body)
    const isAnswered = outcome?._tag === "Answered"
    return {
      report: {
        _tag: "Answered",
        account: desk.account,
        attemptId,
        asOf: asOf ?? now,
        asOfKind: asOf === undefined ? "ours" : "broker",
        answer,
        httpStatus: isAnswered ? outcome.status : undefined
      },
      payload: isAnswered ? answerPayload(outcome) : undefined
    }
  })

const place = (desk: Desk, terms: OrderTerms.OrderTerms, body: string): Effect.Effect<Answering> =>
  Effect.gen(function* () {
    const account = yield* Effect.either(desk.linked)
    if (Either.isLeft(account)) {
      const { kind, message, retryAfterMs } = account.left
      const waitMs = kind === "unauthorised" ? RELOGIN_WAIT_MS : retryAfterMs
      return { answer: Report.Answer.NotSent({ why: message, retryAfterMs: waitMs }) }
    }
    const { hash } = account.right
    const path = `/trader/v1/accounts/${hash}/orders`
    const within = desk.answersWithin ?? LONGEST_SEND
    const outcome = yield* desk.wire.ask({ method: ORDERS.method, path, body, within })
    const placed = placedOf(outcome, hash)
    if (placed._tag !== "Placed") return { answer: placed, outcome }
    return { ...(yield* readBack(desk, placed.id, terms)), outcome }
  })

const READ_BACK = Schedule.intersect(Schedule.spaced("250 millis"), Schedule.recurs(3))

/** The order that a 201 named is read back and compared; one that cannot be read is a candidate, and asked for first. */
const readBack = (
  { orders }: Desk,
  id: ClientOrderId.BrokerOrderId,
  terms: OrderTerms.OrderTerms
): Effect.Effect<Answering> =>
  Effect.flatMap(orders.afresh(id), (read) => Effect.mapError(read, () => "not found")).pipe(
    Effect.retry(READ_BACK),
    Effect.match({
      onSuccess: ({ asOf, order }) => ({ answer: acceptedOr(order, terms), asOf }),
      onFailure: (error) => ({
        answer: Report.Answer.Unknown({
          why: `order ${id} could not be read back: ${typeof error === "string" ? error : error.message}`,
          candidate: id
        })
      })
    })
  )

const answerPayload = (
  { contentType, headers, status, text }: HttpOutcome.Answered,
  request: { readonly method: string; readonly endpoint: string } = ORDERS
) => payloadOf(text, { ...request, statusCode: status, headers: Object.fromEntries(headers) }, contentType)

const LONGEST_CANCEL = "15 seconds"

const notSent = (error: Broker.BrokerReadFailed): Broker.CancelAnswer => ({ _tag: "NotSent", why: error.message })

/** Asks for an order to be cancelled. */
export const cancel = (desk: Desk, id: ClientOrderId.BrokerOrderId): Effect.Effect<Broker.CancelAnswer> => {
  if (OrderId.read(id) === undefined) return Effect.succeed(noOrderOfSchwabs(id))
  return Effect.gen(function* () {
    const { hash } = yield* desk.linked
    const path = `/trader/v1/accounts/${hash}/orders/${id}`
    const within = desk.answersWithin ?? LONGEST_CANCEL
    const outcome = yield* desk.wire.ask({ method: "DELETE", path, purpose: "cancel", within })
    yield* desk.orders.changed(id)
    return cancelAnswerOf(outcome)
  }).pipe(Effect.catchAll((error) => Effect.succeed(notSent(error))))
}

const noOrderOfSchwabs = (id: string): Broker.CancelAnswer => ({
  _tag: "Refused",
  code: "order_id",
  words: `${id} is no order id of Schwab's: those have 1 to 19 digits`
})

/** What an answer to a cancel means: 200 and 201 are a request taken, 400 and 404 in words one that changes nothing. */
export const cancelAnswerOf = (outcome: HttpOutcome.HttpOutcome): Broker.CancelAnswer =>
  HttpOutcome.cancelAnswerOf(outcome, TAKEN, wordsOf, (answer) =>
    // Under a stale hash the order was not looked at.
    refusalIn(answer, !saysStaleHash(wordsOf(answer)))
  )

/** What an answer to a replacement means: a refusal may be of the new terms, and is no word on an end. */
const replaceAnswerOf = (outcome: HttpOutcome.HttpOutcome): Broker.CancelAnswer =>
  HttpOutcome.cancelAnswerOf(outcome, TAKEN, wordsOf, (answer) => refusalIn(answer, false))

const refusalIn = ({ status, text }: HttpOutcome.Answered, hasEnded: boolean) =>
  (status === 400 || status === 404) && Option.isSome(errorIn(text)) ? { code: String(status), hasEnded } : undefined

const TAKEN: ReadonlySet<number> = new Set([200, 201])

/**
 * Schwab makes a new order of a replacement. Of an order that is filled in part the rest would have to be asked for, and a fill
 * meanwhile would come on top: such an order is cancelled instead.
 */
export const replace = (
  desk: Desk,
  order: OrderState.AcknowledgedOrder,
  terms: Broker.Replacement
): Effect.Effect<Broker.CancelAnswer> => {
  const id = ClientOrderId.current(order.brokerOrderIds)
  if (OrderId.read(id) === undefined) return Effect.succeed(noOrderOfSchwabs(id))
  if (order._tag === "PartiallyFilled") return Effect.succeed(Broker.partlyFilled)
  return Effect.gen(function* () {
    const { hash } = yield* desk.linked
    const before = yield* desk.orders.afresh(id)
    if (Option.isNone(before)) return { _tag: "Refused", code: "404", words: "Schwab has no such order" } as const
    const body = replacementOf(desk.account, before.value.order, terms)
    if (Either.isLeft(body)) return { _tag: "Refused", code: body.left.code, words: body.left.words } as const
    const path = `/trader/v1/accounts/${hash}/orders/${id}`
    const within = desk.answersWithin ?? LONGEST_SEND
    const outcome = yield* desk.wire.ask({ method: "PUT", path, body: body.right, within })
    yield* desk.orders.changed(id)
    const placed = placedOf(outcome, hash)
    if (placed._tag === "Placed") yield* desk.chains.link(id, placed.id)
    return replaceAnswerOf(outcome)
  }).pipe(Effect.catchAll((error) => Effect.succeed(notSent(error))))
}

/** The body of a replacement: what it does not name stays as Schwab has it. */
const replacementOf = (
  account: AccountName.AccountName,
  order: OrderAnswer,
  terms: Broker.Replacement
): Either.Either<string, Broker.Refusal> => {
  const seen = Option.getOrUndefined(seenOf(account, order, order.enteredTime))
  const symbol = Schema.decodeUnknownOption(Ticker.Ticker)(seen?.symbol)
  if (seen === undefined || Option.isNone(symbol))
    return Either.left(new Broker.Refusal({ code: "order", words: "the order is none that could be replaced" }))
  const limitPrice = terms.limitPrice ?? seen.limitPrice
  const session = order.session ?? "NORMAL"
  const replacement = {
    symbol: symbol.value,
    side: seen.side,
    quantity: terms.quantity,
    type: seen.type ?? "market",
    limitPrice: seen.limitPrice === undefined ? undefined : limitPrice,
    stopPrice: seen.stopPrice === undefined ? undefined : (terms.stopPrice ?? seen.stopPrice),
    timeInForce: terms.timeInForce ?? timeInForceOf(order),
    session: session === "NORMAL" ? "regular" : "extended",
    positionEffect: effectOf(order.orderLegCollection?.[0]?.instruction)
  } as const
  return bodyOf(replacement, session)
}
