import { setImmediate as breath } from "node:timers/promises"
import { afterEach, describe, expect, it, vi } from "vitest"
import type * as sendModule from "../../packages/core/src/rules/order/send.ts"
import type * as intakeModule from "../../packages/core/src/rules/trade/intake.ts"
import { broken } from "./brokenRules.ts"
import { play, type History } from "../src/history.ts"
import { troubles } from "../src/Weather.ts"

vi.mock("../../packages/core/src/rules/order/send.ts", async (load) =>
  (await import("./brokenRules.ts")).sending(await load<typeof sendModule>())
)

vi.mock("../../packages/core/src/rules/trade/intake.ts", async (load) =>
  (await import("./brokenRules.ts")).takingIn(await load<typeof intakeModule>())
)

afterEach(() => {
  broken.rule = ""
})

const SEED = Number(process.env["ROUNDLOT_FROM"] ?? 3)
const SEEDS = Number(process.env["ROUNDLOT_BOUNDARY_SEEDS"] ?? 1)
const PAIRS = Number(process.env["ROUNDLOT_BOUNDARY_PAIRS"] ?? 16)
/** A life that recovers has looked at all that the one before it left by then. */
const RECOVERY = 12

/** A short history in which nothing goes wrong but what is asked for. */
const killedAt = async (seed: number, ...boundaries: ReadonlyArray<number>): Promise<History> => {
  await breath()
  return play({ seed, without: new Set(troubles), mostTrades: 2, isBrief: true, killAt: new Set(boundaries) })
}

const KILLED = /killed (before|after) (a commit|the send of|\w)/

const wheres = ({ story }: History) => story.filter((line) => KILLED.test(line))

/** What is wrong with a history, and where it was killed. */
const faultOf = (history: History): ReadonlyArray<string> =>
  history.fault === undefined ? [] : [`${wheres(history).join(", then ")}: ${history.fault}`]

const seeds = Array.from({ length: SEEDS }, (_, index) => SEED + index)

describe.each(seeds)("the reference run of seed %i", (seed) => {
  it("ACC-2: killed once at every boundary, it comes to the same end", { timeout: 600_000 }, async () => {
    const { boundaries, fault } = await killedAt(seed)
    expect(fault).toBeUndefined()
    const faults: Array<string> = []
    const places = new Set<string>()
    for (let at = 1; at <= boundaries; at++) {
      const history = await killedAt(seed, at)
      const [where = "nowhere", ...more] = wheres(history)
      expect(more).toEqual([])
      places.add(where.replace(/.*killed /, "").replace(/ rl1-.*/, ""))
      faults.push(...faultOf(history))
    }
    expect(faults).toEqual([])
    for (const each of ["a commit", "the send of"]) {
      expect([...places]).toContain(`before ${each}`)
      expect([...places]).toContain(`after ${each}`)
    }
    expect([...places]).not.toContain("nowhere")
  })

  it("ACC-2: killed again while it recovers, it comes to the same end", { timeout: 600_000 }, async () => {
    const { boundaries } = await killedAt(seed)
    const faults: Array<string> = []
    for (let pair = 0; pair < PAIRS; pair++) {
      const first = 1 + Math.floor((pair * boundaries) / PAIRS)
      const history = await killedAt(seed, first, first + 1 + (pair % RECOVERY))
      expect(wheres(history)).toHaveLength(2)
      faults.push(...faultOf(history))
    }
    expect(faults).toEqual([])
  })
})

describe("a broken twin in the place of a rule that a crash needs", () => {
  it.each([
    ["write-ahead", /rule 1: an attempt is on record before a byte leaves/],
    // Found only where the answer to a commit was lost with the program: whoever asked, asks again.
    ["dedupe", /an acknowledged trade is there once/]
  ])("%s: is found at a boundary", { timeout: 600_000 }, async (rule, says) => {
    const { boundaries } = await killedAt(SEED)
    broken.rule = rule
    let found: string | undefined
    for (let at = 1; at <= boundaries && found === undefined; at++) found = (await killedAt(SEED, at)).fault
    expect(found).toMatch(says)
  })
})
