import type { Name } from "./Place.ts"
import type { Fields, Telling } from "./retelling.ts"
import { AAPL, text } from "./messages.ts"

/** What a broker says of the market of AAPL, in dollars and in milliseconds since 1970; a side that is left away is not there. */
export interface Market {
  readonly last?: { readonly price: number; readonly at: number }
  readonly best?: { readonly bid: number; readonly ask: number; readonly at: number }
}

const isoOf = (millis: number): string => new Date(millis).toISOString()

/** `GET /v2/stocks/{symbol}/snapshot` of Alpaca's market data. */
const alpaca = ({ best, last }: Market): Telling =>
  text(/\/snapshot/, [
    /^.*$/gs,
    JSON.stringify({
      symbol: AAPL,
      latestTrade: last ? { t: isoOf(last.at), x: "V", p: last.price, s: 100, c: ["@"], i: 1, z: "C" } : null,
      latestQuote: best
        ? { t: isoOf(best.at), ax: "V", ap: best.ask, as: 1, bx: "V", bp: best.bid, bs: 1, c: ["R"], z: "C" }
        : null,
      minuteBar: null,
      dailyBar: null,
      prevDailyBar: null
    })
  ])

/** `GET /marketdata/v1/quotes` of Schwab. */
const schwab = ({ best, last }: Market): Telling =>
  text(/\/marketdata\/v1\/quotes/, [
    /^.*$/gs,
    JSON.stringify({
      [AAPL]: {
        assetMainType: "EQUITY",
        assetSubType: "COE",
        quoteType: "NBBO",
        realtime: true,
        ssid: 1,
        symbol: AAPL,
        quote: {
          ...(last ? { lastPrice: last.price, lastSize: 100, tradeTime: last.at } : {}),
          ...(best ? { bidPrice: best.bid, bidSize: 1, askPrice: best.ask, askSize: 1, quoteTime: best.at } : {}),
          securityStatus: "Normal"
        }
      }
    })
  ])

const TICK_PRICE = "1"
const TICK_STRING = "46"
const PRICE = 4
const SECONDS = 4
const SECOND_MS = 1000

/** The ticks of a snapshot of TWS: bid, ask and last trade, and the second of that. Bid and ask have no time, and are of now. */
const tickOf = (fields: Fields, { best, last }: Market): Fields => {
  const [kind, , , type = ""] = fields
  const prices = new Map([
    ["1", best?.bid],
    ["2", best?.ask],
    ["4", last?.price]
  ])
  // Minus one stands for no price.
  if (kind === TICK_PRICE) return fields.with(PRICE, String(prices.get(type) ?? -1))
  return kind === TICK_STRING ? fields.with(SECONDS, String(Math.floor((last?.at ?? 0) / SECOND_MS))) : fields
}

const ibkr = (market: Market): Telling => ({ message: (fields) => [tickOf(fields, market)] })

/** How a broker says it, by its documentation. */
export const quoted: { readonly [N in Exclude<Name, "paper">]: (market: Market) => Telling } = { schwab, ibkr, alpaca }
