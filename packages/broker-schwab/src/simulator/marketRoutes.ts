import { type ExchangeFailed, WallClock } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Clock, Effect } from "effect"
import * as Answer from "./Answer.ts"
import type { AccountState, Desk } from "./Desk.ts"

type Answering = Effect.Effect<Answer.Answer, ExchangeFailed>

/** `GET /marketdata/v1/instruments`. */
export const instruments = (desk: Desk, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    const symbol = query.get("symbol") ?? ""
    const { reply } = yield* desk.exchange.isListed(desk.account, symbol)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const assetType = typeIn(yield* desk.stateOf(desk.account), symbol)
    return Answer.ok(reply.body ? { instruments: [{ ...namedOf(symbol), symbol, exchange: "NASDAQ", assetType }] } : {})
  })

const typeIn = ({ assetTypes }: AccountState, symbol: string): string => assetTypes.get(symbol) ?? "EQUITY"

const namedOf = (symbol: string) => ({ cusip: "000000000", description: `${symbol} Common Stock` })

/** `GET /marketdata/v1/quotes`: what it does not know is under `errors`. */
export const quotes = (desk: Desk, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    const found: { [symbol: string]: unknown } = {}
    const invalid: Array<string> = []
    for (const symbol of (query.get("symbols") ?? "").split(",")) {
      const { at, reply } = yield* desk.exchange.quote(desk.account, symbol)
      if (reply._tag !== "Done") return Answer.ofReply(reply)
      if (reply.body === undefined) invalid.push(symbol)
      else found[symbol] = yield* quoteJson(desk, symbol, reply.body, at, query)
    }
    return Answer.ok(invalid.length === 0 ? found : { ...found, errors: { invalidSymbols: invalid } })
  })

/** `GET /marketdata/v1/{symbol}/quotes`: as the list has it; 404 of a symbol that it does not know. */
export const quote = (desk: Desk, symbol: string, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    const { at, reply } = yield* desk.exchange.quote(desk.account, symbol)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    if (reply.body === undefined) return Answer.gatewayError(404, "Not Found")
    return Answer.ok({ [symbol]: yield* quoteJson(desk, symbol, reply.body, at, query) })
  })

const A_CENT = Decimal.unsafe("0.01")

/** What is bid and asked around a price: a cent to each side. */
export const around = (price: Decimal.Decimal) => ({
  askPrice: Answer.number(Decimal.add(price, A_CENT)),
  bidPrice: Answer.number(Decimal.isLess(A_CENT, price) ? Decimal.subtract(price, A_CENT) : Decimal.zero),
  lastPrice: Answer.number(price)
})

/** A quote with the root nodes that `fields` names; with all where it names none. */
const quoteJson = (
  { account, exchange, stateOf }: Desk,
  symbol: string,
  price: Decimal.Decimal,
  at: Instant.Instant,
  query: URLSearchParams
) =>
  Effect.gen(function* () {
    const state = yield* stateOf(account)
    const { notShortable } = state
    const { isHalted } = yield* exchange.stand(account, symbol)
    const wanted = (query.get("fields") ?? "all").split(",")
    const millis = Instant.toMillis(at)
    const nodes = {
      reference: {
        ...namedOf(symbol),
        exchange: "Q",
        exchangeName: "NASDAQ",
        isHardToBorrow: notShortable.has(symbol),
        isShortable: !notShortable.has(symbol)
      },
      quote: {
        ...around(price),
        askSize: 1,
        bidSize: 1,
        lastSize: 100,
        mark: Answer.number(price),
        quoteTime: millis,
        securityStatus: isHalted ? "Halted" : "Normal",
        tradeTime: millis
      },
      regular: {
        regularMarketLastPrice: Answer.number(price),
        regularMarketLastSize: 100,
        regularMarketTradeTime: millis
      }
    }
    const shown = Object.entries(nodes).filter(([name]) => wanted.includes("all") || wanted.includes(name))
    return {
      assetMainType: typeIn(state, symbol),
      assetSubType: "COE",
      quoteType: "NBBO",
      realtime: true,
      ssid: 1,
      symbol,
      ...Object.fromEntries(shown)
    }
  })

/** The markets that Schwab knows; shares are traded at one of them. */
const MARKETS: ReadonlySet<string> = new Set(["equity", "option", "bond", "future", "forex"])

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** `GET /marketdata/v1/markets`, and `/markets/{id}`: the hours of a date, of today where none is named; from today to a year from now. */
export const hours = (desk: Desk, markets: ReadonlyArray<string>, asked: string | null): Answering =>
  Effect.gen(function* () {
    const millis = yield* Clock.currentTimeMillis
    const today = XnysCalendar.marketDate(Instant.fromMillis(millis))
    const date = asked ?? today
    const isKnown = markets.length > 0 && markets.every((market) => MARKETS.has(market))
    const inAYear = `${Number(today.slice(0, 4)) + 1}${today.slice(4)}`
    if (!isKnown || !DATE.test(date) || date < today || date > inAYear) return Answer.gatewayError(400, "Bad Request")
    const said = (yield* desk.stateOf(desk.account)).hours.get(date)
    if (said !== undefined) return Answer.ok(said)
    return Answer.ok(Object.fromEntries(markets.map((market) => [market, hoursOf(desk, market, date)])))
  })

const hoursOf = ({ isAlwaysOpen }: Desk, market: string, date: string) => {
  const sessionHours = market === "equity" ? sharesOn(isAlwaysOpen, date) : undefined
  const marketType = market.toUpperCase()
  // On a day on which it is closed a market has no product: its own name is in that place.
  return sessionHours === undefined
    ? { [market]: { date, marketType, product: market, isOpen: false } }
    : { EQ: { date, marketType, product: "EQ", productName: market, isOpen: true, sessionHours } }
}

/** When shares are traded on a date: before the open from 07:00 on, and after the close for four hours. */
const sharesOn = (isAlwaysOpen: boolean, date: string) => {
  if (isAlwaysOpen) return { regularMarket: [{ start: localOf(date, "00:00"), end: localOf(date, "24:00") }] }
  const session = XnysCalendar.sessionOn(date)
  if (session === undefined) return undefined
  const [open, close] = [session.opensAt, session.closesAt].map(withZone)
  return {
    preMarket: [{ start: localOf(date, "07:00"), end: open }],
    regularMarket: [{ start: open, end: close }],
    postMarket: [{ start: close, end: withZone(Instant.addMillis(session.closesAt, AFTER_CLOSE_MS)) }]
  }
}

const HOUR_MS = 3_600_000
const AFTER_CLOSE_MS = 4 * HOUR_MS

const localOf = (date: string, time: string): string => {
  const moment = XnysCalendar.momentOf(date, time)
  return moment === undefined ? `${date}T${time}:00` : withZone(moment)
}

/** A moment as New York's clocks show it, with how far they are from UTC. */
const withZone = (at: Instant.Instant): string => {
  const [year, month, day, hour, minute, second] = WallClock.digitsOf(at, "America/New_York")
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const behind = (Instant.toMillis(at) - Date.parse(`${local}Z`)) / HOUR_MS
  return `${local}-${String(behind).padStart(2, "0")}:00`
}
