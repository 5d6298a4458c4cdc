import { setImmediate as breath } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { findingOf, reportOf } from "../src/finding.ts"
import { play } from "../src/history.ts"

const FROM = Number(process.env["ROUNDLOT_FROM"] ?? 1)
const SEEDS = Number(process.env["ROUNDLOT_SEEDS"] ?? 40)
const ON_SQLITE = Number(process.env["ROUNDLOT_SQLITE_SEEDS"] ?? 3)

describe("whatever goes wrong", () => {
  it.each([
    ["memory", SEEDS],
    ["sqlite", ON_SQLITE]
  ] as const)(
    "RELIABILITY 3: on %s every rule holds at every step of %i histories, and all settles in the end",
    { timeout: 300_000 + SEEDS * 20_000 },
    async (store, seeds) => {
      const faults: Array<string> = []
      for (let seed = FROM; seed < FROM + seeds; seed++) {
        await breath()
        const found = findingOf(play({ seed, store }))
        if (found !== undefined) faults.push(reportOf(found))
      }
      expect(faults).toEqual([])
    }
  )

  it("RELIABILITY 2: a seed tells the same story every time", () => {
    expect(play({ seed: FROM }).story).toEqual(play({ seed: FROM }).story)
  }, 120_000)
})
