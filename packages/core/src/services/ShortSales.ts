import { Deferred, Effect, Exit } from "effect"
import { Need } from "../books/Need.ts"
import type { LendingRead } from "../ledger/world.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { BrokerReadFailed, Brokers, type BrokerInstrument, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { within } from "../ports/deadline.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import type { Account } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import { tickerAt } from "../records/DatedSymbol.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { PositionTable, type Position } from "../records/Position.ts"
import { answering } from "../records/PositionAnswer.ts"
import type { Ticker } from "../records/Ticker.ts"
import * as commands from "../rules/operator/commands.ts"
import { closableNow } from "../rules/position/due.ts"
import * as Decimal from "../values/Decimal.ts"
import type { EachAccount } from "./accountwise.ts"
import { driven } from "./drive.ts"
import type { Health } from "./Health.ts"
import * as pacing from "./pacing.ts"
import * as Reads from "./Reads.ts"
import { reported } from "./work.ts"

/** What a broker said of lending a symbol is good for so long: lists of what is hard to borrow change within the day. */
const GOOD_FOR_MS = 5 * 60_000

/** A reading that failed is tried again after so long. */
const TRIED_AGAIN_MS = 10_000

/** A short sale waits for no reading longer than that in one pass. */
const LONGEST_READING = "2 seconds"

const AT_ONCE = 16

/** May the account sell short, at a market that is not simulated? The paper exchange lends everything. */
const maySellShort = ({ shorting, simulatedMarket }: Account): boolean =>
  shorting !== "never" && simulatedMarket !== true

/**
 * Those of an account's orders that sell more than would be left to close once the sales that work, and those before them, have
 * filled: a part of them at least would be sold short.
 */
export const among = Effect.fnUntraced(function* (name: AccountName, orders: ReadonlyArray<Order>) {
  const sales = orders.filter(({ positionEffect, side }) => side === "sell" && positionEffect !== "close")
  if (sales.length === 0) return []
  const account = yield* settingsOf(name)
  if (account === undefined || !maySellShort(account)) return []
  const ofSymbols = [
    { column: "account", in: [name] },
    { column: "symbol", in: [...new Set(sales.map(({ symbol }) => symbol))] }
  ]
  const positions = yield* Reads.all(PositionTable, { where: ofSymbols })
  const live = yield* Reads.all(OrderTable, { where: [...ofSymbols, { column: "endedAt", in: [null] }] })
  const own = new Set(sales.map(({ id }) => id))
  const others = new Map<Ticker, Array<Order>>()
  for (const order of live) {
    if (own.has(order.id)) continue
    const known = others.get(order.symbol)
    if (known === undefined) others.set(order.symbol, [order])
    else known.push(order)
  }
  const left = new Map(
    positions.map((position) => {
      const liveOrders = others.get(position.symbol) ?? []
      return [position.symbol, closableNow({ liveOrders, position, prices: [] }, "sell")] as const
    })
  )
  return sales.filter(({ askedNotional, quantity, symbol }) => {
    const closable = left.get(symbol) ?? Decimal.zero
    // How many shares dollars come to is not known: they may be more.
    const isShort = askedNotional !== undefined || Decimal.isLess(closable, quantity)
    left.set(symbol, isShort ? Decimal.zero : Decimal.subtract(closable, quantity))
    return isShort
  })
})

const settingsOf = (name: AccountName) =>
  Effect.flatMap(Ledger, ({ accounts }) => {
    const kept = accounts.get(name)
    return kept === undefined ? Reads.account(name) : Effect.succeed(kept)
  })

type Needs = Brokers | Clock | Health | Ledger | TradeRepository

/**
 * Asks an account's broker whether it lends symbols, where it has not said so within five minutes, and writes down what has changed.
 * A reading that fails, or comes late, is reported, and what would only open a short sale waits for the next (`LendingUnread`).
 */
