import { type Fill } from "@roundlot/core"
import { OrderState, Report } from "@roundlot/core/adapter"
import { setImmediate as breath } from "node:timers/promises"
import { beforeEach, describe, expect, it, vi } from "vitest"
import type * as aggregatesModule from "../../packages/core/src/rules/fill/aggregates.ts"
import type * as answersModule from "../../packages/core/src/rules/reconciliation/answers.ts"
import type * as commitmentModule from "../../packages/core/src/rules/position/commitment.ts"
import type * as coolDownModule from "../../packages/core/src/rules/position/coolDown.ts"
import type * as dueModule from "../../packages/core/src/rules/position/due.ts"
import type * as intakeModule from "../../packages/core/src/rules/trade/intake.ts"
import type * as leasesModule from "../../packages/core/src/memory/MemoryLeases.ts"
import type * as usageModule from "../../packages/core/src/records/Usage.ts"
import type * as sendModule from "../../packages/core/src/rules/order/send.ts"
import type * as tradingStateModule from "../../packages/core/src/records/TradingState.ts"
import { broken } from "./brokenRules.ts"
import { play } from "../src/history.ts"

vi.mock("../../packages/core/src/rules/order/send.ts", async (load) =>
  (await import("./brokenRules.ts")).sending(await load<typeof sendModule>())
)

vi.mock("../../packages/core/src/rules/trade/intake.ts", async (load) =>
  (await import("./brokenRules.ts")).takingIn(await load<typeof intakeModule>())
)

vi.mock("../../packages/core/src/rules/position/due.ts", async (load) => {
  const real = await load<typeof dueModule>()
  const stillStands: typeof real.stillStands = (...args) => broken.rule === "re-decision" || real.stillStands(...args)
  return { ...real, stillStands }
})

const refusal = () => Report.Answer.Refused({ code: "gave_up", words: "no answer is a refusal", class: "final" })

vi.mock("../../packages/core/src/rules/reconciliation/answers.ts", async (load) => {
  const real = await load<typeof answersModule>()
  const answered: typeof real.answered = (recorder, report, payload, witness) =>
    broken.rule === "in doubt" && report.answer._tag === "Unknown"
      ? real.answered(recorder, { ...report, answer: refusal() }, payload, { _tag: "Settled" })
      : real.answered(recorder, report, payload, witness)
  return { ...real, answered }
})

/** Of each execution what was said first. */
const firstSaid = (fills: ReadonlyArray<Fill.Fill>): ReadonlyArray<Fill.Fill> =>
  fills.filter((fill) => !fills.some((each) => each.execIdBase === fill.execIdBase && each.revision < fill.revision))

vi.mock("../../packages/core/src/rules/fill/aggregates.ts", async (load) => {
  const real = await load<typeof aggregatesModule>()
  const aggregatesOf: typeof real.aggregatesOf = (fills, total, isPossible) =>
    real.aggregatesOf(broken.rule === "canonical revision" ? firstSaid(fills) : fills, total, isPossible)
  return { ...real, aggregatesOf }
})

vi.mock("../../packages/core/src/rules/position/commitment.ts", async (load) => {
  const real = await load<typeof commitmentModule>()
  const adjust: typeof real.adjust = (recorder, id, why) => {
    const order = recorder.books.orders.get(id)
    const isKept = order !== undefined && !OrderState.isLive(order.status)
    if (broken.rule !== "release" || !isKept) real.adjust(recorder, id, why)
  }
  return { ...real, adjust }
})

vi.mock("../../packages/core/src/rules/position/coolDown.ts", async (load) => {
  const real = await load<typeof coolDownModule>()
  const afterShortEnd: typeof real.afterShortEnd = (...args) => {
    if (broken.rule !== "cool-down") real.afterShortEnd(...args)
  }
  return { ...real, afterShortEnd }
})

vi.mock("../../packages/core/src/records/TradingState.ts", async (load) => {
  const real = await load<typeof tradingStateModule>()
  const stricter: typeof real.stricter = (a, b) => (broken.rule === "halt" ? "normal" : real.stricter(a, b))
  return { ...real, stricter }
})

vi.mock("../../packages/core/src/memory/MemoryLeases.ts", async (load) => {
  const real = await load<typeof leasesModule>()
  const unfenced = (leases: leasesModule.MemoryLeases): leasesModule.MemoryLeases => ({
    ...leases,
    check: (fences) => {
      if (broken.rule !== "fencing") leases.check(fences)
    },
    renew: (session, nowMs) => {
      try {
        leases.renew(session, nowMs)
      } catch (fenced) {
        if (broken.rule !== "fencing") throw fenced
      }
    },
    copy: () => unfenced(leases.copy())
  })
  return { ...real, make: () => unfenced(real.make()) }
})

vi.mock("../../packages/core/src/records/Usage.ts", async (load) => {
  const real = await load<typeof usageModule>()
  const waitsUntil: typeof real.waitsUntil = (...args) =>
    broken.rule === "orders per minute" ? undefined : real.waitsUntil(...args)
  return { ...real, waitsUntil }
})

/** How many seeds a twin gets, from 1 on; where nothing is said it is looked for from the seed that found it last. */
const FROM_ONE = Number(process.env["ROUNDLOT_TWIN_SEEDS"] ?? 0)
const MOST_SEEDS = FROM_ONE === 0 ? 100 : FROM_ONE

/** The first seed that finds what is broken, and what it says. */
const found = async (from: number): Promise<{ readonly seed: number; readonly fault: string } | undefined> => {
  for (let seed = from; seed < from + MOST_SEEDS; seed++) {
    await breath()
    const { fault } = play({ seed })
    if (fault !== undefined) return { seed, fault }
  }
  return undefined
}

/** Each rule, what a history says when it is broken, and the first seed that did. */
const rules = [
  ["write-ahead", /rule 1: an attempt is on record before a byte leaves/, 1],
  ["dedupe", /an acknowledged trade is there once/, 1],
  // What a position owes bounds its orders as well, and halts the symbol for good: mostly that is what is seen of it.
  [
    "re-decision",
    /D6: only what is still due is sent|a halt holds|all settles when nothing goes wrong: [A-Z]+: Halted/,
    8
  ],
  ["in doubt", /no break without a cause: FillAfterRejection/, 18],
  [
    "canonical revision",
    /an order has filled the same on both sides|E4: books and exchange hold the same|no break without a cause: (PositionDiffers|ForeignPosition)|all settles when nothing goes wrong: .*books -?\d/,
    1
  ],
  [
    "release",
    /the residual is not the sum of the open lots|allocations and excess are not its commitment|all settles when nothing goes wrong/,
    1
  ],
  ["cool-down", /D8: after a short end nothing is sent for 30 s/, 7],
  ["halt", /a halt holds/, 3],
  ["fencing", /only the holder of the lease drives/, 9],
  ["orders per minute", /no order that is sent violates a limit/, 14]
] as const

beforeEach(() => {
  broken.rule = ""
})

describe("a broken twin in the place of a rule that keeps money safe", () => {
  it.each(rules)("%s: is found", { timeout: MOST_SEEDS * 20_000 }, async (rule, says, seed) => {
    broken.rule = rule
    const first = await found(FROM_ONE === 0 ? seed : 1)
    broken.rule = ""
    expect(first?.fault, `${rule}: first found in seed ${first?.seed}`).toMatch(says)
    expect(play({ seed: first?.seed ?? 1 }).fault).toBeUndefined()
  })
})
