import { readFileSync } from "node:fs"
import { setImmediate } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type * as Aggregates from "../src/rules/fill/aggregates.ts"
import * as Decimal from "../src/values/Decimal.ts"
import type * as Hearing from "../src/rules/order/hearing.ts"
import { frame, settled, type Witness } from "../src/rules/order/observe.ts"
import type * as Duplicates from "../src/rules/reconciliation/duplicates.ts"
import type { Implausible } from "../src/records/HeldReport.ts"
import type * as Plausibility from "../src/rules/reconciliation/plausibility.ts"
import type * as ReportedTimes from "../src/rules/reconciliation/reportedTimes.ts"
import type * as Whose from "../src/rules/reconciliation/identification.ts"
import * as Instant from "../src/values/Instant.ts"
import { honest } from "./honestSequences.ts"
import { lies, outcomeOf } from "./lyingSequences.ts"
import { play } from "./sequences.ts"
import { honestListings, lyingListings, statusesBeside } from "./services/listings.ts"

// Each rule of plausibility, replaced by a twin that finds no fault, and by one that is too strict: a lie is believed then, or an honest broker
// stopped. A twin that nothing finds is a hole in these sequences, or a rule without effect.

/** What of the modules in which W1 to W14 are judged a twin replaces. */
interface Parts {
  readonly plausibility?: Partial<typeof Plausibility & typeof ReportedTimes & typeof Whose>
  readonly hearing?: Partial<typeof Hearing>
  readonly aggregates?: Partial<typeof Aggregates>
  readonly duplicates?: Partial<typeof Duplicates>
}

const { replaced, twin } = vi.hoisted(() => {
  const twin: { parts: Parts } = { parts: {} }
  /** A module whose functions give way to those of the twin. */
  const replaced = <M extends object>(real: M, module: keyof Parts): M => {
    const parts = () => twin.parts[module] ?? {}
    return new Proxy({ ...real }, { get: (own, name) => Reflect.get(name in parts() ? parts() : own, name) })
  }
  return { replaced, twin }
})

vi.mock("../src/rules/reconciliation/plausibility.ts", async (load) =>
  replaced(await load<typeof Plausibility>(), "plausibility")
)
vi.mock("../src/rules/reconciliation/reportedTimes.ts", async (load) =>
  replaced(await load<typeof ReportedTimes>(), "plausibility")
)
vi.mock("../src/rules/reconciliation/identification.ts", async (load) =>
  replaced(await load<typeof Whose>(), "plausibility")
)
vi.mock("../src/rules/order/hearing.ts", async (load) => replaced(await load<typeof Hearing>(), "hearing"))
vi.mock("../src/rules/fill/aggregates.ts", async (load) => replaced(await load<typeof Aggregates>(), "aggregates"))
vi.mock("../src/rules/reconciliation/duplicates.ts", async (load) =>
  replaced(await load<typeof Duplicates>(), "duplicates")
)

const real = {
  ...(await vi.importActual<typeof Plausibility>("../src/rules/reconciliation/plausibility.ts")),
  ...(await vi.importActual<typeof ReportedTimes>("../src/rules/reconciliation/reportedTimes.ts")),
  ...(await vi.importActual<typeof Whose>("../src/rules/reconciliation/identification.ts"))
}
const { hearing } = await vi.importActual<typeof Hearing>("../src/rules/order/hearing.ts")
const { aggregatesOf } = await vi.importActual<typeof Aggregates>("../src/rules/fill/aggregates.ts")
const { likeOf } = await vi.importActual<typeof Duplicates>("../src/rules/reconciliation/duplicates.ts")

/** A broken rule, what is broken of it, and what finds that: a lie that is believed, or an honest sequence that is stopped. */
interface Twin extends Parts {
  readonly rule: string
  readonly what: string
  readonly found: string
}

const never = () => false
const always = () => true
const none = () => undefined

const faultIf = (is: boolean, rule: Implausible["rule"], field: Implausible["field"]): Implausible | undefined =>
  is ? { rule, field, reported: "", possible: "" } : undefined

/** W6: what an order's facts come to, with another answer to whether its total is below its executions. */
const judgingTotals =
  (isBelow: (figures: Aggregates.Aggregates, total: Aggregates.Total | undefined) => boolean): typeof aggregatesOf =>
  (fills, total, ...others) => {
    const figures = aggregatesOf(fills, total, ...others)
    return { ...figures, isCumulativeBelow: isBelow(figures, total) }
  }

