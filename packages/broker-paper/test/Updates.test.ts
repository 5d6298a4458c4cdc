import { assert, describe, it } from "@effect/vitest"
import { Decimal } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import { Effect, Fiber, Queue, Stream, TestClock } from "effect"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import type { Instruction } from "@roundlot/broker-paper"
import { account, freshFile, open, send, terms } from "./setup.ts"

const wordOf = ({ report }: Report.Received): string => {
  if (report._tag === "OrderSeen") return `${report.rawStatus} ${Decimal.format(report.cumulative ?? Decimal.zero)}`
  return report._tag === "Executed" ? `exec ${report.revision} ${Decimal.format(report.quantity)}` : report._tag
}

const connections = (exchange: Exchange.ExchangeService) =>
  Effect.map(exchange.requests, (all) => all.filter(({ operation }) => operation === "stream").length)

/** Listens in the background: the words so far, and the fiber that ends when the stream does. */
const listen = (broker: Broker.BrokerService, exchange: Exchange.ExchangeService) =>
  Effect.gen(function* () {
    const before = yield* connections(exchange)
    const heard = yield* Queue.unbounded<string>()
    const fiber = yield* Effect.fork(
      Stream.runForEach(broker.updates ?? Stream.empty, (received) => Queue.offer(heard, wordOf(received)))
    )
    yield* Effect.repeat(Effect.zipLeft(connections(exchange), Effect.yieldNow()), { until: (now) => now > before })
    return { fiber, next: (n: number) => Effect.map(Queue.takeN(heard, n), (chunk) => [...chunk]) }
  })

describe("updates", () => {
  it.scoped("begin at the present, and bring every change in order", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* send(broker, terms())
      const { next } = yield* listen(broker, exchange)
      yield* send(broker, terms())
      assert.deepStrictEqual(yield* next(3), ["new 0", "exec 1 1", "filled 1"])
      yield* exchange.instruct({ id: "b", do: { bust: { execId: String((yield* exchange.fills)[1]?.execId) } } })
      assert.deepStrictEqual(yield* next(2), ["exec 2 0", "filled 0"])
    })
  )

  it.scoped("TIME: no two changes of an order share a time, and an execution has its order's", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const times: Array<bigint> = []
      const { fiber } = yield* listen(
        {
          ...broker,
          updates: Stream.tap(broker.updates ?? Stream.empty, ({ report }) =>
            Effect.sync(() => times.push(report.asOf))
          )
        },
        exchange
      )
      yield* send(broker, terms())
      yield* exchange.instruct({ id: "end", do: { dropStream: {} } })
      yield* Fiber.await(fiber)
      const [entered, execution, filled] = times
      assert.strictEqual(execution, filled)
      assert.isTrue(entered !== undefined && filled !== undefined && entered < filled)
    })
  )

  const deliveries: ReadonlyArray<readonly [Instruction.ActInput, ReadonlyArray<string>]> = [
    [{ duplicateEvent: {} }, ["new 0", "new 0", "exec 1 1", "exec 1 1", "filled 1", "filled 1"]],
    [{ reorder: {} }, ["filled 1", "exec 1 1", "new 0"]],
    [{ silence: {} }, []]
  ]
  it.scoped.each(deliveries)("SIM: %j on an order", ([act, words]) =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const { next } = yield* listen(broker, exchange)
      yield* exchange.instruct({ id: "i", when: {}, do: act })
      yield* send(broker, terms())
      yield* send(broker, terms())
      assert.deepStrictEqual(yield* next(words.length + 3), [...words, "new 0", "exec 1 1", "filled 1"])
    })
  )

  it.scoped("SIM: a stream that breaks loses what happened, and fails", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const { fiber } = yield* listen(broker, exchange)
      yield* exchange.instruct({ id: "i", when: {}, do: { dropStream: {} } })
      yield* send(broker, terms())
      const failed = yield* Effect.flip(Fiber.join(fiber))
      assert.strictEqual(failed.kind, "network")
      const again = yield* listen(broker, exchange)
      yield* exchange.instruct({ id: "again", do: { duplicateEvent: {} } })
      assert.deepStrictEqual(yield* again.next(1), ["filled 1"])
    })
  )

  it.scoped("SIM: silence about everything lasts as long as it was told to", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const { next } = yield* listen(broker, exchange)
      yield* exchange.instruct({ id: "i", do: { silence: { ms: 1000 } } })
      yield* send(broker, terms({ side: "sell" }))
      yield* TestClock.adjust("1 second")
      yield* exchange.instruct({ id: "one", when: {}, do: { accept: {} } })
      yield* send(broker, terms())
      assert.deepStrictEqual(yield* next(1), ["new 0"])
    })
  )

  it.scoped("SDK: two connections to one file are one exchange, and each hears the other", () =>
    Effect.gen(function* () {
      const file = yield* freshFile
      const ours = yield* Exchange.make({ file })
      const theirs = yield* Exchange.make({ file })
      const broker = PaperBroker.make(ours, account)
      const { next } = yield* listen(broker, ours)
      const order = terms()
      yield* send(PaperBroker.make(theirs, account), order)
      yield* TestClock.adjust("250 millis")
      assert.deepStrictEqual(yield* next(3), ["new 0", "exec 1 1", "filled 1"])
      assert.strictEqual((yield* send(broker, order)).answer._tag, "Unknown")
      yield* theirs.instruct({ id: "i", when: {}, do: { accept: {} } })
      yield* send(broker, terms())
      assert.deepStrictEqual(
        (yield* theirs.orders).map(({ status }) => status),
        ["filled", "new"]
      )
      assert.strictEqual((yield* ours.instruct({ id: "i", when: {}, do: { accept: {} } })).repeated, true)
      const times = (yield* ours.orders).map(({ enteredAt }) => enteredAt)
      assert.strictEqual(new Set(times).size, 2)
    })
  )
})
