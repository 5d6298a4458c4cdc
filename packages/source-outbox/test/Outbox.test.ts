import { Decimal, Instant, Price, Quantity } from "@roundlot/core"
import { type TradeSource } from "@roundlot/core/adapter"
import type { SourceContract } from "@roundlot/testing"
import { Chunk, Effect, Fiber, Schedule, Stream } from "effect"
import { describe, expect, it } from "vitest"
import type { OutboxSource } from "../src/index.ts"
import { judge } from "../src/internal/position.ts"
import { ask, database, insert, outboxAt, transaction } from "./place.ts"

type Options = Partial<OutboxSource.OutboxConfig<never>>

const given = (symbol: string): SourceContract.Given => ({
  sourceId: "",
  symbol,
  side: "buy",
  quantity: Quantity.unsafe("0.1"),
  price: Price.unsafe("10.5"),
  tradedAt: Instant.fromMillis(1_700_000_000_000)
})

const rowsOf = (...symbols: ReadonlyArray<string>) => insert(symbols.map(given))

const idsOf = (deliveries: ReadonlyArray<TradeSource.Delivery>) =>
  deliveries.flatMap(({ trades }) => trades.map(({ sourceId, symbol }) => `${sourceId} ${symbol}`))

/** Reads from a cursor until so many trades have come; what came, where it stands, and what was rejected. */
const taken = (url: string, count: number, cursor?: string, options: Options = {}) =>
  Effect.gen(function* () {
    const { deliveries, rejected } = yield* outboxAt(url, { pollingInterval: "50 millis", ...options })
    let come = 0
    const all = yield* deliveries(cursor).pipe(
      Stream.takeUntil(({ trades }) => (come += trades.length) >= count),
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray)
    )
    const owners = all.flatMap(({ trades }) => trades.map(({ owner }) => owner))
    return { ids: idsOf(all), owners, cursor: all.at(-1)?.cursor ?? "", rejected }
  })

/** What a source that is followed from a cursor fails with. */
const failureOf = (url: string, cursor?: string, options: Options = {}) =>
  Effect.gen(function* () {
    const { deliveries } = yield* outboxAt(url, { pollingInterval: "50 millis", ...options })
    return yield* Effect.flip(Stream.runDrain(deliveries(cursor)))
  })

/** Ends once the source has looked at its table after now. */
const looked = (url: string) =>
  Effect.gen(function* () {
    const database = new URL(url).pathname.slice(1)
    const [row] = yield* ask(url, "SELECT clock_timestamp()::text AS now")
    const query = `SELECT FROM pg_stat_activity WHERE application_name = 'roundlot outbox' AND datname = '${database}'
      AND state = 'idle' AND xact_start IS NULL AND query_start > '${String(row?.["now"])}'`
    yield* Effect.repeat(ask(url, query), {
      until: (rows) => rows.length > 0,
      schedule: Schedule.spaced("20 millis")
    })
  })

/** Follows in the background; what has come so far, and an end to it. */
const following = (url: string, cursor?: string, options: Options = {}) =>
  Effect.gen(function* () {
    const come: Array<string> = []
    const outbox = yield* outboxAt(url, { pollingInterval: "50 millis", ...options })
    const fiber = yield* Effect.forkScoped(
      Stream.runForEach(outbox.deliveries(cursor), (delivery) =>
        Effect.sync(() => void come.push(...idsOf([delivery])))
      )
    )
    const until = (count: number) =>
      Effect.repeat(
        Effect.sync(() => come.length),
        { until: (length) => length >= count, schedule: Schedule.spaced("10 millis") }
      )
    return { ...outbox, come, until, fiber }
  })

const run = <A, E>(use: (at: { readonly app: string; readonly reader: string }) => Effect.Effect<A, E, Scope>) =>
  Effect.runPromise(Effect.scoped(Effect.timeout(Effect.flatMap(database, use), "100 seconds")))

type Scope = Effect.Effect.Context<typeof database>

