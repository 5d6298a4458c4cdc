import { join } from "node:path"
import { SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { type Broker, Entropy, Tracking, work } from "@roundlot/core"
import { Effect, Fiber, Layer } from "effect"
import { feeding, onStage } from "./engine.ts"
import { type Asked, atLeast, type Figure, inFolder, median, noted, timing } from "./measuring.ts"
import { submittedOrders } from "./polling.ts"
import { accountsOf, type Shape, tradesFrom, wholeLots } from "./workload.ts"

const OPEN = 1_000
const OPEN_QUICK = 100
/** Schwab's ids, unlike those of the broker that answers at once. */
const DIGITS = /^\d+$/
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
    return { schwab, listings: () => asked }
  })

/** Intake alone, and beside a poller that reads 1,000 open orders at its usual interval, in turns on one store. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, (folder) =>
    Effect.gen(function* () {
      const trades = asked.trades ?? (asked.quick ? 10_000 : 150_000)
      const open = asked.quick ? OPEN_QUICK : OPEN
      const shape: Shape = { trades, accounts: 1, instruments: 2 * open, ids: "random", block: 100 }
      const { listings, schwab } = yield* listing(folder, shape, open)
      let isKeeping = true
      const broker = (atOnce: Broker.BrokerService): Broker.BrokerService => ({
        ...atOnce,
        capabilities: { ...atOnce.capabilities, pollsByWindow: true },
        prepare: (terms) => (isKeeping ? schwab : atOnce).prepare(terms),
        orders: schwab.orders,
        order: (id) => (DIGITS.test(id) ? schwab : atOnce).order(id),
        fillsOf: schwab.fillsOf
      })
      const polling = Effect.gen(function* () {
        const polled = yield* Tracking.makePolled
        const pass = Tracking.pollOpenOrders({ ...Tracking.defaultPolling, maxJitterMs: 0 }, polled)
        return yield* work.forever("polling", () => "1 second", pass)
      })
      const intake = (seed: number) =>
        Effect.gen(function* () {
          const took = timing()
          yield* feeding(tradesFrom(shape, seed), callers)
          return trades / took().seconds
        })
      const stage = { file: join(folder, "real.db"), shape, broker }
      return yield* Effect.promise(() =>
        onStage(
          stage,
          Effect.gen(function* () {
            yield* feeding(wholeLots(shape, open)[Symbol.iterator](), { callers: 1, chunk: open })
            while ((yield* submittedOrders(open)).length < open) yield* Effect.sleep("20 millis")
            isKeeping = false
            yield* intake(0)
            const shares: Array<number> = []
            for (let round = 1; round <= (asked.rounds ?? 3); round++) {
              const alone = yield* intake(2 * round)
              const poller = yield* Effect.fork(polling)
              const beside = yield* intake(2 * round + 1)
              yield* Fiber.interrupt(poller)
              shares.push(beside / alone)
            }
            return [
              atLeast(`intake while ${open} open orders are polled, of intake alone`, median(shares), 0.95),
              noted("of each turn", shares.map((share) => share.toFixed(2)).join(", ")),
              noted(
                "orders that are open, and listings that were asked for",
                `${(yield* submittedOrders(open)).length}, ${listings()}`
              )
            ]
          })
        )
      )
    }).pipe(Effect.scoped, Effect.provide(world), Effect.runPromise)
  )
