import { assert, describe, it } from "@effect/vitest"
import { JobContract } from "@roundlot/testing"
import { Effect, Redacted } from "effect"
import { make } from "../src/internal/make.ts"
import { database } from "./place.ts"

describe("jobs in Postgres", () => {
  for (const { expected, name, run } of JobContract.clauses) {
    it.scopedLive(`SYNC-9: ${name}`, () =>
      Effect.gen(function* () {
        const url = Redacted.make(yield* database)
        assert.deepStrictEqual(yield* run({ one: yield* make({ url }), two: yield* make({ url }) }), expected)
      })
    )
  }
})
