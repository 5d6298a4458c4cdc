import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import { UNMAPPED, type Ticker } from "../../records/Ticker.ts"
import type { LedgerHalt } from "../../records/TradingState.ts"
import { isRejectedNow, rejectedOf } from "../../records/Usage.ts"
import { joinKey } from "../../tables/Table.ts"
import { closeIfOpen, open } from "../breaks/ledgerBreaks.ts"
import * as Decimal from "../../values/Decimal.ts"
import { format } from "../../values/Id.ts"

/** The case of what has halted by itself: one at a time, of an account or of a symbol. */
const SUBJECT = "halt"

const halt = (recorder: Recorder, symbol: Ticker | "", halted: LedgerHalt, reason: string): void => {
  const { account } = recorder
  recorder.emit({
    _tag: "TradingStateSet",
    account,
    symbol,
    state: "halted",
    halt: halted,
    reason,
    actor: "roundlot"
  })
}

/**
 * RejectionsInARow: the rejection that reaches the account's limit halts the account in its own commit, with a case. One that is halted
 * already stays as it is.
 */
export const haltAfterRejections = (recorder: Recorder, before: Order, after: Order): void => {
  if (!isRejectedNow(before, after)) return
  const { account, books } = recorder
  const most = books.accounts.get(account)?.maxRejectionsInARow
  const rejections = rejectedOf(books.usages.get(account))
  if (most === undefined || rejections < most) return
  recorder.need(Need.Control({ account, symbol: "" }))
  recorder.need(Need.AccountBreaks({ account }))
  if (books.controls.get(joinKey([account, ""]))?.state === "halted") return
  const reason = `The broker rejected ${rejections} orders in a row, ${format("order", after.id)} last`
  halt(recorder, "", "RejectionsInARow", reason)
  const details = { _tag: "TradingHalted", halt: "RejectionsInARow", orderId: after.id, rejections } as const
  open(recorder, { symbol: UNMAPPED, subject: SUBJECT, details })
}

/**
 * OwedBound (D6): books that would order more than is owed are wrong somewhere. Nothing more is sent for the symbol until a person has
 * looked, with a case.
 */
export const haltBeyondOwed = (recorder: Recorder, { id, symbol }: Order, beyond: Decimal.Decimal): void => {
  const reason = `${format("order", id)} exceeds the residual of its position by ${Decimal.format(beyond)}`
  halt(recorder, symbol, "OwedBound", reason)
  open(recorder, {
    symbol,
    subject: SUBJECT,
    details: { _tag: "TradingHalted", halt: "OwedBound", orderId: id, beyond }
  })
  recorder.touch(symbol)
}

/** A person ends a halt, of the account where no symbol is named: its case closes; of an account what was rejected in a row is counted from zero. */
export const closeHaltCase = (recorder: Recorder, symbol: Ticker | undefined): void => {
  const { account } = recorder
  recorder.need(Need.Usage({ account }))
  recorder.need(symbol === undefined ? Need.AccountBreaks({ account }) : Need.Position({ account, symbol }))
  const name = symbol ?? "the account"
  closeIfOpen(recorder, symbol ?? UNMAPPED, "TradingHalted", SUBJECT, `${name} is no longer halted`)
}
