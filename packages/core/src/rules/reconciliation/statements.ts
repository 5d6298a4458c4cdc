import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { isSame, type DetailsOf } from "../../records/BreakDetails.ts"
import type { Ticker } from "../../records/Ticker.ts"
import { closeIfOpen, openOrUpdate } from "../breaks/ledgerBreaks.ts"

/** A difference between a broker's file and the books. */
export interface StatementDifference {
  /** `UNMAPPED` where it is of no ticker. */
  readonly symbol: Ticker
  /** By what it is known again in the next file: the broker's id of the execution, else its order and figures. */
  readonly subject: string
  readonly details: DetailsOf<"StatementDiffers">
}

/** Does one say the same of the same execution as another? In which file and line it is said is no difference. */
export const saysSame = (a: StatementDifference["details"], b: StatementDifference["details"]): boolean =>
  isSame({ ...a, file: "", line: undefined, row: undefined }, { ...b, file: "", line: undefined, row: undefined })

/** STMT-5: a difference is a break, or brings the one that is open about its execution up to what this file says. */
export const bookDifference = (recorder: Recorder, { details, subject, symbol }: StatementDifference): void => {
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  openOrUpdate(recorder, { symbol, subject, details })
}

/** STMT-5: what a file says of an execution under another symbol, or as a row that can be read now, has a break of its own. */
export const bookReplaced = (recorder: Recorder, symbol: Ticker, subject: string, file: string): void => {
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  closeIfOpen(recorder, symbol, "StatementDiffers", subject, `${file} reports it differently`)
}

/** STMT-5: what a later file has as the books do is a difference no more. */
export const bookAgreement = (recorder: Recorder, symbol: Ticker, subject: string, file: string): void => {
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  closeIfOpen(recorder, symbol, "StatementDiffers", subject, `${file} agrees with the books`)
}
