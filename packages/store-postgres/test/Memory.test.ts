import { assert, describe, it } from "@effect/vitest"
import { AccountName } from "@roundlot/core"
import { Need, type TradeRepository } from "@roundlot/core/adapter"
import { SampleRows as rows } from "@roundlot/testing"
import { Effect, Redacted } from "effect"
import { make } from "../src/internal/make.ts"
import { asking, store } from "./place.ts"

const aboutTheOrder = () => ({ ...rows.scope(Need.Need.OrderById({ id: 1 })), accounts: ["main"] })

const seen = (repository: TradeRepository.TradeRepositoryService) => rows.orderSeen(repository, aboutTheOrder())

const changing = (repository: TradeRepository.TradeRepositoryService, code: string, attempts?: number) =>
  rows.changeOrder(repository, aboutTheOrder(), attempts === undefined ? { code } : { code, attempts })

const begun = Effect.gen(function* () {
  const { repository, url } = yield* store()
  yield* repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))
  yield* seen(repository)
  return { repository, url }
})

/** Another process appends to a journal. */
const elsewhere = (url: string, journal: string, seq: number) =>
  Effect.flatMap(make({ url: Redacted.make(url) }), (other) =>
    other.write(rows.scope(), rows.writing([], [rows.part(journal, seq)]))
  )

/** What is remembered has been compared with all journals once. */
const besideOthers = Effect.gen(function* () {
  const { repository, url } = yield* begun
  yield* elsewhere(url, "second", 1)
  yield* seen(repository)
  yield* changing(repository, "ours")
  return { repository, url }
})

const BY_HAND = `UPDATE roundlot_orders SET "code" = 'by hand'`

/** What is seen when somebody changed the order by hand, and another process then appended to a journal. */
const codeAfter = (repository: TradeRepository.TradeRepositoryService, url: string, journal: string, seq: number) =>
  Effect.gen(function* () {
    yield* asking(url, BY_HAND)
    yield* elsewhere(url, journal, seq)
    return (yield* seen(repository)).code
  })

describe("what a process remembers of its last write", () => {
  it.scopedLive("is what that write made of it, and is not read again", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* begun
      yield* changing(repository, "one")
      assert.deepStrictEqual(yield* seen(repository), { code: "one", head: 2 })
      yield* asking(url, BY_HAND)
      assert.deepStrictEqual(yield* seen(repository), { code: "one", head: 2 })
      assert.deepStrictEqual(yield* seen(yield* make({ url: Redacted.make(url) })), { code: "by hand", head: 2 })
    })
  )

  it.scopedLive("is forgotten when another process has committed to its account", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* begun
      yield* changing(repository, "ours")
      const other = yield* make({ url: Redacted.make(url) })
      yield* changing(other, "theirs")
      assert.deepStrictEqual(yield* seen(repository), { code: "theirs", head: 3 })
      yield* changing(repository, "ours again")
      assert.deepStrictEqual(yield* seen(other), { code: "ours again", head: 4 })
    })
  )

  it.scopedLive("stays when others commit to other accounts, and is forgotten when they commit to its own", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* besideOthers
      assert.strictEqual(yield* codeAfter(repository, url, "second", 2), "ours")
      yield* changing(yield* make({ url: Redacted.make(url) }), "theirs")
      assert.strictEqual((yield* seen(repository)).code, "theirs")
    })
  )

  it.scopedLive("is forgotten when others have written to the store's own journal, which is about all", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* besideOthers
      assert.strictEqual(yield* codeAfter(repository, url, AccountName.STORE, 1), "by hand")
    })
  )

  it.scopedLive("holds no absence that any journal may end: what was not there is looked for again", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* besideOthers
      const absent = { ...rows.scope(Need.Need.OrderByClientId({ clientOrderId: "unknown" })), accounts: ["main"] }
      yield* rows.orderSeen(repository, absent)
      assert.strictEqual(yield* codeAfter(repository, url, "second", 2), "by hand")
    })
  )

  it.scopedLive("is forgotten when a write fails: nothing of what failed is seen again", () =>
    Effect.gen(function* () {
      const { repository } = yield* begun
      assert.strictEqual((yield* Effect.flip(changing(repository, "never", -1)))._tag, "ConstraintRefused")
      const before = yield* seen(repository)
      assert.strictEqual(before.head, 1)
      assert.notStrictEqual(before.code, "never")
    })
  )

  it.scopedLive("of writes at the same time one has it, and all of them are kept", () =>
    Effect.gen(function* () {
      const { repository } = yield* begun
      const codes = Array.from({ length: 12 }, (_, i) => `code ${i}`)
      yield* Effect.forEach(codes, (code) => changing(repository, code), { concurrency: "unbounded" })
      const after = yield* seen(repository)
      assert.strictEqual(after.head, 1 + codes.length)
      assert.include(codes, after.code)
    })
  )
})
