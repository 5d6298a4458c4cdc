import { assert, describe, it } from "@effect/vitest"
import { SampleRows as rows } from "@roundlot/testing"
import { Takeover } from "@roundlot/store-sql"
import { Effect } from "effect"
import { side } from "../src/side.ts"
import { store } from "./place.ts"

describe("a store that is retired while a process has it open", () => {
  it.scoped("takes nothing in any more, and stays readable", () =>
    Effect.gen(function* () {
      const { file, repository } = yield* store()
      yield* repository.write(rows.scope(), rows.writing([], [rows.part("main", 1)]))
      yield* Effect.scoped(
        Effect.flatMap(side(file), (own) =>
          Takeover.retire(own, own, "a copy took over", { lose: 0, replaceCopy: false })
        )
      )
      const late = repository.write(rows.scope(), rows.writing([], [rows.part("main", 2)]))
      assert.deepInclude(yield* Effect.flip(late), { _tag: "StoreUnavailable", problem: "not_active" })
      assert.strictEqual((yield* repository.heads).get("main")?.seq, 1)
    })
  )
})
