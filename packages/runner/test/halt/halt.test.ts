import { AccountName, Clock, Commands, Decimal, Order, Position, Reads, Roundlot, Trade } from "@roundlot/core"
import { Entropy, TradeRepository } from "@roundlot/core/adapter"
import { Attempt } from "@roundlot/core/ledger"
import { PostgresStore } from "@roundlot/store-postgres"
import { SqliteStore } from "@roundlot/store-sqlite"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted, Schema } from "effect"
import { databases } from "../cli/database.ts"
import { buys, child, desk, HEADER, until as untilSo } from "../cli/roundlot.ts"

/** `ROUNDLOT_BURST=10000` is the burst of the acceptance; a smaller one shows the same in less time. */
const told = process.env["ROUNDLOT_BURST"]
const SYMBOLS = [
  ..."AAPL ABBV ABT ADBE AMD AMZN AVGO AXP BA BAC C CAT COST CRM CSCO CVX DIS F GE GM".split(" "),
  ..."GOOGL GS HD IBM INTC JNJ JPM KO MA MCD META MSFT NFLX NKE NVDA ORCL PEP PFE PG T".split(" ")
]
const GROUPS = 10
const account = AccountName.AccountName.make("paper")

const Requests = Schema.Struct({ items: Schema.Array(Schema.Struct({ operation: Schema.String })) })
const Items = Schema.Struct({ items: Schema.Array(Schema.Unknown) })

/** Many small trades of many symbols, so that orders go out all the while. */
const burst = (name: string, trades: number) =>
  [
    HEADER,
    ...Array.from(
      { length: trades },
      (_, i) => `${name}${i},2026-01-02T15:00:00Z,${SYMBOLS[i % SYMBOLS.length]},buy,0.2,100`
    ),
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

const { ask, fresh } = databases()

/** Where the books are, and how many groups a reader of them finds: on Postgres several may be one row of the feed. */
const places = [
  {
    on: "SQLite",
    trades: Number(told ?? 3_000),
    address: (): Promise<string | undefined> => Promise.resolve(undefined),
    storeAt: (store: string) => SqliteStore.layer({ file: store.slice("sqlite:".length) }),
    groups: () => feedEnd
  },
  {
    on: "Postgres",
    trades: Number(told ?? 1_000),
    address: fresh,
    storeAt: (store: string) => PostgresStore.layer({ url: Redacted.make(store) }),
    groups: (store: string) =>
      Effect.promise(async () => Number((await ask(store, "SELECT count(*) AS n FROM roundlot_ops_commits"))[0]?.["n"]))
  }
]

const books = (store: ReturnType<(typeof places)[number]["storeAt"]>) =>
  Roundlot.layer.pipe(Layer.provideMerge(Layer.mergeAll(store, Clock.layerAlwaysOpen, Entropy.layerSecure)))

describe("halt, from another process", () => {
  it.live.each(places)(
    "during a burst and a running import, on $on: answered within ten groups, nothing starts after it; resumed, all is worked off in order",
    ({ address, groups, storeAt, trades }) =>
      Effect.flatMap(Effect.promise(address), (at) => {
        const { cli, file, json, place, store } = desk(at)
        const placings = async () =>
          Schema.decodeUnknownSync(Requests)(await json("exchange", "requests", "--limit", "0")).items.filter(
            ({ operation }) => operation === "place"
          ).length
        return Effect.gen(function* () {
          const daemon = child(["start", ...place])
          yield* Effect.promise(() => daemon.says(/Running/))
          const importing = child(["trades", "import", file("burst.csv", burst("a", trades / 2)), "--store", store])
          const commands = yield* Commands.Commands
          yield* until(Effect.map(attempts, (count) => count > 20))
          const before = yield* groups(store)
          const answer = yield* commands.perform({
            id: "halt-in-a-burst",
            account,
            actor: "test",
            reason: "a burst",
            command: { _tag: "Halt", scope: { _tag: "Everything" } }
          })
          const after = yield* groups(store)
          const begun = yield* attempts
          const placed = yield* Effect.promise(placings)
          assert.strictEqual(answer._tag, "Done")
          assert.deepInclude(yield* Effect.promise(() => importing.ended), { code: 0 })
          // Intake goes on while nothing is sent.
          const more = yield* Effect.promise(() => cli("trades", "import", file("more.csv", burst("b", trades / 2))))
          assert.deepInclude(more, { code: 0 })
          assert.strictEqual((yield* Reads.first(Trade.TradeTable, { descending: true }))?.id, trades)
          assert.strictEqual(yield* attempts, begun, "an attempt began after the halt was answered")
          assert.strictEqual(yield* Effect.promise(placings), placed, "an order arrived after the halt was answered")
          const submitting = yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: ["submitting"] }] })
          assert.deepStrictEqual(submitting, [])
          // One row for the group of the halt itself, in the store's journal.
          assert.isAtMost(after - before - 1, GROUPS)
          yield* Effect.promise(() => cli("resume", "--all", "--reason", "over", "--yes"))
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
        }).pipe(
          Effect.provide(books(storeAt(store))),
          Effect.provide(Logger.replace(Logger.defaultLogger, Logger.none))
        )
      }),
    240_000
  )

  it("with the daemon dead, in mid-send: says so, puts what was on its way in doubt, and nothing starts until resumed", async () => {
    const { cli, file, json, place, wait } = desk()
    const count = async (...words: ReadonlyArray<string>) => {
      const { items } = Schema.decodeUnknownSync(Items)(await json(...words, "--limit", "0"))
      return items.length
    }
    const held = { id: "held", when: {}, do: { delay: { ms: 3_600_000 } } }
    expect(await cli("trades", "import", file("1.csv", buys(["a", "1"])))).toMatchObject({ code: 0 })
    expect(await cli("exchange", "instruct", JSON.stringify(held))).toMatchObject({ code: 0 })
    // Without its stream only the answer that is held back can tell it of the order.
    const daemon = child(["start", ...place, "--no-stream"])
    await untilSo(async () => (await count("exchange", "orders")) === 1)
    daemon.signal("SIGKILL")
    await daemon.ended
    const halted = await cli("halt", "--reason", "the daemon died")
    expect(halted).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Halted: all accounts; O1: submission completed, or unconfirmed\./)
    })
    expect(await json("orders", "list")).toMatchObject({ items: [{ id: "O1", status: "in_doubt" }] })
    wait(30_000)
    expect(await cli("trades", "import", file("2.csv", buys(["b", "2"])))).toMatchObject({ code: 0 })
    // What is in doubt is asked for while trading is halted: that sends nothing.
    expect(await cli("start", "--until-idle")).toMatchObject({ code: 3, out: expect.stringContaining("Halted") })
    expect(await json("orders", "list")).toMatchObject({ items: [{ id: "O1", status: "filled" }] })
    expect(await count("attempts", "list")).toBe(1)
    expect(await cli("resume", "--all", "--reason", "over", "--yes")).toMatchObject({ code: 0 })
    expect(await cli("start", "--until-idle")).toMatchObject({ code: 0 })
    expect(await json("positions", "list")).toMatchObject({ items: [{ hedged: "3", residual: "0" }] })
    expect(await count("exchange", "orders")).toBe(2)
    expect(await json("audit")).toMatchObject({ ok: true })
  })
})