/** W11: an end, whatever it was heard by. */
const heardBy =
  (witness: Witness): typeof hearing =>
  (order, fills, word, ...others) =>
    hearing(order, fills, word === undefined ? word : { ...word, witness }, ...others)

const leftOut: ReadonlyArray<Twin> = [
  {
    rule: "W1",
    what: "terms unlike those that were sent",
    plausibility: { differsFromSent: () => undefined },
    found: "filled as an order of the other side"
  },
  {
    rule: "W2",
    what: "changed terms",
    plausibility: { changedTerms: none },
    found: "quantity and filled times 10^12"
  },
  {
    rule: "W2",
    what: "whether a broker changes terms in place",
    plausibility: { changedTerms: (known, report) => real.changedTerms(known, { ...report, amendsInPlace: true }) },
    found: "fewer shares under the same id, told twice where its broker changes none"
  },
  {
    rule: "W2",
    what: "the account's limit",
    plausibility: { changedTerms: (known, report) => real.changedTerms({ ...known, mostShares: undefined }, report) },
    found: "more shares than the account lets an order have, told twice"
  },
  {
    rule: "W2",
    what: "the second reading of a replacement by fewer",
    plausibility: {
      changedTerms: (known, report) => (report.otherIds === undefined ? real.changedTerms(known, report) : undefined)
    },
    found: "a smaller quantity by a replacement, told once"
  },
  { rule: "W3", what: "totals", plausibility: { implausibleTotal: none }, found: "more filled than ordered" },
  {
    rule: "W3",
    what: "totals of orders of nobody's",
    plausibility: { isImpossibleStranger: never },
    found: "an order of nobody's with more filled than it has"
  },
  {
    rule: "W4",
    what: "executions",
    plausibility: { implausibleExecution: none },
    found: "an execution of more than is left"
  },
  {
    rule: "W4",
    what: "executions of no order",
    plausibility: { isImpossibleOrphan: never },
    found: "an execution without an id, and of no order"
  },
  {
    rule: "W4",
    what: "executions of before the sending",
    plausibility: { isBeforeSending: never },
    found: "an execution of the day before the sending"
  },
  {
    rule: "W4",
    what: "executions of after now",
    plausibility: { executedByNow: (report) => report },
    found: "an execution of tomorrow, and the total that has it"
  },
  { rule: "W5", what: "prices", plausibility: { implausiblePrice: none }, found: "a price times 1,000" },
  {
    rule: "W5",
    what: "commissions",
    plausibility: { isPlausibleCommission: always },
    found: "a commission of 350,000"
  },
  {
    rule: "W6",
    what: "totals below executions",
    aggregates: { aggregatesOf: judgingTotals(never) },
    found: "a later total of fewer than were executed"
  },
  {
    rule: "W7",
    what: "holdings",
    plausibility: { isExplained: always },
    found: "a holding of fewer than were executed"
  },
  {
    rule: "W8",
    what: "what a listing lacks",
    plausibility: { lackedBy: () => [] },
    found: "a whole listing that lacks a live order"
  },
  {
    rule: "W8",
    what: "which orders a listing owes",
    plausibility: { isToBeListed: never },
    found: "a whole listing that lacks a live order"
  },
  {
    rule: "W9",
    what: "what holdings say of an overfill",
    plausibility: { areProvenOverfills: (overfills) => overfills.length > 0 },
    found: "an overfill that holdings do not show"
  },
  {
    rule: "W9",
    what: "how much an overfill may be",
    plausibility: {
      areProvenOverfills: (overfills, ours, theirs) =>
        overfills.length > 0 &&
        Decimal.equals(Decimal.add(ours, Decimal.sum(overfills.map(({ shares }) => shares))), theirs)
    },
    found: "overfills that are more together than was ordered, which holdings repeat"
  },
  {
    rule: "W10",
    what: "a second order under our id",
    plausibility: { isSecondOrder: never },
    found: "another order under our client order id"
  },
  {
    rule: "W11",
    what: "the second reading of an end",
    hearing: { hearing: heardBy(settled) },
    found: "an end that readings repeat, which nothing but they say"
  },
  {
    rule: "W12",
    what: "orders that may be ours in doubt",
    plausibility: { mayBeOrder: never },
    found: "our order in doubt, without our id and filled; then with it"
  },
  {
    rule: "W12",
    what: "orders by which ours is not absent",
    plausibility: { mayBeOrder: never },
    found: "a whole listing that has our order without our id"
  },
  {
    rule: "W12",
    what: "executions that may be of ours in doubt",
    plausibility: { mayBeExecutionOf: never },
    found: "an execution of our order in doubt, under an id that a listing lacks"
  },
  {
    rule: "W12",
    what: "orders that may be what was refused",
    plausibility: { isRecentlyUnplaced: never },
    found: "our order after it was refused, without our id"
  },
  {
    rule: "W12",
    what: "the order that has an id",
    plausibility: { isIdOfAnother: never },
    found: "an answer that names the order before it"
  },
  {
    rule: "W12",
    what: "terms that are ours",
    plausibility: { hasTermsOf: never },
    found: "our order under its id, without ours and with a wrong day"
  },
  {
    rule: "W12",
    what: "the account's limit",
    plausibility: { isBeyondOrderLimit: never },
    found: "an order of nobody's for more than the account lets one have, which counts"
  },
  {
    rule: "W12",
    what: "the second reading of an order of nobody's",
    plausibility: { isShownAgain: always },
    found: "an order of nobody's that counts, told once"
  },
  {
    rule: "W13",
    what: "times of after now",
    plausibility: { timed: (report) => report },
    found: "a report of tomorrow, that keeps later ones out"
  },
  {
    rule: "W13",
    what: "days on which no order was entered",
    plausibility: { enteredByNow: (report) => report },
    found: "our order as one of another instrument, entered in 1970, which readings repeat"
  },
  {
    rule: "W13",
    what: "two readings of one moment",
    plausibility: { contradictsAtTie: none },
    found: "an end of the same moment as the truth"
  },
  {
    rule: "W13",
    what: "the second of two readings of one moment",
    plausibility: { standsAtTie: never },
    found: "an end of the same moment as the truth"
  },
  {
    rule: "W14",
    what: "what is alike in all but its id (F10)",
    duplicates: { twinOf: none },
    found: "one execution under two ids, where its broker may give it several"
  }
]

