import * as Instant from "./Instant.ts"

/** A session: when the market opens and closes. */
export interface Session {
  readonly opensAt: Instant.Instant
  readonly closesAt: Instant.Instant
}

/**
 * The spans of a market date in which orders leave: the regular session, the extended one around it, and those in which the exchange
 * takes orders for its opening and its closing auction.
 */
export const tradingWindows = ["regular", "extended", "opening", "closing"] as const

/** One of these spans. */
export type TradingWindow = (typeof tradingWindows)[number]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** From 04:00 where the market opens at 09:30. */
const BEFORE_OPEN_MS = 5.5 * HOUR_MS
/** Until 20:00 where it closes at 16:00, and 17:00 where at 13:00. */
const AFTER_CLOSE_MS = 4 * HOUR_MS
/** The exchanges take no orders for the opening auction from 09:28 on, and none for the closing one from 15:50 on. */
const OPENING_CUTOFF_MS = 2 * MINUTE_MS
const CLOSING_CUTOFF_MS = 10 * MINUTE_MS

/** The span of a window on the date of a regular session. */
export const windowIn = (session: Session, window: TradingWindow): Session => {
  if (window === "regular") return session
  const { closesAt: close, opensAt: open } = session
  const opensAt = Instant.addMillis(open, -BEFORE_OPEN_MS)
  if (window === "extended") return { opensAt, closesAt: Instant.addMillis(close, AFTER_CLOSE_MS) }
  return {
    opensAt,
    closesAt:
      window === "opening" ? Instant.addMillis(open, -OPENING_CUTOFF_MS) : Instant.addMillis(close, -CLOSING_CUTOFF_MS)
  }
}

/** Is a moment in the window of the date of a regular session? */
export const isWithin = (at: Instant.Instant, session: Session, window: TradingWindow): boolean => {
  const { closesAt, opensAt } = windowIn(session, window)
  return opensAt <= at && at < closesAt
}
