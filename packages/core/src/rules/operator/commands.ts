import { Either } from "effect"
import { asksFor, type AccountSettings } from "../../records/Account.ts"
import { contradictionOf, missingForLive, unexplained } from "../account/limits.ts"
import type { Answered } from "../../records/CommandRecord.ts"
import { faultOfMinutes } from "../../records/fourEyes.ts"
import { changesOfSettings } from "../account/settingChanges.ts"
import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import type { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { format, type BreakId, type OrderId, type TradeId } from "../../values/Id.ts"
import { instrumentOf } from "../../records/DatedSymbol.ts"
import { UNMAPPED, type Ticker } from "../../records/Ticker.ts"
import { isLive } from "../../records/OrderState.ts"
import { settled } from "../order/observe.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import type { Quantity } from "../../values/Quantity.ts"
import { command, MARKED_PLACED, type Commanded, type OrderCommand } from "../order/command.ts"
import type { Order } from "../../records/Order.ts"
import { faultOf } from "../../records/SupportedOrders.ts"
import { advance, BEFORE_ANY_WORD } from "../order/transition.ts"
import { opposite } from "../../records/Side.ts"
import * as Ladder from "../position/ladder.ts"
import type { Position } from "../../records/Position.ts"
import { kinds } from "../../records/Break.ts"
import { wordsOf } from "../../records/codeWords.ts"
import { contradictedBy } from "../reconciliation/contradiction.ts"
import { dismiss, intake, isOfBeforeSplit, release } from "../trade/intake.ts"
import { contradictionText } from "../../records/breakText.ts"
import type { Trade } from "../../records/Trade.ts"
import { isHeld } from "../../records/TradeStanding.ts"

export { setGlobalTradingState, setTradingState } from "./tradingStates.ts"

/** What a command came to: what it did, in a sentence, or why it may not be (F1). */
export type CommandAnswer = Exclude<Answered, { readonly _tag: "Waiting" }>

const done = (what: string): CommandAnswer => ({ _tag: "Done", what })
const refused = (why: string): CommandAnswer => ({ _tag: "Refused", why })

/**
 * Makes an account, or changes its policies; the same again changes nothing. `isDriven`: an order of the account may have left for
 * its broker, which then stays its broker. Limits may be tightened at any time; letting more through needs a reason.
 */
export const setAccount = (
  recorder: Recorder,
  settings: AccountSettings,
  isDriven = true,
  reason?: string
): CommandAnswer => {
  const { account, books } = recorder
  recorder.need(Need.Account({ account }))
  const known = books.accounts.get(account)
  const brokerAccountId = known?.broker === settings.broker ? known.brokerAccountId : undefined
  const full = { ...settings, name: account, brokerAccountId }
  const missing = settings.environment === "live" ? missingForLive(settings) : []
  if (missing.length > 0) return refused(`${account} trades real money and must have ${missing.join(", ")}`)
  const contradiction = contradictionOf(settings)
  if (contradiction !== undefined) return refused(`the limits of ${account} contradict each other: ${contradiction}`)
  const offsets = Ladder.faultOfSettings(settings)
  if (offsets !== undefined) return refused(`invalid offsets for ${account}: limitOffsetBp ${offsets}`)
  const minutes = faultOfMinutes(settings)
  if (minutes !== undefined) return refused(`invalid approval period for ${account}: ${minutes}`)
  const unsupported = known?.broker === settings.broker ? faultOf(known.supportedOrders, asksFor(settings)) : undefined
  if (unsupported !== undefined)
    return refused(`${settings.broker} does not support the order settings of ${account}: ${unsupported}`)
  const changes = changesOfSettings(known, full)
  const part = `accounts.${account}`
  if (known === undefined) {
    recorder.emit({ _tag: "AccountOpened", settings: full })
    recorder.emitForStore({ _tag: "ConfigurationChanged", part, changes })
    return done(`account ${account} was created`)
  }
  if (isDriven && (known.environment !== settings.environment || known.broker !== settings.broker)) {
    return refused(`account ${account} is pinned to ${known.broker}, ${known.environment}; use another account name`)
  }
  if (changes.length === 0) return done(`account ${account} is unchanged`)
  const unsaid = unexplained(account, known, settings, reason)
  if (unsaid !== undefined) return refused(unsaid)
  recorder.emit({ _tag: "AccountChanged", settings: full })
  recorder.emitForStore({ _tag: "ConfigurationChanged", part, changes })
  return done(`account ${account} was changed`)
}

/** What a broker, or an operator, says of an instrument. */
export interface InstrumentFacts {
  readonly currency: string
  readonly lot: Quantity | undefined
  readonly tick?: Price | undefined
  readonly fractionable: boolean
  readonly shortable: boolean
}

/** What a broker says of what it does not trade: whether it has such an instrument at all, and why not. */
export interface NotTraded {
  readonly isKnown: boolean
  readonly why: string
}

/**
 * Confirms an instrument, or records that there is none; its position is evaluated then (D1). What is confirmed stays so: an answer
 * that was on its way while an operator confirmed takes nothing back.
 */
export const confirmInstrument = (
  recorder: Recorder,
  symbol: Ticker,
  facts: InstrumentFacts | NotTraded
): CommandAnswer => {
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  const known = recorder.books.instruments.get(joinKey([recorder.account, symbol]))
  if ("why" in facts) {
    const { isKnown, why } = facts
    if (known?.status === "verified") return done(`${symbol} stays confirmed: ${why}`)
    const isNews = known?.status !== (isKnown ? "not_traded" : "unknown")
    if (isNews) recorder.emit({ _tag: "InstrumentNotKnown", symbol, why, ...(isKnown ? { isKnown } : {}) })
  } else if (known?.status !== "verified") {
    recorder.emit({ _tag: "InstrumentConfirmed", symbol, ...facts })
  }
  recorder.touch(symbol)
  return done(`${symbol} is ${"why" in facts ? `not traded: ${facts.why}` : "confirmed"}`)
}

/**
 * A broker says again whether it lends a symbol (D2): that alone changes of what is confirmed. What it does not know any more, or does
 * not trade, it does not lend; whether it may be traded stays as it was confirmed, since a person may have said that.
 */
export const reviewLending = (recorder: Recorder, symbol: Ticker, shortable: boolean): void => {
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  const known = recorder.books.instruments.get(joinKey([recorder.account, symbol]))
  if (known?.status !== "verified" || known.shortable === shortable) return
  const { currency, fractionable, lot, tick } = known
  recorder.emit({ _tag: "InstrumentConfirmed", symbol, currency, lot, tick, fractionable, shortable })
  recorder.touch(symbol)
}

/**
 * An operator says what an instrument is: it may be traded, in this lot and at prices of this tick; what is not said stays as it was.
 * It stands whatever the broker says of it later.
 */
export const declareInstrument = (
  recorder: Recorder,
  symbol: Ticker,
  { lot, tick }: Pick<InstrumentFacts, "lot" | "tick">
): CommandAnswer => {
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  const known = recorder.books.instruments.get(joinKey([recorder.account, symbol]))
  if (known === undefined) recorder.emit({ _tag: "InstrumentSeen", symbol })
  const facts = {
    currency: known?.currency ?? "USD",
    lot: lot ?? known?.lot,
    tick: tick ?? known?.tick,
    fractionable: known?.fractionable ?? false,
    shortable: known?.shortable ?? false
  }
  recorder.emit({ _tag: "InstrumentConfirmed", symbol, ...facts })
  recorder.touch(symbol)
  const said = [
    ...(facts.lot === undefined ? [] : [`in lots of ${Decimal.format(facts.lot)}`]),
    ...(facts.tick === undefined ? [] : [`at prices of ${Decimal.format(facts.tick)}`])
  ]
  return done([`${symbol} is confirmed`, ...said].join(", "))
}

/** D8: does an operator's cancel, a circuit or a refusal for a session, there or gone by, stand on a position? */
export const isStopped = ({ circuitUntil, heldBy, refusedUntil }: Position): boolean =>
  heldBy !== undefined || circuitUntil !== undefined || refusedUntil !== undefined

/** Does an operator's `resume` change anything of a position: what holds it, or the step that its next order is made at (D2, D8)? */
export const isResumable = (position: Position): boolean => isStopped(position) || position.ladderStep > 0

/** Lets a position go on that an operator's cancel, an open circuit or a refusal for a session holds (D8), and evaluates it. */
export const regate = (recorder: Recorder, symbol: Ticker, lifts: boolean): void => {
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  const position = recorder.books.positions.get(joinKey([recorder.account, symbol]))
  if (position === undefined) return
  if (lifts && isStopped(position)) recorder.emit({ _tag: "HoldLifted", symbol })
  if (lifts) Ladder.reset(recorder, position)
  recorder.touch(symbol)
}

/** Ends a plan, or asks the broker to end a working order; either way the position is held until `resume` (D8). */
export const cancelOrder = (recorder: Recorder, orderId: OrderId, reason: string): CommandAnswer =>
  commanded(recorder, orderId, { _tag: "Cancel", reason }, (order, asked) => {
    const name = format("order", orderId)
    if (order.origin === "accumulation") {
      recorder.emit({ _tag: "PositionHeld", symbol: order.symbol, orderId })
    }
    recorder.touch(order.symbol)
    if (asked._tag === "Changes") {
      advance(recorder, orderId, asked.change)
      return done(`${name} is cancelled; it was not sent`)
    }
    if (order.cancelRequestedAt === undefined) recorder.emit({ _tag: "CancelRequested", orderId, why: reason })
    return done(`cancel of ${name} requested; it stays open until the broker confirms`)
  })

const commanded = (
  recorder: Recorder,
  orderId: OrderId,
  asked: OrderCommand,
  carryOut: (order: Order, commanded: Commanded) => CommandAnswer
): CommandAnswer => {
  const order = find(recorder, orderId)
  if (order === undefined) return refused(`order ${format("order", orderId)} does not exist`)
  return Either.match(command(order, asked), {
    onLeft: (refusal) => refused(refusal.message),
    onRight: (admitted) => carryOut(order, admitted)
  })
}

const find = (recorder: Recorder, orderId: OrderId): Order | undefined => {
  recorder.need(Need.OrderById({ id: orderId }))
  return recorder.books.orders.get(orderId)
}

/** The operator knows that a doubtful order never reached the broker: it has failed, and its shares go back. */
export const markNotPlaced = (recorder: Recorder, orderId: OrderId, reason: string): CommandAnswer =>
  commanded(recorder, orderId, { _tag: "MarkNotPlaced", reason }, (_, asked) => {
    if (asked._tag === "Changes") advance(recorder, orderId, asked.change)
    return done(`${format("order", orderId)} has failed and its shares are due again after the cool-down`)
  })

/**
 * An operator confirms what the broker's newest evidence says of an order that the books have live: it has ended there (W11, O22). Its
 * fills stay, and what is beyond them and the broker's total goes back (C4). What nothing contradicts stays live, whatever is asked
 * (D4), and a later word that it works overrides this (F3).
 */
export const markEnded = (recorder: Recorder, orderId: OrderId, reason: string): CommandAnswer => {
  const order = find(recorder, orderId)
  const name = format("order", orderId)
  if (order === undefined) return refused(`order ${name} does not exist`)
  const { account, symbol } = order
  recorder.need(Need.Position({ account, symbol }))
  const contradiction = contradictedBy(order, recorder.books.breaks.find("open", [account, symbol]))
  if (contradiction === undefined) return refused(uncontradicted(order))
  const { as, since } = contradiction
  const word = { reported: as, at: order.reportedAt ?? since, cumulative: undefined, isBrokersTime: false } as const
  const change = { localState: "failed", reason: `end confirmed by an operator: ${reason}` } as const
  const { filled, quantity, status } = advance(recorder, orderId, change, { ...word, witness: settled })
  return done(`${name} is ${status} with ${Decimal.format(filled)} of ${Decimal.format(quantity)} filled`)
}

const uncontradicted = ({ id, status }: Order): string =>
  isLive(status)
    ? `${format("order", id)} is ${status}, and no broker report contradicts that; cancel it instead`
    : `${format("order", id)} has already ended: it is ${status}`

/** The operator knows under which id the broker has a doubtful order; it is asked for from then on. */
export const markPlaced = (recorder: Recorder, orderId: OrderId, brokerOrderId: BrokerOrderId): CommandAnswer => {
  const { account } = recorder
  recorder.need(Need.OrderByBrokerId({ account, brokerOrderId }))
  const [owner] = recorder.books.orders.find("brokerOrderId", [account, brokerOrderId])
  if (owner !== undefined) return refused(`${brokerOrderId} is already matched to ${format("order", owner.id)}`)
  return commanded(recorder, orderId, { _tag: "MarkPlaced", brokerOrderId }, (_, asked) => {
    const heard = { at: BEFORE_ANY_WORD, cumulative: undefined, isBrokersTime: false, witness: settled }
    const word = { ...heard, reported: "open", rawStatus: MARKED_PLACED } as const
    if (asked._tag === "Changes") advance(recorder, orderId, { ...asked.change, acceptedAt: recorder.world.at }, word)
    return done(
      `${format("order", orderId)} is matched to ${brokerOrderId}; it will be read from the broker and compared`
    )
  })
}

/** Accepts an order's excess as it stands: the ordinary rule then makes the order that brings it back (G). */
export const acceptExcess = (recorder: Recorder, orderId: OrderId): CommandAnswer => {
  const order = find(recorder, orderId)
  const name = format("order", orderId)
  if (order === undefined) return refused(`order ${name} does not exist`)
  if (order.origin !== "accumulation") return refused(`${name} is not an accumulation order; its excess is not a break`)
  if (Decimal.isZero(order.excess)) return refused(`${name} has no excess`)
  recorder.emit({ _tag: "ExcessAccepted", orderId, accepted: order.excess })
  recorder.touchOrder(orderId)
  recorder.touch(order.symbol)
  return done(`the excess of ${name} (${Decimal.format(order.excess)} shares) is accepted`)
}

/** Closes a break on an operator's word, where its kind is closed by verdict (G). */
export const dismissBreak = (recorder: Recorder, id: BreakId, reason: string): CommandAnswer => {
  recorder.need(Need.BreakById({ id }))
  const found = recorder.books.breaks.get(id)
  const name = format("break", id)
  if (found === undefined) return refused(`break ${name} does not exist`)
  if (found.closedAt !== undefined) return refused(`${name} is already closed: ${found.closedWhy ?? ""}`)
  if (kinds[found.kind].closes !== "by verdict")
    return refused(`${name} (${wordsOf(found.kind)}) closes automatically when its cause is gone`)
  recorder.emit({ _tag: "BreakClosed", id, by: "operator", why: reason })
  if (found.symbol !== undefined && found.holds !== "nothing") recorder.touch(found.symbol)
  return done(`${name} is closed`)
}

const quarantined = (recorder: Recorder, id: TradeId): Trade | string => {
  recorder.need(Need.TradeById({ id }))
  const trade = recorder.books.trades.get(id)
  const name = format("trade", id)
  if (trade === undefined) return `trade ${name} does not exist`
  return isHeld(trade) ? trade : `${name} is ${trade.status}, not quarantined`
}

/** Counts a quarantined trade; one without a mapping needs its ticker (B5). */
export const releaseTrade = (recorder: Recorder, id: TradeId, symbol: Ticker | undefined): CommandAnswer => {
  const trade = quarantined(recorder, id)
  if (typeof trade === "string") return refused(trade)
  recorder.need(Need.Account({ account: recorder.account }))
  const symbols = recorder.books.accounts.get(recorder.account)?.symbols ?? []
  const ticker = instrumentOf(symbols, symbol ?? trade.symbol) ?? symbol ?? trade.symbol
  const name = format("trade", id)
  if (ticker === UNMAPPED) return refused(`${name} has no ticker for "${trade.givenSymbol}"; give its symbol`)
  if (trade.reversesSourceId !== undefined) return refused(`${name} waits for the trade that it reverses`)
  release(recorder, trade, ticker)
  return done(`${name} is ${trade.kind === "direct" ? "executed as given" : "counted"} in ${ticker}`)
}

/** Ends a quarantined trade: it will never be counted (B2). */
export const dismissTrade = (recorder: Recorder, id: TradeId, reason: string): CommandAnswer => {
  const trade = quarantined(recorder, id)
  if (typeof trade === "string") return refused(trade)
  dismiss(recorder, trade, reason)
  return done(`${format("trade", id)} will not be counted`)
}

/** Undoes a trade by one of the opposite side (B4); asked again, it changes nothing. */
export const reverseTrade = (recorder: Recorder, id: TradeId): CommandAnswer => {
  recorder.need(Need.TradeById({ id }))
  const trade = recorder.books.trades.get(id)
  const name = format("trade", id)
  if (trade === undefined) return refused(`trade ${name} does not exist`)
  if (trade.reversesSourceId !== undefined) return refused(`${name} is itself a reversal`)
  if (trade.kind === "direct") return refused(contradictionText({ _tag: "NotAccumulated" }))
  if (trade.kind === "write_off") return refused(`${name} is a write-off; submit the original trade again`)
  if (isOfBeforeSplit(recorder, trade)) {
    return refused(`${name} predates a split of ${trade.symbol}; enter the opposite trade in current shares`)
  }
  const result = intake(recorder, {
    input: {
      source: trade.source,
      sourceId: `${trade.sourceId}/reversed`,
      occurrence: trade.occurrence,
      symbol: trade.givenSymbol,
      side: opposite(trade.side),
      quantity: trade.quantity,
      price: trade.price,
      tradedAt: trade.tradedAt,
      owner: trade.owner,
      reverses: { sourceId: trade.sourceId, occurrence: trade.occurrence }
    },
    symbol: trade.symbol,
    direction: trade.direction,
    held: undefined
  })
  const reversal = format("trade", result.tradeId)
  if (result._tag === "Conflict") return refused(result.why)
  return done(`${name} ${result._tag === "Duplicate" ? "was already reversed by" : "is reversed by"} ${reversal}`)
}
