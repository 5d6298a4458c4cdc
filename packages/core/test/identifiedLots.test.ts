import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { paid, received } from "../src/rules/lot/Amount.ts"
import { computed, identify, type Computed } from "../src/rules/lot/identify.ts"
import { methods, type Closing } from "../src/rules/lot/lots.ts"
import type { Executed, History, Identification } from "../src/rules/lot/movements.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { FillId } from "../src/values/Id.ts"
import * as Instant from "../src/values/Instant.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { at, fill, history } from "./executed.ts"
import "./properties.ts"

/** Lots as they are named: `F1 2, F3 1`. */
const lotsOf = (text: string): Identification["lots"] =>
  text === ""
    ? []
    : text.split(", ").map((each) => {
        const [id = "", quantity = ""] = each.split(" ")
        return { openedBy: FillId.make(Number(id.slice(1))), quantity: Quantity.unsafe(quantity) }
      })

const identified = (fillId: number, text: string, seq = 1): Identification => ({
  seq,
  fillId: FillId.make(fillId),
  lots: lotsOf(text)
})

const day = (count: number): Instant.Instant => Instant.addMillis(at("2026-03-02T15:00:00Z"), count * 86_400_000)

/** Bought 2 at 100, 3 at 110 and 1 at 120, then sold 3 at 115 and 2 at 125: a fill a day. */
const books = [
  fill(1, "buy", "2", "100", { executedAt: day(0) }),
  fill(2, "buy", "3", "110", { executedAt: day(1) }),
  fill(3, "buy", "1", "120", { executedAt: day(2) }),
  fill(4, "sell", "3", "115", { executedAt: day(3) }),
  fill(5, "sell", "2", "125", { executedAt: day(4) })
]

const closedText = ({ closedBy, isIdentified, opening, profit, shares }: Closing): string =>
  `F${opening.fillId}>F${closedBy} ${Decimal.format(shares)} = ${profit === undefined ? "?" : Decimal.format(profit)}${isIdentified ? " identified" : ""}`

const textOf = ({ closings, notApplied }: Computed): ReadonlyArray<string> => [
  ...closings.map(closedText),
  ...notApplied.map(({ fillId, why }) => `F${fillId} not applied: ${why}`)
]

const closed = (
  of: ReadonlyArray<Identification>,
  executed: ReadonlyArray<Executed> = books,
  method: (typeof methods)[number] = "fifo"
) => textOf(computed(history(executed, { identified: of }), method))

const answerTo = (fillId: number, text: string, rest: Partial<History> = {}): string => {
  const found = identify(history(books, rest), "fifo", FillId.make(fillId), lotsOf(text))
  return found._tag === "Refused" ? found.why : found.closings.map(closedText).join(", ")
}

/** A fill is corrected: what it was counts no more. */
const corrected = (id: number, by: Executed): ReadonlyArray<Executed> => [
  ...books.map((each) => (each.fill.id === id ? { ...each, fill: { ...each.fill, canonical: false } } : each)),
  { ...by, fill: { ...by.fill, execIdBase: `e${id}`, revision: 1 } }
]

