import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import { UNMAPPED } from "../../records/Ticker.ts"
import { isRejectedNow, rejectedOf } from "../../records/Usage.ts"
import { joinKey } from "../../tables/Table.ts"
import { closeIfOpen, open } from "../breaks/ledgerBreaks.ts"
import { format } from "../../values/Id.ts"

/** The case of an account that halted by itself belongs to no instrument. */
const SUBJECT = "halted account"

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
  const halt = { state: "halted", halt: "RejectionsInARow", reason, actor: "roundlot" } as const
  recorder.emit({ _tag: "TradingStateSet", account, symbol: "", ...halt })
  const details = { _tag: "AccountHalted", halt: "RejectionsInARow", orderId: after.id, rejections } as const
  open(recorder, { symbol: UNMAPPED, subject: SUBJECT, details })
}

/** A person ends the halt of an account: its case closes, and what its broker rejected in a row is counted from zero. */
export const closeHaltCase = (recorder: Recorder): void => {
  const { account } = recorder
  recorder.need(Need.Usage({ account }))
  recorder.need(Need.AccountBreaks({ account }))
  closeIfOpen(recorder, UNMAPPED, "AccountHalted", SUBJECT, "the account is no longer halted")
}
