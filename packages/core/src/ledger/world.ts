import { type Context, Effect, type Deferred } from "effect"
import type { Need } from "../books/Need.ts"
import type { World, SymbolStatus } from "../books/Recorder.ts"
import { Clock } from "../ports/Clock.ts"
import { known, type PriceReference } from "../ports/PriceReference.ts"
import type { AccountName } from "../records/AccountName.ts"
import { isTicker } from "../records/Ticker.ts"
import * as Instant from "../values/Instant.ts"
import { Reference, newer } from "../values/Reference.ts"
import type { TradingWindow } from "../values/TradingWindow.ts"
import type { OrderId } from "../values/Id.ts"
import * as Decimal from "../values/Decimal.ts"
import type { Account } from "../records/Account.ts"

/** What is known beside the books when a group is planned. */
export interface Surroundings extends Pick<World, "entropy" | "storeTag"> {
  readonly clock: Context.Tag.Service<typeof Clock>
  /** What brokers quoted of late. */
  readonly quotes: KnownQuotes
  /** What accounts may spend, as their brokers said of late. */
  readonly buyingPower: KnownBuyingPower
  /** What brokers said of late of halts and of lending. */
  readonly trading: KnownTrading
}

/**
 * The world of a group, by one reading of clock, prices and hours: what a broker says of its hours while the group is planned counts
 * for the next one. Whether the market is open the clock says, whatever the books' time is.
 */
