import { Data } from "effect"
import type { Direction } from "../../records/Account.ts"
import { Need } from "../../books/Need.ts"
import { symbolKey } from "../../tables/Table.ts"
import { format, type TradeId } from "../../values/Id.ts"
import { instrumentAt } from "../../records/DatedSymbol.ts"
import { UNMAPPED, type Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { opposite } from "../../records/Side.ts"
import { link, net } from "../position/netting.ts"
import { isBeforeSplit } from "../../records/splitting.ts"
import { bookHeld, seeInstrument } from "../reconciliation/held.ts"
import type { Contradiction } from "../../records/BreakDetails.ts"
import { contradictionText } from "../../records/breakText.ts"
import { open } from "../breaks/ledgerBreaks.ts"
import { execute } from "./direct.ts"
import { judge, type Age, type Arriving } from "./age.ts"
import { keepBody, type Body } from "./body.ts"
import { holdForLate } from "./backlog.ts"
import { countedLot } from "./countedLot.ts"
import { ownerNeedsOf } from "./owner.ts"
import type { OwnerId } from "../../records/OwnerId.ts"
import { type Trade, type TradeInput, isCounted } from "../../records/Trade.ts"
import { reasonText } from "../../records/TradeStanding.ts"
import type { TradeCause, TradeReason } from "../../records/tradeReasons.ts"
import { isUnknown } from "./unknownInstrument.ts"
import { differenceOf } from "./contents.ts"

/** What became of one inbound trade. */
export type IntakeResult = Data.TaggedEnum<{
  /** On record and counted. */
  readonly Accepted: { readonly tradeId: TradeId }
  /** Known already, with the same contents; nothing changed (ACC-2). */
  readonly Duplicate: { readonly tradeId: TradeId }
  /** Known with other contents: the first stands, a break shows the difference. */
  readonly Conflict: { readonly tradeId: TradeId; readonly why: string }
  /** On record and not counted; it can be released. */
  readonly Quarantined: { readonly tradeId: TradeId; readonly code: TradeReason; readonly reason: string }
  /** On record, and never counted: it is history. */
  readonly Recorded: { readonly tradeId: TradeId }
}>

/** Constructors of `IntakeResult`. */
export const IntakeResult = Data.taggedEnum<IntakeResult>()

/** A trade on its way in: as its source gives it, with the ticker that its source's mapping found and the declared direction. */
export interface Arrival extends Arriving {
  readonly input: TradeInput
  readonly symbol: Ticker | undefined
  readonly direction: Direction | undefined
  /** Why it may not be counted yet, if so. */
  readonly held: TradeCause | undefined
  /** What it was read from, where its source hands that over. */
  readonly body?: Body | undefined
}

/** B1 to B5: takes in one trade, exactly once. */
export const intake = (recorder: Recorder, given: Arrival): IntakeResult => {
  const { input } = given
  const { account } = recorder
  const { source, sourceId, occurrence } = input
  recorder.need(Need.Identity({ account, source, sourceId, occurrence }))
  const [known] = recorder.books.trades.find("identity", [account, source, sourceId, occurrence])
  if (known !== undefined) return again(recorder, known, input)
  const arrival = byItsInstrument(recorder, given)
  recorder.need(Need.Position({ account, symbol: arrival.symbol ?? UNMAPPED }))
  for (const need of ownerNeedsOf(account, input.owner, arrival.symbol)) recorder.need(need)
  const age = ageOf(recorder, arrival)
  const isRenamed = arrival.held !== given.held
  if (age._tag === "Hedged" && !isRenamed) return hedged(recorder, arrival)
  const result = byItsAge(recorder, arrival, age)
  // One that is quarantined for its symbol is counted by itself later: the account is held before that.
  const isCounted =
    result._tag === "Accepted" || (result._tag === "Quarantined" && isOfUnknown(recorder, result.tradeId))
  if (age._tag === "Late" && isCounted) holdForLate(recorder, arrival.symbol ?? UNMAPPED, input.tradedAt)
  return result
}

const byItsAge = (recorder: Recorder, arrival: Arrival, age: Age): IntakeResult => {
  const { input } = arrival
  if (input.reverses !== undefined) return reversal(recorder, arrival)
  if (arrival.symbol === undefined) return unmapped(recorder, arrival)
  if (age._tag === "Historical") return historical(recorder, arrival)
  const held = heldFor(recorder, arrival, arrival.symbol, age)
  if (held !== undefined) return quarantine(recorder, arrival, held)
  if (input.direct !== undefined) return acceptDirect(recorder, arrival, arrival.symbol)
  return accept(recorder, arrival, arrival.symbol)
}

/** Why a trade may not be counted yet, if so: what only a person releases goes first, and a batch's turn comes after all. */
const heldFor = (recorder: Recorder, { held, input }: Arrival, symbol: Ticker, age: Age): TradeCause | undefined => {
  if (age._tag === "Held") return age.cause
  if (held !== undefined && held.reason !== "AwaitsBatch") return held
  return input.direct === undefined && isUnknown(recorder, symbol) ? { reason: "UnknownInstrument" } : held
}

const isOfUnknown = ({ books }: Recorder, id: TradeId): boolean => books.trades.get(id)?.reason === "UnknownInstrument"

const unmapped = (recorder: Recorder, arrival: Arrival): IntakeResult =>
  quarantine(recorder, arrival, {
    reason: "Unmapped",
    detail: `"${arrival.input.symbol}" has no ticker here: its source declares no suffix or name for it`
  })

/**
 * A trade of long ago whose shares the broker holds: what it adds to the target is booked as held in the same commit, at its own price
 * and time, so that nothing is due for it. Whether the broker does hold it, reconciliation says. It waits for no batch's turn.
 */
const hedged = (recorder: Recorder, arrival: Arrival): IntakeResult => {
  const { input } = arrival
  if (input.direct !== undefined) {
    return quarantine(recorder, arrival, {
      reason: "TooOld",
      detail: "a direct trade has an order of its own and cannot count as already held"
    })
  }
  const symbol = reversedBy(recorder, arrival)?.symbol ?? arrival.symbol
  if (symbol === undefined) return unmapped(recorder, arrival)
  const before = targetOf(recorder, symbol)
  const result = input.reverses === undefined ? accept(recorder, arrival, symbol) : reversal(recorder, arrival)
  const by = Decimal.subtract(targetOf(recorder, symbol), before)
  if (!Decimal.isZero(by)) bookHeld(recorder, { symbol, by, price: input.price, executedAt: input.tradedAt })
  return result
}

const reversedBy = (recorder: Recorder, { input: { reverses, source } }: Arrival): Trade | undefined => {
  const { account } = recorder
  if (reverses === undefined) return undefined
  recorder.need(Need.Identity({ account, source, ...reverses }))
  return recorder.books.trades.find("identity", [account, source, reverses.sourceId, reverses.occurrence])[0]
}

const targetOf = ({ account, books }: Recorder, symbol: Ticker): Decimal.Decimal =>
  books.positions.get(symbolKey(account, symbol))?.target ?? Decimal.zero

/** P9: a symbol means what it meant when the trade was made; one that had given way to another by then is to be looked at. */
const byItsInstrument = ({ account, books }: Recorder, given: Arrival): Arrival => {
  const symbols = books.accounts.get(account)?.symbols ?? []
  if (given.symbol === undefined || symbols.length === 0) return given
  const { gaveWayTo, instrument } = instrumentAt(symbols, given.symbol, given.input.tradedAt)
  const isReleased = given.input.reverses !== undefined || gaveWayTo === undefined
  return {
    ...given,
    symbol: instrument,
    held: isReleased
      ? given.held
      : { reason: "Renamed", detail: `${given.symbol} had become ${gaveWayTo} by the time of the trade` }
  }
}

const ageOf = (recorder: Recorder, { backfill, delivery, input }: Arrival): Age => {
  const account = recorder.books.accounts.get(recorder.account)
  if (account === undefined) throw new Error(`account ${recorder.account} is not in the books`)
  // An order of its own is no part of a position: nobody wants it days later.
  const isLateDirect = delivery === "resumed" && input.direct !== undefined
  return judge(account, input.tradedAt, recorder.world.at, { backfill, delivery: isLateDirect ? undefined : delivery })
}

const historical = (recorder: Recorder, arrival: Arrival): IntakeResult => {
  const { tradeId } = quarantine(recorder, arrival, { reason: "Historical" })
  recorder.emit({ _tag: "TradeFailed", id: tradeId, reason: "Historical" })
  return IntakeResult.Recorded({ tradeId })
}

/** B1: the same identity again: the same contents are a duplicate, others a conflict. */
const again = (recorder: Recorder, known: Trade, input: TradeInput): IntakeResult => {
  const difference = differenceOf(known, input)
  if (difference !== undefined) return conflict(recorder, known, difference)
  const isReversed = reversalsOf(recorder, known).some((each) => each.status !== "pending" && isStanding(each))
  if (isReversed) {
    const { source, sourceId, symbol } = known
    const details = { _tag: "ReappearedTrade", source, sourceId } as const
    open(recorder, { symbol, subject: format("trade", known.id), details })
  }
  return IntakeResult.Duplicate({ tradeId: known.id })
}

const conflict = (recorder: Recorder, { id, symbol }: Trade, contradiction: Contradiction): IntakeResult => {
  const details = { _tag: "Conflict", contradiction } as const
  open(recorder, { symbol, subject: format("trade", id), details }, "details")
  return IntakeResult.Conflict({ tradeId: id, why: contradictionText(contradiction) })
}

const fieldsOf = (recorder: Recorder, { body, direction, input }: Arrival, symbol: Ticker) => {
  const account = recorder.books.accounts.get(recorder.account)
  if (account === undefined) throw new Error(`account ${recorder.account} is not in the books`)
  if (symbol !== UNMAPPED) seeInstrument(recorder, symbol)
  return {
    id: recorder.next("trade"),
    source: input.source,
    sourceId: input.sourceId,
    occurrence: input.occurrence,
    symbol,
    givenSymbol: input.symbol,
    side: input.side,
    quantity: input.quantity,
    price: input.price,
    tradedAt: input.tradedAt,
    owner: input.owner,
    // A direct trade's side is its order's: nothing is turned.
    direction: input.direct === undefined ? (direction ?? account.direction) : "mirror",
    direct: input.direct,
    proposal: input.proposal,
    batchId: input.batch?.id,
    batchLine: input.batch?.line,
    reversesSourceId: input.reverses?.sourceId,
    reversesOccurrence: input.reverses?.occurrence,
    ...keepBody(recorder, body, input.bytes)
  }
}

const quarantine = (recorder: Recorder, arrival: Arrival, cause: TradeCause): IntakeResult => {
  const fields = fieldsOf(recorder, arrival, arrival.symbol ?? UNMAPPED)
  recorder.emit({ _tag: "TradeQuarantined", ...fields, ...cause })
  const { id: tradeId, symbol } = fields
  return IntakeResult.Quarantined({ tradeId, code: cause.reason, reason: reasonText(cause, symbol) })
}

/** A1: counts a trade; a reversal that came first is booked with it, the two netting before anything else (B4). */
const accept = (recorder: Recorder, arrival: Arrival, symbol: Ticker): IntakeResult => {
  const fields = fieldsOf(recorder, arrival, symbol)
  recorder.emit({ _tag: "TradeAccepted", ...fields, ...countedLot(recorder) })
  joinWaiting(recorder, tradeById(recorder, fields.id))
  net(recorder, symbol)
  recorder.touch(symbol)
  return IntakeResult.Accepted({ tradeId: fields.id })
}

/** E2: a direct trade is executed as given, in this commit; it is never undone by another, one that waits for it neither. */
const acceptDirect = (recorder: Recorder, arrival: Arrival, symbol: Ticker): IntakeResult => {
  const fields = fieldsOf(recorder, arrival, symbol)
  recorder.emit({ _tag: "TradeAccepted", ...fields })
  const trade = tradeById(recorder, fields.id)
  refuseWaiting(recorder, trade)
  execute(recorder, trade.id)
  return IntakeResult.Accepted({ tradeId: trade.id })
}

const refuseWaiting = (recorder: Recorder, trade: Trade): void => {
  for (const each of reversalsOf(recorder, trade).filter(({ status }) => status === "pending"))
    failReversal(recorder, each, trade, { _tag: "NotAccumulated" })
}

/** A reversal that does not stand is never counted, and its trade has a conflict. */
const failReversal = (recorder: Recorder, { id }: Trade, trade: Trade, why: Contradiction): void => {
  recorder.emit({ _tag: "TradeFailed", id, reason: "Conflict", detail: contradictionText(why) })
  conflict(recorder, trade, why)
}

/** B4: the reversal that came first is booked with its trade; any other that waited is a conflict, and will never be counted. */
const joinWaiting = (recorder: Recorder, trade: Trade): void => {
  const waiting = reversalsOf(recorder, trade).filter((each) => each.status === "pending")
  const first = waiting.find((each) => undoes(each, trade))
  if (first !== undefined) {
    count(recorder, first.id, trade.symbol, trade.owner)
    netWith(recorder, trade.id, first.id)
  }
  for (const each of waiting) {
    if (each === first) continue
    const why =
      first === undefined || !undoes(each, trade) ? doesNotUndo(each, trade) : alreadyReversed(trade, first, each)
    failReversal(recorder, each, trade, why)
  }
}

const doesNotUndo = ({ sourceId }: Pick<Trade, "sourceId">, trade: Trade): Contradiction => ({
  _tag: "DoesNotUndo",
  reversal: sourceId,
  tradeId: trade.id
})

const alreadyReversed = (trade: Trade, by: Trade, again: Pick<Trade, "sourceId">): Contradiction => ({
  _tag: "AlreadyReversed",
  reversal: again.sourceId,
  tradeId: trade.id,
  by: by.sourceId
})

const tradeById = (recorder: Recorder, id: TradeId): Trade => {
  const trade = recorder.books.trades.get(id)
  if (trade === undefined) throw new Error(`trade ${format("trade", id)} is not in the books`)
  return trade
}

const count = (recorder: Recorder, id: TradeId, symbol: Ticker, owner: OwnerId | undefined): void =>
  recorder.emit({ _tag: "TradeReleased", id, ...countedLot(recorder), symbol, owner })

const reversalsOf = (recorder: Recorder, trade: Trade): ReadonlyArray<Trade> => {
  const { account, source, sourceId, occurrence } = trade
  recorder.need(Need.Identity({ account, source, sourceId, occurrence }))
  return recorder.books.trades.find("reversing", [account, source, sourceId, occurrence])
}

/** A reversal is never direct: what was ordered for its trade is due back by the ordinary rules. */
const undoes = (
  reversal: Pick<Trade, "side" | "quantity"> & Partial<Pick<Trade, "orderType" | "owner">>,
  trade: Trade
): boolean =>
  reversal.orderType === undefined &&
  reversal.side === opposite(trade.side) &&
  (reversal.owner === undefined || reversal.owner === trade.owner) &&
  Decimal.equals(reversal.quantity, trade.quantity)

/** B4: a reversal nets first with its own trade's open lot. */
const netWith = (recorder: Recorder, tradeId: TradeId, reversalId: TradeId): void => {
  const lotOf = (id: TradeId) => recorder.books.lots.find("trade", [id])[0]
  const lot = lotOf(tradeId)
  const reversing = lotOf(reversalId)
  if (lot === undefined || reversing === undefined) return
  if (Decimal.isZero(lot.open) || Decimal.sign(lot.open) === Decimal.sign(reversing.open)) return
  link(recorder, lot, reversing)
}

/** A reversal that an operator dismissed never was one. */
const isStanding = (reversal: Trade): boolean => reversal.status !== "failed" || reversal.reason === "Withdrawn"

/** B4: a reversal names the trade that it undoes; at most one stands, and none of a reversal. */
const reversal = (recorder: Recorder, arrival: Arrival): IntakeResult => {
  const trade = reversedBy(recorder, arrival)
  if (trade === undefined) return quarantine(recorder, arrival, { reason: "ReversalFirst" })
  const standing = reversalsOf(recorder, trade).find(isStanding)
  const name = format("trade", trade.id)
  if (trade.reversesSourceId !== undefined)
    return conflict(recorder, trade, { _tag: "ReversesReversal", tradeId: trade.id })
  if (trade.kind === "direct") return conflict(recorder, trade, { _tag: "NotAccumulated" })
  if (standing !== undefined) {
    return conflict(recorder, trade, alreadyReversed(trade, standing, arrival.input))
  }
  if (!undoes({ ...arrival.input, orderType: arrival.input.direct?.type }, trade)) {
    return conflict(recorder, trade, doesNotUndo(arrival.input, trade))
  }
  const owned = { ...arrival, input: { ...arrival.input, owner: trade.owner } }
  if (isOfBeforeSplit(recorder, trade))
    return quarantine(recorder, owned, { reason: "BeforeSplit", detail: `${name} predates a split of its symbol` })
  return undo(recorder, owned, trade)
}

/** P9: was a counted trade taken in before the last split of its symbol? Its quantity is one of other shares. */
export const isOfBeforeSplit = ({ account, books }: Recorder, trade: Trade): boolean =>
  isCounted(trade) && isBeforeSplit(books.positions.get(symbolKey(account, trade.symbol)), trade.createdAt)

/** B4: of a quarantined trade both end; of a counted one the reversal is counted, on that trade's own terms. */
const undo = (recorder: Recorder, arrival: Arrival, trade: Trade): IntakeResult => {
  if (!isCounted(trade)) {
    const withdrawn = quarantine(recorder, arrival, { reason: "Withdrawn" })
    recorder.emit({ _tag: "TradeFailed", id: withdrawn.tradeId, reason: "Withdrawn" })
    if (trade.status === "pending") recorder.emit({ _tag: "TradeFailed", id: trade.id, reason: "Withdrawn" })
    return IntakeResult.Accepted({ tradeId: withdrawn.tradeId })
  }
  const fields = fieldsOf(recorder, { ...arrival, direction: trade.direction }, trade.symbol)
  recorder.emit({ _tag: "TradeAccepted", ...fields, ...countedLot(recorder) })
  netWith(recorder, trade.id, fields.id)
  net(recorder, trade.symbol)
  recorder.touch(trade.symbol)
  return IntakeResult.Accepted({ tradeId: fields.id })
}

/** A quarantined trade may be counted, or executed, after all: under `symbol` where its own was unmapped (B5). */
export const release = (recorder: Recorder, trade: Trade, symbol: Ticker): void => {
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  for (const need of ownerNeedsOf(recorder.account, trade.owner, symbol)) recorder.need(need)
  seeInstrument(recorder, symbol)
  if (trade.kind === "direct") {
    recorder.emit({ _tag: "TradeReleased", id: trade.id, symbol })
    refuseWaiting(recorder, trade)
    return execute(recorder, trade.id)
  }
  count(recorder, trade.id, symbol, undefined)
  joinWaiting(recorder, tradeById(recorder, trade.id))
  net(recorder, symbol)
  recorder.touch(symbol)
}

/** B2: a quarantined trade will never be counted; neither will a reversal that waits for it. */
export const dismiss = (recorder: Recorder, trade: Trade, reason: string): void => {
  const waiting = reversalsOf(recorder, trade).filter((each) => each.status === "pending")
  recorder.emit({ _tag: "TradeFailed", id: trade.id, reason: "Dismissed", detail: reason })
  for (const each of waiting) recorder.emit({ _tag: "TradeFailed", id: each.id, reason: "Withdrawn" })
}