describe("lots that a person identified", () => {
  it("LOT-13: a fill closes the lots that were identified for it; all others go by the method", () => {
    expect(closed([])).toEqual(["F1>F4 2 = 30", "F2>F4 1 = 5", "F2>F5 2 = 30"])
    expect(closed([identified(4, "F3 1, F2 2")])).toEqual([
      "F3>F4 1 = -5 identified",
      "F2>F4 2 = 10 identified",
      "F1>F5 2 = 50"
    ])
    expect(closed([identified(4, "F3 1, F2 2", 1), identified(4, "F2 3", 2)])).toEqual([
      "F2>F4 3 = 15 identified",
      "F1>F5 2 = 50"
    ])
    expect(closed([identified(4, "F2 3", 2), identified(4, "", 3)])).toEqual(closed([]))
    expect(closed([identified(4, "F3 1, F2 2")], books, "average")).toEqual([
      "F3>F4 1 = 6.666666666666666667 identified",
      "F2>F4 2 = 13.333333333333333333 identified",
      "F1>F5 2 = 33.333333333333333333"
    ])
  })

  it("LOT-13: a correction keeps what is still possible; what is not goes by the method, and says so", () => {
    const of = [identified(4, "F3 1, F2 2")]
    const cheaper = fill(6, "buy", "3", "100", { executedAt: day(1) })
    expect(closed(of, corrected(2, cheaper))).toEqual([
      "F3>F4 1 = -5 identified",
      "F6>F4 2 = 30 identified",
      "F1>F5 2 = 50"
    ])
    const less = fill(6, "buy", "1", "110", { executedAt: day(1) })
    expect(closed(of, corrected(2, less))).toEqual([
      "F1>F4 2 = 30",
      "F6>F4 1 = 5",
      "F3>F5 1 = 5",
      "F4 not applied: the lot of F6 has 1 shares open, not 2"
    ])
    const bust = fill(6, "buy", "0", "110", { executedAt: day(1) })
    expect(closed(of, corrected(2, bust)).at(-1)).toBe("F4 not applied: F6 opened no lot before this fill")
    const more = fill(6, "sell", "4", "115", { executedAt: day(3) })
    expect(closed(of, corrected(4, more))).toEqual([
      "F3>F6 1 = -5 identified",
      "F2>F6 2 = 10 identified",
      "F1>F6 1 = 15",
      "F1>F5 1 = 25",
      "F2>F5 1 = 15"
    ])
    const fewer = fill(6, "sell", "2", "115", { executedAt: day(3) })
    expect(closed(of, corrected(4, fewer)).at(-1)).toBe("F6 not applied: it has 2 shares, not 3")
  })

  it("LOT-13: lots that the fill cannot close are refused, by name", () => {
    expect(answerTo(5, "F3 1, F2 1")).toBe("F3>F5 1 = 5 identified, F2>F5 1 = 15 identified")
    expect(answerTo(9, "F3 1")).toBe("F9 is not a fill of this account and symbol")
    expect(answerTo(3, "F1 1")).toBe("F3 cannot close these lots: it opens a lot and closes none")
    expect(answerTo(3, "")).toBe("F3 opens a lot and closes none")
    expect(answerTo(4, "F2 2")).toBe("F4 closes 3 shares, and the given lots have 2: identify lots for all of them")
    expect(answerTo(4, "F2 3, F1 1")).toBe("F4 cannot close these lots: it has 3 shares, not 4")
    expect(answerTo(4, "F2 1, F2 2")).toBe("the lot of F2 is given twice")
    expect(answerTo(4, "F3 3")).toBe("F4 cannot close these lots: the lot of F3 has 1 shares open, not 3")
    expect(answerTo(5, "F1 2")).toBe("F5 cannot close these lots: the lot of F1 is already closed by F4")
    expect(answerTo(4, "F5 3")).toBe("F4 cannot close these lots: F5 opened no lot before this fill")
    expect(answerTo(4, "F2 3", { identified: [identified(5, "F3 1, F2 1")] })).toBe(
      "lots are identified for F5, and it could no longer close them: the lot of F2 is already closed by F4"
    )
    const busted = corrected(4, fill(6, "sell", "0", "115", { executedAt: day(3) }))
    expect(answerTo(4, "F2 3", { executed: busted })).toBe("F4 was corrected or busted: F6 counts")
    expect(answerTo(6, "F2 3", { executed: busted })).toBe("F6 is a bust and closes nothing")
  })
})

// Properties

const steps = fc.array(
  fc.record({
    what: fc.constantFrom("fill", "fill", "fill", "correct", "bust", "identify", "identify"),
    side: fc.constantFrom<"buy" | "sell">("buy", "sell"),
    quantity: fc.integer({ min: 1, max: 9 }),
    cents: fc.integer({ min: 1, max: 50_000 }),
    fee: fc.integer({ min: -5, max: 200 }),
    hours: fc.integer({ min: 0, max: 24 * 400 }),
    /** The fill that a correction or an identification is about, and the lots that it names. */
    of: fc.nat(),
    lots: fc.array(fc.record({ of: fc.nat(), quantity: fc.integer({ min: 1, max: 4 }) }), { maxLength: 3 })
  }),
  { maxLength: 40 }
)

type Step = (typeof steps extends fc.Arbitrary<infer All> ? All : never)[number]

const filled = (id: number, { cents, fee, hours, quantity, side }: Step): Executed =>
  fill(id, side, String(quantity), String(cents), {
    commission: Decimal.divide(Decimal.unsafe(String(fee)), Decimal.unsafe("7"), 18),
    executedAt: Instant.addMillis(day(0), hours * 3_600_000)
  })

/** A fill of another revision takes the place of the one that counts of an execution. */
const revised = (executed: ReadonlyArray<Executed>, step: Step): ReadonlyArray<Executed> => {
  const old = executed[step.of % executed.length]
  if (old === undefined || !old.fill.canonical) return executed
  const { side } = old
  const { fill: made } = filled(executed.length + 1, step)
  const quantity = step.what === "bust" ? Decimal.zero : made.quantity
  const { execIdBase, revision } = old.fill
  const next = { side, fill: { ...made, quantity, execIdBase, revision: revision + 1 } }
  return [...executed.map((each) => (each === old ? { side, fill: { ...old.fill, canonical: false } } : each)), next]
}

