import { symbolKey } from "../../tables/Table.ts"
import { Need } from "../../books/Need.ts"
import { UNMAPPED, type Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { findOpen, open, openOrUpdate } from "../breaks/ledgerBreaks.ts"
import type * as Instant from "../../values/Instant.ts"

/** How many trades came late, by instrument. */
export type Late = ReadonlyMap<Ticker, number>

/** What comes late is one break of its account, which stands under no instrument. */
const BACKLOG = { symbol: UNMAPPED, subject: "late trades" } as const

const MOST_SHOWN = 20

/** Nothing is sent for the account until somebody has looked at what came late: in the commit that counts the first of it. */
export const holdForLate = (recorder: Recorder, symbol: Ticker, tradedAt: Instant.Instant): void => {
  recorder.need(Need.AccountBreaks({ account: recorder.account }))
  open(recorder, { ...BACKLOG, details: { _tag: "Backlog", first: { symbol, tradedAt }, trades: 1, late: [] } })
}

/** Brings the open break up to what has come late; nothing where it was accepted meanwhile. */
export const tellLate = (recorder: Recorder, late: Late): void => {
  recorder.need(Need.AccountBreaks({ account: recorder.account }))
  if (findOpen(recorder, BACKLOG.symbol, "Backlog", BACKLOG.subject) === undefined) return
  const trades = [...late.values()].reduce((sum, each) => sum + each, 0)
  const shown = [...late].slice(0, MOST_SHOWN).map(([symbol, count]) => owedIn(recorder, symbol, count))
  const more = late.size > MOST_SHOWN ? { moreInstruments: late.size - MOST_SHOWN } : {}
  openOrUpdate(recorder, { ...BACKLOG, details: { _tag: "Backlog", trades, late: shown, ...more } })
}

const owedIn = (recorder: Recorder, symbol: Ticker, trades: number) => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  const position = books.positions.get(symbolKey(account, symbol))
  return { symbol, trades, residual: position?.residual, lastPrice: position?.lastPrice }
}
