import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { holdingsOf } from "../../records/Position.ts"
import { changeTo } from "../../records/TradingState.ts"
import { bookHolding } from "../reconciliation/holdings.ts"
import { seeInstrument } from "../reconciliation/held.ts"
import { declareBase } from "./adjust.ts"
import type { CommandAnswer } from "./commands.ts"

/** What an account holds at its broker when it comes into the books. Signed shares. */
export interface HeldBefore {
  readonly symbol: Ticker
  readonly quantity: Decimal.Decimal
}

const controlOf = (recorder: Recorder) => {
  const { account, books } = recorder
  recorder.need(Need.Control({ account, symbol: "" }))
  return books.controls.get(joinKey([account, ""]))
}

/** Nothing is sent for an account that was used before, until an operator has declared what it holds; a person's halt stays as it is. */
export const holdUntilAdopted = (recorder: Recorder, count: number): void => {
  const { account } = recorder
  if (controlOf(recorder)?.state === "halted") return
  const reason = `The broker holds ${count} ${count === 1 ? "symbol" : "symbols"} that these books never traded. Adopt the account to declare them`
  const halt = { state: "halted", halt: "NotAdopted", reason, actor: "roundlot" } as const
  recorder.emit({ _tag: "TradingStateSet", account, symbol: "", ...halt })
}

/**
 * Declares what an account holds, beyond what its books explain, as base: it is not ours, and nothing is ordered for it. The hold
 * until this was said comes to the state that stood before it; a halt that an operator has set stays.
 */
export const adoptAccount = (
  recorder: Recorder,
  holdings: ReadonlyArray<HeldBefore>,
  reason: string
): CommandAnswer => {
  const { account } = recorder
  const declared = holdings.filter((holding) => declare(recorder, holding, reason))
  const control = controlOf(recorder)
  if (control?.halt === "NotAdopted") {
    recorder.need(Need.Usage({ account }))
    const { actor } = recorder.cause
    const { state } = changeTo(control, "normal")
    recorder.emit({ _tag: "TradingStateSet", account, symbol: "", state, reason, actor })
  }
  return { _tag: "Done", what: `account ${account} is adopted; ${declaredText(declared)}` }
}

const declaredText = (declared: ReadonlyArray<HeldBefore>): string =>
  declared.length === 0
    ? "books and broker agree"
    : `opening balance: ${declared.map(({ quantity, symbol }) => `${Decimal.format(quantity)} ${symbol}`).join(", ")}`

const declare = (recorder: Recorder, { quantity, symbol }: HeldBefore, reason: string): boolean => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  const position = books.positions.get(joinKey([account, symbol]))
  const ours = position === undefined ? Decimal.zero : holdingsOf(position)
  const by = Decimal.subtract(quantity, ours)
  if (Decimal.isZero(by)) return false
  seeInstrument(recorder, symbol)
  declareBase(recorder, symbol, by, reason)
  bookHolding(recorder, { symbol, quantity, averagePrice: undefined, booked: quantity, skipped: undefined })
  recorder.touch(symbol)
  return true
}
