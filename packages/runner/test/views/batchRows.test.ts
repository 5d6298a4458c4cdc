import type { Documents } from "@roundlot/api"
import { MemoryRepository } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { counts, TradeStanding } from "@roundlot/core/ledger"
import { batchResults, type listing } from "@roundlot/queries"
import { SampleRows as rows } from "@roundlot/testing"
import { assert, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"

const books = Layer.orDie(MemoryRepository.layerMemory)

const reasons = [null, ...TradeStanding.tradeReasons]

/** A trade for each status and reason that one may have, on every second line of a file. */
const trades = (["pending", "failed", "accumulated", "completed"] as const)
  .flatMap((status) =>
    (status === "pending" || status === "failed" ? reasons : [null]).map((reason) => ({ status, reason }))
  )
  .map((standing, at) => ({
    ...rows.trade,
    ...standing,
    id: at + 1,
    sourceId: `row ${at}`,
    batchId: 1,
    batchLine: 2 + 2 * at
  }))

const countOf = (place: counts.RowPlace): number =>
  trades.filter(({ reason, status }) => counts.placeOf({ status, reason: reason ?? undefined }) === place).length

const rejectedRows = [5, 3].map((line) => ({ line, column: "quantity", value: "x", reason: "is not a decimal" }))

/** More rows were rejected than are kept with their places. */
const REJECTED = rejectedRows.length + 3

const batch = {
  ...rows.batch,
  ...Object.fromEntries(counts.rowPlaces.map((place) => [place, countOf(place)])),
  failed: countOf("failed") + REJECTED,
  total: trades.length + REJECTED,
  rejected: REJECTED,
  rejectedRows: JSON.stringify(rejectedRows)
}

const written = Effect.flatMap(TradeRepository.TradeRepository, (repository) =>
  repository.write(
    rows.scope(),
    rows.writing([
      rows.inserting("accounts", rows.account),
      rows.inserting("batches", batch),
      rows.inserting("trades", ...trades)
    ])
  )
)

const read = (asked: batchResults.RowFilters) => batchResults.rows("G1", asked)

/** All rows of a question, page by page. */
const paged = (asked: batchResults.RowFilters) =>
  Effect.gen(function* () {
    const items: Array<Documents.BatchRowDocument> = []
    let cursor: string | undefined
    do {
      const page: listing.ListDocument<Documents.BatchRowDocument> = yield* read({ ...asked, cursor })
      items.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return items
  })

it.effect("BAT-3: the rows of each count of a batch's progress are those that count there, and together all", () =>
  Effect.gen(function* () {
    yield* written
    const whole = yield* read({ limit: 500, count: true })
    assert.deepStrictEqual(whole.count, { kind: "exactly", rows: trades.length + rejectedRows.length })
    const lines = whole.items.map(({ line }) => line)
    assert.deepStrictEqual(
      lines,
      lines.toSorted((a, b) => a - b)
    )
    for (const place of counts.rowPlaces) {
      const { count, items } = yield* read({ limit: 500, status: place, count: true })
      assert.deepStrictEqual(
        items,
        whole.items.filter(({ counts_as: counted }) => counted === place)
      )
      assert.deepStrictEqual(count, { kind: "exactly", rows: items.length })
    }
    const rejected = yield* read({ status: "rejected", count: true })
    expect(rejected).toMatchObject({
      items: [
        { line: 3, status: "rejected", counts_as: "failed", trade: null, reason: 'quantity "x" is not a decimal' },
        { line: 5 }
      ],
      nextCursor: null,
      count: { kind: "exactly", rows: 2 }
    })
  }).pipe(Effect.provide(books))
)

it.effect("BAT-3: pages of rows of any size come to all of them, and a cursor holds for its rows only", () =>
  Effect.gen(function* () {
    yield* written
    for (const status of [undefined, ...counts.rowPlaces, "rejected"]) {
      const whole = (yield* read({ limit: 500, status })).items
      for (const limit of [1, 2, 3, 7]) assert.deepStrictEqual(yield* paged({ limit, status }), whole)
    }
    const { nextCursor } = yield* read({ limit: 1, status: "failed" })
    expect(yield* Effect.flip(read({ limit: 1, cursor: nextCursor ?? "" }))).toMatchObject({ _tag: "BadCursor" })
    expect(yield* Effect.flip(read({ status: "lost" }))).toMatchObject({ _tag: "BadFilter", filter: "status" })
  }).pipe(Effect.provide(books))
)