describe("the order of transactions", () => {
  it("ACC-2: a row whose transaction commits after a later one's is not passed over, and comes once", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        const { come, until } = yield* following(reader)
        const [early, late] = [yield* transaction(app), yield* transaction(app)]
        yield* early.say(rowsOf("FIRST"))
        yield* late.say(rowsOf("SECOND"))
        yield* late.commit
        yield* looked(app)
        expect(come).toEqual([])
        yield* early.commit
        yield* until(2)
        expect(come).toEqual(["1 FIRST", "2 SECOND"])
      })
    ))

  it("ACC-2: a transaction that was older when it began to write, and took a higher id, is read in its place", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        const [older, newer] = [yield* transaction(app), yield* transaction(app)]
        yield* older.say("SELECT pg_current_xact_id()")
        yield* newer.say(rowsOf("NEWER"))
        yield* older.say(rowsOf("OLDER"))
        yield* newer.commit
        const { come, until } = yield* following(reader)
        yield* looked(app)
        expect(come).toEqual([])
        yield* older.commit
        yield* until(2)
        expect(come).toEqual(["2 OLDER", "1 NEWER"])
      })
    ))

  it("ACC-2: what was rolled back never comes, and what stands on comes after it", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        const undone = yield* transaction(app)
        yield* undone.say(rowsOf("UNDONE"))
        yield* undone.say("ROLLBACK")
        yield* ask(app, rowsOf("AAPL"))
        expect((yield* taken(reader, 1)).ids).toEqual(["2 AAPL"])
      })
    ))

  it("FILL-13: while an old transaction holds rows up it is not caught up, and grows older", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        const open = yield* transaction(app)
        yield* open.say("SELECT pg_current_xact_id()")
        yield* ask(app, rowsOf("AAPL"))
        const { ageMs, caughtUp, come } = yield* following(reader)
        // Longer than from one look to the next.
        yield* Effect.repeat(ageMs, { until: (age) => age > 1_000, schedule: Schedule.spaced("20 millis") })
        expect(yield* Effect.raceFirst(Effect.as(caughtUp, "caught up"), Effect.succeed("not yet"))).toBe("not yet")
        yield* open.commit
        yield* caughtUp
        expect(come).toEqual(["1 AAPL"])
        expect(yield* ageMs).toBeLessThan(1_000)
      })
    ))
})

describe("when it looks", () => {
  it("a notification wakes it, and none is needed", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        const woken = yield* following(reader, undefined, { pollingInterval: "1 hour" })
        yield* woken.caughtUp
        yield* ask(app, rowsOf("AAPL"))
        yield* woken.until(1)
        yield* ask(app, "DROP TRIGGER notify_roundlot ON trade_outbox", rowsOf("MSFT"))
        expect((yield* taken(reader, 2)).ids).toEqual(["1 AAPL", "2 MSFT"])
        const polling = yield* following(reader)
        yield* polling.caughtUp
        yield* ask(app, rowsOf("KO"))
        yield* polling.until(3)
      })
    ))

  it("ACC-2: a connection that is cut fails the stream, and another one goes on after the cursor", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, rowsOf("AAPL"))
        const { cursor } = yield* taken(reader, 1)
        const cut = yield* following(reader, cursor, { pollingInterval: "1 hour" })
        yield* cut.caughtUp
        yield* ask(
          app,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'roundlot outbox' AND datname = current_database()"
        )
        expect(yield* Effect.flip(Fiber.join(cut.fiber))).toMatchObject({ _tag: "OutboxUnavailable" })
        yield* ask(app, rowsOf("MSFT"))
        expect((yield* taken(reader, 1, cursor)).ids).toEqual(["2 MSFT"])
      })
    ))

  it("AUD-10: no failure says a password", () =>
    run(() =>
      Effect.gen(function* () {
        for (const url of ["postgres://u:hunter2@127.0.0.1:1/x", "postgres://u:hunter2@[nowhere/x", "hunter2"])
          expect(JSON.stringify(yield* failureOf(url))).not.toContain("hunter2")
      })
    ))
})

