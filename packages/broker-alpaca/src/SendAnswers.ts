import { Decimal } from "@roundlot/core"
import { ClientOrderId, HttpOutcome, Report, type OrderTerms } from "@roundlot/core/adapter"
import { Option, Schema } from "effect"
import { OrderAnswer } from "./OrderAnswer.ts"
import { refusals } from "./RefusalCodes.ts"

/** What an answer is compared with. */
export type Sent = Pick<OrderTerms.OrderTerms, "symbol" | "side" | "clientOrderId"> &
  ({ readonly quantity: Decimal.Decimal } | { readonly notional: Decimal.Decimal })

const ErrorBody = Schema.parseJson(
  Schema.Struct({ code: Schema.optional(Schema.Union(Schema.Number, Schema.String)), message: Schema.String })
)

const decodeError = Schema.decodeUnknownOption(ErrorBody)
const decodeOrder = Schema.decodeUnknownOption(Schema.parseJson(OrderAnswer))
const decodeCandidate = Schema.decodeUnknownOption(Schema.parseJson(Schema.Struct({ id: ClientOrderId.BrokerOrderId })))

/** Alpaca's code and words of a refusal; where there are none, the status and what came in place of words. */
export const wordsOf = ({
  status,
  text
}: HttpOutcome.Answered): { readonly code: string | undefined; readonly words: string } =>
  Option.match(decodeError(text), {
    onNone: () => ({ code: undefined, words: `status ${status} without an error of Alpaca's` }),
    onSome: ({ code, message }) => ({ code: code === undefined ? undefined : String(code), words: message })
  })

/** The id was used before, by an order that may be live: it says nothing of what became of this one. */
const speaksOfTheId = (words: string): boolean => /client[_ ]order[_ ]id/i.test(words)

/** Every code of Alpaca's own about a request has eight digits and begins like its status; anything else is of something between. */
const OWN_CODE = /^4\d{7}$/

/**
 * What an answer to a send means: the table of this adapter. An error of Alpaca's own, 4xx with its code, is the answer to the order,
 * which is not created, even if the code is new; `RefusalCodes` has its class. 401 and 429 were not processed. That the client order
 * id was used before says nothing of this order. Whatever is not named here is `Unknown`.
 */
export const answerOf = (outcome: HttpOutcome.HttpOutcome, sent: Sent): Report.Answer =>
  HttpOutcome.sendAnswerOf<Report.Answer>(outcome, {
    taken: (answer) => acceptedOr(answer, sent),
    wordsOf: (answer) => wordsOf(answer).words,
    otherwise: (answer, words) => {
      const { status } = answer
      const { code } = wordsOf(answer)
      if (speaksOfTheId(words))
        return Report.Answer.Unknown({ why: `${words} (${code ?? status})`, candidate: undefined, isIdInUse: true })
      return HttpOutcome.mayRefuse(status) && code !== undefined && OWN_CODE.test(code)
        ? Report.Answer.Refused({ code, words, class: refusals.classOf(code, words) })
        : unknown(`status ${status}: ${words}`, candidateIn(answer))
    }
  })

const unknown = (why: string, candidate?: ClientOrderId.BrokerOrderId) => Report.Answer.Unknown({ why, candidate })

const candidateIn = ({ text }: HttpOutcome.Answered): ClientOrderId.BrokerOrderId | undefined =>
  Option.getOrUndefined(Option.map(decodeCandidate(text), ({ id }) => id))

/** The order is read back from the answer itself, and must be the one that was sent. */
const acceptedOr = (outcome: HttpOutcome.Answered, sent: Sent): Report.Answer => {
  const order = Option.getOrUndefined(decodeOrder(outcome.text))
  if (order === undefined)
    return unknown(`status ${outcome.status} with an order that cannot be read`, candidateIn(outcome))
  const same =
    order.symbol === sent.symbol &&
    order.side === sent.side &&
    order.client_order_id === sent.clientOrderId &&
    isOfSize(order, sent)
  return same
    ? Report.Answer.Accepted({ brokerOrderId: order.id })
    : unknown("the order that was answered is another one", order.id)
}

const equals = (shown: Decimal.Decimal | null | undefined, sent: Decimal.Decimal): boolean =>
  shown !== null && shown !== undefined && Decimal.equals(shown, sent)

const isOfSize = (order: OrderAnswer, sent: Sent): boolean =>
  "notional" in sent ? equals(order.notional, sent.notional) : equals(order.qty, sent.quantity)
