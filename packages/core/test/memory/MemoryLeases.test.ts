import { Effect, TestClock, TestContext } from "effect"
import { describe, expect, it } from "vitest"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { LeaseContract } from "@roundlot/testing"

describe("leases of a store in memory", () => {
  it.each(LeaseContract.clauses)("$name", async ({ expected, run }) => {
    const ground = { repository: MemoryRepository.make(MemoryStore.make()), pass: (ms: number) => TestClock.adjust(ms) }
    expect(await Effect.runPromise(Effect.provide(run(ground), TestContext.TestContext))).toEqual(expected)
  })

  it("a copy has the tokens, and nobody who drives it", async () => {
    const store = MemoryStore.make()
    const session = store.leases.open({ host: "here", pid: 1 })
    const account = LeaseContract.account
    expect(store.leases.take(session, account, 0)).toBe(1)
    const copy = store.copy()
    expect(copy.leases.held(0)).toEqual([])
    expect(copy.leases.take(copy.leases.open({ host: "here", pid: 2 }), account, 0)).toBe(2)
  })
})
