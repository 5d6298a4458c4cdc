import { type letters, format, type OrderId } from "../values/Id.ts"
import { entityOf, type LedgerEvent } from "./Event.ts"

/** A record by its kind and id, as entries are about it: `order` `O5`, `position` `AAPL`. */
export interface Subject {
  readonly kind: string
  readonly id: string
}

/** The kinds whose ids begin with a letter, and that entries are about. */
export type Lettered = Exclude<keyof typeof letters, "lot" | "allocation" | "fill" | "attempt">

/** The record of such a kind by its number. */
export const subject = (kind: Lettered | "fill", id: number): Subject => ({ kind, id: format(kind, id) })

/** The position of a symbol. */
export const positionOf = (symbol: string): Subject => ({ kind: "position", id: symbol })

/** The record, or the part of one, that an event makes; none where it changes what is there. */
export const madeBy = (event: LedgerEvent): Subject | undefined => {
  switch (event._tag) {
    case "TradeAccepted":
    case "TradeQuarantined":
    case "RestWrittenOff":
    case "OrderCreated":
    case "DecisionMade":
    case "BatchCreated":
    case "PayloadStored":
    case "BreakOpened":
    case "ApprovalRequested":
    case "FillWaits":
    case "CommissionWaits":
    case "TokenCreated":
    case "SessionOpened":
      return entityOf(event)
    case "FillRecorded":
      return subject("fill", event.id)
    case "AttemptStarted":
      return { kind: "attempt", id: format("attempt", event.id) }
    case "LotAllocated":
    case "LotsNetted":
      return { kind: "allocation", id: format("allocation", event.id) }
    case "ReportHeld":
      return heldReport(event)
    default:
      return undefined
  }
}

/** A held report, as a record: its order and its place among the reports of that. */
const heldReport = ({ number, orderId }: { readonly orderId: OrderId; readonly number: number }): Subject => ({
  kind: "held_report",
  id: `${format("order", orderId)}/${number}`
})

/** The records that an event says something of: what it is about, and those that it names by a field. */
export const subjectsOf = (event: LedgerEvent): ReadonlyArray<Subject> => [
  entityOf(event),
  ...("orderId" in event && event.orderId !== undefined ? [subject("order", event.orderId)] : []),
  ...("tradeId" in event && event.tradeId !== undefined ? [subject("trade", event.tradeId)] : []),
  ...("counterTradeId" in event ? [subject("trade", event.counterTradeId)] : []),
  ...("symbol" in event && event.symbol !== undefined ? [positionOf(event.symbol)] : [])
]
