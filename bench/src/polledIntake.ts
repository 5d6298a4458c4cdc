import { join } from "node:path"
import { SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { type AccountName, type Broker, Instant } from "@roundlot/core"
import { Entropy, type Report, TradeRepository } from "@roundlot/core/adapter"
import { Tracking, work } from "@roundlot/core/ledger"
import { Effect, Fiber, Layer } from "effect"
import * as broker from "./broker.ts"
import { feeding, onStage } from "./engine.ts"
import { type Asked, atLeast, type Figure, inFolder, median, noted, timing, type Took } from "./measuring.ts"
import { accountsOf, type BenchTrade, type Shape, tradesFrom, wholeLots } from "./workload.ts"

const OPEN = 1_000
const OPEN_QUICK = 100
const callers = { callers: 10, chunk: 100 }
const world = Layer.mergeAll(Transport.layerSystem, NodeFileSystem.layer, Entropy.layerSecure)

/** Schwab's adapter at a simulator that gives each listing once: from then on it is the text of that, so that only our side is measured. */
const listing = (folder: string, shape: Shape, open: number) =>
  Effect.gen(function* () {
    const [account] = accountsOf(shape)
    if (account === undefined) return yield* Effect.dieMessage("a shape without accounts")
    const simulator = yield* Simulator.make({ requestsAMinute: 1_000_000 })
    const tokens = { file: join(folder, "tokens.json"), key: undefined }
    yield* TokenFile.write(tokens, yield* simulator.login)
    const wire = yield* Wire.open({ credentials: simulator.credentials, tokens, requestsAMinute: 1_000_000 })
    const said = new Map<string, Effect.Effect.Success<ReturnType<typeof wire.ask>>>()
    let asked = 0
    const repeating: Wire.Wire = {
      ...wire,
      ask: (ask) => {
        const isListing = ask.path.includes("/orders?")
        if (isListing) asked += 1
        const known = isListing ? said.get(ask.path) : undefined
        if (known !== undefined) return Effect.succeed(known)
        return Effect.tap(wire.ask(ask), (answer) => Effect.sync(() => void said.set(ask.path, answer)))
      }
    }
    yield* simulator.exchange.instruct({ id: "rest", when: {}, do: { accept: {} }, times: open })
    const schwab = yield* SchwabBroker.make({ account, wire: repeating })
    return { schwab, resting: account, listings: () => asked }
  })

/** Trades of the accounts that have no resting orders. */
function* tradesAside(shape: Shape, resting: AccountName.AccountName, seed: number): Generator<BenchTrade> {
  for (const trade of tradesFrom(shape, seed)) if (trade.account !== resting) yield trade
}

/** The broker that fills at once, which says of every order that it has that it is open, as it is for a moment. */
const telling = (atOnce: Broker.BrokerService): Broker.BrokerService => {
  const placed = new Map<string, Effect.Effect<Report.Received<Report.OrderSeen>>>()
  return {
    ...atOnce,
    prepare: (terms) => {
      const seen = broker.openOf(terms, Instant.fromMillis(Date.now()))
      placed.set(seen.report.brokerOrderId, Effect.succeed(seen))
      return atOnce.prepare(terms)
    },
    order: (id) => placed.get(id) ?? atOnce.order(id)
  }
}

/** Some trades, until it is time. */
function* until(endMs: number, trades: Iterator<BenchTrade>): Generator<BenchTrade> {
  while (performance.now() < endMs) {
    const { done, value } = trades.next()
    if (done === true) throw new Error("there are too few trades for a turn")
    yield value
  }
}

/** What a second of intake, and of processor time for it, came to: trades. */
interface Turn {
  readonly bySecond: number
  readonly byProcessor: number
}

const ratesOf = (trades: number, { cpu, seconds }: Took): Turn => ({
  bySecond: trades / seconds,
  byProcessor: trades / cpu
})

/** How many orders in these states an account has; at most so many are counted. */
const ordersOf = (account: AccountName.AccountName, statuses: ReadonlyArray<string>, limit: number) =>
  Effect.flatMap(TradeRepository.TradeRepository, (repository) =>
    Effect.map(
      repository.page({
        table: "orders",
        where: [
          { column: "account", in: [account] },
          { column: "status", in: statuses }
        ],
        orderBy: ["id"],
        descending: false,
        after: undefined,
        limit
      }),
      (rows) => rows.length
    )
  )

const MOVING = ["pending", "submitting", "in_doubt", "submitted", "partially_filled"]

/** Until nothing moves but the orders that rest. */
const settled = (shape: Shape, resting: AccountName.AccountName, open: number) =>
  Effect.gen(function* () {
    const others = accountsOf(shape).filter((account) => account !== resting)
    const isSettled = Effect.gen(function* () {
      if ((yield* ordersOf(resting, ["submitted"], open)) < open) return false
      return (yield* Effect.forEach(others, (account) => ordersOf(account, MOVING, 1))).every((count) => count === 0)
    })
    while (!(yield* isSettled)) yield* Effect.sleep("20 millis")
  })

/** What wakes the poller, and how it rests. */
const AS_THE_DAEMON: work.Waking = { after: ["OrderChanged", "OrderCreated"], rest: 4 }

/** A little more than two intervals, so that a turn has two listings as it would have in the long run. */
const TURN_MS = 2 * Tracking.defaultPolling.intervalMs + 1_000
const TURN_QUICK_MS = Tracking.defaultPolling.intervalMs + 1_000

/** Intake alone, and beside a poller that reads 1,000 open orders at its usual interval, in turns on one store. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, (folder) =>
    Effect.gen(function* () {
      const open = asked.quick ? OPEN_QUICK : OPEN
      const turnMs = asked.quick ? TURN_QUICK_MS : TURN_MS
      const shape: Shape = { trades: 100_000_000, accounts: 2, instruments: open, ids: "random", block: 100 }
      const { listings, resting, schwab } = yield* listing(folder, shape, open)
      let other: Broker.BrokerService | undefined
      const brokerFor = (atOnce: Broker.BrokerService, account: AccountName.AccountName): Broker.BrokerService =>
        account === resting ? schwab : (other ??= telling(atOnce))
      let seed = 0
      const alone = Effect.gen(function* () {
        seed += 1
        let trades = 0
        const took = timing()
        const some = until(performance.now() + turnMs, tradesAside(shape, resting, seed))
        const counting = Effect.sync(() => void (trades += callers.chunk))
        yield* feeding(some, callers, counting)
        const rates = ratesOf(trades, took())
        yield* settled(shape, resting, open)
        return rates
      })
      /** The poller has read all orders once when the turn begins. */
      const beside = Effect.gen(function* () {
        const polled = yield* Tracking.makePolled
        const pass = Tracking.pollOpenOrders({ ...Tracking.defaultPolling, maxJitterMs: 0 }, polled)
        yield* pass
        const looks = yield* work.makeLooks(() => "1 second")
        const poller = yield* Effect.fork(work.forever("polling", looks, pass, AS_THE_DAEMON))
        const rates = yield* alone
        yield* Fiber.interrupt(poller)
        return rates
      })
      const stage = { file: join(folder, "real.db"), shape, broker: brokerFor }
      return yield* Effect.promise(() =>
        onStage(
          stage,
          Effect.gen(function* () {
            yield* feeding(wholeLots(shape, open)[Symbol.iterator](), { callers: 1, chunk: open })
            yield* settled(shape, resting, open)
            // Not counted: the compiler is still at work.
            yield* alone
            const rounds: Array<{ readonly alone: Turn; readonly beside: Turn }> = []
            const asks: Array<number> = []
            for (let round = 0; round < (asked.rounds ?? 4); round++) {
              const before = listings()
              // Who comes first takes turns too: the store grows.
              if (round % 2 === 0) rounds.push({ alone: yield* alone, beside: yield* beside })
              else {
                const second = yield* beside
                rounds.push({ beside: second, alone: yield* alone })
              }
              asks.push(listings() - before)
            }
            const shares = rounds.map((each) => each.beside.bySecond / each.alone.bySecond)
            const ofProcessor = rounds.map((each) => each.beside.byProcessor / each.alone.byProcessor)
            return [
              atLeast(`intake while ${open} open orders are polled, of intake alone`, median(shares), 0.95),
              noted("of each round", shares.map((share) => share.toFixed(2)).join(", ")),
              noted("trades a second of processor time, of intake alone", median(ofProcessor).toFixed(2)),
              noted("of each round", ofProcessor.map((share) => share.toFixed(2)).join(", ")),
              noted(
                "orders that are open, and listings that were asked for in each round",
                `${yield* ordersOf(resting, ["submitted"], open)}; ${asks.join(", ")}`
              )
            ]
          })
        )
      )
    }).pipe(Effect.scoped, Effect.provide(world), Effect.runPromise)
  )
