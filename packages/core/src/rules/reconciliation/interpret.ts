import { Need } from "../../books/Need.ts"
import { nameInBooks } from "../../records/DatedSymbol.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { answered } from "./answers.ts"
import { commission } from "./commissions.ts"
import { evidenced } from "../breaks/evidence.ts"
import { executed } from "./executions.ts"
import { passAnswer, passExecution, passOrder, passWaiting } from "./gate.ts"
import type { Interpreted } from "../../records/Interpreted.ts"
import { notFound } from "./missing.ts"
import { orderSeen } from "./ordersSeen.ts"
import { adoptOrphans } from "./adoption.ts"
import { type Received, type Report, Answer, type Refusal } from "../../records/Report.ts"
import { frame, settled, type Witness } from "../order/observe.ts"
import type { Instant } from "../../values/Instant.ts"
import { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { storable } from "../../values/unstorable.ts"

/** W11: what of a broker's words an end is judged by, beside the words: when the reading began that they are of, if they are of one. */
export type HeardBy = "frame" | "settled" | { readonly begun: Instant }

const witnessOf = (by: HeardBy, executionsRead: boolean): Witness => {
  if (by === "settled") return settled
  return by === "frame" ? frame : { _tag: "Reading", begun: by.begun, executionsRead }
}

/**
 * Books whatever a broker says; one function for every broker. What it says of orders and executions passes the gate of plausibility
 * first (W1 to W14): what is not possible is held as evidence and booked nowhere. What is `settled` needs no second reading (W11).
 */
export const interpret = (
  recorder: Recorder,
  { payload, ...received }: Received,
  by: HeardBy = "settled"
): Interpreted => {
  const report = byItsInstrument(recorder, storableReport(received.report))
  if (report._tag === "OrderSeen") return passOrder(recorder, report, payload, witnessOf(by, report.executionsRead))
  if (report._tag === "Executed") return passExecution(recorder, report, payload, witnessOf(by, true))
  if (report._tag === "Answered") return passAnswer(recorder, report, payload, witnessOf(by, false))
  if (report._tag === "NotFound") return notFound(recorder, report, witnessOf(by, true))
  if (report._tag === "Listed") return adoptOrphans(recorder, report, passWaiting)
  return interpretFact(recorder, { report, payload })
}

/**
 * F1: books a fact: a report that passed the gate. Facts are never refused: a contradiction is applied as far as the rules go, and kept
 * as a break.
 */
export const interpretFact = (recorder: Recorder, { payload, ...received }: Received): Interpreted => {
  const report = byItsInstrument(recorder, storableReport(received.report))
  switch (report._tag) {
    case "Answered":
      return answered(recorder, report, payload)
    case "OrderSeen":
      return evidenced(recorder, payload, (witnessed) => orderSeen(witnessed, report))
    case "Executed":
      return executed(recorder, report, payload)
    case "Commission":
      return evidenced(recorder, payload, (witnessed) => commission(witnessed, report, payload))
    case "Listed":
      return adoptOrphans(recorder, report)
    case "NotFound":
      return notFound(recorder, report, settled)
  }
}

/** P9: a broker names an instrument as the market does; the books by the ticker that they knew it by first. */
const byItsInstrument = ({ account, books, need }: Recorder, report: Report): Report => {
  if (report._tag !== "OrderSeen" && report._tag !== "Executed") return report
  need(Need.Account({ account }))
  const symbols = books.accounts.get(account)?.symbols ?? []
  return symbols.length === 0 ? report : { ...report, symbol: nameInBooks(symbols, report.symbol) }
}

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