describe("what it may read", () => {
  it("SELECT is enough; ids that may not be looked at are said with the right that lacks", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, rowsOf("AAPL"))
        for (const change of [rowsOf("MSFT"), "DELETE FROM trade_outbox", "UPDATE trade_outbox SET side = 'sell'"])
          expect(yield* Effect.exit(ask(reader, change))).toMatchObject({ _tag: "Failure" })
        expect((yield* taken(reader, 1)).ids).toEqual(["1 AAPL"])
        yield* ask(app, `REVOKE SELECT ON SEQUENCE trade_outbox_id_seq FROM ${new URL(reader).username}`)
        expect((yield* failureOf(reader)).message).toContain("GRANT SELECT ON SEQUENCE public.trade_outbox_id_seq")
      })
    ))

  it("what is changed or deleted after it was read does not come again, but where its xid is set again", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, rowsOf("AAPL", "MSFT"))
        const { cursor } = yield* taken(reader, 2)
        yield* ask(
          app,
          "UPDATE trade_outbox SET symbol = 'KO' WHERE id = 1",
          "DELETE FROM trade_outbox WHERE id = 2",
          rowsOf("IBM")
        )
        const after = yield* taken(reader, 1, cursor)
        expect(after.ids).toEqual(["3 IBM"])
        yield* ask(app, "UPDATE trade_outbox SET xid = DEFAULT WHERE id = 1")
        expect((yield* taken(reader, 1, after.cursor)).ids).toEqual(["1 KO"])
      })
    ))

  it("ACC-4: a row that is no trade is kept with its id and reason, the others go on, and none goes on before it is kept", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(
          app,
          "ALTER TABLE trade_outbox ALTER symbol DROP NOT NULL",
          rowsOf("AAPL"),
          "INSERT INTO trade_outbox (symbol, side, quantity, price) VALUES (NULL, 'buy', 1, 1), ('NAN', 'buy', 'NaN', 1)",
          "INSERT INTO trade_outbox (symbol, side, quantity, traded_at) VALUES ('NEVER', 'buy', 1, 'infinity')",
          rowsOf("MSFT")
        )
        const { cursor, ids, rejected } = yield* taken(reader, 2)
        expect(ids).toEqual(["1 AAPL", "5 MSFT"])
        expect(rejected.map(({ place }) => place)).toEqual(["row 2", "row 3", "row 4"])
        expect(rejected[0]).toMatchObject({
          reason: expect.stringContaining("symbol"),
          raw: expect.stringContaining('"sourceId":"2"')
        })
        expect((yield* taken(reader, 2)).rejected.length).toBe(3)
        const full = yield* outboxAt(reader, { reject: () => Effect.dieMessage("the disk is full") })
        expect(yield* Effect.exit(Stream.runDrain(full.deliveries(undefined)))).toMatchObject({ _tag: "Failure" })
        yield* ask(app, rowsOf("KO"))
        expect((yield* taken(reader, 1, cursor)).rejected).toEqual([])
      })
    ))

  it("quantities and prices come as they stand, to the last digit", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(
          app,
          "INSERT INTO trade_outbox (symbol, side, quantity, price, traded_at) VALUES ('AAPL', 'sell', 123456789012345678.123456789012345678, 0.100, '2026-01-02 03:04:05.678901+02')"
        )
        const { deliveries } = yield* outboxAt(reader)
        const [trade] = (yield* Effect.flatten(Stream.runHead(deliveries(undefined)))).trades
        expect(
          trade && [
            Decimal.format(trade.quantity),
            trade.price && Decimal.format(trade.price),
            Instant.format(trade.tradedAt),
            trade.side
          ]
        ).toEqual(["123456789012345678.123456789012345678", "0.1", "2026-01-02T01:04:05.678901Z", "sell"])
      })
    ))
})