const tooStrict: ReadonlyArray<Twin> = [
  {
    rule: "W1",
    what: "terms never change",
    plausibility: {
      differsFromSent: (order, report) =>
        real.differsFromSent(order, report) ??
        (Decimal.equals(order.sentQuantity, report.quantity)
          ? undefined
          : { term: "quantity", sent: "as sent", shown: "another" })
    },
    found: "fewer, by an edit in TWS"
  },
  {
    rule: "W2",
    what: "no reading confirms changed terms",
    plausibility: { changedTerms: (known, report) => real.changedTerms({ ...known, held: [] }, report) },
    found: "fewer, replaced at the broker"
  },
  {
    rule: "W3",
    what: "a total needs executions",
    plausibility: {
      implausibleTotal: (known, report) =>
        real.implausibleTotal(known, report) ??
        faultIf(
          report.cumulative !== undefined && Decimal.isLess(known.order.filled, report.cumulative),
          "W3",
          "cumulative"
        )
    },
    found: "the end of a part and a late execution of it"
  },
  {
    rule: "W3",
    what: "an order of nobody's has filled nothing",
    plausibility: { isImpossibleStranger: ({ cumulative = Decimal.zero }) => Decimal.isPositive(cumulative) },
    found: "an order by hand, filled"
  },
  {
    rule: "W4",
    what: "what a total has filled is not left",
    plausibility: {
      implausibleExecution: (known, report) =>
        real.implausibleExecution(known, report) ??
        faultIf(
          Decimal.isLess(known.order.quantity, Decimal.add(known.order.filled, report.quantity)),
          "W4",
          "execution"
        )
    },
    found: "filled without ever having been open"
  },
  {
    rule: "W4",
    what: "no execution of an order that is unknown",
    plausibility: { isImpossibleOrphan: always },
    found: "an execution by hand behind a refusal of ours"
  },
  {
    rule: "W4",
    what: "clocks agree at the sending",
    plausibility: { isBeforeSending: ({ sentAt }, { executedAt }) => sentAt !== undefined && executedAt < sentAt },
    found: "a time that is a date alone"
  },
  {
    rule: "W4",
    what: "what is executed happens when it is received",
    plausibility: { executedByNow: (report, now) => ({ ...report, executedAt: now }) },
    found: "the end of a part and a late execution of it"
  },
  {
    rule: "W5",
    what: "a price within 20 %",
    plausibility: {
      implausiblePrice: ({ expected }, price) =>
        faultIf(
          price !== undefined &&
            expected !== undefined &&
            Decimal.isLess(Decimal.multiply(expected.price, Decimal.unsafe("1.2")), price),
          "W5",
          "price"
        )
    },
    found: "parts with a gap of 30 %"
  },
  {
    rule: "W5",
    what: "no rebate",
    plausibility: {
      isPlausibleCommission: (fill, amount) => Decimal.sign(amount) >= 0 && real.isPlausibleCommission(fill, amount)
    },
    found: "a rebate"
  },
  {
    rule: "W6",
    what: "a total of before an execution is below it",
    aggregates: {
      aggregatesOf: judgingTotals(
        ({ filled }, total) => total !== undefined && Decimal.isLess(total.cumulative, filled)
      )
    },
    found: "the replaced one is cancelled"
  },
  {
    rule: "W7",
    what: "no holding is explained",
    plausibility: { isExplained: never },
    found: "holdings after a fill"
  },
  {
    rule: "W8",
    what: "a listing lacks what it has",
    plausibility: { lackedBy: (_, live) => live },
    found: "a whole listing that has the live order"
  },
  {
    rule: "W8",
    what: "a listing owes what was acknowledged a moment ago",
    plausibility: { isToBeListed: always },
    found: "a whole listing begun a moment after the live order was acknowledged, though by our clock minutes after"
  },
  {
    rule: "W9",
    what: "no overfill is true",
    plausibility: { areProvenOverfills: never },
    found: "half a share too many, which is held"
  },
  {
    rule: "W10",
    what: "what no answer has named is another order",
    plausibility: {
      isSecondOrder: ({ brokerOrderIds }, { brokerOrderId }) =>
        brokerOrderId !== undefined && !brokerOrderIds.includes(brokerOrderId)
    },
    found: "found by our id, after the answer to its send was lost"
  },
  { rule: "W11", what: "nothing confirms an end", hearing: { hearing: heardBy(frame) }, found: "expired at the close" },
  {
    rule: "W12",
    what: "any order may be ours in doubt",
    plausibility: { mayBeOrder: always },
    found: "an order by hand in another instrument, while ours is in doubt"
  },
  {
    rule: "W12",
    what: "by any order ours is not absent",
    plausibility: { mayBeOrder: always },
    found: "a whole listing that has an order by hand"
  },
  {
    rule: "W12",
    what: "any execution may be of ours in doubt",
    plausibility: { mayBeExecutionOf: always },
    found: "an execution by hand in another instrument, while ours is in doubt"
  },
  {
    rule: "W12",
    what: "either side may be what was refused",
    plausibility: { isRecentlyUnplaced: always },
    found: "an execution by hand behind a refusal of ours"
  },
  {
    rule: "W12",
    what: "every id is another order's",
    plausibility: { isIdOfAnother: always },
    found: "another order, with an id of its own"
  },
  {
    rule: "W12",
    what: "any terms are ours",
    plausibility: { hasTermsOf: always },
    found: "another order under an id that its broker gives again on another day"
  },
  {
    rule: "W12",
    what: "no order of nobody's is small enough",
    plausibility: { isBeyondOrderLimit: always },
    found: "an order by hand within the limits of its account"
  },
  {
    rule: "W12",
    what: "no reading shows an order of nobody's again",
    plausibility: { isShownAgain: never },
    found: "an order by hand where such count, read twice"
  },
  {
    rule: "W13",
    what: "what is late is of now",
    plausibility: {
      timed: (report, sentAt, now) =>
        report.asOf < Instant.addMillis(now, -1000)
          ? { ...report, asOf: now, asOfKind: "ours" }
          : real.timed(report, sentAt, now)
    },
    found: "an older report behind a newer one"
  },
  {
    rule: "W13",
    what: "no order is entered",
    plausibility: { enteredByNow: (report) => ({ ...report, enteredAt: undefined }) },
    found: "another order under an id that its broker gives again on another day"
  },
  {
    rule: "W13",
    what: "nothing new is said of one moment",
    plausibility: {
      contradictsAtTie: ({ order }, { asOf }) => faultIf(order.reportedAt === asOf, "W13", "status")
    },
    found: "open and filled within one second"
  },
  {
    rule: "W14",
    what: "what is alike is one execution, whatever its broker's ids are",
    duplicates: { twinOf: likeOf },
    found: "equal parts before any total"
  }
]

