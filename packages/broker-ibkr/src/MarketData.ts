import { Broker, Instant, type Ticker } from "@roundlot/core"
import type { Quote } from "@roundlot/core/adapter"
import { Clock, Effect } from "effect"
import { kindOf } from "./Codes.ts"
import type { Line } from "./Line.ts"
import type { Message } from "./Message.ts"
import { symbolAt } from "./OrderRequest.ts"
import type { Session } from "./Session.ts"
import { decimalOf } from "./Text.ts"
import { say } from "./wire/layout.ts"
import * as requests from "./wire/requests.ts"

/** Prices of now where they are subscribed to, else those of a quarter of an hour ago. */
const DELAYED = 3

/** What each type of tick says; those from 66 on are a quarter of an hour old. */
const types = {
  "1": { side: "bid", isDelayed: false },
  "2": { side: "ask", isDelayed: false },
  "4": { side: "last", isDelayed: false },
  // Delivered without being asked for (Available Tick Types).
  "49": { side: "halted", isDelayed: false },
  "46": { side: "shortable", isDelayed: false },
  "45": { side: "lastSeconds", isDelayed: false },
  "66": { side: "bid", isDelayed: true },
  "67": { side: "ask", isDelayed: true },
  "68": { side: "last", isDelayed: true },
  "88": { side: "lastSeconds", isDelayed: true }
} as const

const typeOf = (type: string) => Object.entries(types).find(([known]) => known === type)?.[1]

/** What has come so far, as text. */
interface Ticks {
  readonly bid?: string
  readonly ask?: string
  readonly last?: string
  /** When the last trade was, in seconds since 1970. */
  readonly lastSeconds?: string
  /** 1 of a regulatory halt, 2 of a volatility pause; 0 comes for symbols of a watchlist alone, and -1 says nothing. */
  readonly halted?: string
  readonly shortable?: string
  readonly isDelayed: boolean
  /** All of it has come. */
  readonly isWhole: boolean
}

/** No data is subscribed to, or another session has it: there is no price, and none is waited for. */
const NO_DATA: ReadonlySet<number> = new Set([354, 10089, 10091, 10168, 10186, 10187, 10189, 10190, 10197])

/** TWS ends a snapshot after eleven seconds where a part of it does not come: what is there by then is taken. */
const LONGEST_SNAPSHOT = "1500 millis"

const DELAY_MS = 15 * 60_000
const SECOND_MS = 1000

const failed = (kind: Broker.BrokerReadFailed["kind"], detail: string) =>
  new Broker.BrokerReadFailed({ operation: "quote", kind, detail })

/** What is asked for, and when enough of it has come. */
interface Wanted {
  readonly genericTicks: string
  readonly snapshot: 0 | 1
  readonly isEnough: (ticks: Ticks) => boolean
}

/** TWS takes no generic ticks with a snapshot (321). */
const PRICES: Wanted = {
  genericTicks: "",
  snapshot: 1,
  isEnough: ({ ask, bid, last, lastSeconds }) => [ask, bid, last, lastSeconds].every((part) => part !== undefined)
}

const LENDING: Wanted = { genericTicks: "236", snapshot: 0, isEnough: ({ shortable }) => shortable !== undefined }

/** What a message adds to a snapshot; `undefined` where it is none of its ticks. */
const ticksWith = (ticks: Ticks, message: Message, reqId: string): Ticks | undefined => {
  if (message._tag !== "Tick" || message.reqId !== reqId) return undefined
  const type = typeOf(message.type)
  // Minus one stands for no price.
  if (type === undefined || Number(message.value) === -1) return ticks
  return { ...ticks, [type.side]: message.value, isDelayed: ticks.isDelayed || type.isDelayed }
}

type Ended =
  | { readonly _tag: "Whole" | "NoData" }
  | { readonly _tag: "Failed"; readonly error: Broker.BrokerReadFailed }
  | undefined

/** Does a message end the request, and how? */
const endIn = (message: Message, reqId: number): Ended => {
  if (message._tag === "Lost") return { _tag: "Failed", error: failed("network", message.why) }
  if (message._tag === "TicksEnd" && message.reqId === String(reqId)) return { _tag: "Whole" }
  if (message._tag !== "Notice" || message.id !== reqId) return undefined
  const kind = kindOf(message.code, message.text)
  if (NO_DATA.has(message.code) || kind === "not there") return { _tag: "NoData" }
  const isHarmless = kind === "information" || kind === "warning"
  return isHarmless ? undefined : { _tag: "Failed", error: failed("server", `${message.text} (${message.code})`) }
}

