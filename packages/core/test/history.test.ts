import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import * as Cache from "../src/books/Cache.ts"
import * as MemoryStore from "../src/memory/MemoryStore.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Fill from "../src/records/Fill.ts"
import * as Price from "../src/values/Price.ts"
import * as Order from "../src/records/Order.ts"
import * as Position from "../src/records/Position.ts"
import type { Desk } from "@roundlot/testing"
import * as Intake from "../src/rules/trade/intake.ts"
import { problemsOf } from "./invariants.ts"
import { brokenLink, firstDifference, foldedLines, journalOf, storedLines } from "./rows.ts"
import {
  arrivalOf,
  deskOf,
  fail,
  perform,
  play,
  policies,
  tried,
  tell,
  wishes,
  type Step,
  type Fact,
  type Got,
  type Policy,
  type Said,
  PATIENCE
} from "./Story.ts"

const LENGTH = 60

describe("random histories", () => {
  test(
    "ACC-6, ACC-8, SYNC-1, A4: after every commit everything is covered once, orders are what their fills sum to, and B3, D2 and D5 hold",
    { timeout: PATIENCE },
    async () => {
      const story = await tried(
        fc.property(policies, wishes(LENGTH), (policy, list) => {
          play(policy, list, { committed: (desk) => problemsOf(desk)[0] })
        }),
        60
      )
      expect(story).toBe("")
    }
  )

  test(
    "C6: by a key, after every commit, no owner with shares unfilled is behind his weight, and others have what the owners of the key leave",
    { timeout: PATIENCE },
    async () => {
      const story = await tried(
        fc.property(policies, wishes(LENGTH), (policy, list) => {
          play({ ...policy, allocation: "key" }, list, { committed: (desk) => problemsOf(desk)[0] })
        }),
        30
      )
      expect(story).toBe("")
    }
  )

  test(
    "the journal, read back and folded into empty books, gives exactly the rows of the store, and is one chain",
    { timeout: PATIENCE },
    async () => {
      const story = await tried(
        fc.property(policies, wishes(LENGTH), (policy, list) => {
          const { desk, lines } = play(policy, list)
          const problem = firstDifference(foldedLines(desk), storedLines(desk))
          if (problem !== undefined) fail(policy, lines, `the fold differs from the rows:\n${problem}`)
          const broken = brokenLink(journalOf(desk))
          if (broken !== undefined) fail(policy, lines, `entry ${broken} does not follow`)
        }),
        30
      )
      expect(story).toBe("")
    }
  )

  test(
    "a store that keeps what it has read, for however short, gives the same rows and hashes as one that reads anew",
    { timeout: PATIENCE },
    async () => {
      const story = await tried(
        fc.property(policies, wishes(LENGTH), fc.integer({ min: 1, max: 60 }), (policy, list, generation) => {
          const { desk, lines, performed } = play(policy, list)
          const keeping = deskOf(policy, MemoryStore.make(Cache.make(generation)))
          for (const step of performed) perform(keeping, step)
          const problem = firstDifference(storedLines(desk), storedLines(keeping))
          if (problem !== undefined) fail(policy, lines, `kept ${generation} records:\n${problem}`)
          expect(keeping.store.heads()).toEqual(desk.store.heads())
        }),
        40
      )
      expect(story).toBe("")
    }
  )

  test("ACC-2, SYNC-2: whatever is delivered again, in any place, changes nothing", { timeout: PATIENCE }, async () => {
    const story = await tried(
      fc.property(policies, wishes(LENGTH), fc.nat({ max: LENGTH }), (policy, list, until) => {
        const heard: Array<Step> = []
        const { desk, lines } = play(policy, list, {
          done: (_, step, returned) => {
            if (isFact(step) && !["Conflict", "KeptAsBreak"].includes(returned)) heard.push(step)
            return undefined
          }
        })
        const before = idempotentLines(desk)
        for (const step of heard.slice(0, until)) {
          perform(desk, step)
          const problem = firstDifference(before, idempotentLines(desk))
          if (problem !== undefined) fail(policy, lines, `"${tell(step)}" again changes something:\n${problem}`)
        }
      }),
      30
    )
    expect(story).toBe("")
  })

  test("D1: the same intake in groups of any size gives the same rows", { timeout: PATIENCE }, async () => {
    const story = await tried(
      fc.property(
        policies,
        wishes(80),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (policy, list, sizes) => {
          const { performed } = play(
            policy,
            list.filter(({ kind }) => intakeKinds.has(kind))
          )
          const arrivals = performed.filter((step) => step.do === "trade" || step.do === "reverse")
          const one = deskOf(policy)
          const grouped = deskOf(policy)
          const taken = arrivals.flatMap((each) => takeAll(one, [each]))
          const answers = groupsOf(arrivals, sizes).flatMap((group) => takeAll(grouped, group))
          expect(answers).toEqual(taken)
          const problem = firstDifference(storedLines(one, isTimeless), storedLines(grouped, isTimeless))
          if (problem !== undefined) fail(policy, arrivals.map(tell), `in groups of ${sizes.join(", ")}:\n${problem}`)
        }
      ),
      40
    )
    expect(story).toBe("")
  })

  test(
    "C5: the order in which a broker's facts arrive changes no canonical fill, order state, target or hedged",
    { timeout: PATIENCE },
    async () => {
      const story = await tried(
        fc.property(policies, broadcasts, ({ lot, ...policy }, { facts, shuffled, answer }) => {
          const terms = { ...policy, lot: Math.min(lot, 1000) }
          const wanted = afterFacts(terms, facts, answer.first, answer)
          const found = afterFacts(terms, shuffled, answer.second, answer)
          const problem = firstDifference(wanted.lines, found.lines)
          if (problem !== undefined) fail(terms, [...wanted.performed, "or else", ...found.performed], problem)
        }),
        150
      )
      expect(story).toBe("")
    }
  )
})

