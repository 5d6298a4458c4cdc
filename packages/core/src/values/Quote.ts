import * as Instant from "./Instant.ts"
import * as Decimal from "./Decimal.ts"
import { make, type Price } from "./Price.ts"
import { MAX_AGE_MS, Reference } from "./Reference.ts"

/** What a broker says of an instrument's market, as it says it: dollars a share, not judged yet. */
export interface Quote {
  /** The ticker and the currency that the answer itself names, where it names them. */
  readonly symbol: string | undefined
  readonly currency?: string | undefined
  /** The last trade. */
  readonly last?: Quoted | undefined
  /** The best bid and ask; zero, or left away, where nobody bids or offers. */
  readonly bid?: Quoted | undefined
  readonly ask?: Quoted | undefined
  /** Is trading in it halted? Left away where the answer does not say: what was said before stays then, for a while. */
  readonly isHalted?: boolean | undefined
}

/** One price of a quote, and the market's time of it. */
export interface Quoted {
  readonly price: Decimal.Decimal
  readonly at: Instant.Instant
}

/** For what a quote was asked, of whom, and when its answer came: by the clock, and by the time of the books. */
export interface Asked {
  readonly symbol: string
  readonly source: string
  readonly at: Instant.Instant
  readonly receivedAt?: Instant.Instant
}

/** Below and above these a number is no price of a share, in dollars: a unit was mistaken. */
const LOWEST = Decimal.unsafe("0.0001")
const HIGHEST = Decimal.unsafe("10000000")

/** What a quote may be old and still be known as the last price: what was traded before a weekend and its holidays. */
const LAST_KNOWN_MS = 7 * 86_400_000

/** The market's clock may be ahead of ours by a minute. */
const AHEAD_MS = 60_000

const TEN = Decimal.unsafe("10")
const HALF = Decimal.unsafe("0.5")

/** Are two prices ten times or more apart? Then one of them is wrong. */
export const isFarApart = (a: Decimal.Decimal, b: Decimal.Decimal): boolean =>
  !Decimal.isLess(a, Decimal.multiply(b, TEN)) || !Decimal.isLess(b, Decimal.multiply(a, TEN))

/**
 * The price that a quote says, where it can be believed (D3): of the instrument that was asked for, in dollars, a possible price, of a
 * possible time, its bid below its ask, and the two not far from the last trade. The last trade, or where that is older the middle of
 * bid and ask, and else the last trade of up to a week ago. A number that can be none in any field makes the whole answer none.
 */
export const priceOf = (quote: Quote, asked: Asked): Reference => {
  if (quote.symbol !== asked.symbol || (quote.currency ?? "USD") !== "USD") return Reference.NoPrice()
  const all = [quote.last, quote.bid, quote.ask].filter((each) => each !== undefined)
  if (!all.every((each) => isPossible(each, asked.at))) return Reference.NoPrice()
  const last = someOf(quote.last)
  const middle = middleOf(someOf(quote.bid), someOf(quote.ask))
  if (middle === "crossed") return Reference.NoPrice()
  if (last !== undefined && middle !== undefined && isFarApart(last.price, middle.price)) return Reference.NoPrice()
  const best = last === undefined || (middle !== undefined && !isFresh(last, asked.at)) ? middle : last
  const chosen = best !== undefined && ageOf(best, asked.at) <= LAST_KNOWN_MS ? best : undefined
  return chosen === undefined
    ? Reference.NoPrice()
    : Reference.Priced({
        price: chosen.price,
        at: chosen.at,
        source: asked.source,
        isQuote: true,
        receivedAt: asked.receivedAt
      })
}

const ageOf = ({ at }: Pick<Quoted, "at">, now: Instant.Instant): number => Instant.millisBetween(at, now)

const isFresh = (quoted: Pick<Quoted, "at">, now: Instant.Instant): boolean => ageOf(quoted, now) <= MAX_AGE_MS

/** A price, or the zero of a side on which nobody stands; not of the future. */
const isPossible = (quoted: Quoted, now: Instant.Instant): boolean =>
  (Decimal.isZero(quoted.price) ||
    (Decimal.isAtMost(LOWEST, quoted.price) && Decimal.isAtMost(quoted.price, HIGHEST))) &&
  ageOf(quoted, now) >= -AHEAD_MS

interface Some {
  readonly price: Price
  readonly at: Instant.Instant
}

const someOf = (quoted: Quoted | undefined): Some | undefined =>
  quoted === undefined || Decimal.isZero(quoted.price) ? undefined : { price: make(quoted.price), at: quoted.at }

/** Between bid and ask; nothing where a side is empty, or so far off that nobody means it. */
const middleOf = (bid: Some | undefined, ask: Some | undefined): Some | undefined | "crossed" => {
  if (bid === undefined || ask === undefined) return undefined
  if (Decimal.isLess(ask.price, bid.price)) return "crossed"
  if (isFarApart(bid.price, ask.price)) return undefined
  const price = make(Decimal.multiply(Decimal.add(bid.price, ask.price), HALF))
  return { price, at: bid.at < ask.at ? bid.at : ask.at }
}
