import type { Recorder } from "../journal/Recorder.ts"
import type { Interpreted } from "./Interpreted.ts"
import type { Received, Report } from "./Report.ts"
import { answered } from "./answers.ts"
import { commission } from "./commissions.ts"
import { evidenced } from "./evidence.ts"
import { executed } from "./executions.ts"
import { notFound } from "./missing.ts"
import { orderSeen } from "./ordersSeen.ts"
import { adoptOrphans } from "./orphans.ts"
import { Need } from "../books/Need.ts"
import { nameInBooks } from "../instrument/DatedSymbol.ts"
import { storableReport } from "./storableReport.ts"

/**
 * F1: books whatever a broker says; one function for every broker. Facts are never refused: a contradiction is applied as far
 * as the rules go, and kept as a break.
 */
export const interpret = (recorder: Recorder, { payload, ...received }: Received): Interpreted => {
  const report = byItsInstrument(recorder, storableReport(received.report))
  switch (report._tag) {
    case "Answered":
      return answered(recorder, report, payload)
    case "OrderSeen":
      return evidenced(recorder, payload, (witnessed) => orderSeen(witnessed, report))
    case "Executed":
      return executed(recorder, report, payload)
    case "Commission":
      return evidenced(recorder, payload, (witnessed) => commission(witnessed, report))
    case "Listed":
      return adoptOrphans(recorder, report)
    case "NotFound":
      return notFound(recorder, report)
  }
}

/** P9: a broker names an instrument as the market does; the books by the ticker that they knew it by first. */
const byItsInstrument = ({ account, books, need }: Recorder, report: Report): Report => {
  if (report._tag !== "OrderSeen" && report._tag !== "Executed") return report
  need(Need.Account({ account }))
  const symbols = books.accounts.get(account)?.symbols ?? []
  return symbols.length === 0 ? report : { ...report, symbol: nameInBooks(symbols, report.symbol) }
}
