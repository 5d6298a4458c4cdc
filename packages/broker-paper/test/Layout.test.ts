import { describe, expect, it } from "@effect/vitest"
import { Decimal, Instant, Price } from "@roundlot/core"
import { Sqlite } from "@roundlot/sqlite"
import { Deferred, Effect, Fiber, Stream } from "effect"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { account, freshFile, send, terms } from "./setup.ts"

/** What layout 3 changed, undone: the file as a program of layout 2 has it. */
const UNDONE = `
ALTER TABLE orders DROP COLUMN goodTill;
DROP INDEX orders_working;
CREATE INDEX orders_working ON orders (symbol, number) WHERE status IN ('new', 'partially_filled');
CREATE INDEX orders_limit ON orders (symbol, number) WHERE limitPrice IS NOT NULL;
UPDATE events SET body = json_remove(body, '$.goodTill') WHERE kind = 'order';
PRAGMA user_version = 2;`

const on = <A>(file: string, use: (database: Sqlite.Database) => A): A => Sqlite.using(file, {}, use)

/** The columns and indexes of a file, and its version. */
const shapeOf = (file: string) =>
  on(file, (database) => [
    Sqlite.scalar(database, "PRAGMA user_version")(),
    database.prepare("SELECT name FROM pragma_table_info('orders') ORDER BY name").all(),
    database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name").all()
  ])

/** A file of layout 2 with a filled order and one that works, as its program has left it; and the shape of a new one. */
const before = Effect.gen(function* () {
  const file = yield* freshFile
  yield* Effect.scoped(
    Effect.gen(function* () {
      const broker = PaperBroker.make(yield* Exchange.make({ file }), account)
      yield* send(broker, terms())
      yield* send(broker, terms({ type: "limit", limitPrice: Price.unsafe("140") }))
    })
  )
  const shape = shapeOf(file)
  on(file, (database) => database.exec(UNDONE))
  return { file, shape }
})

const statuses = (exchange: Exchange.ExchangeService) =>
  Effect.map(exchange.orders, (orders) => orders.map(({ goodTill, status }) => [status, goodTill]))

describe("a file of the layout before", () => {
  it.scoped("keeps its orders and what it says of them, and takes orders that are good till a time", () =>
    Effect.gen(function* () {
      const { file, shape } = yield* before
      const exchange = yield* Exchange.make({ file })
      expect(shapeOf(file)).toEqual(shape)
      const broker = PaperBroker.make(exchange, account)
      const goodTill = Instant.fromMillis(60_000)
      yield* send(broker, terms({ type: "limit", limitPrice: Price.unsafe("130"), timeInForce: "gtd", goodTill }))
      expect(yield* statuses(exchange)).toEqual([
        ["filled", null],
        ["new", null],
        ["new", goodTill]
      ])
      yield* exchange.instruct({ id: "p", do: { price: { symbol: "AAPL", price: "139" } } })
      const fills = (yield* exchange.fills).map(({ price }) => Decimal.format(price))
      expect(fills).toEqual(["150", "139"])
    })
  )

  it.scoped("says again what a program of then has said of an order", () =>
    Effect.gen(function* () {
      const { file } = yield* before
      const exchange = yield* Exchange.make({ file })
      const broker = PaperBroker.make(exchange, account)
      const heard = yield* Effect.fork(Stream.runHead(broker.updates ?? Stream.empty))
      while (!(yield* exchange.requests).some(({ operation }) => operation === "stream")) yield* Effect.yieldNow()
      yield* exchange.instruct({ id: "again", do: { duplicateEvent: {} } })
      expect(yield* Fiber.join(heard)).toMatchObject({ value: { report: { _tag: "OrderSeen", rawStatus: "new" } } })
    })
  )

  it.live("is brought to the new one once, by the first of several that open it", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { file, shape } = yield* before
        const other = Sqlite.open(file)
        other.exec("BEGIN IMMEDIATE")
        const begun = yield* Deferred.make<void>()
        const opening = Effect.zipRight(Deferred.succeed(begun, undefined), Exchange.make({ file }))
        const all = yield* Effect.fork(Effect.all([opening, opening, opening], { concurrency: "unbounded" }))
        yield* Deferred.await(begun)
        other.exec("COMMIT")
        other.close()
        for (const exchange of yield* Fiber.join(all)) {
          expect(yield* statuses(exchange)).toEqual([
            ["filled", null],
            ["new", null]
          ])
        }
        expect(shapeOf(file)).toEqual(shape)
      })
    )
  )
})
