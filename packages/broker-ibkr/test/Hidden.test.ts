import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import {
  Accumulator,
  Broker,
  Clock,
  Commands,
  Instant,
  Order,
  Price,
  Quantity,
  Reads,
  SourcePolicy,
  type Trade
} from "@roundlot/core"
import { Break, Doubts, Gates, Refusals, Risk, Severity, Stake, Submission } from "@roundlot/core/ledger"
import { Clock as EffectClock, Context, Effect, Exit, Layer, Scope } from "effect"
import { describe, expect, it } from "vitest"
import { booksOf } from "./books.ts"
import * as Liar from "./liar.ts"
import { account, lately, open, patiently, send, terms } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

const ORDER_STATUS = "3"
const SHOWN: ReadonlyArray<string | undefined> = ["5", "101"]
/** TWS shows no order, and sends statuses; then it sends neither. */
const hidesOrders = ([kind]: ReadonlyArray<string>) => SHOWN.includes(kind)
const hidesAll = ([kind]: ReadonlyArray<string>) => SHOWN.includes(kind) || kind === ORDER_STATUS

/** The live clock, ahead by its leaps. */
const leaping = () => {
  let byMs = 0
  const layer = Layer.map(Clock.layerAlwaysOpen, (context) => {
    const clock = Context.get(context, Clock.Clock)
    return Context.make(Clock.Clock, {
      ...clock,
      now: Effect.map(clock.now, (at) => Instant.addMillis(at, byMs)),
      monotonicMs: Effect.map(clock.monotonicMs, (ms) => ms + byMs)
    })
  })
  return { layer, leap: (ms: number) => Effect.sync(() => void (byMs += ms)) }
}

/** A broker at a liar, which may be opened anew as by a program that was started again. */
const restarting = (port: number) =>
  Effect.gen(function* () {
    const address = { host: "127.0.0.1", port, clientId: 7 }
    const begun = Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
      return { scope, broker: yield* Scope.extend(IbkrBroker.make({ account, address }), scope) }
    })
    let life = yield* begun
    return {
      broker: () => life.broker,
      restart: Effect.gen(function* () {
        yield* Scope.close(life.scope, Exit.void)
        life = yield* begun
      })
    }
  })

/** A trade of this moment: its price bounds the dollars of the order. */
const aTrade = Effect.map(EffectClock.currentTimeMillis, (millis): Trade.TradeInput => ({
  source: "test",
  sourceId: "t1",
  occurrence: "0",
  symbol: "AAPL",
  side: "buy",
  quantity: Quantity.unsafe("3"),
  price: Price.unsafe("100"),
  tradedAt: Instant.fromMillis(millis),
  reverses: undefined
}))

const sent = Submission.submitPending(() => Effect.succeed(true))

/** A program from its start: what it asks for from then on. */
const asking = Effect.gen(function* () {
  const asked = yield* Doubts.makeAsked
  const refused = yield* Refusals.makeAskedRefusals
  return Effect.zipRight(Doubts.askForDoubtful(asked), Refusals.confirmRefusals(refused))
})

const shown = Effect.map(Reads.all(Order.OrderTable), (all) =>
  all.map(({ candidate, status }) => `${status} ${candidate === undefined ? "unnamed" : "named"}`)
)

const openBreaks = Effect.map(Reads.all(Break.BreakTable), (all) =>
  all.flatMap(({ closedAt, kind }) => (closedAt === undefined ? [kind] : []))
)

const error = (code: number) => (orderId: string) => [[4, 2, orderId, code, "in its words", ""]]

describe("an order that TWS took, and never showed", () => {
  it.each([
    ["nothing besides", () => [], "with a status of TWS, and not shown by it"],
    ["a rejection before it", error(201), "in its words (201)"]
  ])(
    "%s: its answer has the durable id of the status, so that it is on record whatever comes next",
    (_what, saysTo, why) =>
      run(
        Effect.gen(function* () {
          const simulator = yield* Simulator.make({})
          const liar = yield* Liar.make(simulator.port)
          liar.hides = hidesOrders
          liar.saysTo = saysTo
          const { broker } = yield* restarting(liar.port)
          const { answer } = yield* send(broker(), terms())
          const [order] = yield* simulator.exchange.orders
          expect(answer).toMatchObject({ _tag: "Unknown", candidate: order?.brokerOrderId })
          expect(answer._tag === "Unknown" ? answer.why : "").toContain(why)
        })
      ),
    15_000
  )
})

const lookedFor = (liar: Liar.Liar) =>
  Effect.gen(function* () {
    liar.saysTo = error(9999)
    const { broker } = yield* restarting(liar.port)
    const asked = terms()
    expect((yield* send(broker(), asked)).answer._tag).toBe("Unknown")
    const { lookup } = broker()
    return Effect.gen(function* () {
      const { report } = yield* patiently(lookup?.(asked.clientOrderId) ?? Effect.dieMessage("nothing is looked up"))
      return `${report._tag}${report._tag === "NotFound" && !report.complete ? " in part" : ""}`
    })
  })

