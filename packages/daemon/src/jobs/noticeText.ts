import { type AlertChannels, type Alerts, codeWords, type Completions, verdict } from "@roundlot/core/ledger"
import type { Notice } from "../OwnAlerts.ts"

/** An alert as one line, which is all that a chat shows, and the overall state at its time. */
const ofAlert = ({ account, detail, status, subject, symbol, verdict: stood }: Alerts.Alert): string => {
  const where = [symbol, account].filter((each) => each !== null).join(" on ")
  const overall = stood === undefined ? "" : `. Overall: ${verdict.verdictText(stood)}`
  return `${status === "over" ? "Resolved" : "Alert"}: ${subject}${where === "" ? "" : ` (${where})`}: ${detail}${overall}`
}

const ofCompletion = ({ batch, cancelled, done, failed, name, status, total }: Completions.Completion): string => {
  const others = [...(failed === 0 ? [] : [`${failed} failed`]), ...(cancelled === 0 ? [] : [`${cancelled} cancelled`])]
  const counts = [`${done} of ${total} rows completed`, ...others].join(", ")
  return `Batch ${name} (${batch}) ${codeWords.wordsOf(status)}: ${counts}`
}

/** A notice as one line. */
export const noticeText = (notice: AlertChannels.Notice): string =>
  "kind" in notice ? ofAlert(notice) : ofCompletion(notice)

/** A notice for programs, with its line for who shows no more. */
export const noticeDocument = (notice: AlertChannels.Notice): Notice =>
  "kind" in notice ? { text: noticeText(notice), ...notice } : { text: noticeText(notice), kind: "batch", ...notice }