const isFact = (step: Step): boolean => ["trade", "reverse", "report", "fill"].includes(step.do)

/** All rows but the breaks that hearing all again is there to open: after a reversal (B4), and with an execution still to come (F14). */
const idempotentLines = (desk: Desk.Desk): ReadonlyArray<string> =>
  storedLines(desk).filter((line) => !line.startsWith("breaks ") || !/kind=(ReappearedTrade|Unpriced) /.test(line))

const intakeKinds = new Set(["trade", "held", "conflict", "reverse", "reverseFirst", "lateTrade", "repeat"])

const takeAll = (
  desk: Desk.Desk,
  group: ReadonlyArray<Extract<Step, { readonly do: "trade" | "reverse" }>>
): ReadonlyArray<string> =>
  desk.commitAll(
    "trade",
    group.map((step) => (recorder) => {
      const { input, ...arrival } = arrivalOf(step, desk)
      return Intake.intake(recorder, { ...arrival, input: { ...input, price: Price.unsafe(`${step.milli}`) } })._tag
    })
  )

const groupsOf = <A>(all: ReadonlyArray<A>, sizes: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<A>> => {
  const groups: Array<ReadonlyArray<A>> = []
  for (let at = 0; at < all.length;) {
    const size = sizes[groups.length % sizes.length] ?? 1
    groups.push(all.slice(at, at + size))
    at += size
  }
  return groups
}

/** D1 leaves the times at which commits were made aside. */
const isTimeless = (column: string): boolean =>
  column === "tradedAt" || column === "lastPriceAt" || !(column.endsWith("At") || column === "answerSince")

// What a broker says of one of our orders and of one that is not ours, in two orders of arrival

const time = fc.integer({ min: 0, max: 8 })
const amount = fc.constantFrom(0, 500, 1000, 1500, 2000, 3000, 4000)
const said = fc.constantFrom<Said>("open", "filled", "cancelled", "expired", "rejected")

const factOf = (at: string, order: number | undefined, side: "buy" | "sell", milli: number): fc.Arbitrary<Fact> =>
  fc.oneof(
    fc
      .record({ do: fc.constant("report"), said, cumulative: fc.option(amount, { nil: undefined }), time })
      .map((fields): Fact => ({ ...fields, do: "report", at, order, side, milli, read: true })),
    fc
      .record({
        exec: fc.constantFrom("e1", "e2", "e3"),
        revision: fc.integer({ min: 1, max: 3 }),
        milli: amount,
        time
      })
      .map((fields): Fact => ({ ...fields, do: "fill", exec: `${at}-${fields.exec}`, at, order, side }))
  )

const isSameExecution = (a: Fact, b: Fact): boolean =>
  a.do === "fill" && b.do === "fill" && a.exec === b.exec && a.revision === b.revision

const broadcasts = fc
  .tuple(
    fc.array(factOf("B-O1", 1, "buy", 3000), { maxLength: 8 }),
    fc.array(factOf("X1", undefined, "sell", 2000), { maxLength: 5 })
  )
  .map(([ours, foreign]) => {
    const facts = [...ours, ...foreign]
    return facts.filter(
      (fact, i) => facts.findIndex((each) => isSameExecution(each, fact)) === i || fact.do === "report"
    )
  })
  .chain((facts) =>
    fc.record({
      facts: fc.constant(facts),
      shuffled: fc.shuffledSubarray(facts, { minLength: facts.length }).map((some) => [...some, ...some.slice(0, 2)]),
      answer: fc.record({
        first: fc.nat({ max: 8 }),
        second: fc.nat({ max: 8 }),
        got: fc.constantFrom<Got>("accepted", "rejected", "unknown", "not-accepted"),
        time
      })
    })
  )

type Broadcast = typeof broadcasts extends fc.Arbitrary<infer A> ? A : never

const text = (decimal: Decimal.Decimal | undefined) => Decimal.format(decimal ?? Decimal.zero)

const afterFacts = (
  policy: Policy,
  facts: ReadonlyArray<Fact>,
  answered: number,
  { got, time: at }: Broadcast["answer"]
) => {
  const desk = deskOf(policy)
  const side = policy.direction === "mirror" ? "buy" : "sell"
  const performed: Array<string> = []
  const again: Array<Fact> = []
  const tellAndDo = (step: Step) => {
    const outcome = perform(desk, step)
    performed.push(`${tell(step)} → ${outcome}`)
    return outcome
  }
  tellAndDo({ do: "trade", id: "T1", side, milli: 3000, held: false })
  tellAndDo({ do: "send", order: 1, got: "nothing", time: 0 })
  const place = Math.min(facts.length, answered)
  for (const [i, fact] of facts.entries()) {
    if (i === place) tellAndDo({ do: "send", order: 1, got, time: at })
    if (tellAndDo(fact) === "Waiting" && fact.do === "report") again.push(fact)
  }
  if (place >= facts.length) tellAndDo({ do: "send", order: 1, got, time: at })
  // W12: what may be ours while our own is on its way is listed again, and judged then.
  for (const fact of again) tellAndDo(fact)
  const [position] = desk.all(Position.PositionTable)
  const orders = desk.all(Order.OrderTable).filter((order) => order.status !== "pending" || order.id === 1)
  const names = new Map(orders.map((order) => [order.id, order.brokerOrderId ?? `B-O${order.id}`]))
  const fills = desk.all(Fill.FillTable).filter((fill) => fill.canonical)
  return {
    performed,
    lines: [
      ...orders.map((order) => `${names.get(order.id)} ${order.status} ${text(order.filled)}`).toSorted(),
      ...fills.map((fill) => `${fill.execId} ${text(fill.quantity)} of ${names.get(fill.orderId)}`).toSorted(),
      `target ${text(position?.target)}, hedged ${text(position?.hedged)}, adopted ${text(position?.adopted)}`
    ]
  }
}
