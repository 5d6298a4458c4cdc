import { type Context, Effect } from "effect"
import type { Need } from "../books/Need.ts"
import type { World } from "../books/Recorder.ts"
import type { Clock } from "../ports/Clock.ts"
import { known, type PriceReference } from "../ports/PriceReference.ts"
import type { AccountName } from "../records/AccountName.ts"
import { isTicker } from "../records/Ticker.ts"
import * as Instant from "../values/Instant.ts"
import { Reference } from "../values/Reference.ts"
import type { TradingWindow } from "../values/TradingWindow.ts"
import * as BookTime from "./BookTime.ts"
import type * as KnownBuyingPower from "./KnownBuyingPower.ts"
import type * as KnownQuotes from "./KnownQuotes.ts"
import type * as KnownTrading from "./KnownTrading.ts"

/** What is known beside the books when a group is planned. */
export interface Surroundings extends Pick<World, "entropy" | "storeTag"> {
  readonly clock: Context.Tag.Service<typeof Clock>
  /** What brokers quoted of late. */
  readonly quotes: KnownQuotes.KnownQuotes
  /** What accounts may spend, as their brokers said of late. */
  readonly buyingPower: KnownBuyingPower.KnownBuyingPower
  /** What brokers said of late of halts and of lending. */
  readonly trading: KnownTrading.KnownTrading
}

/**
 * The world of a group, by one reading of clock, prices and hours: what a broker says of its hours while the group is planned counts
 * for the next one. Whether the market is open the clock says, whatever the books' time is.
 */
export const worldFrom = (
  { buyingPower, clock, entropy, quotes, storeTag, trading }: Surroundings,
  prices: ReadonlyMap<string, Reference>,
  { atLeast, clockNow }: BookTime.Reading
): ((newestAt: number) => World) => {
  const openIn = onceEach((window: TradingWindow) =>
    onceEach((account: AccountName) => clock.isOpenAt(clockNow, account, window))
  )
  return onceEach((newestAt: number): World => {
    const at = atLeast(Instant.make(BigInt(newestAt)))
    const openingIn = onceEach((window: TradingWindow) =>
      onceEach((account: AccountName) => clock.nextOpeningAfter(at, account, window))
    )
    return {
      at,
      clockAt: BookTime.isAhead(at, clockNow) ? clockNow : undefined,
      isSessionOpen: (account, window = "regular") => openIn(window)(account),
      nextOpening: (account, window = "regular") => openingIn(window)(account),
      priceOf: (symbol) => prices.get(symbol) ?? noPrice,
      quoteOf: quotes.of,
      buyingPower: {
        of: (account, currency, except) => buyingPower.of(account, currency, at, except),
        take: buyingPower.take
      },
      statusOf: trading.of,
      storeTag,
      entropy
    }
  })
}

/** What is found once for each key, and is the same from then on. */
const onceEach = <K, A>(find: (key: K) => A): ((key: K) => A) => {
  const found = new Map<K, { readonly value: A }>()
  return (key) => {
    const known = found.get(key) ?? { value: find(key) }
    found.set(key, known)
    return known.value
  }
}

const noPrice = Reference.NoPrice()

/** What is known of prices where a program has no source of them. */
export const noPrices: ReadonlyMap<string, Reference> = new Map()

/** What a program's source of prices knows of the instruments that a group is about. */
export const pricesFor = (
  needs: ReadonlyArray<Need>,
  source: Context.Tag.Service<typeof PriceReference>
): Effect.Effect<ReadonlyMap<string, Reference>> => {
  const tickers = new Set(needs.flatMap((need) => (need._tag === "Position" ? [need.symbol] : [])).filter(isTicker))
  return Effect.map(
    Effect.forEach(tickers, (ticker) => Effect.map(known(source, ticker), (price) => [ticker, price] as const), {
      concurrency: "unbounded"
    }),
    (pairs) => new Map(pairs)
  )
}