/** What is judged outside of core, and the tests that would fail without it: each adapter gives an execution its broker's own identity. */
const elsewhere = [
  [
    "W14",
    "broker-alpaca/test/Execution.test.ts",
    "SYNC-2: a listing and the stream give one id: the order and its total, however the total is written"
  ],
  [
    "W14",
    "broker-ibkr/test/Faults.test.ts",
    "SYNC-3: a correction is told as it happens, under the same execution with a higher revision"
  ],
  [
    "W14",
    "broker-schwab/test/Corrections.test.ts",
    "SYNC-3: another price is a revision, an undone execution one of no shares, each told once and for all"
  ]
] as const

/** What something comes to, by its name; where the books cannot even go on, what stopped them. */
const played = async (name: string): Promise<unknown> => {
  const lie = lies.find(({ what }) => what === name)
  const listing = [...lyingListings, ...honestListings].find(({ what }) => what === name)
  const sequence = honest.find(([what]) => what === name)
  if (lie !== undefined) return play(lie.steps, lie.begins).outcome
  if (listing !== undefined) return statusesBeside(listing)
  if (sequence !== undefined) return play(sequence[2], sequence[4]).outcome
  throw new Error(`nothing is called "${name}"`)
}

/** What it has to come to. */
const expected = (name: string): unknown => {
  const lie = lies.find(({ what }) => what === name)
  const listing = [...lyingListings, ...honestListings].find(({ what }) => what === name)
  const sequence = honest.find(([what]) => what === name)
  if (lie !== undefined) return outcomeOf(lie)
  return listing === undefined ? { comesTo: sequence?.[3], open: [], held: [], waits: [] } : listing.statuses
}

