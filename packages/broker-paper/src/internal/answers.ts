import { Decimal } from "@roundlot/core"
import { ClientOrderId, Report } from "@roundlot/core/adapter"
import { Option, Schema } from "effect"
import type { Reply } from "../ExchangeReply.ts"
import type { ExchangeOrder, PlaceRequest } from "../ExchangeOrder.ts"
import { DUPLICATE_CLIENT_ID } from "./refusing.ts"

/** What an answer to a send means: the table of this adapter. Whatever it does not name is `Unknown`. */
export const answerOf = (reply: Reply<ExchangeOrder>, sent: PlaceRequest): Report.Answer => {
  switch (reply._tag) {
    case "Done":
      return accepted(reply.body, sent)
    case "Refused":
      return reply.code === DUPLICATE_CLIENT_ID
        ? Report.Answer.Unknown({ why: reply.words, candidate: undefined, isIdInUse: true })
        : Report.Answer.Refused({ code: reply.code, words: reply.words, class: reply.class ?? "final" })
    case "Lost":
      return Report.Answer.Unknown({
        why: reply.how === "timeout" ? "the exchange did not answer in time" : "the connection was reset",
        candidate: undefined
      })
    case "Status":
      return ofStatus(reply)
  }
}

const accepted = (order: ExchangeOrder, sent: PlaceRequest): Report.Answer => {
  const same = order.symbol === sent.symbol && order.side === sent.side && Decimal.equals(order.quantity, sent.quantity)
  return same
    ? Report.Answer.Accepted({ brokerOrderId: order.brokerOrderId })
    : Report.Answer.Unknown({ why: "the order that was answered is another one", candidate: order.brokerOrderId })
}

type StatusReply = Extract<Reply<never>, { readonly _tag: "Status" }>

const ofStatus = (reply: StatusReply): Report.Answer => {
  const { status } = reply
  if (status === 401) return Report.Answer.NotSent({ why: "not logged in (401)", retryAfterMs: undefined })
  if (status === 429)
    return Report.Answer.NotSent({ why: "too many requests (429)", retryAfterMs: retryAfterOf(reply) })
  return Report.Answer.Unknown({ why: `status ${status}, which is not documented`, candidate: candidateIn(reply.body) })
}

/** How long the exchange asks its client to wait, in milliseconds. */
export const retryAfterOf = ({ headers }: StatusReply): number | undefined => {
  const seconds = Object.entries(headers).find(([name]) => name.toLowerCase() === "retry-after")?.[1]
  return seconds !== undefined && /^\d+(\.\d+)?$/.test(seconds) ? Math.ceil(Number(seconds) * 1000) : undefined
}

const decodeCandidate = Schema.decodeUnknownOption(Schema.Struct({ id: ClientOrderId.BrokerOrderId }))

const candidateIn = (body: unknown): ClientOrderId.BrokerOrderId | undefined =>
  Option.getOrUndefined(Option.map(decodeCandidate(body), ({ id }) => id))
