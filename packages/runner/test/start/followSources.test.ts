import { assert, describe, it } from "@effect/vitest"
import { Account, AccountName, Commands, Instant, Quantity, Reads, Trade } from "@roundlot/core"
import { Id, TradeSource } from "@roundlot/core/adapter"
import { Health, Payload } from "@roundlot/core/ledger"
import { Config, ConfigProvider, Effect, Fiber, Ref, Stream, TestClock } from "effect"
import type { Followed, OwnSource } from "@roundlot/daemon/configuration"
import { following } from "@roundlot/daemon"
import type { Settings } from "../../src/settings/Settings.ts"
import * as Engine from "../engine/Engine.ts"
import { bareWith } from "../settings/bare.ts"

const desk = AccountName.AccountName.make("desk")

const settingsOf = (follow: OwnSource, account: AccountName.AccountName = desk): Settings => {
  const settings = bareWith({ sources: new Map([["venue", follow]]) })
  const sources = new Map([["venue", { account, suffixes: [".x"] }]])
  return {
    ...settings,
    configuration: { ...settings.configuration, sources },
    config: ConfigProvider.fromMap(new Map([["VENUE_KEY", "k"]]), { pathDelim: "_" })
  }
}

/** A trade of a source that claims to be another one's. */
const tradeOf = (sourceId: number) =>
  Trade.input({
    source: "proposed:somebody",
    sourceId: String(sourceId),
    symbol: "AAPL.x",
    side: "buy",
    quantity: Quantity.unsafe("0.25"),
    batch: { id: Id.BatchId.make(1), line: 1 },
    tradedAt: Instant.fromMillis(0)
  })

/** A venue that has as many trades as is said, and is asked from a cursor on. */
const venue = (has: Ref.Ref<number>, asked: Array<string | undefined>): Followed => ({
  deliveries: (cursor) =>
    Stream.fromIterableEffect(
      Effect.map(Ref.get(has), (count) => {
        asked.push(cursor)
        return Array.from({ length: count }, (_, index) => index + 1)
          .filter((number) => number > Number(cursor ?? "0"))
          .map((number) => ({
            cursor: String(number),
            ...TradeSource.delivered([{ trades: [tradeOf(number)], bytes: `fill ${number}` }], {
              contentType: "text/plain"
            })
          }))
      })
    ),
  ageMs: Effect.succeed(0)
})

/** Follows what is configured, for accounts that are driven here. */
const caughtUpOf = (settings: Settings) =>
  Effect.flatMap(
    following.sourcesFor([desk], settings, () => undefined),
    (sources) => following.followSources(sources, settings)
  )

const opened = Effect.flatMap(Commands.Commands, (commands) =>
  commands.setAccount(desk, { ...Account.defaultSettings, broker: "house" }, "test")
)

const trades = Reads.all(Trade.TradeTable)

/** How the part of the source is. */
const part = Effect.map(
  Effect.flatMap(Health.Health, ({ all }) => all),
  (parts) => parts.find((each) => each.part === "source venue of desk")
)

