import { dueFrom, type Account } from "../../records/Account.ts"
import { isDivided } from "../../records/allocationPolicy.ts"
import { Need } from "../../books/Need.ts"
import { symbolKey } from "../../tables/Table.ts"
import { usageOf } from "./beforeSend.ts"
import { stops, type HoldingBreak } from "../../records/Break.ts"
import { stricter, type TradingState } from "../../records/TradingState.ts"
import * as ClientOrderId from "../../values/ClientOrderId.ts"
import type { OrderId } from "../../values/Id.ts"
import { UNMAPPED, type Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import { fieldsOf, freshest, freshOf, INBOUND, newer, Reference } from "../../values/Reference.ts"
import { marketPricesOf } from "../fill/band.ts"
import * as Ladder from "./ladder.ts"
import { isSame } from "../../records/PositionAnswer.ts"
import type { Position } from "../../records/Position.ts"
import { adjust } from "./commitment.ts"
import { excessHolds } from "../breaks/ledgerBreaks.ts"
import { answerOf, costOfDue, dueOf, lotOf, type Due, type Standing } from "./due.ts"

/** What the books say about a position now; `undefined` where the account or the position is not there. */
export const standingOf = (recorder: Recorder, symbol: Ticker): Standing | undefined => {
  const { account, books, world } = recorder
  recorder.need(Need.Position({ account, symbol }))
  recorder.need(Need.AccountBreaks({ account }))
  const key = symbolKey(account, symbol)
  const position = books.positions.get(key)
  const settings = books.accounts.get(account)
  if (position === undefined || settings === undefined) return undefined
  const inbound = inboundPrice(position)
  const market = marketPriceOf(recorder, symbol)
  const pricesLast = settings.simulatedMarket === true
  const reference = freshest([inbound, market], world.at, pricesLast)
  const inboundFresh = freshOf(inbound, world.at)
  const fresh = both(inboundFresh, freshOf(market, world.at))
  const everywhere = stateOf(recorder, WHOLE_STORE)
  const ofAccount = stateOf(recorder, symbolKey(account, ""))
  const ofSymbol = stateOf(recorder, key)
  const instrument = books.instruments.get(key)
  const isAny = (state: TradingState) => everywhere === state || ofAccount === state || ofSymbol === state
  return {
    position,
    account: settings,
    instrument,
    tradingState: stricter(everywhere, stricter(ofAccount, ofSymbol)),
    reducesOnly: isAny("reduce"),
    needsApproval: isAny("approve"),
    liveOrders: books.orders.find("live", [account, symbol]),
    holdingBreaks: holdingBreaksOf(recorder, symbol),
    isSessionOpen: (window) => world.isSessionOpen(account, window),
    reference,
    prices: pricesLast && reference._tag === "Priced" ? [...fresh, reference.price] : fresh,
    inboundPrice: inboundFresh,
    marketPrice: freshOf(market, world.at, pricesLast),
    lastPrice: position.lastPrice ?? (market._tag === "Priced" ? market.price : undefined),
    usage: usageOf(recorder, settings),
    buyingPower: (except) => instrument && world.buyingPower?.of(account, instrument.currency, except),
    at: world.at
  }
}

/** What a market says of an instrument, the newest that is known. */
export const marketPriceOf = (recorder: Recorder, symbol: Ticker): Reference =>
  marketPricesOf(recorder, symbol).reduce(newer)

const NO_PRICES: ReadonlyArray<Price> = []

const both = (a: Price | undefined, b: Price | undefined): ReadonlyArray<Price> => {
  if (a === undefined) return b === undefined ? NO_PRICES : [b]
  return b === undefined ? [a] : [a, b]
}

const WHOLE_STORE = symbolKey("", "")

const stateOf = ({ books }: Recorder, scope: string): TradingState => books.controls.get(scope)?.state ?? "normal"

/** Each source of prices keeps its own; what inbound trades brought is one of them. */
const inboundPrice = ({ lastPrice, lastPriceAt }: Position): Reference =>
  lastPrice === undefined || lastPriceAt === undefined
    ? Reference.NoPrice()
    : Reference.Priced({ price: lastPrice, at: lastPriceAt, source: INBOUND })

/** The open breaks that stop sending for a symbol: its account's first, those for an excess last. An excess holds from one lot up, as it stands now. */
const holdingBreaksOf = (recorder: Recorder, symbol: Ticker): ReadonlyArray<HoldingBreak> => {
  const { account, books } = recorder
  const open = books.breaks.find("open", [account, symbol])
  const isAnyOfAccount = books.breaks.count("open", [account, UNMAPPED]) > 0
  if (open.length === 0 && !isAnyOfAccount) return open
  const ofAccount = isAnyOfAccount ? books.breaks.find("open", [account, UNMAPPED]) : []
  return [
    ...ofAccount.filter((each) => stops(each, symbol)),
    ...open.filter((each) => stops(each, symbol) && each.kind !== "Excess"),
    ...excessHolds(recorder, symbol)
  ]
}

/** D1: evaluates a position at a commit's end: makes the order that is due, or records why there is none when that is new. */
export const evaluate = (recorder: Recorder, symbol: Ticker): Due | undefined => {
  const standing = standingOf(recorder, symbol)
  if (standing === undefined) return undefined
  requestCancelOnFlip(recorder, standing)
  const due = dueOf(standing)
  if (due._tag === "Order") {
    orderDue(recorder, standing, due)
    return due
  }
  if (due._tag === "NotDue" || due._tag === "Collecting") Ladder.reset(recorder, standing.position)
  const answer = answerOf(due)
  if (!isSame(answer, standing.position.answer)) recorder.emit({ _tag: "Evaluated", symbol, answer })
  return due
}

/** D2: the order that is due, with its lots allocated, in the commit that found it due; `retryOf` where it stands in another's place. */
export const orderDue = (
  recorder: Recorder,
  standing: Standing,
  due: Extract<Due, { readonly _tag: "Order" }>,
  retryOf?: OrderId
): OrderId => {
  const { position, reference } = standing
  const id = recorder.next("order")
  const cost = costOfDue(standing, due)
  // What waits beside it is judged by what is left.
  if (cost !== undefined) recorder.world.buyingPower?.take(position.account, id, cost)
  recorder.emit({
    _tag: "OrderCreated",
    id,
    lotId: recorder.next("lot"),
    symbol: position.symbol,
    side: due.side,
    quantity: due.quantity,
    ...due.terms,
    positionEffect: due.positionEffect,
    origin: "accumulation",
    retryOf,
    inQueue: true,
    ...divisionOf(standing.account),
    lot: due.lot,
    threshold: due.threshold,
    ...fieldsOf(reference._tag === "Priced" ? reference : inboundPrice(position)),
    clientOrderId: ClientOrderId.make(recorder.world.storeTag, recorder.world.entropy, id)
  })
  adjust(recorder, id, "ordered")
  return id
}

/** C6: an order keeps what its account has when it is made. */
const divisionOf = (account: Account) => {
  if (!isDivided(account)) return {}
  const { allocation, allocationKey } = account
  return allocation === "key" ? { allocation, allocationKey } : { allocation }
}

/** D7: a working order that the residual has turned against is asked to end, where the account's policy says so. */
const requestCancelOnFlip = (recorder: Recorder, standing: Standing): void => {
  if (!standing.account.cancelOnFlip) return
  for (const live of standing.liveOrders) {
    const isWorking =
      live.origin === "accumulation" && (live.status === "submitted" || live.status === "partially_filled")
    if (!isWorking || live.cancelRequestedAt !== undefined) continue
    const against = Decimal.sign(standing.position.residual) === (live.side === "buy" ? -1 : 1)
    const enough = dueFrom(standing.account, lotOf(standing))
    if (against && !Decimal.isLess(Decimal.abs(standing.position.residual), enough)) {
      recorder.emit({ _tag: "CancelRequested", orderId: live.id, why: "the residual changed sign" })
    }
  }
}
