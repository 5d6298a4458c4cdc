import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { JobContract } from "@roundlot/testing"
import { Effect } from "effect"
import { make } from "../src/internal/make.ts"
import { folder } from "./place.ts"

describe("jobs in SQLite", () => {
  for (const { expected, name, run } of JobContract.clauses) {
    it.scopedLive(`SYNC-9: ${name}`, () =>
      Effect.gen(function* () {
        const file = join(yield* folder, "roundlot.db")
        assert.deepStrictEqual(yield* run({ one: yield* make({ file }), two: yield* make({ file }) }), expected)
      })
    )
  }
})