describe("an order without an answer, that no listing has", () => {
  it("W8: it is not absent on the connection that it was sent on: a new one may show it", () =>
    run(
      Effect.gen(function* () {
        const simulator = yield* Simulator.make({})
        yield* simulator.exchange.instruct({ id: "rest", when: {}, do: { accept: {} } })
        const liar = yield* Liar.make(simulator.port)
        liar.hides = (fields) => liar.connections === 1 && hidesAll(fields)
        const found = yield* lookedFor(liar)
        expect(yield* found).toBe("NotFound in part")
        expect(yield* found).toBe("OrderSeen")
        expect(liar.connections).toBe(2)
      })
    ))

  it("O24: what a new connection does not have either is absent; no further one is made", () =>
    run(
      Effect.gen(function* () {
        const simulator = yield* Simulator.make({})
        const liar = yield* Liar.make(simulator.port)
        liar.hides = hidesAll
        const found = yield* lookedFor(liar)
        expect([yield* found, yield* found, yield* found]).toEqual(["NotFound in part", "NotFound", "NotFound"])
        expect(liar.connections).toBe(2)
      })
    ))

  it("O24: nothing is absent while TWS has no connection to its servers", () =>
    run(
      Effect.gen(function* () {
        const { broker, simulator } = yield* open()
        const listing = Effect.flatMap(lately, broker.orders)
        const executions = Effect.flatMap(lately, broker.fills)
        const areWhole = Effect.map(Effect.all([listing, executions]), (all) => all.map(Broker.isWhole))
        expect(yield* areWhole).toEqual([true, true])
        yield* simulator.notify(1100, "Connectivity between IB and TWS has been lost.")
        expect(yield* areWhole).toEqual([false, false])
        yield* simulator.notify(1102, "Connectivity between IB and TWS has been restored- data maintained.")
        expect(yield* patiently(areWhole)).toEqual([true, true])
      })
    ))
})

/** TWS that names an order by a status after it answered it with an error, and shows it in no listing. */
const hiding = (code: number) =>
  Effect.gen(function* () {
    const { exchange, port } = yield* Simulator.make({})
    yield* exchange.instruct({ id: "rest", when: {}, do: { accept: {} } })
    const liar = yield* Liar.make(port)
    const late: Array<ReadonlyArray<string>> = []
    liar.hides = (fields) => hidesOrders(fields) || (fields[0] === ORDER_STATUS && late.push(fields) > 0)
    liar.saysTo = error(code)
    const { broker, restart } = yield* restarting(liar.port)
    const { layer, leap } = leaping()
    /** Sent, named, and looked for once; then by a program that was started again, for minutes. */
    const lookedFor = Effect.gen(function* () {
      const accumulator = yield* Accumulator.Accumulator
      yield* accumulator.submit(account, yield* aTrade, SourcePolicy.anyAge)
      yield* Gates.confirmInstruments
      yield* sent
      expect(yield* shown).toEqual(["in_doubt unnamed"])
      liar.hides = hidesOrders
      liar.say(...late)
      yield* leap(6_000)
      yield* yield* asking
      expect(yield* shown).toEqual(["in_doubt named"])
      liar.hides = hidesAll
      yield* restart
      const asks = yield* asking
      const aMinute = Effect.all([leap(61_000), asks, Gates.openGates, sent], { discard: true })
      yield* Effect.replicateEffect(aMinute, 4)
      return { aMinute }
    })
    return { exchange, liar, lookedFor, books: booksOf(broker, layer) }
  })

describe.each([
  ["an error that settles nothing", 9999],
  ["a rejection", 201]
])("an order that TWS answered with %s, named by a status, and shows in no listing", (_what, code) => {
  it("W8, W11: is not ordered again, across a restart, and is found once TWS shows it", () =>
    run(
      Effect.gen(function* () {
        const { books, exchange, liar, lookedFor } = yield* hiding(code)
        yield* Effect.gen(function* () {
          const { aMinute } = yield* lookedFor
          expect((yield* exchange.orders).length).toBe(1)
          expect(yield* shown).toEqual(["in_doubt named"])
          liar.hides = () => false
          yield* aMinute
          expect(yield* shown).toEqual(["submitted unnamed"])
          expect(yield* openBreaks).toEqual([])
        }).pipe(Effect.provide(books))
      })
    ))

  it("Refusals: stays a critical doubt until a person ends it; then its shares are ordered again", () =>
    run(
      Effect.gen(function* () {
        const { books, exchange, lookedFor } = yield* hiding(code)
        yield* Effect.gen(function* () {
          const { aMinute } = yield* lookedFor
          const found = yield* Reads.all(Break.BreakTable)
          const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
          const grave = found.map((each) => `${each.kind} ${Severity.severityOf(each, Stake.noStake, now)}`)
          expect(grave).toEqual(["Doubt critical"])
          const [doubtful] = yield* Risk.doubtful
          expect(doubtful?.stake.deciding.map(({ fact }) => fact)).toContain("CandidateNamed")
          const [order] = yield* Reads.all(Order.OrderTable)
          if (order === undefined) return yield* Effect.dieMessage("no order")
          const command = { _tag: "MarkNotPlaced", orderId: order.id } as const
          const commands = yield* Commands.Commands
          const asked = { id: "end", account, actor: "test", reason: "the broker says so", command }
          expect((yield* commands.perform(asked))._tag).toBe("Done")
          yield* aMinute
          yield* aMinute
          expect((yield* exchange.orders).length).toBe(2)
        }).pipe(Effect.provide(books))
      })
    ))
})
