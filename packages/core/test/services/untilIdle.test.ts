import { Effect, Fiber, Option, TestClock } from "effect"
import { expect, test } from "vitest"
import { OrderTable } from "../../src/records/Order.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import { Commands } from "../../src/services/Commands.ts"
import { BreakTable } from "../../src/records/Break.ts"
import { Answer, type NotFound, type OrderSeen, type Received } from "../../src/records/Report.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Instant from "../../src/values/Instant.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Stage from "./Stage.ts"

const A_LOOK = "25 millis"
const COMMITS = 40

test("to wait until nothing moves reads no orders while commits come, however many are open", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      const repository = yield* TradeRepository
      let reads = 0
      const counting: typeof repository = {
        ...repository,
        page: (question) => {
          if (question.table === OrderTable.name) reads++
          return repository.page(question)
        }
      }
      yield* Effect.forkScoped(Daemon.run())
      yield* Stage.submit(Stage.trade("first", "1"))
      yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
      const idle = yield* Effect.fork(Effect.provideService(Daemon.untilIdle, TradeRepository, counting))
      for (let i = 0; i < COMMITS; i++) {
        yield* Stage.submit(Stage.trade(`t${i}`, "0.01"))
        yield* TestClock.adjust(A_LOOK)
      }
      expect(reads).toBe(0)
      const { orders } = yield* Stage.until(Fiber.poll(idle), Option.isSome).pipe(
        Effect.flatMap(() => Fiber.join(idle))
      )
      expect(orders.length).toBe(1)
    })
  ))

const inDoubt = (count: number) =>
  Effect.gen(function* () {
    yield* Stage.opened()
    yield* Effect.forkScoped(Daemon.run())
    const symbols = ["AAPL", "MSFT", "KO", "IBM", "GE", "F", "T", "BAC", "DIS"].slice(0, count)
    yield* Stage.submit(...symbols.map((symbol) => Stage.trade(symbol, "1", symbol)))
    const kinds = Effect.map(Reads.all(BreakTable), (all) => all.filter(({ kind }) => kind === "Doubt"))
    yield* Stage.until(kinds, (all) => all.length === count)
  })

const unanswered = Answer.Unknown({ why: "no answer", candidate: undefined })

test("D6: an order in doubt that has its break already is looked for once more before anything is reported as left", async () => {
  let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound(false)
  await Stage.play(
    Effect.gen(function* () {
      yield* inDoubt(1)
      const [order] = yield* Stage.orders
      if (order === undefined) throw new Error("no order")
      const found = { report: { ...Stage.seen(order), asOf: Instant.make(9n) }, payload: undefined }
      shown = Effect.delay(Effect.succeed(found), "3 seconds")
      const idle = yield* Effect.fork(Daemon.untilIdle)
      const { orders } = yield* Stage.until(Fiber.poll(idle), Option.isSome).pipe(
        Effect.flatMap(() => Fiber.join(idle))
      )
      expect(orders.map(({ status }) => status)).toEqual(["submitted"])
    }),
    Stage.layer({
      prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unanswered))),
      lookup: () => Effect.suspend(() => shown),
      order: () => Effect.suspend(() => shown)
    })
  )
})

test("D6: orders in doubt that wait for one ahead of them are waited for until each has gone again", async () => {
  const refused = Answer.Refused({ code: "no", words: "no", class: "final" })
  let sent = 0
  await Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* Effect.forkScoped(Daemon.run())
      const direct = { type: "market" } as const
      yield* Stage.submit(...["a", "b", "c", "d", "e", "f"].map((id) => ({ ...Stage.trade(id, "1"), direct })))
      yield* Stage.until(Stage.statuses, (all) => all.length === 6 && all.every((status) => status === "in_doubt"))
      const idle = yield* Effect.fork(Daemon.untilIdle)
      const { orders } = yield* Stage.until(Fiber.poll(idle), Option.isSome).pipe(
        Effect.flatMap(() => Fiber.join(idle))
      )
      expect([orders, yield* Stage.statuses]).toEqual([[], Array.from({ length: 6 }, () => "rejected")])
    }),
    Stage.layer({
      prepare: () => Stage.prepared((id) => Effect.sync(() => Stage.answered(id, ++sent > 6 ? refused : unanswered)))
    })
  )
})

test("D6: a broker that does not answer is waited for half a minute, however many orders are in doubt there", async () => {
  let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound(false)
  await Stage.play(
    Effect.gen(function* () {
      yield* inDoubt(9)
      shown = Effect.never
      const idle = yield* Effect.fork(Daemon.untilIdle)
      yield* TestClock.adjust("35 seconds")
      expect(Option.isSome(yield* Fiber.poll(idle))).toBe(true)
    }),
    Stage.layer({
      prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unanswered))),
      lookup: () => Effect.suspend(() => shown),
      order: () => Effect.suspend(() => shown)
    })
  )
})

test("D1: the positions reported at the end are those that something stops, not those that are ordered or owe too little", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      const commands = yield* Commands
      const scope = { _tag: "OneSymbol", symbol: Ticker.make("MSFT") } as const
      yield* commands.perform({
        id: "h",
        account: Stage.account,
        actor: "dana",
        reason: "news",
        command: { _tag: "Halt", scope }
      })
      yield* Effect.forkScoped(Daemon.run())
      yield* Stage.submit(
        Stage.trade("works", "1"),
        Stage.trade("small", "0.4", "KO"),
        Stage.trade("stopped", "2", "MSFT")
      )
      const idle = yield* Effect.fork(Daemon.untilIdle)
      const { positions } = yield* Stage.until(Fiber.poll(idle), Option.isSome).pipe(
        Effect.flatMap(() => Fiber.join(idle))
      )
      expect(positions.map(({ answer, symbol }) => ({ answer, symbol }))).toEqual([
        { answer: { _tag: "Halted" }, symbol: "MSFT" }
      ])
    })
  ))