/** Lots for a fill that closes some: shares of openings of the other side until all of its own are named, or nonsense. */
const wanted = (had: History, step: Step, method: (typeof methods)[number]): Omit<Identification, "seq"> => {
  const { closings, openings } = computed(had, method)
  const closedBy = closings[step.of % closings.length]?.closedBy
  const own = closings.filter((each) => each.closedBy === closedBy)
  const others = openings.filter(({ isLong }) => isLong === own[0]?.opening.isLong)
  let left = Decimal.sum(own.map(({ shares }) => shares))
  const lots: Array<Identification["lots"][number]> = []
  for (const { of, quantity } of [...step.lots, ...others.map((_, at) => ({ of: step.of + at, quantity: 9 }))]) {
    const opening = others[of % others.length]
    const shares = [Decimal.unsafe(String(quantity)), opening?.shares ?? left, left].reduce(Decimal.min)
    if (opening?.fillId === undefined || !Decimal.isPositive(shares)) continue
    lots.push({ openedBy: FillId.make(opening.fillId), quantity: Quantity.make(shares) })
    left = Decimal.subtract(left, shares)
  }
  return { fillId: FillId.make(closedBy ?? 1), lots }
}

/** What the steps come to; lots are identified where that is not refused, or whatever they are. */
const after = (all: ReadonlyArray<Step>, method: (typeof methods)[number], isForced: boolean): History =>
  all.reduce<History>((had, step, seq) => {
    const { executed, identified: before } = had
    if (step.what === "fill") return { ...had, executed: [...executed, filled(executed.length + 1, step)] }
    if (executed.length === 0) return had
    if (step.what !== "identify") return { ...had, executed: revised(executed, step) }
    const { fillId, lots } = wanted(had, step, method)
    const found = identify(had, method, fillId, lots)
    if (found._tag === "Closes" || isForced) {
      const next = { ...had, identified: [...before, { seq, fillId, lots }] }
      if (found._tag === "Closes") expectApplied(had, next, method, fillId)
      return next
    }
    return had
  }, history([]))

/** What was not refused applies, and what applied before still does. */
const expectApplied = (had: History, next: History, method: (typeof methods)[number], fillId: number): void => {
  const before = new Set(computed(had, method).notApplied.map((each) => each.fillId))
  const now = computed(next, method).notApplied.map((each) => each.fillId)
  expect(now.filter((id) => id === fillId || !before.has(id))).toEqual([])
}

const signedBy = (isLong: boolean, amount: Decimal.Decimal): Decimal.Decimal =>
  isLong ? amount : Decimal.negate(amount)

const sumOf = <A>(all: ReadonlyArray<A>, figure: (each: A) => Decimal.Decimal | undefined): string =>
  Decimal.format(Decimal.sum(all.map((each) => figure(each) ?? Decimal.zero)))

describe("properties of identified lots", () => {
  it("LOT-13: whatever is filled, corrected and identified, no share and no cent is lost or made", () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(...methods), fc.boolean(), (all, method, isForced) => {
        const { closings, movements, notApplied, open, openings } = computed(after(all, method, isForced), method)
        const moved = movements.filter((each) => each._tag === "Moved")
        expect(sumOf(open, ({ opening, shares }) => signedBy(opening.isLong, shares))).toBe(
          sumOf(moved, ({ shares }) => shares)
        )
        const cost = Decimal.sum(
          open.map(({ amount, opening: { isLong } }) =>
            signedBy(isLong, (isLong ? paid(amount) : received(amount)) ?? Decimal.zero)
          )
        )
        const realised = Decimal.sum(closings.map(({ profit }) => profit ?? Decimal.zero))
        expect(Decimal.format(Decimal.subtract(realised, cost))).toBe(
          sumOf(moved, ({ amount, shares }) =>
            Decimal.isPositive(shares) ? Decimal.negate(paid(amount) ?? Decimal.zero) : received(amount)
          )
        )
        for (const opening of openings) {
          const own = [...closings, ...open].filter((each) => each.opening === opening)
          expect(sumOf(own, ({ shares }) => shares)).toBe(Decimal.format(opening.shares))
        }
        const failed = new Set(notApplied.map(({ fillId }) => fillId))
        for (const each of moved) {
          if (each.identified === undefined || each.fillId === undefined) continue
          const own = closings.filter(({ closedBy, isIdentified }) => closedBy === each.fillId && isIdentified)
          const named = failed.has(each.fillId) ? [] : each.identified
          expect(own.map(({ opening, shares }) => `${opening.fillId} ${Decimal.format(shares)}`)).toEqual(
            named.map(({ openedBy, shares }) => `${openedBy} ${Decimal.format(shares)}`)
          )
        }
      })
    )
  })
})
