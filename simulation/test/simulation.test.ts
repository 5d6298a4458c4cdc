import { availableParallelism } from "node:os"
import { describe, expect, it } from "vitest"
import { play } from "../src/history.ts"
import { type Crash, playAll, type Played } from "../src/workers.ts"

const FROM = Number(process.env["ROUNDLOT_FROM"] ?? 1)
const SEEDS = Number(process.env["ROUNDLOT_SEEDS"] ?? (process.env["ROUNDLOT_TIER"] === "test" ? 12 : 1000))
const ON_SQLITE = Number(process.env["ROUNDLOT_SQLITE_SEEDS"] ?? 3)

describe("whatever goes wrong", () => {
  it.each([
    ["memory", SEEDS, availableParallelism()],
    ["sqlite", ON_SQLITE, 1]
  ] as const)(
    "on %s every rule holds at every step of %i histories, and all settles in the end",
    { timeout: 240_000 + SEEDS * 1_000 },
    async (store, seeds, workers) => {
      const told: Array<Played> = []
      const crashes: Array<Crash> = []
      await playAll({
        from: FROM,
        seeds,
        workers,
        store,
        played: (each) => void told.push(each),
        crashed: (crash) => void crashes.push(crash)
      })
      expect(crashes).toEqual([])
      expect(told.flatMap(({ finding }) => finding ?? [])).toEqual([])
      expect(new Set(told.map(({ seed }) => seed)).size).toBe(seeds)
    }
  )

  it("a seed tells the same story every time", () => {
    expect(play({ seed: FROM }).story).toEqual(play({ seed: FROM }).story)
  })
})
