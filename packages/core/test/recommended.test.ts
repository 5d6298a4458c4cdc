import { expect, test } from "vitest"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import { AttemptId, BreakId } from "../src/values/Id.ts"
import { AttemptTable, ID_IN_USE } from "../src/records/Attempt.ts"
import { OrderTable } from "../src/records/Order.ts"
import { breakKinds, kinds, type BreakKind } from "../src/records/Break.ts"
import { controlNames, controls } from "../src/records/Control.ts"
import { decidingOf, type Deciding } from "../src/rules/reconciliation/deciding.ts"
import { recommendedFor, resolutions } from "../src/rules/reconciliation/recommended.ts"
import { noStake, type Stake } from "../src/rules/reconciliation/Stake.ts"
import * as Instant from "../src/values/Instant.ts"
import { deskOf, perform } from "./Story.ts"

/** An order that was sent once, without an answer. */
const scene = () => {
  const desk = deskOf({ lot: 1000, threshold: undefined, direction: "mirror", counts: false })
  perform(desk, { do: "trade", id: "T1", side: "buy", milli: 2000, held: false })
  perform(desk, { do: "send", order: 1, got: "unknown", time: 1 })
  const [order] = desk.all(OrderTable)
  const [attempt] = desk.all(AttemptTable)
  if (order === undefined || attempt === undefined) throw new Error("nothing was sent")
  return { order, attempt }
}

const { attempt, order } = scene()
const THEIRS = BrokerOrderId.make("b-9")
const inUse = { ...attempt, id: AttemptId.make(2), number: 2, errorCode: ID_IN_USE, answeredAt: Instant.make(9n) }

const shown = (deciding: ReadonlyArray<Deciding>) =>
  deciding.map(({ attemptId, brokerOrderId, fact, shows }) => [fact, shows, attemptId, brokerOrderId])

test("O24: silence decides nothing", () => {
  expect(decidingOf(order, [attempt])).toEqual([])
  expect(recommendedFor({ kind: "Doubt", holds: "nothing" }, noStake).resolution).toBe("recheck")
})

test("O24: a client order id in use at a later attempt shows that the broker has it; at the first one it may be another's", () => {
  expect(shown(decidingOf(order, [attempt, inUse]))).toEqual([["ClientOrderIdInUse", "placed", 2, undefined]])
  expect(decidingOf(order, [{ ...inUse, number: 1 }])).toEqual([])
})

test("O24: so do an order that an answer named, and an acknowledgement; an end that is not confirmed speaks against it", () => {
  expect(shown(decidingOf({ ...order, candidate: THEIRS }, [attempt]))).toEqual([
    ["CandidateNamed", "placed", order.attemptId, THEIRS]
  ])
  expect(shown(decidingOf({ ...order, brokerOrderId: THEIRS, candidate: THEIRS }, [attempt]))).toEqual([
    ["Acknowledged", "placed", undefined, THEIRS]
  ])
  expect(shown(decidingOf({ ...order, endReported: "rejected" }, [attempt, inUse]))).toEqual([
    ["EndReported", "refused", order.attemptId, undefined],
    ["ClientOrderIdInUse", "placed", 2, undefined]
  ])
})

test.each([
  ["mark-placed", { candidate: THEIRS }, [attempt]],
  ["mark-placed", {}, [attempt, inUse]],
  ["recheck", { brokerOrderId: THEIRS }, [attempt]],
  // What the broker said itself is asked for again before anybody judges.
  ["recheck", { endReported: "rejected" }, [attempt, inUse]]
] as const)("O24: %s is recommended for a doubt with %o", (code, parts, attempts) => {
  const deciding = decidingOf({ ...order, ...parts }, attempts)
  expect(recommendedFor({ kind: "Doubt", holds: "nothing" }, { ...noStake, deciding }).resolution).toBe(code)
})

