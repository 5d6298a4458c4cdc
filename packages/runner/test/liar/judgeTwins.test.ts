import { beforeEach, expect, test, vi } from "vitest"
import { Effect } from "effect"
import type * as Hearing from "../../../core/src/rules/order/hearing.ts"
import { settled } from "../../../core/src/rules/order/observe.ts"
import type * as Risk from "../../../core/src/services/Risk.ts"
import { EVERYWHERE, type Lie, type PlacedLie } from "./Lie.ts"
import { play } from "./round.ts"

// Rounds with a fault planted in core: the judge says it. Without the fault the same round holds.

const { twin } = vi.hoisted(() => {
  const twin: { fault: string | undefined } = { fault: undefined }
  return { twin }
})

vi.mock("../../../core/src/rules/order/hearing.ts", async (load) => {
  const real = await load<typeof Hearing>()
  const hearing: typeof real.hearing = (order, fills, word, ...others) =>
    real.hearing(
      order,
      fills,
      twin.fault === "W11" && word !== undefined ? { ...word, witness: settled } : word,
      ...others
    )
  return { ...real, hearing }
})
vi.mock("../../../core/src/services/Risk.ts", async (load) => {
  const real = await load<typeof Risk>()
  const blocked: typeof real.blocked = (now) => (twin.fault === "blocked" ? Effect.succeed([]) : real.blocked(now))
  return { ...real, blocked }
})

const always = (lie: Lie, where: string): PlacedLie => ({ lie, where, from: 0, times: Infinity, stamp: "moved" })

beforeEach(() => {
  twin.fault = undefined
})

test.each([
  ["W11", "the second reading of an end", "DOUBLED", always({ what: "word", word: "cancelled" }, EVERYWHERE)],
  [
    "blocked",
    "the cases of blocked positions",
    "BLOCKED",
    always({ what: "answer", status: 401, body: "none" }, "place")
  ]
] as const)("a round without %s (%s) is found to be %s, and holds with it", async (fault, _, finding, lie) => {
  const { found: honest } = await play("paper", "1", [lie])
  expect(honest).toEqual([])
  twin.fault = fault
  // It is found on the way: what is left hanging is not waited for.
  const { found } = await play("paper", "1", [lie], 0)
  expect(found.filter((each) => each.startsWith(finding))).not.toEqual([])
})
