import type { Report } from "@roundlot/core"

/** An answer in a line. */
export const words = (answer: Report.Answer): string => {
  switch (answer._tag) {
    case "Accepted":
      return "Accepted"
    case "Refused":
      return `Refused ${answer.code} ${answer.words}`
    case "NotSent":
      return `NotSent ${answer.why} ${answer.retryAfterMs ?? "-"}`
    case "Unknown":
      return `Unknown ${answer.why}${answer.candidate === undefined ? "" : ` candidate ${answer.candidate}`}`
  }
}