describe("a source that a configuration brings", () => {
  it.scoped(
    "ACC-2: is asked again from its newest cursor when its stream has ended, and writes under its own name",
    () =>
      Effect.gen(function* () {
        yield* opened
        const has = yield* Ref.make(2)
        const asked: Array<string | undefined> = []
        const caughtUp = yield* caughtUpOf(settingsOf(Effect.succeed(venue(has, asked))))
        yield* caughtUp
        assert.deepStrictEqual(asked, [undefined])
        yield* Ref.set(has, 3)
        yield* TestClock.adjust("5 seconds")
        yield* Engine.until(trades, (taken) => taken.length === 3)
        assert.deepStrictEqual(asked, [undefined, "2"])
        const taken = yield* trades
        assert.deepStrictEqual(
          taken.map(({ source, sourceId, symbol }) => [source, sourceId, symbol]),
          [1, 2, 3].map((number) => ["venue", String(number), "AAPL"])
        )
        const kept = yield* Reads.all(Payload.PayloadTable)
        assert.deepStrictEqual(
          kept.map(({ bytes }) => new TextDecoder().decode(bytes)),
          ["fill 1\n", "fill 2\n", "fill 3\n"]
        )
        assert.isTrue((yield* part)?.isWell)
      }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped(
    "FILL-13: that fails or breaks is failing by its name, is opened again, and is well once it has delivered",
    () =>
      Effect.gen(function* () {
        yield* opened
        const has = yield* Ref.make(1)
        let attempt = 0
        const broken: OwnSource = Effect.gen(function* () {
          attempt += 1
          if (attempt === 1) return yield* Effect.fail({ reason: "an error of any shape" })
          if (attempt === 2) return yield* Effect.die(new Error("a fault of the source\nand its second line"))
          if (attempt === 3) return { ...venue(has, []), deliveries: () => Stream.dieMessage("in the middle") }
          if (attempt === 4) return yield* Effect.interrupt
          return venue(has, [])
        })
        const caughtUp = yield* caughtUpOf(settingsOf(broken))
        assert.include((yield* Effect.flip(caughtUp)).message, "source venue failed")
        const details: Array<string | undefined> = []
        for (const wait of ["0 seconds", "1 second", "2 seconds"] as const) {
          yield* TestClock.adjust(wait)
          details.push((yield* part)?.detail)
        }
        assert.deepStrictEqual(details, ["reason an error of any shape", "a fault of the source", "in the middle"])
        yield* TestClock.adjust("4 seconds")
        assert.include((yield* part)?.detail, "Interrupted")
        yield* TestClock.adjust("8 seconds")
        yield* Engine.until(trades, (taken) => taken.length === 1)
        yield* Engine.until(part, (seen) => seen?.isWell === true)
      }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("reads its variables from the environment and the env file, as they were settled", () =>
    Effect.gen(function* () {
      yield* opened
      const has = yield* Ref.make(0)
      const read: Array<string> = []
      const key = Effect.map(Config.string("VENUE_KEY"), (said) => void read.push(said))
      const keyed: OwnSource = Effect.map(key, () => ({
        ...venue(has, []),
        deliveries: () => Stream.drain(Stream.fromEffect(key))
      }))
      yield* Effect.flatten(caughtUpOf(settingsOf(keyed)))
      assert.deepStrictEqual(read, ["k", "k"])
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("for an account that is not driven here is refused by its place", () =>
    Effect.gen(function* () {
      const other = AccountName.AccountName.make("dusk")
      const settings = settingsOf(Effect.never, other)
      const refused = yield* Effect.flip(caughtUpOf(settings))
      assert.include(refused.message, "sources.venue.account")
      assert.include(refused.message, "'dusk' is not known. Did you mean 'desk'?")
    }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped(
    "that stays connected and says that it has caught up is waited for no longer, and its lines are given",
    () =>
      Effect.gen(function* () {
        yield* opened
        const connected: Followed = {
          deliveries: () => Stream.never,
          ageMs: Effect.succeed(0),
          caughtUp: Effect.delay(Effect.succeed(["look there"]), "1 minute")
        }
        const fiber = yield* Effect.fork(yield* caughtUpOf(settingsOf(Effect.succeed(connected))))
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual((yield* Fiber.poll(fiber))._tag, "None")
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* Fiber.join(fiber), ["look there"])
      }).pipe(Effect.provide(Engine.layer))
  )

  it.scoped("that stays connected has not caught up, and is let go when the daemon ends", () =>
    Effect.gen(function* () {
      yield* opened
      const closed = yield* Ref.make(false)
      const connected: OwnSource = Effect.as(
        Effect.addFinalizer(() => Ref.set(closed, true)),
        { deliveries: () => Stream.never, ageMs: Effect.succeed(0) }
      )
      const waiting = yield* Effect.scoped(
        Effect.gen(function* () {
          const caughtUp = yield* caughtUpOf(settingsOf(connected))
          const fiber = yield* Effect.fork(caughtUp)
          yield* TestClock.adjust("1 hour")
          return yield* Fiber.poll(fiber)
        })
      )
      assert.strictEqual(waiting._tag, "None")
      assert.isTrue(yield* Ref.get(closed))
    }).pipe(Effect.provide(Engine.layer))
  )
})
