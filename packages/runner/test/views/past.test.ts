import { Instant, type AccountName } from "@roundlot/core"
import { Books, Table, TradeRepository } from "@roundlot/core/adapter"
import { AsOf, Feed } from "@roundlot/core/ledger"
import { orders, past, positions } from "@roundlot/queries"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as scene from "./scene.ts"

/** Every row of the domain tables, payloads' bytes aside: those a fold of the journal does not have. */
const rows = Effect.gen(function* () {
  const repository = yield* TradeRepository.TradeRepository
  return yield* Effect.forEach(Table.domainTables, (table) =>
    repository.page({
      table,
      where: [],
      orderBy: Books.tables[table].key,
      descending: false,
      after: undefined,
      limit: 1000
    })
  )
})

const newest = Effect.map(Feed.newestRow, (row) => row?.position ?? 0)

const owner: Effect.Effect<AccountName.AccountName> = Effect.succeed(scene.main)

const failure = (asOf: string) => scene.messageOf(past.seen(asOf, owner, orders.show("O1")))

describe("the books as of an earlier moment", () => {
  it.effect("every row at a position of the feed is what it was when that was the newest", () =>
    Effect.gen(function* () {
      const kept: Array<{ readonly position: number; readonly standing: unknown }> = []
      yield* scene.playedIn(
        Effect.gen(function* () {
          kept.push({ position: yield* newest, standing: yield* rows })
        })
      )
      expect(kept.length).toBeGreaterThan(10)
      for (const { position, standing } of kept) {
        const { repository } = yield* AsOf.books({ position }, [scene.main])
        expect(yield* Effect.provideService(rows, TradeRepository.TradeRepository, repository)).toStrictEqual(standing)
      }
    }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect("an order and a position are shown as they stood, by position and by time, and today as they are", () =>
    Effect.gen(function* () {
      yield* scene.played
      const show = (asOf: string | undefined) => past.seen(asOf, owner, orders.show("O1"))
      const today = yield* show(undefined)
      expect(today).not.toHaveProperty("asOf")
      expect(yield* show(String(yield* newest))).toMatchObject(today)
      const sent = yield* show(scene.second(1))
      expect(sent).toMatchObject({ status: "submitted", filledQuantity: "0", asOf: { at: scene.second(1) } })
      expect(Object.keys(sent).toSorted()).toEqual([...Object.keys(today), "asOf"].toSorted())
      expect(yield* show(scene.second(2))).toMatchObject({ status: "filled", averagePrice: "150.18" })
      expect(yield* show(scene.second(3))).toMatchObject({ status: "filled", averagePrice: "150.12" })
      const position = yield* past.seen(scene.second(0), owner, positions.show("AAPL"))
      expect(position).toMatchObject({
        target: "1.2",
        hedged: "0",
        inFlight: "1",
        next: { answer: { code: "OrderLive" } }
      })
      expect(position.lots.map(({ sourceId }) => sourceId)).toEqual(["t-3"])
    }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect("a moment that the books do not know, and one before the record, are refused by name", () =>
    Effect.gen(function* () {
      yield* scene.played
      const last = yield* newest
      expect(yield* failure(String(last + 1))).toBe(
        `position ${last + 1} does not exist: the feed has positions 1 to ${last}`
      )
      expect(yield* failure(scene.second(60))).toContain("is in the future")
      expect(yield* failure("yesterday")).toContain("is not a feed position, and is neither a date nor")
      expect(yield* failure("1")).toContain("order O1 does not exist")
      expect(yield* failure("2001-01-01")).toContain("order O1 does not exist")
    }).pipe(Effect.provide(scene.inMemory))
  )

  it.effect("nothing of the past can be written back", () =>
    Effect.gen(function* () {
      yield* scene.played
      const before = yield* rows
      const { repository } = yield* AsOf.books({ time: Instant.make(0n) }, [scene.main])
      const written = yield* Effect.either(
        repository.write({ commitId: "late", needs: [] }, ({ heads }) => ({
          _tag: "Planned",
          journals: [],
          changes: [],
          answer: heads.get("main")
        }))
      )
      expect(Either.map(written, ({ answer }) => answer)).toEqual(Either.right(undefined))
      expect(yield* rows).toStrictEqual(before)
    }).pipe(Effect.provide(scene.inMemory))
  )
})
