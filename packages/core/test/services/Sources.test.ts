import { Effect, Either } from "effect"
import { expect, test } from "vitest"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import { CursorTable } from "../../src/records/Cursor.ts"
import { TradeTable } from "../../src/records/Trade.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Sources from "../../src/services/Sources.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import * as Stage from "./Stage.ts"

const venue = { name: "venue", policy: SourcePolicy.plain }

const trade = (id: string) => ({ ...Stage.trade(id, "0.1"), source: "venue" })

/** Hands over a trade, and says what became of it, or where the source had come to. */
const handOver = (id: string, cursor?: string, after?: string) =>
  Effect.map(
    Effect.either(Sources.takePushed(Stage.account, venue, { trades: [trade(id)], cursor, after })),
    Either.match({
      onRight: (results) => results.map(({ _tag }) => _tag).join(),
      onLeft: (error) => (error._tag === "OutOfOrder" ? `after ${error.cursor}` : error._tag)
    })
  )

const taken = Effect.map(Reads.all(TradeTable), (trades) => trades.map(({ sourceId }) => sourceId))
const cursor = Effect.map(Reads.all(CursorTable), ([at]) => at?.cursor)

test("ACC-4: what a source hands over follows what it handed over before, or nothing of it is taken", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      expect(yield* handOver("b", "2", "1")).toBe("after undefined")
      expect(yield* handOver("a", "1")).toBe("Accepted")
      expect(yield* handOver("c", "3", "2")).toBe("after 1")
      expect(yield* handOver("b", "2", "1")).toBe("Accepted")
      expect(yield* handOver("z", "1")).toBe("after 2")
      expect([yield* taken, yield* cursor]).toEqual([["a", "b"], "2"])
    })
  ))

test("ACC-1: the same again, of which no answer came, counts once; what was added to it is taken", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      expect(yield* handOver("a", "1")).toBe("Accepted")
      expect(yield* handOver("a", "1")).toBe("Duplicate")
      expect(yield* handOver("b", "1")).toBe("Accepted")
      expect([yield* taken, yield* cursor]).toEqual([["a", "b"], "1"])
    })
  ))

test("one without cursors is taken at once, and leaves where its source has come to", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* handOver("a", "1")
      expect(yield* handOver("x")).toBe("Accepted")
      expect(yield* handOver("b", "2", "1")).toBe("Accepted")
      expect([yield* taken, yield* cursor]).toEqual([["a", "x", "b"], "2"])
    })
  ))

test("a delivery that was long in coming does not set back what came after it", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      const accumulator = yield* Accumulator
      const context = yield* Effect.context<Accumulator | Ledger | TradeRepository>()
      // Its sender gives it up, hands it over again and goes on, before its trades are taken.
      const overtaken = Effect.provide(Effect.zipRight(handOver("a", "1"), handOver("b", "2", "1")), context)
      const slow: typeof accumulator = {
        ...accumulator,
        submitMany: (...given) => Effect.zipRight(overtaken, accumulator.submitMany(...given))
      }
      expect(yield* Effect.provideService(handOver("a", "1"), Accumulator, slow)).toBe("Duplicate")
      expect(yield* cursor).toBe("2")
    })
  ))
