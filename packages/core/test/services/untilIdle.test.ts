import { Effect, Fiber, Option, TestClock } from "effect"
import { expect, test } from "vitest"
import { OrderTable } from "../../src/records/Order.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import * as Daemon from "../../src/services/Daemon.ts"
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