describe("an outside that contradicts itself", () => {
  it.each([
    ["ALTER TABLE trade_outbox ALTER quantity TYPE double precision", "quantity that is not exact"],
    ["ALTER TABLE trade_outbox ALTER price TYPE real", "price that is not exact"],
    ["ALTER TABLE trade_outbox ALTER traded_at TYPE timestamp", "traded_at without a time zone"],
    ["ALTER TABLE trade_outbox ALTER xid DROP NOT NULL", "xid that is not xid8 and not null"],
    ["ALTER TABLE trade_outbox DROP CONSTRAINT trade_outbox_pkey", "id that is not bigint, not null and unique"],
    ["ALTER TABLE trade_outbox RENAME side TO way", "has no column side"],
    ["DROP TABLE trade_outbox", "is not there"],
    ["ALTER TABLE trade_outbox ENABLE ROW LEVEL SECURITY", "may hide rows"],
    [
      "INSERT INTO pg_subscription_rel VALUES (1, 'trade_outbox'::regclass, 'r', NULL) -- as a subscription does",
      "is filled by a subscription"
    ]
  ])("after %s it is refused by name", (change, message) =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, change)
        expect((yield* failureOf(reader)).message).toContain(message)
      })
    )
  )

  it("columns may be called otherwise, and a trade be known by the app's own id", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(
          app,
          "ALTER TABLE trade_outbox RENAME side TO way",
          "ALTER TABLE trade_outbox ADD ref text",
          rowsOf("AAPL").replace("side", "way"),
          "UPDATE trade_outbox SET ref = 'r-1'"
        )
        expect((yield* taken(reader, 1, undefined, { columns: { side: "way", sourceId: "ref" } })).ids).toEqual([
          "r-1 AAPL"
        ])
      })
    ))

  it("C7: the owner of a trade is read where its column is named, and of a table without that column it is refused", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        const columns = { owner: "client" }
        yield* ask(app, rowsOf("AAPL"))
        expect((yield* failureOf(reader, undefined, { columns })).message).toContain("has no column client")
        yield* ask(app, "ALTER TABLE trade_outbox ADD client text", "UPDATE trade_outbox SET client = 'client-7'")
        expect((yield* taken(reader, 1, undefined, { columns })).owners).toEqual(["client-7"])
        expect((yield* taken(reader, 1)).owners).toEqual([undefined])
      })
    ))

  it("ACC-2: ids that begin again are refused, with what to set them to, and read once they are ahead", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, rowsOf("AAPL", "MSFT"))
        const { cursor } = yield* taken(reader, 2)
        const { fiber } = yield* following(reader, cursor)
        yield* ask(app, "TRUNCATE trade_outbox RESTART IDENTITY", rowsOf("KO"))
        expect((yield* Effect.flip(Fiber.join(fiber))).message).toContain("RESTART WITH 3")
        expect((yield* failureOf(reader, cursor)).message).toContain("2 was taken in, and its ids are at 1")
        yield* ask(app, "DELETE FROM trade_outbox", "ALTER TABLE trade_outbox ALTER id RESTART WITH 3", rowsOf("KO"))
        expect((yield* taken(reader, 1, cursor)).ids).toEqual(["3 KO"])
      })
    ))

  it("ACC-2: another table under the name is refused, also while it is followed, and read from its beginning once it is accepted", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, rowsOf("AAPL", "MSFT"))
        const { cursor } = yield* taken(reader, 2)
        const { fiber } = yield* following(reader, cursor)
        yield* ask(
          app,
          "CREATE TABLE restored (LIKE trade_outbox INCLUDING ALL)",
          "INSERT INTO restored OVERRIDING SYSTEM VALUE SELECT * FROM trade_outbox",
          "DROP TABLE trade_outbox; ALTER TABLE restored RENAME TO trade_outbox",
          `GRANT SELECT ON trade_outbox, restored_id_seq TO ${new URL(reader).username}`
        )
        expect(yield* Effect.flip(Fiber.join(fiber))).toHaveProperty("_tag")
        const refused = yield* failureOf(reader, cursor)
        expect(refused).toMatchObject({ _tag: "AnotherTable" })
        const accept = "found" in refused ? refused.found : ""
        expect(yield* failureOf(reader, cursor, { accept: `${accept}0` })).toMatchObject({ _tag: "AnotherTable" })
        const again = yield* taken(reader, 2, cursor, { accept })
        expect(again.ids).toEqual(["1 AAPL", "2 MSFT"])
        yield* ask(
          app,
          "INSERT INTO trade_outbox OVERRIDING SYSTEM VALUE SELECT 3, DEFAULT, 'KO', 'buy', 1, 1, now()".replace(
            "DEFAULT",
            "pg_current_xact_id()"
          ),
          "SELECT setval('restored_id_seq', 3)"
        )
        expect((yield* taken(reader, 1, again.cursor)).ids).toEqual(["3 KO"])
      })
    ))

  it("ACC-2: rows of transactions that the server has not had are refused, and read once their xid is their own", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, rowsOf("AAPL"), "UPDATE trade_outbox SET xid = '1000000000000'")
        expect(yield* failureOf(reader)).toMatchObject({ _tag: "ForeignTransactions" })
        yield* ask(app, "UPDATE trade_outbox SET xid = DEFAULT")
        expect((yield* taken(reader, 1)).ids).toEqual(["1 AAPL"])
      })
    ))

  it("ACC-2: a server that was put back to an old copy of its disk is read once more, and none is passed over once its numbers catch up", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, rowsOf("AAPL"))
        const { cursor } = yield* taken(reader, 1)
        const position: { readonly xid: string } = JSON.parse(cursor)
        const ahead = JSON.stringify({ ...position, xid: String(BigInt(position.xid) + 1_000_000n) })
        yield* ask(app, rowsOf("MSFT"))
        expect((yield* taken(reader, 2, ahead)).ids).toEqual(["1 AAPL", "2 MSFT"])
      })
    ))

  it("ACC-2: a replica that is behind the cursor is waited for", () => {
    const place = "1/2/3"
    const position = { place, timeline: 1, xid: 20n, id: 5n, top: 5n }
    const standing = { place, timeline: 1, isReplica: true, oldest: 20n, lastId: 4n }
    expect(judge(position, standing, "t")).toMatchObject({ left: { _tag: "ServerBehind", taken: "20", oldest: "20" } })
    expect(judge(position, { ...standing, oldest: 21n, lastId: 5n }, "t")).toMatchObject({ right: position })
  })

  it("ACC-2: a row that says it is of an older transaction than it is is named, and read once its xid is its own", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, rowsOf("AAPL"))
        const { cursor } = yield* taken(reader, 1)
        yield* ask(
          app,
          "INSERT INTO trade_outbox (xid, symbol, side, quantity) VALUES ('5', 'MSFT', 'buy', 1)",
          rowsOf("KO")
        )
        const failure = yield* failureOf(reader, cursor)
        expect(failure).toMatchObject({ _tag: "PassedOver", row: "2" })
        yield* ask(app, "UPDATE trade_outbox SET xid = DEFAULT WHERE id = 2")
        expect((yield* taken(reader, 2, cursor)).ids).toEqual(["3 KO", "2 MSFT"])
      })
    ))

  it("ACC-2: after a failover every row is read once more, those before the cursor too", () =>
    run(({ app, reader }) =>
      Effect.gen(function* () {
        yield* ask(app, rowsOf("AAPL", "MSFT"))
        const { cursor } = yield* taken(reader, 2)
        const elsewhere = JSON.stringify({ ...JSON.parse(cursor), timeline: 99 })
        const again = yield* taken(reader, 2, elsewhere)
        expect(again.ids).toEqual(["1 AAPL", "2 MSFT"])
        expect(again.cursor).toBe(cursor)
      })
    ))

  it("a cursor of another way of following is refused", () =>
    run(({ reader }) =>
      Effect.gen(function* () {
        expect((yield* failureOf(reader, "17")).message).toContain("came by another way, up to 17")
      })
    ))
})
