import {
  AccountName,
  Attempt,
  Clock,
  Commands,
  Decimal,
  Entropy,
  Order,
  Position,
  Reads,
  Roundlot,
  Trade,
  TradeRepository
} from "@roundlot/core"
import { SqliteStore } from "@roundlot/store-sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import { rmSync } from "node:fs"
import { child, desk, HEADER } from "../cli/roundlot.ts"

/** `ROUNDLOT_BURST=10000` is the burst of the acceptance; a smaller one shows the same in less time. */
const TRADES = Number(process.env["ROUNDLOT_BURST"] ?? 3_000)
const SYMBOLS = 40
const GROUPS = 10
const account = AccountName.AccountName.make("paper")

/** Many small trades of many symbols, so that orders go out all the while. */
const burst = (name: string) =>
  [
    HEADER,
    ...Array.from({ length: TRADES / 2 }, (_, i) => `${name}${i},2026-01-02T15:00:00Z,SYM${i % SYMBOLS},buy,0.2,100`),
    ""
  ].join("\n")

/** The last of what a reader of the feed has seen: one row for each account that a group touched. */
const feedEnd = Effect.gen(function* () {
  const repository = yield* TradeRepository.TradeRepository
  let position = 0
  for (;;) {
    const last = (yield* repository.feed(position, 1_000)).at(-1)
    if (last === undefined) return position
    position = last.position
  }
})

const attempts = Effect.map(Reads.first(Attempt.AttemptTable, { descending: true }), (newest) => newest?.id ?? 0)

/** Asks until it is so, without holding the thread. */
const until = <E, R>(isSo: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(Effect.delay(isSo, "20 millis"), { until: (so) => so })

const books = (file: string) =>
  Roundlot.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(SqliteStore.layer({ file }), Clock.layerAlwaysOpen, Entropy.layerSecure))
  )

describe("halt, from another process", () => {
  it.live(
    "during a burst and a running import: answered within ten groups, nothing starts after it; resumed, all is worked off in order",
    () => {
      const { cli, file, folder, json, store } = desk()
      const path = store.slice("sqlite:".length)
      return Effect.gen(function* () {
        const daemon = child(["start", "--store", store])
        yield* Effect.promise(() => daemon.says(/Running/))
        const importing = child(["trades", "import", file("burst.csv", burst("a")), "--store", store])
        const commands = yield* Commands.Commands
        yield* until(Effect.map(attempts, (count) => count > 20))
        const before = yield* feedEnd
        const answer = yield* commands.perform({
          id: "halt-in-a-burst",
          account,
          actor: "test",
          reason: "a burst",
          command: { _tag: "Halt", scope: { _tag: "Everything" } }
        })
        const after = yield* feedEnd
        const begun = yield* attempts
        assert.strictEqual(answer._tag, "Done")
        assert.deepInclude(yield* Effect.promise(() => importing.ended), { code: 0 })
        // Intake goes on while nothing is sent.
        const more = yield* Effect.promise(() => cli("trades", "import", file("more.csv", burst("b"))))
        assert.deepInclude(more, { code: 0 })
        assert.strictEqual((yield* Reads.first(Trade.TradeTable, { descending: true }))?.id, TRADES)
        assert.strictEqual(yield* attempts, begun, "an attempt began after the halt was answered")
        const submitting = yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: ["submitting"] }] })
        assert.deepStrictEqual(submitting, [])
        // One row for the group of the halt itself, in the store's journal.
        assert.isAtMost(after - before - 1, GROUPS)
        yield* Effect.promise(() => cli("resume", "--reason", "over"))
        daemon.signal("SIGTERM")
        yield* Effect.promise(() => daemon.ended)
        assert.strictEqual((yield* Effect.promise(() => cli("start", "--until-idle"))).code, 0)
        const orders = yield* Reads.all(Order.OrderTable)
        const sent = orders.filter(({ attempts: tries }) => tries > 0)
        assert.isTrue(sent.every(({ status }) => status === "filled"))
        for (const symbol of new Set(sent.map((order) => order.symbol))) {
          const times = sent.filter((order) => order.symbol === symbol).map((order) => order.sentAt ?? 0n)
          assert.deepStrictEqual(
            times,
            times.toSorted((a, b) => (a < b ? -1 : 1))
          )
        }
        const positions = yield* Reads.all(Position.PositionTable)
        assert.isTrue(positions.every(({ residual }) => Decimal.isLess(Decimal.abs(residual), Decimal.unsafe("1"))))
        assert.deepInclude(yield* Effect.promise(() => json("audit")), { ok: true })
        rmSync(folder, { recursive: true, force: true })
      }).pipe(Effect.provide(books(path)), Effect.provide(Logger.replace(Logger.defaultLogger, Logger.none)))
    },
    240_000
  )
})
