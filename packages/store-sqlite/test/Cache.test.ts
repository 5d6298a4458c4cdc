import { assert, describe, it } from "@effect/vitest"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Books, Need } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { make } from "../src/internal/make.ts"
import { bare, store } from "./place.ts"
import { SampleRows as rows } from "@roundlot/testing"

const aboutTheOrder = () => rows.scope(Need.Need.OrderById({ id: 1 }))

const seen = (repository: TradeRepository.TradeRepositoryService) => rows.orderSeen(repository, aboutTheOrder())

const changing = (repository: TradeRepository.TradeRepositoryService, code: string) =>
  rows.changeOrder(repository, aboutTheOrder(), { code })

const stored = (file: string) =>
  Effect.map(bare(file), (db) => db.prepare<{ code: string }>(`SELECT "code" FROM roundlot_orders`).get()?.code)

const begun = Effect.gen(function* () {
  const { file, repository } = yield* store()
  yield* repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
  yield* seen(repository)
  return { file, repository }
})

describe("what a writer keeps between commits", () => {
  it.scoped("is what its own last commit made of it", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* begun
      yield* changing(repository, "one")
      assert.deepStrictEqual(yield* seen(repository), { code: "one", head: 2 })
      yield* changing(repository, "two")
      assert.deepStrictEqual(yield* seen(repository), { code: "two", head: 3 })
      assert.strictEqual(yield* stored(file), "two")
    })
  )

  it.scoped("is dropped when another process has written: planning sees that one's rows and heads", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* begun
      yield* changing(repository, "ours")
      const other = yield* make({ file })
      yield* changing(other, "theirs")
      assert.deepStrictEqual(yield* seen(repository), { code: "theirs", head: 3 })
      yield* changing(repository, "ours again")
      assert.deepStrictEqual(yield* seen(other), { code: "ours again", head: 4 })
      assert.deepStrictEqual([...(yield* repository.heads)], [["main", { seq: 4, hash: rows.hashAt("main", 4) }]])
    })
  )

  it.scoped("is dropped when a row was changed by hand, without an entry", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* begun
      const db = yield* bare(file)
      db.exec(`UPDATE roundlot_orders SET "code" = 'by hand'`)
      assert.deepStrictEqual(yield* seen(repository), { code: "by hand", head: 1 })
    })
  )

  it.scoped("is dropped when a commit fails: nothing of what failed is seen again", () =>
    Effect.gen(function* () {
      const { repository } = yield* begun
      const refused = repository.write(aboutTheOrder(), ({ books, heads }) => {
        const order = books.orders.get(1)
        if (order === undefined) throw new Error("the order is not there")
        books.orders.put({ ...order, code: "never", attempts: -1 })
        const journals = [rows.part("main", (heads.get("main")?.seq ?? 0) + 1)]
        return { _tag: "Planned", journals, changes: Books.changes(books), answer: undefined }
      })
      assert.strictEqual((yield* Effect.flip(refused))._tag, "ConstraintRefused")
      const before = yield* seen(repository)
      assert.strictEqual(before.head, 1)
      assert.notStrictEqual(before.code, "never")
    })
  )
})