export const readLending = (name: AccountName, symbols: ReadonlyArray<Ticker>): Effect.Effect<void, never, Needs> =>
  Effect.gen(function* () {
    if (symbols.length === 0) return
    const { trading } = yield* Ledger
    const nowMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
    // Until its turn comes each counts as unread, and its turn may be too late.
    for (const symbol of symbols) {
      if (isGood(trading.lendingOf(name, symbol), nowMs)) continue
      const ended = yield* Deferred.make<void>()
      trading.keepLending(name, symbol, { atMs: nowMs - TRIED_AGAIN_MS, ended, outcome: "failed" }, GOOD_FOR_MS)
    }
    const all = Effect.forEach(new Set(symbols), (symbol) => readOnce(name, symbol), {
      concurrency: AT_ONCE,
      discard: true
    })
    yield* within(all, LONGEST_READING, () => Effect.void)
  })

/** Need it not be asked for now: because it was, or is being, or failed a moment ago? */
const isGood = (read: LendingRead | undefined, nowMs: number): read is LendingRead =>
  read !== undefined && nowMs - read.atMs < (read.outcome === "failed" ? TRIED_AGAIN_MS : GOOD_FOR_MS)

const readOnce = (name: AccountName, symbol: Ticker) =>
  Effect.gen(function* () {
    const { trading } = yield* Ledger
    const atMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
    const before = trading.lendingOf(name, symbol)
    if (isGood(before, atMs)) return yield* Deferred.await(before.ended)
    const ended = yield* Deferred.make<void>()
    const keep = (outcome: LendingRead["outcome"]) =>
      Effect.sync(() => trading.keepLending(name, symbol, { atMs, ended, outcome }, GOOD_FOR_MS))
    yield* keep("asked")
    const reading = Effect.onExit(read(name, symbol), (exit) => keep(Exit.isSuccess(exit) ? "read" : "failed"))
    yield* Effect.ensuring(reported(`lending ${name}`, reading), Deferred.succeed(ended, undefined))
  })

const read = (name: AccountName, symbol: Ticker) =>
  Effect.gen(function* () {
    const broker = yield* Effect.flatMap(Brokers, (brokers) => brokers.get(name))
    const shortable = lends(yield* instrumentOf(broker, yield* tickerOf(name, symbol)))
    if (shortable === undefined) return
    const ledger = yield* Ledger
    yield* ledger.submit("report", {
      account: name,
      cause: { kind: "report", actor: broker.name },
      needs: [Need.Position({ account: name, symbol })],
      apply: (recorder) => commands.reviewLending(recorder, symbol, shortable)
    })
  })

const tickerOf = (name: AccountName, symbol: Ticker) =>
  Effect.gen(function* () {
    const settings = yield* settingsOf(name)
    return tickerAt(settings?.symbols ?? [], symbol, yield* Effect.flatMap(Clock, (clock) => clock.now))
  })

const instrumentOf = (broker: BrokerService, ticker: Ticker): Effect.Effect<BrokerInstrument, BrokerReadFailed> =>
  within(broker.instrument(ticker), LONGEST_READING, () =>
    Effect.fail(
      new BrokerReadFailed({ operation: "instrument", kind: "network", detail: `no answer in ${LONGEST_READING}` })
    )
  )

/** Nobody lends what the broker does not know, or does not trade. */
const lends = (answer: BrokerInstrument): boolean | undefined =>
  answer._tag === "Known" && answer.tradable ? answer.shortable : false

const notLent = answering((answer) => answer._tag === "Refused" && answer.control === "ShortNotAllowed")

/** What is not lent is asked for after a minute, and then ever less often, up to an hour apart: in milliseconds. */
const NOT_LENT_PAUSE_MS = { firstMs: 60_000, longestMs: 3_600_000 }

/** Asks again for what positions would sell short and their broker did not lend: one pass. */
export const readRefused = (asked: pacing.Asked<string>, each: EachAccount) =>
  Effect.gen(function* () {
    const all: ReadonlyArray<Position> = yield* Effect.flatMap(Reads.all(PositionTable, { where: [notLent] }), driven)
    const may = new Set<AccountName>()
    for (const name of new Set(all.map(({ account }) => account))) {
      const account = yield* settingsOf(name)
      if (account !== undefined && maySellShort(account)) may.add(name)
    }
    const waiting = all.filter(({ account }) => may.has(account))
    const pace = { ...NOT_LENT_PAUSE_MS, keyOf: ({ account, symbol }: Position) => `${account} ${symbol}` }
    yield* pacing.askDue(asked, waiting, pace, each, (name, its) =>
      readLending(
        name,
        its.map(({ symbol }) => symbol)
      )
    )
  })
