import { Decimal } from "@roundlot/core"
import { HttpOutcome, Report, type ClientOrderId, type OrderTerms } from "@roundlot/core/adapter"
import { Option } from "effect"
import { traderErrorIn, wordsOf } from "./ErrorBody.ts"
import { tradedOf, type OrderAnswer } from "./OrderAnswer.ts"
import * as OrderId from "./OrderId.ts"
import { codeOf, refusals } from "./RefusalCodes.ts"
import { RELOGIN_WAIT_MS } from "./Session.ts"

/** What an answer is compared with. */
export type Sent = Pick<OrderTerms.OrderTerms, "symbol" | "side" | "quantity">

/** What an answer to a request for an order comes to before the order is read back. */
export type Placed =
  | { readonly _tag: "Placed"; readonly id: ClientOrderId.BrokerOrderId }
  | Exclude<Report.Answer, { _tag: "Accepted" }>

/**
 * What an answer to a send means: the table of this adapter. A 4xx in the Trader API's own words is the answer to the order, which is
 * not created, even if it is a new one; `RefusalCodes` has its class. 401 and 429 were not processed. A 201 names the order in its `Location`, and is no acceptance before that order was read back and is
 * the one that was sent. Whatever is not named here is `Unknown`.
 */
export const placedOf = (outcome: HttpOutcome.HttpOutcome, hash: string): Placed =>
  HttpOutcome.sendAnswerOf<Placed>(outcome, {
    taken: (answer) => locatedIn(answer, hash),
    wordsOf,
    loginWaitMs: RELOGIN_WAIT_MS,
    otherwise: ({ status, text }, words) => {
      const isOwn = HttpOutcome.mayRefuse(status) && Option.isSome(traderErrorIn(text))
      if (!isOwn) return unknown(`status ${status}: ${words}`)
      const code = codeOf(status, words)
      return Report.Answer.Refused({ code, words, class: refusals.classOf(code, words) })
    }
  })

const unknown = (why: string, candidate?: ClientOrderId.BrokerOrderId) => Report.Answer.Unknown({ why, candidate })

const locatedIn = ({ headers, status }: HttpOutcome.Answered, hash: string): Placed => {
  const location = headers.get("location")
  if (location === undefined) return unknown(`status ${status} without a Location: an order may be there`)
  const located = OrderId.located(location)
  if (located === undefined) return unknown(`status ${status} with a Location that names no order`)
  return located.hash === undefined || located.hash === hash
    ? { _tag: "Placed", id: located.id }
    : unknown(`status ${status} with a Location of another account`)
}

/** The order that was read back must be the one that was sent; another one is never bound. */
export const acceptedOr = (order: OrderAnswer, sent: Sent): Report.Answer =>
  isSame(order, sent)
    ? Report.Answer.Accepted({ brokerOrderId: order.orderId })
    : unknown("the order that the answer names is another one", order.orderId)

const isSame = (order: OrderAnswer, sent: Sent): boolean => {
  const traded = tradedOf(order)
  return (
    traded !== undefined &&
    traded.symbol === sent.symbol &&
    traded.side === sent.side &&
    Decimal.equals(traded.quantity, sent.quantity)
  )
}
