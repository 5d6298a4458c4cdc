import { symbolKey } from "../books/Table.ts"
import { Need } from "../books/Need.ts"
import { UNMAPPED, type Ticker } from "../instrument/Ticker.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Position } from "../position/Position.ts"
import { findOpen, open, openOrUpdate } from "../reconciliation/ledgerBreaks.ts"
import * as Instant from "../time/Instant.ts"

/** How many trades came late, by instrument. */
export type Late = ReadonlyMap<Ticker, number>

/** What comes late is one break of its account, which stands under no instrument. */
const BACKLOG = { symbol: UNMAPPED, kind: "Backlog", subject: "late trades" } as const

const MOST_TOLD = 20

/** Nothing is sent for the account until somebody has looked at what came late: in the commit that counts the first of it. */
export const holdForLate = (recorder: Recorder, symbol: Ticker, tradedAt: Instant.Instant): void => {
  recorder.need(Need.AccountBreaks({ account: recorder.account }))
  open(recorder, { ...BACKLOG, evidence: `a trade in ${symbol} of ${Instant.format(tradedAt)} came late` })
}

/** Brings the open break up to what has come late; nothing where it was accepted meanwhile. */
export const tellLate = (recorder: Recorder, late: Late): void => {
  recorder.need(Need.AccountBreaks({ account: recorder.account }))
  if (findOpen(recorder, BACKLOG.symbol, BACKLOG.kind, BACKLOG.subject) === undefined) return
  const count = [...late.values()].reduce((sum, each) => sum + each, 0)
  const told = [...late].slice(0, MOST_TOLD).map(([symbol, trades]) => toldOf(recorder, symbol, trades))
  const more = late.size > MOST_TOLD ? `; and ${late.size - MOST_TOLD} more instruments` : ""
  openOrUpdate(recorder, {
    ...BACKLOG,
    evidence: `${count} ${count === 1 ? "trade" : "trades"} came late: ${told.join("; ")}${more}`
  })
}

const toldOf = (recorder: Recorder, symbol: Ticker, trades: number): string => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  const position = books.positions.get(symbolKey(account, symbol))
  return `${symbol} ${trades}${position === undefined ? "" : `, ${owedBy(position)}`}`
}

/** What a position owes, in shares and at its last price. */
const owedBy = ({ lastPrice, residual }: Position): string => {
  const shares = `residual ${Decimal.format(residual)}`
  if (lastPrice === undefined) return `${shares} without a price`
  return `${shares} worth $${Decimal.format(Decimal.multiply(Decimal.abs(residual), lastPrice))}`
}
