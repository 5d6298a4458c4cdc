import { setImmediate as breath } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { play } from "../src/history.ts"

const FROM = Number(process.env["ROUNDLOT_FROM"] ?? 1)
const SEEDS = Number(process.env["ROUNDLOT_SEEDS"] ?? 60)
const seeds = Array.from({ length: SEEDS }, (_, index) => FROM + index)

describe("whatever goes wrong", () => {
  it(
    `RELIABILITY 3: every rule holds at every step, and all settles in the end (seeds ${FROM} to ${FROM + SEEDS - 1})`,
    async () => {
      const faults: Array<string> = []
      for (const seed of seeds) {
        await breath()
        const { fault } = play({ seed })
        if (fault !== undefined) faults.push(`${fault}; see it: npm run simulate -- --seeds 1 --from ${seed} --story`)
      }
      expect(faults).toEqual([])
    },
    300_000 + SEEDS * 20_000
  )

  it("RELIABILITY 2: a seed tells the same story every time", () => {
    expect(play({ seed: FROM }).story).toEqual(play({ seed: FROM }).story)
  }, 120_000)
})
