import { Effect, Either, TestClock } from "effect"
import { expect, test } from "vitest"
import type { Ledger } from "../../src/ledger/Ledger.ts"
import type { TradeRepository } from "../../src/ports/TradeRepository.ts"
import { defaultSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import { CursorTable } from "../../src/records/Cursor.ts"
import { TradeTable } from "../../src/records/Trade.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import { Commands } from "../../src/services/Commands.ts"
import { Health } from "../../src/services/Health.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Sources from "../../src/services/Sources.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const venue = { name: "venue", policy: SourcePolicy.plain }

const trade = (id: string) => ({ ...Stage.trade(id, "0.1"), source: "venue" })

/** Hands over a trade, and says what became of it, or where the source had come to. */
const handOver = (id: string, cursor?: string, after?: string) =>
  Effect.map(
    Effect.either(
      Sources.takePushed(Stage.account, venue, [trade(id)], cursor === undefined ? undefined : { cursor, after })
    ),
    Either.match({
      onRight: (results) => results.map(({ _tag }) => _tag).join(),
      onLeft: (error) => (error._tag === "OutOfOrder" ? `after ${error.cursor}` : error._tag)
    })
  )

/** An account gets a delivery without trades. */
const given = (account: AccountName) =>
  Effect.either(Sources.takePushed(account, venue, [], { cursor: "1", after: undefined }))

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

test("ACC-2: the same again, of which no answer came, counts once; what was added to it is taken", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      expect(yield* handOver("a", "1")).toBe("Accepted")
      expect(yield* handOver("a", "1")).toBe("Duplicate")
      expect(yield* handOver("b", "1")).toBe("Accepted")
      expect([yield* taken, yield* cursor]).toEqual([["a", "b"], "1"])
    })
  ))

test("ACC-2: a program that dies before the trades are taken leaves the cursor where it was", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      const dies = { ...(yield* Accumulator), submitMany: () => Effect.die("killed") }
      yield* Effect.exit(Effect.provideService(handOver("a", "1"), Accumulator, dies))
      expect(yield* cursor).toBeUndefined()
    })
  ))

test("each account has a cursor of its own, and one that is not in the books has none", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      const other = AccountName.make("other")
      expect(yield* given(other)).toMatchObject({ left: { _tag: "UnknownAccount" } })
      yield* Effect.flatMap(Commands, (commands) => commands.setAccount(other, defaultSettings, "test"))
      yield* given(other)
      expect(yield* handOver("b", "2", "1")).toBe("after undefined")
      expect(yield* handOver("a", "1")).toBe("Accepted")
    })
  ))

test("its trades are its own, of no batch and no proposal, whatever they say; old ones are held one by one", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* TestClock.setTime(3 * 86_400_000)
      yield* Stage.opened()
      const said = { ...trade("a"), source: "elsewhere", tradedAt: Instant.fromMillis(0) }
      yield* Sources.takePushed(Stage.account, venue, [said])
      const trades = yield* Reads.all(TradeTable)
      expect(trades.map(({ reason, source, status }) => ({ reason, source, status }))).toEqual([
        { reason: "TooOld", source: "venue", status: "pending" }
      ])
    })
  ))

test("one whose cursor does not move for long is silent, which health says until it moves", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      const health = yield* Health
      const standing = Effect.map(health.all, (parts) =>
        parts.filter(({ part }) => part.startsWith("source ")).map(({ detail, isWell }) => (isWell ? "well" : detail))
      )
      yield* handOver("a", "1")
      yield* TestClock.adjust("1 hour")
      yield* Effect.forkScoped(Sources.watchPushed(Stage.account, "venue", 600_000))
      yield* TestClock.adjust("9 minutes")
      expect(yield* standing).toEqual(["well"])
      yield* TestClock.adjust("90 seconds")
      expect(yield* standing).toEqual([expect.stringContaining("no message for 6")])
      yield* handOver("b", "2", "1")
      yield* TestClock.adjust("15 seconds")
      expect(yield* standing).toEqual(["well"])
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
      expect(yield* Effect.provideService(handOver("a", "1"), Accumulator, slow)).toBe("after 2")
      expect(yield* cursor).toBe("2")
    })
  ))
