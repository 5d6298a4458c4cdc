import type { Books } from "../Books.ts"
import { joinKey } from "../../tables/Table.ts"
import type { Instrument } from "../../records/Instrument.ts"
import { must, type Of, ownerOf, type Place } from "./place.ts"

/** An account was made or changed. */
export const accountSet = (books: Books, { settings }: Of<"AccountOpened" | "AccountChanged">, place: Place): void => {
  const known = books.accounts.get(settings.name)
  books.accounts.put({
    ...settings,
    repriceOffsetsBp: settings.repriceOffsetsBp,
    lotMethod: settings.lotMethod,
    allocation: settings.allocation,
    allocationKey: settings.allocationKey,
    cutOffs: settings.cutOffs,
    restrictedHours: settings.restrictedHours,
    fourEyes: settings.fourEyes,
    approvalMinutes: settings.approvalMinutes,
    maxOpenOrders: settings.maxOpenOrders,
    maxPosition: settings.maxPosition,
    maxGrossPosition: settings.maxGrossPosition,
    maxNetPosition: settings.maxNetPosition,
    maxRejectionsInARow: settings.maxRejectionsInARow,
    crossesZero: known?.crossesZero,
    supportedOrders: known?.supportedOrders,
    notionalTypes: known?.notionalTypes,
    simulatedMarket: known?.simulatedMarket,
    symbols: known?.symbols ?? [],
    createdAt: known?.createdAt ?? place.at,
    updatedAt: place.at,
    version: place.seq
  })
}

/** What the account's broker takes became known, or is another than before. */
export const brokerDeclared = (
  books: Books,
  { account, crossesZero, notionalTypes, simulatedMarket, supportedOrders }: Of<"BrokerDeclared">,
  place: Place
): void => {
  const known = must(books.accounts.get(account), `account ${account}`)
  const taken = { crossesZero, supportedOrders, notionalTypes, simulatedMarket }
  books.accounts.put({ ...known, ...taken, updatedAt: place.at, version: place.seq })
}

/** P9: the market knows an instrument by another ticker from a moment on. */
export const symbolChanged = (books: Books, { since, symbol, to }: Of<"SymbolChanged">, place: Place): void => {
  const known = must(books.accounts.get(ownerOf(place)), `account ${place.account}`)
  const symbols = [...known.symbols, { instrument: symbol, ticker: to, since }]
  books.accounts.put({ ...known, symbols, updatedAt: place.at, version: place.seq })
}

const statusAfter = (
  event: Of<"InstrumentSeen" | "InstrumentConfirmed" | "InstrumentNotKnown">
): Instrument["status"] => {
  if (event._tag === "InstrumentSeen") return "unverified"
  if (event._tag === "InstrumentConfirmed") return "verified"
  return event.isKnown === true ? "not_traded" : "unknown"
}

/** An instrument was seen, confirmed or found to be none. */
export const instrumentSet = (
  books: Books,
  event: Of<"InstrumentSeen" | "InstrumentConfirmed" | "InstrumentNotKnown">,
  place: Place
): void => {
  const account = ownerOf(place)
  const known = books.instruments.get(joinKey([account, event.symbol]))
  const confirmed = event._tag === "InstrumentConfirmed" ? event : undefined
  const status = statusAfter(event)
  books.instruments.put({
    account,
    symbol: event.symbol,
    assetClass: "equity",
    currency: confirmed?.currency ?? known?.currency ?? "USD",
    lot: confirmed === undefined ? known?.lot : confirmed.lot,
    tick: confirmed === undefined ? known?.tick : confirmed.tick,
    fractionable: confirmed?.fractionable ?? known?.fractionable ?? false,
    shortable: confirmed?.shortable ?? known?.shortable ?? false,
    status,
    // Of an unknown one trades may have been quarantined.
    releasing: status !== "unknown" && (known?.status === "unknown" || known?.releasing === true),
    createdAt: known?.createdAt ?? place.at,
    updatedAt: place.at,
    version: place.seq
  })
}

/** What was quarantined for an instrument is counted. */
export const quarantineReleased = (books: Books, { symbol }: Of<"QuarantineReleased">, place: Place): void => {
  const known = must(books.instruments.get(joinKey([ownerOf(place), symbol])), `instrument ${symbol}`)
  books.instruments.put({ ...known, releasing: false, updatedAt: place.at, version: place.seq })
}
