import { assert, describe, it } from "@effect/vitest"
import { SampleRows as rows } from "@roundlot/testing"
import { Copy, Takeover } from "@roundlot/store-sql"
import { Effect } from "effect"
import { side } from "../src/side.ts"
import { store } from "./place.ts"

const accepted = { lose: 0, replaceCopy: false, unreachable: false }

const unseen: Copy.Watch = { through: () => Effect.void, reached: () => Effect.void }

describe("a store that is retired while a process has it open", () => {
  it.scoped("takes nothing in any more, and stays readable", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 1)]))
      yield* Effect.gen(function* () {
        const [own, copy] = yield* Effect.all([side(file), side(`${file}.copy`)])
        yield* Copy.copy(own, copy, unseen)
        yield* Takeover.retire(own, copy, "a copy took over", accepted)
      }).pipe(Effect.scoped)
      const late = repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)]))
      assert.deepInclude(yield* Effect.flip(late), { _tag: "StoreUnavailable", problem: "not_active" })
      assert.strictEqual((yield* repository.heads).get("main")?.seq, 1)
    })
  )
})
