import type { Books } from "../Books.ts"
import { joinKey } from "../../tables/Table.ts"
import type { HeldReport } from "../../records/HeldReport.ts"
import { must, type Of, ownerOf, type Place } from "./place.ts"

/** A report is held. */
export const reportHeld = (books: Books, event: Of<"ReportHeld">, place: Place): void =>
  books.held_reports.put({
    account: ownerOf(place),
    orderId: event.orderId,
    number: event.number,
    symbol: event.symbol,
    rule: event.rule,
    field: event.field,
    reported: event.reported,
    possible: event.possible,
    contents: event.contents,
    payloadId: event.payloadId,
    receivedAt: place.at,
    contradictedAt: undefined,
    settledAt: undefined,
    outcome: undefined,
    version: place.seq
  })

/** A plausible reading contradicts a held report. */
export const heldReportContradicted = (books: Books, event: Of<"HeldReportContradicted">, place: Place): void =>
  books.held_reports.put({ ...heldOf(books, event), contradictedAt: place.at, version: place.seq })

/** A held report is settled. */
export const heldReportSettled = (books: Books, event: Of<"HeldReportSettled">, place: Place): void =>
  books.held_reports.put({
    ...heldOf(books, event),
    settledAt: place.at,
    outcome: event.outcome,
    version: place.seq
  })

const heldOf = (books: Books, { number, orderId }: Pick<HeldReport, "number" | "orderId">): HeldReport =>
  must(books.held_reports.get(joinKey([orderId, number])), `held report ${number} of O${orderId}`)