export const worldFrom = (
  { buyingPower, clock, entropy, quotes, storeTag, trading }: Surroundings,
  prices: ReadonlyMap<string, Reference>,
  { atLeast, clockNow }: Reading
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
      clockAt: isAhead(at, clockNow) ? clockNow : undefined,
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

/** What a broker said that an account may spend. */
interface AmountRead {
  readonly amount: Decimal.Decimal
  readonly currency: string
  /** When it came, by the time of the books. */
  readonly at: Instant.Instant
}

/**
 * The buying power of accounts as their brokers said it last, less what orders took that were planned to be sent since. It is here for
 * planning, which asks nobody; the next reading takes its place.
 */
export interface KnownBuyingPower {
  /**
   * What is left to spend in a currency, beside what the order `except` took; `undefined` where nobody said it of late, or in another
   * currency.
   */
  readonly of: (
    account: AccountName,
    currency: string,
    at: Instant.Instant,
    except?: OrderId
  ) => Decimal.Decimal | undefined
  readonly keep: (account: AccountName, reading: AmountRead) => void
  /** The broker does not say it any more. */
  readonly forget: (account: AccountName) => void
  /** An order takes so much, however often it is planned. */
  readonly take: (account: AccountName, order: OrderId, cost: Decimal.Decimal) => void
}

/** How old a reading may be and still decide, in milliseconds: accounts are read every five minutes. */
const OLDEST_AMOUNT_MS = 15 * 60_000

interface KnownAmount {
  readonly reading: AmountRead
  readonly taken: Map<OrderId, Decimal.Decimal>
  left: Decimal.Decimal
}

/** Buying power of which nothing was read yet. */
export const makeBuyingPower = (): KnownBuyingPower => {
  const accounts = new Map<AccountName, KnownAmount>()
  return {
    of: (account, currency, at, except) => {
      const known = accounts.get(account)
      if (known === undefined || known.reading.currency !== currency) return undefined
      if (Instant.millisBetween(known.reading.at, at) > OLDEST_AMOUNT_MS) return undefined
      const own = except === undefined ? undefined : known.taken.get(except)
      return own === undefined ? known.left : Decimal.add(known.left, own)
    },
    keep: (account, reading) => void accounts.set(account, { reading, taken: new Map(), left: reading.amount }),
    forget: (account) => void accounts.delete(account),
    take: (account, order, cost) => {
      const known = accounts.get(account)
      if (known === undefined) return
      const before = known.taken.get(order) ?? Decimal.zero
      known.taken.set(order, cost)
      known.left = Decimal.subtract(Decimal.add(known.left, before), cost)
    }
  }
}

/** When a broker was asked for a quote last, by the clock that never jumps; `answered` is done once that has come to its end. */
interface AskedFor {
  readonly atMs: number
  readonly answered: Deferred.Deferred<void>
}

/**
 * The prices that brokers quoted of late, each for the account that asked: what one broker says decides nothing at another. They are
 * here for planning, which asks nobody; who sends, or waits for a price, has them asked for beforehand.
 */
export interface KnownQuotes {
  /** The newest that was believed, however old it is by now. */
  readonly of: (account: AccountName, symbol: string) => Reference
  /** Keeps a price, unless a newer one is known. */
  readonly keep: (account: AccountName, symbol: string, quoted: Reference) => void
  readonly askedFor: (account: AccountName, symbol: string) => AskedFor | undefined
  readonly asked: (account: AccountName, symbol: string, asked: AskedFor) => void
}

interface KnownQuote {
  readonly quoted: Reference
  readonly asked: AskedFor | undefined
}

const NOTHING: KnownQuote = { quoted: Reference.NoPrice(), asked: undefined }

/** Nothing was quoted yet. */
export const makeQuotes = (): KnownQuotes => {
  const accounts = new Map<AccountName, Map<string, KnownQuote>>()
  const knownOf = (account: AccountName, symbol: string): KnownQuote => accounts.get(account)?.get(symbol) ?? NOTHING
  const put = (account: AccountName, symbol: string, known: KnownQuote): void => {
    const own = accounts.get(account) ?? new Map<string, KnownQuote>()
    accounts.set(account, own.set(symbol, known))
  }
  return {
    of: (account, symbol) => knownOf(account, symbol).quoted,
    keep: (account, symbol, quoted) => {
      const known = knownOf(account, symbol)
      put(account, symbol, { ...known, quoted: newer(quoted, known.quoted) })
    },
    askedFor: (account, symbol) => knownOf(account, symbol).asked,
    asked: (account, symbol, asked) => put(account, symbol, { ...knownOf(account, symbol), asked })
  }
}

/** When a broker was asked last whether it lends a symbol, by the clock that never jumps, and whether it has said. */
export interface LendingRead {
  readonly atMs: number
  readonly outcome: "asked" | "read" | "failed"
  /** Done once the request has come to its end. */
  readonly ended: Deferred.Deferred<void>
}

/**
 * What brokers said of late of trading in symbols, each for the account that asked: what is halted, and of what is to be sold short
 * whether the lending was read. It is here for planning, which asks nobody. Of other symbols nothing is kept.
 */
export interface KnownTrading {
  readonly of: (account: AccountName, symbol: string) => SymbolStatus
  /** When the broker said last that a symbol is halted; nothing where it did not, or trades again. */
  readonly haltedAtMs: (account: AccountName, symbol: string) => number | undefined
  readonly keepHalt: (account: AccountName, symbol: string, atMs: number | undefined) => void
  readonly lendingOf: (account: AccountName, symbol: string) => LendingRead | undefined
  /** Keeps a reading, and forgets those that are older than `keptMs`. */
  readonly keepLending: (account: AccountName, symbol: string, read: LendingRead, keptMs: number) => void
}

const keyOf = (account: AccountName, symbol: string): string => `${account} ${symbol}`

/** Nothing was said yet. */
export const makeTrading = (): KnownTrading => {
  const halts = new Map<string, number>()
  const lending = new Map<string, LendingRead>()
  return {
    of: (account, symbol) => {
      const read = lending.get(keyOf(account, symbol))
      return {
        isHalted: halts.has(keyOf(account, symbol)),
        isLendingUnread: read !== undefined && read.outcome !== "read"
      }
    },
    haltedAtMs: (account, symbol) => halts.get(keyOf(account, symbol)),
    keepHalt: (account, symbol, atMs) => {
      if (atMs === undefined) halts.delete(keyOf(account, symbol))
      else halts.set(keyOf(account, symbol), atMs)
    },
    lendingOf: (account, symbol) => lending.get(keyOf(account, symbol)),
    keepLending: (account, symbol, read, keptMs) => {
      for (const [key, { atMs }] of lending) if (read.atMs - atMs > keptMs) lending.delete(key)
      lending.set(keyOf(account, symbol), read)
    }
  }
}

/**
 * The time of the books. It is the clock's, unless that was set back behind what is written: then it goes on from there at half its
 * pace until the clock has caught up. So entries stay in order, and waits of seconds end although the clock was set by hours.
 */
export interface BookTime {
  readonly now: Effect.Effect<Instant.Instant>
  readonly reading: Effect.Effect<Reading>
}

/** What the clock said when a group of commits began. */
interface Reading {
  readonly clockNow: Instant.Instant
  /** Gives the group's time, once the newest of what is written is known; the group then is the newest. */
  readonly atLeast: (newest: Instant.Instant) => Instant.Instant
}

/** By how much the time of the books may be ahead of a clock that is right, in milliseconds. */
const MOST_AHEAD_MS = 2_000

/** Is a time of the books ahead of the clock, since that was wrong or is? */
export const isAhead = (at: Instant.Instant, clockNow: Instant.Instant): boolean =>
  Instant.millisBetween(clockNow, at) > MOST_AHEAD_MS

/** How much slower than a clock the time goes on where the clock is behind it. */
const SLOWER = 2

/** The time of books of which nothing is known yet. */
export const makeBookTime: Effect.Effect<BookTime, never, Clock> = Effect.map(Clock, (clock) => {
  let reached: { readonly at: Instant.Instant; readonly sinceMs: number } | undefined
  const ranOn = (sinceMs: number): Instant.Instant | undefined =>
    reached === undefined ? undefined : Instant.addMillis(reached.at, Math.max(0, sinceMs - reached.sinceMs) / SLOWER)
  const laterOf = (clockNow: Instant.Instant, sinceMs: number) => Instant.later(clockNow, ranOn(sinceMs) ?? clockNow)
  // Effect's own `zipWith` makes a list of the two first, and takes fifteen steps of the runtime for six.
  const read = <A>(use: (clockNow: Instant.Instant, sinceMs: number) => A) =>
    Effect.flatMap(clock.now, (clockNow) => Effect.map(clock.monotonicMs, (sinceMs) => use(clockNow, sinceMs)))
  return {
    now: read(laterOf),
    reading: read((clockNow, sinceMs) => {
      const now = laterOf(clockNow, sinceMs)
      const atLeast = (newest: Instant.Instant) => {
        const at = Instant.later(now, newest)
        reached = { at, sinceMs }
        return at
      }
      return { clockNow, atLeast }
    })
  }
})

/**
 * The accounts' records as they were last read by who makes orders ready. Another process may have changed them since: who goes by
 * them has their version compared in the commit that they lead to.
 */
export interface KeptAccounts {
  readonly get: (account: AccountName) => Account | undefined
  readonly keep: (account: Account) => void
  readonly forget: (account: AccountName) => void
  readonly forgetAll: () => void
}

/** Accounts of which nothing was read yet. */
export const makeKeptAccounts = (): KeptAccounts => {
  const known = new Map<AccountName, Account>()
  return {
    get: (account) => known.get(account),
    keep: (account) => void known.set(account.name, account),
    forget: (account) => void known.delete(account),
    forgetAll: () => known.clear()
  }
}