/** Asks for market data, and gathers what comes of it until that is enough, or takes too long. */
const ticksFor = (
  line: Line,
  symbol: Ticker.Ticker,
  { isEnough, ...wanted }: Wanted
): Effect.Effect<Ticks, Broker.BrokerReadFailed> =>
  Effect.suspend(() => {
    const reqId = line.nextRequestId()
    let ticks: Ticks = { isDelayed: false, isWhole: false }
    const whole = Effect.async<void, Broker.BrokerReadFailed>((resume) => {
      const undo = line.listen((message) => {
        const ended = endIn(message, reqId)
        ticks = ticksWith(ticks, message, String(reqId)) ?? ticks
        if (ended?._tag === "Failed") return resume(Effect.fail(ended.error))
        if (ended?._tag === "Whole" || isEnough(ticks)) ticks = { ...ticks, isWhole: ended?._tag !== "NoData" }
        if (ended?._tag === "Whole" || ended?._tag === "NoData" || isEnough(ticks)) resume(Effect.void)
      })
      if (line.isLost()) resume(Effect.fail(failed("network", "TWS closed the connection")))
      else {
        line.send(say(requests.marketDataType, { type: DELAYED }))
        line.send(say(requests.marketData, { reqId, symbol: symbolAt(symbol), ...wanted }))
      }
      return Effect.sync(undo)
    })
    return Effect.raceFirst(whole, Effect.sleep(LONGEST_SNAPSHOT)).pipe(
      Effect.ensuring(
        Effect.sync(() => (line.isLost() ? undefined : line.send(say(requests.cancelMarketData, { reqId }))))
      ),
      Effect.map(() => ticks)
    )
  })

/** Stocks that TWS called halted, with the second of their last trade by then. */
export type Halts = Map<string, number>

/** The request names the instrument, and its answers the request alone: no symbol comes back. */
const quoteOf = (halts: Halts, symbol: Ticker.Ticker, ticks: Ticks, receivedMs: number): Quote.Quote => {
  const side = (value: string | undefined): Quote.Quoted | undefined =>
    quoted(value, ticks.isDelayed ? receivedMs - DELAY_MS : receivedMs)
  return {
    symbol,
    last: quoted(ticks.last, Number(ticks.lastSeconds ?? "") * SECOND_MS),
    bid: side(ticks.bid),
    ask: side(ticks.ask),
    isHalted: isHaltedIn(halts, symbol, ticks)
  }
}

/**
 * Of what trades TWS usually says nothing, and an answer may end before it says "halted": what was halted trades again where it says so,
 * or once there is a later trade. Of any other, an answer that is whole says that it trades.
 */
const isHaltedIn = (halts: Halts, symbol: string, { halted, isWhole, lastSeconds }: Ticks): boolean | undefined => {
  const last = Number(lastSeconds ?? Number.NaN)
  const isSaid = halted === undefined ? undefined : Number(halted) !== 0
  const before = halts.get(symbol)
  const trades = isSaid === undefined ? (before === undefined ? isWhole : last > before) : !isSaid
  if (trades) {
    halts.delete(symbol)
    return false
  }
  if (isSaid === true || Number.isNaN(before)) halts.set(symbol, last)
  return isSaid
}

const quoted = (value: string | undefined, millis: number): Quote.Quoted | undefined => {
  const price = value === undefined ? undefined : decimalOf(value)
  const isMoment = Number.isSafeInteger(millis) && millis > 0
  return price === undefined || !isMoment ? undefined : { price, at: Instant.fromMillis(millis) }
}

/** The last trade with the best bid and ask of a stock, by one snapshot: delayed where nothing else is subscribed to. */
export const quote = (
  session: Pick<Session, "line">,
  halts: Halts,
  symbol: Ticker.Ticker
): Effect.Effect<Quote.Quote, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const ticks = yield* ticksFor(yield* session.line, symbol, PRICES)
    return quoteOf(halts, symbol, ticks, yield* Clock.currentTimeMillis)
  })

/** Above it a thousand shares at least can be borrowed; up to it they have to be found first, or are not lent (Shortable). */
const EASILY_LENT = 2.5

/**
 * Does Interactive Brokers lend a stock for a short sale at once? What has to be found first counts as not lent: a market order would
 * rest until that is done. `undefined` where no market data is subscribed to, or nothing comes: that is usual, and no word on the
 * shares. TWS itself may take no short sale of what it cannot borrow, and refuses it (201).
 */
export const isLent = (
  session: Pick<Session, "line">,
  symbol: Ticker.Ticker
): Effect.Effect<boolean | undefined, Broker.BrokerReadFailed> =>
  Effect.flatMap(session.line, (line) => ticksFor(line, symbol, LENDING)).pipe(
    Effect.map(({ shortable }) => {
      const level = Number(shortable ?? Number.NaN)
      return Number.isNaN(level) ? undefined : level > EASILY_LENT
    }),
    Effect.catchIf(
      ({ kind }) => kind === "server",
      () => Effect.succeed(undefined)
    )
  )