test.each(breakKinds)("G: %s has a recommended resolution and a reason, in a sentence", (kind) => {
  const { reason, resolution } = recommendedFor({ kind, holds: kinds[kind].holds }, noStake)
  expect(resolutions).toContain(resolution)
  expect(reason).toMatch(/^[A-Z].*\.$/)
  // A page shows it beside the button: which command does it is said by the command line.
  expect(reason).not.toContain("roundlot ")
})

test.each(controlNames)("D4: %s says what to do without a command, for every face", (control) => {
  const { remedy, says } = controls[control]
  expect(`${says}. ${remedy}`).not.toContain("roundlot ")
})

test.each([
  ["circuit", "resume"],
  ["session", "resume"],
  ["price", "wait"],
  ["unsent", "wait"],
  ["MaxNotional", "change-control"]
])("D4: a position that %s blocks: %s", (subject, resolution) => {
  const recommended = recommendedFor({ kind: "PositionBlocked", holds: "nothing", subject }, noStake)
  expect(recommended.resolution).toBe(resolution)
  expect(recommended.reason).toMatch(/^[A-Z].*\.$/)
})

test("G: nobody is asked to judge an excess of less than a lot; one that holds its symbol is to be accepted", () => {
  expect(recommendedFor({ kind: "Excess", holds: "nothing" }, noStake).resolution).toBe("wait")
  expect(recommendedFor({ kind: "Excess", holds: "symbol" }, noStake).resolution).toBe("accept-excess")
})

/** What an excess that holds its symbol is recommended while others are open beside it. */
const besides = (...open: ReadonlyArray<BreakKind>) => {
  const beside = open.map((kind, at) => ({ id: BreakId.make(at + 2), kind }))
  return recommendedFor({ kind: "Excess", holds: "symbol" }, { ...noStake, beside })
}

test.each([
  ["reconcile", ["PositionDiffers"], "Position differs (B2) is"],
  ["reconcile", ["ForeignPosition"], "Unrecognised position (B2) is"],
  ["reconcile", ["SuspectedDuplicate"], "Suspected duplicate (B2) is"],
  ["reconcile", ["CumulativeBelow"], "Cumulative below (B2) is"],
  ["reconcile", ["FillMissing"], "Fill missing (B2) is"],
  ["wait", ["Implausible"], "Implausible (B2) is"],
  ["wait", ["Doubt"], "Doubt (B2) is"],
  ["wait", ["UnsoundSnapshot"], "Invalid snapshot (B2) is"],
  ["reconcile", ["Doubt", "Conflict", "PositionDiffers"], "Doubt (B2), Position differs (B4) are"]
] as const)(
  "G: an excess is not accepted while its shares may be what is wrong: %s beside %j",
  (resolution, open, named) => {
    const recommended = besides(...open)
    expect(recommended.resolution).toBe(resolution)
    expect(recommended.reason).toMatch(/^[A-Z].*\.$/)
    expect(recommended.reason).toContain(`${named} open`)
  }
)

test("G: what changes no shares stands in the way of no excess", () => {
  expect(besides("Conflict", "AverageDiffers", "Unpriced", "OffBand", "AccountRefused").resolution).toBe(
    "accept-excess"
  )
})

/** What a holding that the books do not know is recommended. */
const ofForeign = (stake: Partial<Stake>) =>
  recommendedFor({ kind: "ForeignPosition", holds: "nothing" }, { ...noStake, ...stake }).resolution

test("P6: a holding becomes base only where the books have neither trades, nor orders, nor an open break of it", () => {
  expect(ofForeign({})).toBe("adjust-base")
  expect(ofForeign({ isTraded: true })).toBe("reconcile")
  expect(ofForeign({ beside: [{ id: BreakId.make(2), kind: "Implausible" }] })).toBe("reconcile")
  expect(ofForeign({ beside: [{ id: BreakId.make(2), kind: "OffBand" }] })).toBe("adjust-base")
})
