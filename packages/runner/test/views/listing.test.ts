import { Decimal, Trade } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { allocations, fills, journal, listing, orders, positions, totals as sums, trades } from "@roundlot/queries"
import { expect, it } from "@effect/vitest"
import { Effect, Encoding, FastCheck } from "effect"
import * as scene from "./scene.ts"

/** All items of a list, page by page. */
const paged = <D, R>(
  list: (options: listing.ListOptions) => Effect.Effect<listing.ListDocument<D>, listing.ListError, R>,
  options: listing.ListOptions
) =>
  Effect.gen(function* () {
    const items: Array<D> = []
    const sizes: Array<number> = []
    let cursor: string | undefined
    do {
      const page: listing.ListDocument<D> = yield* list({ ...options, cursor })
      items.push(...page.items)
      sizes.push(page.items.length)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return { items, sizes }
  })

it.effect("pages of any size, from either end, come to the whole list, and the last one says so", () =>
  Effect.gen(function* () {
    yield* scene.played
    const whole = (yield* trades.list({ limit: 0 })).items
    expect(whole).toHaveLength(6)
    for (const limit of [1, 2, 3, 4, 6, 7]) {
      const oldest = yield* paged(trades.list, { limit })
      expect(oldest.items).toEqual(whole)
      expect(oldest.sizes).toHaveLength(Math.ceil(6 / limit))
      const newest = yield* paged(trades.list, { limit, order: "newest" })
      expect(newest.items).toEqual(whole.toReversed())
    }
    const three = yield* paged(positions.list, { limit: 1 })
    expect(three.items.map(({ symbol }) => symbol)).toEqual(["AAPL", "KO", "MSFT"])
  }).pipe(Effect.provide(scene.inMemory))
)

it.effect("a page that keeps little of much ends with a cursor: together they are what is kept of the whole list", () =>
  Effect.gen(function* () {
    yield* scene.played
    let looked = 0
    const keep = (batch: ReadonlyArray<Trade.Trade>) => {
      looked += batch.length
      return Effect.succeed(batch.filter(({ symbol }) => symbol === "KO"))
    }
    const kept = (mostLooked: number | undefined, options: listing.ListOptions) =>
      Effect.map(
        listing.collect({ table: Trade.TradeTable, anyOf: [[]], keep, mostLooked }, options),
        ({ records, ...page }) => ({ items: records, ...page })
      )
    const whole = yield* kept(undefined, {})
    expect([whole.items.length, looked]).toEqual([1, 6])
    looked = 0
    const page = yield* kept(2, { limit: 5 })
    expect([page.items.length, looked]).toEqual([0, 2])
    const parts = yield* paged((options) => kept(2, options), { limit: 5 })
    expect(parts.items).toEqual(whole.items)
    // All of a list that is read at once is no page.
    expect((yield* kept(2, { limit: 0 })).items).toEqual(whole.items)
  }).pipe(Effect.provide(scene.inMemory))
)

const exactly = (rows: number) => ({ kind: "exactly", rows })

const ofThird = (options: listing.ListOptions) => allocations.list({ ...options, tradeId: "T3" })

it.effect("a list of two conditions is paged like one", () =>
  Effect.gen(function* () {
    yield* scene.played
    const whole = (yield* ofThird({})).items
    expect(whole.map(({ kind }) => kind)).toEqual(["order", "net"])
    expect((yield* paged(ofThird, { limit: 1 })).items).toEqual(whole)
    expect((yield* paged(ofThird, { limit: 1, order: "newest" })).items).toEqual(whole.toReversed())
  }).pipe(Effect.provide(scene.inMemory))
)

const sumOf = (items: ReadonlyArray<Decimal.Decimal>): string => Decimal.format(items.reduce(Decimal.add, Decimal.zero))

const exact = (text: string | null): Decimal.Decimal => Decimal.unsafe(text ?? "0")

it.effect("totals are the exact sums of all rows that the filters find, by side", () =>
  Effect.gen(function* () {
    yield* scene.played
    for (const filters of [{}, { symbol: "AAPL" }, { side: "sell" }]) {
      const all = (yield* trades.list({ ...filters, limit: 0 })).items
      const totals = yield* trades.totals(filters)
      expect(totals).toMatchObject({ count: exactly(all.length), summed: all.length })
      for (const side of ["buy", "sell"] as const) {
        const own = all.filter((trade) => trade.side === side)
        const priced = own.map(({ price, quantity }) => Decimal.multiply(exact(quantity), exact(price)))
        const amount = sumOf(priced)
        expect(totals[side]).toEqual({
          rows: own.length,
          quantity: sumOf(own.map(({ quantity }) => exact(quantity))),
          filledQuantity: null,
          notional: own.length === 0 ? [] : [{ currency: "USD", amount }],
          unpriced: own.filter(({ price }) => price === null).length
        })
      }
      const sent = (yield* orders.list({ ...filters, limit: 0 })).items
      const summed = yield* orders.totals(filters)
      expect(summed.count).toEqual(exactly(sent.length))
      for (const side of ["buy", "sell"] as const) {
        const own = sent.filter((order) => order.side === side)
        expect(summed[side]).toMatchObject({
          rows: own.length,
          quantity: sumOf(own.map(({ quantity }) => exact(quantity))),
          filledQuantity: own.length === 0 ? null : sumOf(own.map(({ filledQuantity }) => exact(filledQuantity)))
        })
      }
    }
  }).pipe(Effect.provide(scene.inMemory))
)

it.effect("totals of fills are of the revisions that count, with their commissions by currency", () =>
  Effect.gen(function* () {
    yield* scene.played
    yield* scene.costs("x1.0", "0.35")
    for (const filters of [{}, { symbol: "AAPL" }, { side: "sell" }, { canonical: false }]) {
      const all = (yield* fills.list({ ...filters, limit: 0 })).items.filter(({ canonical }) => canonical)
      const totals = yield* fills.totals(filters)
      expect(totals).toMatchObject({ count: exactly(all.length), summed: all.length })
      for (const side of ["buy", "sell"] as const) {
        const own = all.filter((fill) => fill.side === side)
        expect(totals[side]).toMatchObject({
          rows: own.length,
          quantity: sumOf(own.map(({ quantity }) => exact(quantity))),
          unpriced: own.filter(({ price, quantity }) => price === null && quantity !== "0").length
        })
      }
      const known = all.flatMap(({ commission }) => (commission === null ? [] : [exact(commission)]))
      const sums = known.length === 0 ? [] : [{ currency: "USD", amount: sumOf(known) }]
      expect(totals).toMatchObject({ commission: sums, withoutCommission: all.length - known.length })
    }
    expect((yield* fills.list({ canonical: false })).items).not.toEqual([])
    expect(sums.totalsText(yield* fills.totals({}))).toMatch(
      /^2 rows\.\nBuy 1 shares, .*\nCommission 0\.35 USD; missing for 1$/
    )
  }).pipe(Effect.provide(scene.inMemory))
)

it.effect(
  "totals of more than 1,000 rows are those of the first in the order that is asked for, and say of how many",
  () =>
    Effect.gen(function* () {
      yield* scene.played
      const repository = yield* TradeRepository.TradeRepository
      const many = { kind: "about", rows: 1_000_000 } as const
      /** Each page is full of its first row. */
      const large = TradeRepository.TradeRepository.of({
        ...repository,
        count: () => Effect.succeed(many),
        page: (query) =>
          Effect.map(repository.page(query), (rows) =>
            rows.slice(0, 1).flatMap((row) => Array.from({ length: query.limit }, () => row))
          )
      })
      const summedIn = (order: string) =>
        Effect.provideService(trades.totals({ order }), TradeRepository.TradeRepository, large)
      // Two pages are read: of the trades of 0.3 and 0.5 AAPL, or of those of 2 KO and 1.5 MSFT.
      const oldest = yield* summedIn("oldest")
      expect(oldest).toMatchObject({ count: many, summed: 1_000, buy: { rows: 1_000, quantity: "400" } })
      const newest = yield* summedIn("newest")
      expect(newest).toMatchObject({ count: many, summed: 1_000, buy: { rows: 1_000, quantity: "1750" } })
      expect(sums.totalsText(newest)).toMatch(/^First 1000 of about 1000000 rows\.\nBuy 1750 shares/)
    }).pipe(Effect.provide(scene.inMemory))
)

const entriesIn = (filters: journal.JournalFilters) =>
  Effect.map(journal.list({ limit: 1, count: true, ...filters }), (page) => page.count)

it.effect(
  "a page says how many there are in all where that is asked for, whichever page it is and whoever judges the rows",
  () =>
    Effect.gen(function* () {
      yield* scene.played
      expect(yield* trades.list({ limit: 2 })).not.toHaveProperty("count")
      const first = yield* trades.list({ limit: 2, count: true })
      const second = yield* trades.list({ limit: 4, count: true, cursor: first.nextCursor ?? "" })
      expect([first.count, second.count]).toEqual([exactly(6), exactly(6)])
      expect((yield* trades.list({ limit: 1, count: true, symbol: "KO" })).count).toEqual(exactly(1))
      expect((yield* ofThird({ limit: 1, count: true })).count).toEqual(exactly(2))
      const sold = yield* fills.list({ side: "sell" })
      const bought = yield* fills.list({ side: "buy", limit: 1, count: true })
      const all = yield* fills.list({ limit: 1, count: true })
      expect(bought.count?.rows).toBe((all.count?.rows ?? 0) - sold.items.length)
      expect(bought.items).toHaveLength(1)
      const entries = (yield* journal.list({ limit: 0 })).items
      const planned = entries.filter(({ tag }) => tag === "TradeAccepted")
      expect(yield* entriesIn({})).toEqual(exactly(entries.length))
      expect(yield* entriesIn({ account: "MAIN" })).toEqual(
        exactly(entries.filter((each) => each.account === "main").length)
      )
      expect(yield* entriesIn({ tag: "TradeAccepted" })).toEqual(exactly(planned.length))
      expect(planned.length).toBeGreaterThan(1)
    }).pipe(Effect.provide(scene.inMemory))
)

it.effect("a cursor of another list or order, or one that was tampered with, is refused", () =>
  Effect.gen(function* () {
    yield* scene.played
    const cursor = (yield* trades.list({ limit: 1 })).nextCursor ?? ""
    const bad = [
      "",
      "x",
      `${cursor} `,
      `${cursor}=`,
      Encoding.encodeBase64Url('["trades","oldest"]'),
      Encoding.encodeBase64Url('["trades","oldest","1"]'),
      Encoding.encodeBase64Url('["trades","oldest",1,2]'),
      Encoding.encodeBase64Url('["trades", "oldest",1]'),
      Encoding.encodeBase64Url('["trades","oldest",1.5]'),
      (yield* positions.list({ limit: 1 })).nextCursor ?? ""
    ]
    for (const each of bad) {
      const error = yield* Effect.flip(trades.list({ cursor: each }))
      expect(error).toMatchObject({ _tag: "BadCursor", list: "trades", cursor: each })
    }
    const turned = yield* Effect.flip(trades.list({ cursor, order: "newest" }))
    expect(turned._tag).toBe("BadCursor")
    expect(turned.message).toContain("is not a cursor of this list of trades")
  }).pipe(Effect.provide(scene.inMemory))
)

it.effect("no text makes a list of cursors fail otherwise than by name", () =>
  Effect.gen(function* () {
    yield* scene.played
    const texts = FastCheck.sample(FastCheck.string({ unit: "binary" }), { numRuns: 60, seed: 7 })
    for (const cursor of texts) {
      const error = yield* Effect.flip(trades.list({ cursor }))
      expect(error._tag).toBe("BadCursor")
    }
  }).pipe(Effect.provide(scene.inMemory))
)
