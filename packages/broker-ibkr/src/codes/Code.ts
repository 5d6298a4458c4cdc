import type { Report } from "@roundlot/core/adapter"

/** What a code means for what is under way. */
export type CodeKind =
  /** Nothing: connections to data farms, market data. */
  | "information"
  /** The order lives. */
  | "warning"
  /** Of an order that was never acknowledged: there is none. */
  | "rejection"
  /** The order has ended, or ends: its own report says how. */
  | "cancelled"
  /** A cancel came to nothing, and the order may work: it is read. */
  | "not cancellable"
  /** A cancel came to nothing: the order has ended, or there is none. */
  | "nothing to cancel"
  /** Nothing is known of what was asked: it is asked for. */
  | "unsettled"
  /** TWS has lost its servers: nothing new is sent. */
  | "servers lost"
  /** The servers are back: everything is read again. */
  | "servers back"
  /** This connection is over. */
  | "connection lost"
  /** This connection cannot be had as it was asked for. */
  | "refused connection"
  /** There is no such thing. */
  | "not there"

/** A code of TWS: what it says, what it means here, and where it was found. */
export interface Code {
  readonly code: number
  readonly says: string
  readonly kind: CodeKind
  readonly source: string
  /** Of a rejection: what it is about. */
  readonly class?: Report.RefusalClass
}

type Row = readonly [code: number, says: string]

/** IBKR's own list of message codes. */
export const LIST = "IBKR, API message codes"
/** Codes with which QuantConnect's plugin for IBKR gives an order up, or warns. */
export const LEAN = "QuantConnect/Lean.Brokerages.InteractiveBrokers"
/** Codes that clients of others list. */
export const CLIENTS = "ib-api-reloaded/ib_async, stoqey/ib"

/** Codes of one kind and one source. */
export const of = (kind: CodeKind, source: string, ...rows: ReadonlyArray<Row>): ReadonlyArray<Code> =>
  rows.map(([code, says]) => ({ code, says, kind, source }))

/** Codes of one meaning, from the first to the last of each range. */
export const within = (
  kind: CodeKind,
  source: string,
  says: string,
  ...ranges: ReadonlyArray<readonly [first: number, last: number]>
): ReadonlyArray<Code> =>
  ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => ({ code: first + index, says, kind, source }))
  )

/** Codes that refuse an order, by what the refusal is about. */
export const rejected = (
  refusalClass: Report.RefusalClass,
  source: string,
  ...rows: ReadonlyArray<Row>
): ReadonlyArray<Code> => rows.map(([code, says]) => ({ code, says, kind: "rejection", source, class: refusalClass }))