const isLie = (name: string): boolean => [...lies, ...lyingListings].some(({ what }) => what === name)

// Books are played without a pause: the test runner has its turn in between.
afterEach(() => setImmediate())

beforeEach(() => {
  twin.parts = {}
})

describe("what is said of orders", () => {
  test.each(lies)("$rule: a lie, $what", async ({ what }) => {
    expect(await played(what)).toEqual(expected(what))
  })

  test.each([...lyingListings, ...honestListings])("$rule: $what", async ({ what }) => {
    expect(await played(what)).toEqual(expected(what))
  })
})

describe("a twin that finds no fault", () => {
  test.each(leftOut)("$rule: without $what a lie is believed", async (parts) => {
    twin.parts = parts
    expect(isLie(parts.found)).toBe(true)
    expect(await played(parts.found)).not.toEqual(expected(parts.found))
  })
})

describe("a twin that is too strict", () => {
  test.each(tooStrict)("$rule: $what: an honest broker is stopped", async (parts) => {
    twin.parts = parts
    expect(isLie(parts.found)).toBe(false)
    expect(await played(parts.found)).not.toEqual(expected(parts.found))
  })
})

/** What asks no rule of its own: which reports W2, W3 and W13 judge, what of a replacement is booked (O13), and the settling of what is held. */
const notOfARule = ["DAY_MS", "isOfItsNotional", "isOfItsQuantity", "isOfReplacedId", "repeatsTerms"]

/** A second reading of one moment never stands too soon: what it says is held before (`contradictsAtTie`). */
const leftOutOnly = ["standsAtTie"]

const namesIn = (twins: ReadonlyArray<Twin>) => twins.flatMap((each) => Object.keys(each.plausibility ?? {}))

describe("the rules of plausibility", () => {
  const rules = Array.from({ length: 14 }, (_, i) => `W${i + 1}`)

  test.each(rules)("%s is left out, and too strict, in a twin each", (rule) => {
    expect(leftOut.map((each) => each.rule)).toContain(rule)
    expect(tooStrict.map((each) => each.rule)).toContain(rule)
  })

  test("every function of plausibility.ts that judges is replaced by a twin each way", () => {
    const judging = Object.keys(real).filter((name) => !notOfARule.includes(name))
    expect(judging.filter((name) => !namesIn(leftOut).includes(name))).toEqual([])
    expect(judging.filter((name) => ![...namesIn(tooStrict), ...leftOutOnly].includes(name))).toEqual([])
  })

  test.each(elsewhere)("%s is judged in %s as well: %s", (_, file, title) => {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")).toContain(title)
  })
})
