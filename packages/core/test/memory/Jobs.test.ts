import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { JobContract } from "@roundlot/testing"

describe("jobs in memory", () => {
  it.each(JobContract.clauses)("SYNC-9: $name", async ({ expected, run }) => {
    const repository = MemoryRepository.make(MemoryStore.make())
    expect(await Effect.runPromise(Effect.scoped(run({ one: repository, two: repository })))).toEqual(expected)
  })
})
