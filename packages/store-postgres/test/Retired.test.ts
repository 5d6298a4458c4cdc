import { assert, describe, it } from "@effect/vitest"
import { SampleRows as rows } from "@roundlot/testing"
import { Copy, Takeover } from "@roundlot/store-sql"
import { Effect, Fiber, Redacted } from "effect"
import { side } from "../src/side.ts"
import { asking, store } from "./place.ts"

const accepted = { lose: 0, replaceCopy: false, unreachable: false }

describe("a database that is retired while processes have it open", () => {
  it.scopedLive("waits for the writes under way; later ones keep nothing, and it stays readable", () =>
    Effect.gen(function* () {
      const { repository, url } = yield* store()
      const writing = (seq: number) => repository.write(rows.scope(), rows.writing([], [rows.part("main", seq)]))
      yield* writing(1)
      const own = yield* side({ url: Redacted.make(url) })
      const { url: target } = yield* store()
      const copy = yield* side({ url: Redacted.make(target) })
      yield* Copy.copy(own, copy, { through: () => Effect.void, reached: () => Effect.void })
      // A write under way, as far as its locks go.
      yield* own.ask("BEGIN")
      const other = yield* side({ url: Redacted.make(url) })
      yield* own.ask(`SELECT 1 AS one FROM roundlot_heads FOR UPDATE`)
      const retiring = yield* Effect.fork(Takeover.retire(other, copy, "a copy took over", accepted))
      yield* Effect.repeat(asking(url, `SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock'`), {
        until: (waiting) => waiting.length > 0
      })
      const late = yield* Effect.fork(Effect.flip(writing(2)))
      yield* own.ask("COMMIT")
      yield* Fiber.join(retiring)
      assert.deepInclude(yield* Fiber.join(late), { _tag: "StoreUnavailable", problem: "not_active" })
      assert.deepInclude(yield* Effect.flip(writing(2)), { _tag: "StoreUnavailable", problem: "not_active" })
      assert.strictEqual((yield* repository.heads).get("main")?.seq, 1)
    })
  )
})
