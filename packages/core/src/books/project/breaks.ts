import { STORE } from "../../records/AccountName.ts"
import type { Books } from "../Books.ts"
import { keptBy } from "../../records/TradingState.ts"
import { afterResume } from "../../records/Usage.ts"
import { joinKey } from "../../tables/Table.ts"
import { must, type Of, ownerOf, type Place } from "./place.ts"

/** A break is open. */
export const breakOpened = (books: Books, event: Of<"BreakOpened">, place: Place): void =>
  books.breaks.put({
    id: event.id,
    account: ownerOf(place),
    symbol: event.symbol,
    kind: event.details._tag,
    subject: event.subject,
    holds: event.holds,
    details: event.details,
    openedAt: place.at,
    closedAt: undefined,
    closedWhy: undefined,
    closedBy: undefined,
    version: place.seq
  })

/** A break stops more or less, or is closed. */
export const breakChanged = (books: Books, event: Of<"BreakChanged" | "BreakClosed">, place: Place): void => {
  const known = must(books.breaks.get(event.id), `break B${event.id}`)
  books.breaks.put(
    event._tag === "BreakClosed"
      ? { ...known, closedAt: place.at, closedWhy: event.why, closedBy: event.by, version: place.seq }
      : { ...known, holds: event.holds, details: event.details, version: place.seq }
  )
}

/** A person owns a case, has acknowledged it, or has said something of it. */
export const caseAttended = (books: Books, event: Of<"CaseAttended">, place: Place): void => {
  const { acknowledged, actor, caseId } = event
  const account = place.account === STORE ? "" : place.account
  const known = books.attended_cases.get(joinKey([account, caseId]))
  const isSeen = acknowledged !== undefined
  books.attended_cases.put({
    account,
    caseId,
    owner: event.owner ?? known?.owner,
    acknowledged: acknowledged ?? known?.acknowledged,
    acknowledgedBy: isSeen ? actor : known?.acknowledgedBy,
    acknowledgedAt: isSeen ? place.at : known?.acknowledgedAt,
    version: place.seq
  })
}

/** A trading state was set. */
export const tradingStateSet = (books: Books, event: Of<"TradingStateSet">, place: Place): void => {
  const { account, actor, halt, reason, state, symbol } = event
  const before = books.controls.get(joinKey([account, symbol]))
  const since = { changedAt: place.at, version: place.seq }
  books.controls.put({ account, symbol, state, reason, halt, resumesTo: keptBy(before, state), actor, ...since })
  if (account === "" || symbol !== "" || before?.state !== "halted" || state === "halted") return
  const usage = afterResume(books.usages.get(ownerOf(place)), place.seq)
  if (usage !== undefined) books.usages.put(usage)
}
