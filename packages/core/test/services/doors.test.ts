import { Context, Effect, Layer } from "effect"
import { describe, expect, expectTypeOf, test } from "vitest"
import { BrokerOrderId } from "../../src/values/ClientOrderId.ts"
import { layerMemory } from "../../src/memory/MemoryRepository.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Broker from "../../src/ports/Broker.ts"
import * as Clock from "../../src/ports/Clock.ts"
import * as Entropy from "../../src/ports/Entropy.ts"
import * as TradeRepository from "../../src/ports/TradeRepository.ts"
import { Answer } from "../../src/records/Report.ts"
import * as Accumulator from "../../src/services/Accumulator.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Roundlot from "../../src/services/Roundlot.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Instant from "../../src/values/Instant.ts"
import type { TradeInput } from "../../src/records/Trade.ts"
import * as stage from "./Stage.ts"

const AT = Instant.make(981_173_106_000_000n)
const THEIRS = BrokerOrderId.make("theirs-1")

/** A store, a broker and a clock of an app's own, and what was asked of them. */
const own = Effect.gen(function* () {
  const asked = { written: 0, sent: new Array<string>() }
  const memory = Context.get(yield* Layer.build(layerMemory), TradeRepository.TradeRepository)
  const always = Context.get(yield* Layer.build(Clock.layerAlwaysOpen), Clock.Clock)
  const store = Layer.succeed(TradeRepository.TradeRepository, {
    ...memory,
    write: (...written) =>
      Effect.zipRight(
        Effect.sync(() => asked.written++),
        memory.write(...written)
      )
  })
  const clock = Layer.succeed(Clock.Clock, { ...always, now: Effect.succeed(AT) })
  const broker = stage.broker({
    prepare: ({ quantity, side, symbol }) =>
      stage.prepared((id) =>
        Effect.sync(() => {
          asked.sent.push(`${side} ${Decimal.format(quantity)} ${symbol}`)
          return stage.answered(id, Answer.Accepted({ brokerOrderId: THEIRS }))
        })
      )
  })
  const brokers = Layer.succeed(Broker.Brokers, { get: () => Effect.succeed(broker) })
  return { asked, foundations: Layer.mergeAll(store, clock, Entropy.layerFixed("0".repeat(32))), brokers }
})

/** Commits of one moment stand microseconds apart. */
const secondOf = (at: Instant.Instant) => Instant.format(at).slice(0, "2001-02-03T04:05:06".length)

const taken = (...trades: ReadonlyArray<TradeInput>) =>
  Effect.map(stage.submit(...trades), (results) => results.map(({ _tag }) => _tag))

describe("SDK-1: store, broker, intake and clock are services of Effect", () => {
  test("a program says in its type which of them it needs, and each is a tag of its own", () => {
    expectTypeOf<Context.Tag.Service<Accumulator.Accumulator>>().toEqualTypeOf<Accumulator.AccumulatorService>()
    expectTypeOf<
      Context.Tag.Service<TradeRepository.TradeRepository>
    >().toEqualTypeOf<TradeRepository.TradeRepositoryService>()
    expectTypeOf<Context.Tag.Service<Broker.Broker>>().toEqualTypeOf<Broker.BrokerService>()
    expectTypeOf<Context.Tag.Service<Clock.Clock>>().toEqualTypeOf<Clock.ClockService>()
    expectTypeOf<Layer.Layer.Context<typeof Roundlot.layer>>().toEqualTypeOf<
      TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy
    >()
    expectTypeOf<Effect.Effect.Context<ReturnType<typeof taken>>>().toEqualTypeOf<Accumulator.Accumulator>()
    const tags = [TradeRepository.TradeRepository, Broker.Broker, Broker.Brokers, Accumulator.Accumulator, Clock.Clock]
    expect(tags.filter(Context.isTag)).toHaveLength(tags.length)
    expect(new Set(tags.map(({ key }) => key)).size).toBe(tags.length)
  })

  test("the engine writes to the store, asks the clock and sends to the broker that an app gives it", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { asked, brokers, foundations } = yield* own
          const run = Effect.gen(function* () {
            yield* stage.opened()
            yield* stage.driving
            expect(yield* taken(stage.trade("a", "0.75"), stage.trade("b", "0.5"))).toEqual(["Accepted", "Accepted"])
            expect(yield* taken(stage.trade("a", "0.75"))).toEqual(["Duplicate"])
            yield* Gates.confirmInstruments
            yield* Submission.submitPending(() => Effect.succeed(true))
            return yield* stage.orders
          })
          const orders = yield* Effect.provide(
            run,
            Layer.merge(brokers, Layer.provideMerge(Roundlot.layer, foundations))
          )
          expect(
            orders.map(({ brokerOrderId, createdAt, status }) => [status, brokerOrderId, secondOf(createdAt)])
          ).toEqual([["submitted", THEIRS, secondOf(AT)]])
          expect(asked.sent).toEqual(["buy 1 AAPL"])
          expect(asked.written).toBeGreaterThan(0)
        })
      )
    ))

  test("an intake of an app's own stands in the place of ours", () => {
    const received: Array<string> = []
    const refuse = Effect.dieMessage("nobody asks")
    const ownIntake = Layer.succeed(Accumulator.Accumulator, {
      submit: () => refuse,
      submitMany: (_, inputs) =>
        Effect.sync(() => {
          received.push(...inputs.map(({ sourceId }) => sourceId))
          return []
        }),
      due: () => refuse
    })
    return Effect.runPromise(
      Effect.provide(
        Effect.map(taken(stage.trade("a", "1")), () => expect(received).toEqual(["a"])),
        ownIntake
      )
    )
  })
})
