import { Deferred, Effect } from "effect"
import type { Account } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import { judgesDollars, judgesHoldings } from "../rules/account/limits.ts"
import { tickerAt } from "../records/DatedSymbol.ts"
import type { Ticker } from "../records/Ticker.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { priceOf, type Quote } from "../values/Quote.ts"
import { freshOf, MAX_AGE_MS, Reference } from "../values/Reference.ts"
import type { Order } from "../records/Order.ts"
import { BrokerReadFailed, Brokers, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { within } from "../ports/deadline.ts"
import { PositionTable, type Position } from "../records/Position.ts"
import type { Instant } from "../values/Instant.ts"
import type { EachAccount } from "./accountwise.ts"
import { driven } from "./drive.ts"
import { priceless, regateMember } from "./Gates.ts"
import type { Health } from "./Health.ts"
import * as pacing from "./pacing.ts"
import * as Reads from "./Reads.ts"
import { recoverIdle, reported } from "./work.ts"

/** So long an order waits for a quote: what has not come by then says no price. */
const LONGEST_QUOTE = "2 seconds"

/** A broker is asked for one instrument once in so many milliseconds, whatever it answered. */
const ASKED_ONCE_IN_MS = 10_000

const AT_ONCE = 16

type Asking = Pick<Account, "name" | "symbols">

/** And all that are asked for together no longer than this. */
const LONGEST_ASKING = "10 seconds"

/**
 * Asks the broker of an account what instruments trade at, and keeps what can be believed. Who asks while one is asked for waits for
 * that answer. What fails, comes late or cannot be believed is no price: it stops nobody here, and health says why.
 */
const ask = (account: Asking, symbols: ReadonlyArray<Ticker>): Effect.Effect<void, never, Needs> =>
  Effect.gen(function* () {
    const brokers = yield* Brokers
    const broker = yield* Effect.orElseSucceed(brokers.get(account.name), () => undefined)
    const { name = "", quote } = broker ?? {}
    if (quote === undefined) return
    const all = Effect.forEach(new Set(symbols), (symbol) => askOnce(account, symbol, { name, quote }), {
      concurrency: AT_ONCE,
      discard: true
    })
    yield* within(all, LONGEST_ASKING, () => Effect.void)
  })

type Needs = Brokers | Clock | Health | Ledger

type Quoting = Pick<BrokerService, "name"> & { readonly quote: NonNullable<BrokerService["quote"]> }

const askOnce = (account: Asking, symbol: Ticker, broker: Quoting) =>
  Effect.gen(function* () {
    const { quotes } = yield* Ledger
    const nowMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
    const before = quotes.askedFor(account.name, symbol)
    if (before !== undefined && nowMs - before.atMs < ASKED_ONCE_IN_MS) return yield* Deferred.await(before.answered)
    const answered = yield* Deferred.make<void>()
    quotes.asked(account.name, symbol, { atMs: nowMs, answered })
    yield* Effect.ensuring(
      reported(`quotes ${account.name}`, read(account, symbol, broker)),
      Deferred.succeed(answered, undefined)
    )
  })

const read = ({ name, symbols }: Asking, symbol: Ticker, broker: Quoting) =>
  Effect.gen(function* () {
    const { now, quotes } = yield* Ledger
    const clock = yield* Clock
    const ticker = tickerAt(symbols, symbol, yield* clock.now)
    const answer = yield* within(broker.quote(ticker), LONGEST_QUOTE, () => late)
    if (answer.symbol === ticker) yield* keepHalt(name, symbol, answer)
    const asked = { symbol: ticker, source: `${broker.name} quote`, at: yield* clock.now, receivedAt: yield* now }
    quotes.keep(name, symbol, priceOf(answer, asked))
  })

/** An answer that does not say leaves what was said. */
const keepHalt = (name: AccountName, symbol: Ticker, { isHalted }: Quote) =>
  Effect.gen(function* () {
    if (isHalted === undefined) return
    const { trading } = yield* Ledger
    const nowMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
    trading.keepHalt(name, symbol, isHalted ? nowMs : undefined)
  })

const late = Effect.fail(
  new BrokerReadFailed({ operation: "quote", kind: "network", detail: `no answer in ${LONGEST_QUOTE}` })
)

/** Do controls of the account judge by a price, of a market that is not simulated? */
const judgesByPrice = (account: Account): boolean =>
  account.simulatedMarket !== true &&
  (judgesDollars(account) || judgesHoldings(account) || account.collarBp !== undefined)

/** D3: an order of a price that is not fresh is judged by a quote; a collar needs one of another source than the trades it judges. */
const needsQuote = (account: Account, order: Order, now: Instant): boolean => {
  const { referenceAt: at, referencePrice: price, referenceSource: source } = order
  if (account.collarBp !== undefined || price === undefined || at === undefined) return true
  return freshOf(Reference.Priced({ price, at, source: source ?? "" }), now) === undefined
}

/**
 * Before orders of an account are judged for the last time: the broker's quotes of those that have no fresh price, and now and then of
 * those without a limit, since their fills are judged by what the market was before (FILL-12), and whenever the symbol was halted.
 */
export const askBeforeSend = (
  account: Account | undefined,
  orders: ReadonlyArray<Order>
): Effect.Effect<void, never, Needs> =>
  Effect.gen(function* () {
    if (account === undefined || account.simulatedMarket === true) return
    const { now: readNow, quotes, trading } = yield* Ledger
    const now = yield* readNow
    const nowMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
    const isUnasked = (symbol: Ticker): boolean => {
      const before = quotes.askedFor(account.name, symbol)
      return before === undefined || nowMs - before.atMs > MAX_AGE_MS
    }
    // A halt that the broker has not repeated for as long as a price is fresh is no halt any more.
    const isHalted = (symbol: Ticker): boolean => {
      const atMs = trading.haltedAtMs(account.name, symbol)
      if (atMs !== undefined && nowMs - atMs > MAX_AGE_MS) trading.keepHalt(account.name, symbol, undefined)
      return atMs !== undefined
    }
    const needing = orders.filter(
      (order) =>
        (judgesByPrice(account) && needsQuote(account, order, now)) ||
        (order.limitPrice === undefined && (isUnasked(order.symbol) || isHalted(order.symbol)))
    )
    if (needing.length > 0)
      yield* ask(
        account,
        needing.map(({ symbol }) => symbol)
      )
  })

/** The same of an instrument for which no order is made yet. */
export const askForDecision = (name: AccountName, symbol: Ticker) =>
  Effect.flatMap(Reads.account(name), (account) =>
    account === undefined || !judgesByPrice(account) ? Effect.void : ask(account, [symbol])
  )

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Asks for the prices of positions that wait for one, and evaluates those again that have one by then: one pass. Each is asked for at
 * once, and then ever less often, up to a minute apart.
 */
export const askForWaiting = (asked: pacing.Asked<string>, each: EachAccount) =>
  Effect.gen(function* () {
    const waiting = yield* Effect.flatMap(Reads.all(PositionTable, { where: [priceless] }), driven)
    const pace = {
      keyOf: ({ account, symbol }: Position) => `${account} ${symbol}`,
      firstMs: FIRST_PAUSE_MS,
      longestMs: LONGEST_PAUSE_MS,
      agedMs: () => FIRST_PAUSE_MS
    }
    yield* pacing.askDue(asked, waiting, pace, each, (name, its) =>
      reported(`priceless positions ${name}`, askForOwn(name, its))
    )
    yield* recoverIdle("priceless positions", Effect.succeed(waiting))
    yield* recoverIdle("quotes", Effect.succeed(waiting))
  })

const askForOwn = (name: AccountName, its: ReadonlyArray<Position>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const account = yield* Reads.account(name)
    if (account === undefined || account.simulatedMarket === true) return
    const symbols = its.map(({ symbol }) => symbol)
    yield* ask(account, symbols)
    const quoted = symbols.filter((symbol) => ledger.quotes.of(name, symbol)._tag === "Priced")
    yield* ledger.submitAll(
      "report",
      quoted.map((symbol) => regateMember(name, symbol))
    )
  })
