import { Client } from "@roundlot/api"
import { describe, expect, it } from "@effect/vitest"
import { profit } from "@roundlot/queries"
import { Accumulator, Instant, SourcePolicy } from "@roundlot/core"
import { Effect, Stream } from "effect"
import { createHash } from "node:crypto"
import * as scene from "../views/scene.ts"
import { ask, books, json, serving } from "./serving.ts"

/** AAPL is bought in dollars, SAP in euros. */
const inTwoCurrencies = Effect.gen(function* () {
  yield* scene.at(0)
  yield* scene.open()
  yield* scene.confirms("SAP", scene.main, "EUR")
  yield* scene.trade("t-1", "buy", "2")
  yield* scene.accepted(1)
  yield* scene.fills(1, { exec: "x1", quantity: "2", price: "150" })
  yield* scene.trade("t-2", "buy", "3", "SAP", "101")
  yield* scene.accepted(2)
  yield* scene.fills(2, { exec: "x2", symbol: "SAP", quantity: "3", price: "100" })
  return yield* serving
})

/** A trade comes in so many seconds after the first moment, when it was made. */
const comes = (sourceId: string, price: string, seconds: number) =>
  Effect.flatMap(Accumulator.Accumulator, (accumulator) =>
    accumulator.submit(
      scene.main,
      {
        ...scene.input(sourceId, "buy", "0.3", "AAPL", price),
        tradedAt: Instant.fromMillis(Date.parse(scene.second(seconds)))
      },
      SourcePolicy.anyAge
    )
  )

const EXPORT = "/api/v1/reports/profit/export?method=lifo"

/** The price that what is open is valued at, in a report up to a day. */
const priceOf = (to: string | undefined) =>
  Effect.flatMap(profit.rows({ account: "main", to, sums: true }), (rows) =>
    Effect.map(Stream.runCollect(rows), (all) => Array.from(all, ({ price }) => price)[0])
  )

describe("the report on profit", () => {
  it.scopedLive("LOT-10: sums are of one currency each, with what is open at the newest price", () =>
    Effect.gen(function* () {
      const api = yield* Client.make({ baseUrl: `http://127.0.0.1:${yield* inTwoCurrencies}` })
      const { items } = yield* api.overview.profit({ urlParams: { account: "main", sums: true } })
      expect(items.map(({ kind }) => kind)).toEqual(["symbol", "symbol", "day", "total", "day", "total"])
      expect(items).toMatchObject([
        { symbol: "AAPL", currency: "USD", quantity: "2", cost: "300", averageCost: "150", price: "150" },
        { symbol: "SAP", currency: "EUR", quantity: "3", cost: "300", marketValue: "300", turnover: "300" },
        { currency: "EUR", turnover: "300" },
        { currency: "EUR", marketValue: "300", unrealised: "0", unvalued: 0, turnover: "300" },
        { currency: "USD", turnover: "300" },
        { currency: "USD", marketValue: "300", unrealised: "0", unvalued: 0, turnover: "300" }
      ])
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "LOT-1: the API answers the rows, and exports the bytes with their hash, that the command line prints",
    () =>
      Effect.gen(function* () {
        const port = yield* inTwoCurrencies
        const rows = yield* profit.rows({ account: "main" })
        const items = Array.from(yield* Stream.runCollect(rows))
        expect(json(yield* ask(port, "/api/v1/reports/profit?account=main"))).toEqual({ items, nextCursor: null })
        const { headers, text, type } = yield* ask(port, EXPORT)
        expect(text).toBe(yield* Stream.mkString(profit.csvOf(yield* profit.rows({ method: "lifo" }))))
        expect(type).toBe("text/csv; charset=utf-8")
        expect(headers["repr-digest"]).toBe(`sha-256=:${createHash("sha256").update(text).digest("base64")}:`)
        const statuses = Effect.forEach(
          [
            `${EXPORT}&from=soon`,
            `${EXPORT}&asOf=soon`,
            "/api/v1/reports/profit?account=nobody",
            "/api/v1/reports/profit"
          ],
          (path) => Effect.map(ask(port, path), ({ status }) => status)
        )
        expect(yield* statuses).toEqual([400, 400, 404, 200])
        yield* scene.open([], scene.other)
        expect(json(yield* ask(port, EXPORT))).toMatchObject({ status: 400, field: "account" })
      }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "LOT-10: a period with an end is worth what its last fill was, whatever comes in later; else the newest price is",
    () =>
      Effect.gen(function* () {
        yield* scene.at(0)
        yield* scene.open()
        yield* scene.trade("t-1", "buy", "2")
        yield* scene.accepted(1)
        yield* scene.fills(1, { exec: "x1", quantity: "2", price: "150" })
        yield* scene.at(60)
        yield* comes("t-2", "180", 60)
        const to = scene.second(60).slice(0, 10)
        const before = [yield* priceOf(to), yield* priceOf(undefined)]
        yield* scene.at(3 * 86_400)
        yield* comes("t-3", "200", 3 * 86_400)
        expect([...before, yield* priceOf(to), yield* priceOf(undefined)]).toEqual(["150", "180", "150", "200"])
      }).pipe(Effect.provide(books))
  )
})
