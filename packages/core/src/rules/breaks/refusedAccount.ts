import { Need } from "../../books/Need.ts"
import type { BreakId } from "../../values/Id.ts"
import { UNMAPPED } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import { storableWords } from "../../values/unstorable.ts"
import { open, openOrUpdate } from "./ledgerBreaks.ts"

/** A refusal of the whole account stands under no instrument. */
const SUBJECT = "refused account"

/** Refusals: nothing is sent for an account that its broker refuses; the break has the broker's words. */
export const holdRefused = (
  recorder: Recorder,
  { id, symbol }: Order,
  { code, words }: { readonly code: string; readonly words: string }
): void => {
  recorder.need(Need.AccountBreaks({ account: recorder.account }))
  openOrUpdate(recorder, {
    symbol: UNMAPPED,
    subject: SUBJECT,
    details: { _tag: "AccountRefused", orderId: id, code, detail: words }
  })
  recorder.touch(symbol)
}

/** Refusals: the same where a reading of the account says that it may not trade, before an order is refused. Is it held by this? */
export const holdUntradable = (recorder: Recorder, words = "no reason given"): boolean => {
  recorder.need(Need.AccountBreaks({ account: recorder.account }))
  const detail = storableWords(words)
  return open(recorder, { symbol: UNMAPPED, subject: SUBJECT, details: { _tag: "AccountRefused", detail } })
}

/** Refusals: two readings of the account say that it may trade; nothing where an order was refused since the first of them. */
export const letRefusedGo = (recorder: Recorder, id: BreakId, version: number): boolean => {
  recorder.need(Need.BreakById({ id }))
  const found = recorder.books.breaks.get(id)
  if (found === undefined || found.closedAt !== undefined || found.version !== version) return false
  recorder.emit({ _tag: "BreakClosed", id, by: "ledger", why: "two readings of the account allow it to trade" })
  return true
}
