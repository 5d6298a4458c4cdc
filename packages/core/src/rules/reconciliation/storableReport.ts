import { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { storable } from "../../values/unstorable.ts"
import { Answer, type Refusal, type Report } from "../../records/Report.ts"

const maybe = (text: string | undefined): string | undefined => (text === undefined ? undefined : storable(text))

const idOf = (id: BrokerOrderId): BrokerOrderId => {
  const text = storable(id)
  return text === id ? id : BrokerOrderId.make(text)
}

const maybeId = (id: BrokerOrderId | undefined): BrokerOrderId | undefined => (id === undefined ? undefined : idOf(id))

const worded = <A extends Pick<Refusal, "code" | "words">>(refusal: A): A => ({
  ...refusal,
  code: storable(refusal.code),
  words: storable(refusal.words)
})

const answerOf = Answer.$match({
  Accepted: ({ brokerOrderId }) => Answer.Accepted({ brokerOrderId: idOf(brokerOrderId) }),
  Refused: (answer) => Answer.Refused(worded(answer)),
  NotSent: (answer) => Answer.NotSent({ ...answer, why: storable(answer.why) }),
  Unknown: ({ candidate, unlisted, why, ...answer }) =>
    Answer.Unknown({
      ...answer,
      why: storable(why),
      candidate: maybeId(candidate),
      ...(unlisted === undefined ? {} : { unlisted: worded(unlisted) })
    })
})

/**
 * F1: a broker's words are facts and never refused; what in them no store takes is replaced, so that an order is not kept from its end
 * by a character. The bytes themselves are kept as they came.
 */
export const storableReport = (report: Report): Report => {
  switch (report._tag) {
    case "Answered":
      return { ...report, answer: answerOf(report.answer) }
    case "OrderSeen":
      return {
        ...report,
        brokerOrderId: idOf(report.brokerOrderId),
        clientOrderId: maybe(report.clientOrderId),
        symbol: storable(report.symbol),
        rawStatus: storable(report.rawStatus),
        ...(report.words === undefined ? {} : { words: storable(report.words) }),
        ...(report.refusal === undefined ? {} : { refusal: worded(report.refusal) }),
        ...(report.notWorking === undefined ? {} : { notWorking: { reason: maybe(report.notWorking.reason) } }),
        ...(report.otherIds === undefined ? {} : { otherIds: report.otherIds.map(idOf) })
      }
    case "Executed":
      return {
        ...report,
        execId: storable(report.execId),
        execIdBase: storable(report.execIdBase),
        brokerOrderId: maybeId(report.brokerOrderId),
        clientOrderId: maybe(report.clientOrderId),
        symbol: storable(report.symbol),
        ...(report.otherIds === undefined ? {} : { otherIds: report.otherIds.map(idOf) })
      }
    case "Commission":
      return { ...report, execId: storable(report.execId), currency: storable(report.currency) }
    case "NotFound":
      return { ...report, brokerOrderId: maybeId(report.brokerOrderId), clientOrderId: maybe(report.clientOrderId) }
    case "Listed":
      return { ...report, brokerOrderIds: report.brokerOrderIds.map(idOf) }
  }
}
