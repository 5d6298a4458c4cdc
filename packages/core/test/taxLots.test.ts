import { describe, expect, it, test } from "vitest"
import { FastCheck as fc } from "effect"
import { nothing, paid, received } from "../src/rules/lot/Amount.ts"
import { lotsOf, methods, type Closing, type Lots, type TaxLot } from "../src/rules/lot/lots.ts"
import { movementsOf, until, type Executed, type Moved, type Movement } from "../src/rules/lot/movements.ts"
import { averageCost, newest, ofLots } from "../src/rules/lot/valuation.ts"
import { tradeDate } from "../src/rules/lot/tradeDate.ts"
import { washesOf, type Wash } from "../src/rules/lot/wash.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Instant from "../src/values/Instant.ts"
import { cases } from "./taxLotCases.ts"
import { at, fill, history } from "./executed.ts"
import "./properties.ts"

// Cases

const LINE =
  /^(?<date>\S+) (?:split (?<to>\d+) for (?<from>\d+)|(?<what>buy|sell|declared) (?<shares>\S+)(?: at (?<price>\S+))?(?: fee (?<fee>\S+))?)$/

const given = (lines: ReadonlyArray<string>): ReadonlyArray<Movement> => {
  let epoch = 0
  return lines.map((line, at): Movement => {
    const { date = "", fee = "0", from, price = "?", shares = "0", to, what } = LINE.exec(line)?.groups ?? {}
    if (what === undefined) return { _tag: "Split", date, epoch: ++epoch, to: Number(to), from: Number(from) }
    const quantity = Decimal.unsafe(shares)
    return {
      _tag: "Moved",
      fillId: what === "declared" ? undefined : at + 1,
      date,
      epoch,
      shares: what === "sell" ? Decimal.negate(quantity) : quantity,
      amount: {
        gross: price === "?" ? undefined : Decimal.multiply(quantity, Decimal.unsafe(price)),
        fee: fee === "?" ? Decimal.zero : Decimal.unsafe(fee),
        isFeeKnown: fee !== "?"
      }
    }
  })
}

const dollars = (amount: Decimal.Decimal | undefined): string => (amount === undefined ? "?" : Decimal.format(amount))
const named = (fillId: number | undefined): string => (fillId === undefined ? "D" : `F${fillId}`)

const washText = (wash: Wash | undefined): string =>
  wash === undefined
    ? ""
    : ` washed ${Decimal.format(wash.shares)}: ${dollars(wash.disallowed)} by ${wash.by.map(({ fillId, shares }) => `F${fillId} ${Decimal.format(shares)}`).join(", ")}`

const closedText = (closing: Closing, wash: Wash | undefined): string => {
  const { closedBy, cost, isFeeKnown, opening, proceeds, profit, shares, term } = closing
  const fee = isFeeKnown ? "" : ", a fee is not known"
  return `${named(opening.fillId)}>${named(closedBy)} ${Decimal.format(shares)} cost ${dollars(cost)} proceeds ${dollars(proceeds)} = ${dollars(profit)} ${term ?? "term not known"}${fee}${washText(wash)}`
}

const openText = ({ amount, opening, shares }: TaxLot): string =>
  `${named(opening.fillId)} ${opening.isLong ? "long" : "short"} ${Decimal.format(shares)} cost ${dollars(opening.isLong ? paid(amount) : received(amount))}`

describe("cases worked by hand", () => {
  for (const { closed, given: lines, id, method, open, says } of cases) {
    test(`${id}: ${says}`, () => {
      const movements = given(lines)
      const lots = lotsOf(movements, method)
      const washes = washesOf(lots, movements)
      expect(lots.closings.map((closing) => closedText(closing, washes.get(closing)))).toEqual(closed)
      expect(lots.open.map(openText)).toEqual(open)
    })
  }
})

// Fills

const movedText = (movement: Movement): string =>
  movement._tag === "Split"
    ? `split ${movement.to} for ${movement.from}`
    : `${named(movement.fillId)} ${movement.date} ${Decimal.format(movement.shares)} for ${dollars(movement.amount.gross)}${movement.amount.isFeeKnown ? "" : ", a fee is not known"}`

const quoted = (price: string, day: string) => ({ price: Decimal.unsafe(price), at: at(`${day}T15:00:00Z`) })
const atEleven = (...lines: ReadonlyArray<string>) => ofLots(lotsOf(given(lines), "fifo").open, Decimal.unsafe("11"))

describe("what fills are", () => {
  it("LOT-2: a bust counts for nothing; a correction by its present values, when its execution was", () => {
    const corrected = [
      fill(1, "buy", "2", "100", { canonical: false }),
      fill(3, "buy", "2", "101", { execIdBase: "e1", revision: 1, executedAt: at("2026-03-04T15:00:00Z") })
    ]
    const busted = [
      fill(4, "buy", "9", "100", { canonical: false }),
      fill(5, "buy", "0", "100", { execIdBase: "e4", revision: 1 })
    ]
    const sold = fill(2, "sell", "1", "110", { executedAt: at("2026-03-03T15:00:00Z") })
    expect(movementsOf(history([sold, ...busted, ...corrected])).map(movedText)).toEqual([
      "F3 2026-03-02 2 for 202",
      "F2 2026-03-03 -1 for 110"
    ])
  })

  it("LOT-3: a commission that is not there, or of another currency, is not known", () => {
    const fills = [
      fill(1, "buy", "2", "100", { commission: undefined }),
      fill(2, "buy", "2", "100", { commissionCurrency: "EUR" }),
      fill(3, "buy", "2", "100")
    ]
    expect(movementsOf(history(fills)).map(movedText)).toEqual([
      "F1 2026-03-02 2 for 200, a fee is not known",
      "F2 2026-03-02 2 for 200, a fee is not known",
      "F3 2026-03-02 2 for 200"
    ])
  })

  it("LOT-6: what went on record before a split is multiplied by it; what comes late is in the new shares", () => {
    const splitAt = at("2026-03-02T20:00:00Z")
    const late = fill(2, "buy", "4", "50", {
      executedAt: at("2026-03-02T14:00:00Z"),
      createdAt: at("2026-03-02T21:00:00Z")
    })
    const moved = movementsOf(
      history([late, fill(1, "buy", "2", "100")], {
        splits: [{ at: splitAt, seq: 9, to: 2, from: 1 }],
        declared: [{ at: at("2026-03-02T13:00:00Z"), seq: 2, by: Decimal.unsafe("7") }]
      })
    )
    expect(moved.map(movedText)).toEqual([
      "D 2026-03-02 7 for ?",
      "F1 2026-03-02 2 for 200",
      "split 2 for 1",
      "F2 2026-03-02 4 for 200"
    ])
    expect(lotsOf(moved, "fifo").open.map(({ shares }) => Decimal.format(shares))).toEqual(["14", "4", "4"])
  })

  it("LOT-6: an execution is in the shares of the time at which its order was made", () => {
    const splitAt = at("2026-03-02T20:00:00Z")
    const late = fill(2, "buy", "4", "50", { createdAt: at("2026-03-02T21:00:00Z"), version: 12 })
    const placed = (orderedAt: Executed["orderedAt"]) =>
      movementsOf(history([{ ...late, orderedAt }], { splits: [{ at: splitAt, seq: 9, to: 2, from: 1 }] })).map(
        movedText
      )
    expect(placed(at("2026-03-02T19:00:00Z"))).toEqual(["F2 2026-03-02 4 for 200", "split 2 for 1"])
    expect(placed(splitAt)).toEqual(["split 2 for 1", "F2 2026-03-02 4 for 200"])
  })

  it("LOT-6: what is open at the end of a period has no shares of before a split beside those after it", () => {
    const late = fill(2, "buy", "4", "50", {
      executedAt: at("2026-03-02T14:00:00Z"),
      createdAt: at("2026-03-05T21:00:00Z")
    })
    const splits = [{ at: at("2026-03-04T20:00:00Z"), seq: 9, to: 2, from: 1 }]
    const openAt = (fills: ReadonlyArray<Executed>, to: string) =>
      lotsOf(until(movementsOf(history(fills, { splits })), to), "fifo").open.map(openText)
    const first = fill(1, "buy", "2", "100")
    expect(openAt([first], "2026-03-03")).toEqual(["F1 long 2 cost 200"])
    expect(openAt([first, late], "2026-03-03")).toEqual(["F1 long 4 cost 200", "F2 long 4 cost 200"])
    expect(openAt([first, late], "2026-03-01")).toEqual([])
  })

  it("LOT-10: a price is the newest of by the end of a period; what is not known of one lot is not known of all", () => {
    const prices = [quoted("3", "2026-03-03"), quoted("1", "2026-03-01"), quoted("2", "2026-03-02")]
    const newestAt = (to?: string) => dollars(newest(prices, to)?.price)
    expect([newestAt(), newestAt("2026-03-02"), newestAt("2026-02-01")]).toEqual(["3", "2", "?"])
    const long = atEleven("2026-01-05 buy 2 at 10 fee 1", "2026-01-06 buy 1 at 10")
    expect([long.cost, long.value, long.unrealised, averageCost(long)].map(dollars)).toEqual([
      "31",
      "33",
      "2",
      "10.333333333333"
    ])
    const short = atEleven("2026-01-05 sell 2 at 10 fee 1")
    expect([short.cost, short.value, short.unrealised, averageCost(short)].map(dollars)).toEqual([
      "-19",
      "-22",
      "-3",
      "9.5"
    ])
    const declared = atEleven("2026-01-05 declared 2", "2026-01-06 buy 1 at 10")
    expect([declared.cost, declared.value, declared.unrealised].map(dollars)).toEqual(["?", "33", "?"])
    expect([atEleven().unrealised, averageCost(atEleven())].map(dollars)).toEqual(["0", "?"])
  })

  it("LOT-6: what one commit wrote with a split is before or after it as the journal has it", () => {
    const splitAt = at("2026-03-02T20:00:00Z")
    const before = fill(1, "buy", "10", "100", { createdAt: splitAt, version: 8 })
    const paidOut = fill(2, "sell", "0.3", "300", { executedAt: splitAt, createdAt: splitAt, version: 12 })
    const moved = movementsOf(history([paidOut, before], { splits: [{ at: splitAt, seq: 9, to: 1, from: 3 }] }))
    expect(moved.map(movedText)).toEqual(["F1 2026-03-02 10 for 1000", "split 1 for 3", "F2 2026-03-02 -0.3 for 90"])
  })

  it("LOT-9: a date is New York's, in summer and winter", () => {
    expect(
      ["2026-01-06T04:59:59Z", "2026-01-06T05:00:00Z", "2026-07-06T03:59:59Z", "2026-07-06T04:00:00Z"].map((text) =>
        tradeDate(at(text))
      )
    ).toEqual(["2026-01-05", "2026-01-06", "2026-07-05", "2026-07-06"])
  })
})

// Properties

const trades = fc.array(
  fc.record({
    side: fc.constantFrom<"buy" | "sell">("buy", "sell"),
    quantity: fc.integer({ min: 1, max: 5000 }),
    cents: fc.integer({ min: 1, max: 50_000 }),
    fee: fc.integer({ min: -5, max: 200 }),
    hours: fc.integer({ min: 0, max: 24 * 90 })
  }),
  { maxLength: 40 }
)

const thousandth = (count: number): string => Decimal.format(Decimal.divide(Decimal.unsafe(String(count)), thousand, 3))
const thousand = Decimal.unsafe("1000")
const START = at("2026-01-05T15:00:00Z")

interface Traded {
  readonly side: "buy" | "sell"
  readonly quantity: number
  readonly cents: number
  readonly fee: number
  readonly hours: number
}

const executedOf = (all: ReadonlyArray<Traded>): ReadonlyArray<Executed> =>
  all.map(({ cents, fee, hours, quantity, side }, index) =>
    fill(index + 1, side, thousandth(quantity), thousandth(cents * 10), {
      commission: Decimal.unsafe(thousandth(fee)),
      executedAt: Instant.addMillis(START, hours * 3_600_000),
      createdAt: Instant.addMillis(START, index)
    })
  )

const sumOf = <A>(all: ReadonlyArray<A>, figure: (each: A) => Decimal.Decimal | undefined): string =>
  Decimal.format(Decimal.sum(all.map((each) => figure(each) ?? Decimal.zero)))

const signedBy = (isLong: boolean, amount: Decimal.Decimal): Decimal.Decimal =>
  isLong ? amount : Decimal.negate(amount)

/** What money came in, less what went out. */
const cashOf = ({ amount, shares }: Moved): Decimal.Decimal =>
  Decimal.isPositive(shares) ? Decimal.negate(paid(amount) ?? Decimal.zero) : (received(amount) ?? Decimal.zero)

const heldOf = ({ open }: Lots): string => sumOf(open, ({ opening, shares }) => signedBy(opening.isLong, shares))
const movedOf = (movements: ReadonlyArray<Movement>): ReadonlyArray<Moved> =>
  movements.filter((each) => each._tag === "Moved")

const method = fc.constantFrom(...methods)

describe("properties", () => {
  it("LOT-3, LOT-5: shares bought less shares sold are open, and profit less the cost of what is open is the money that moved", () => {
    fc.assert(
      fc.property(trades, method, (all, by) => {
        const movements = movementsOf(history(executedOf(all)))
        const lots = lotsOf(movements, by)
        expect(heldOf(lots)).toBe(sumOf(movedOf(movements), ({ shares }) => shares))
        const openCost = Decimal.sum(
          lots.open.map(({ amount, opening }) =>
            opening.isLong ? (paid(amount) ?? Decimal.zero) : Decimal.negate(received(amount) ?? Decimal.zero)
          )
        )
        const realised = Decimal.sum(lots.closings.map(({ profit }) => profit ?? Decimal.zero))
        expect(Decimal.format(Decimal.subtract(realised, openCost))).toBe(sumOf(movedOf(movements), cashOf))
        expect(new Set(lots.open.map(({ opening }) => opening.isLong)).size).toBeLessThan(2)
      })
    )
  })

  it("LOT-10: realised and unrealised profit are the money that moved and what is open is worth, exactly", () => {
    fc.assert(
      fc.property(trades, method, fc.integer({ min: 1, max: 50_000 }), (all, by, cents) => {
        const movements = movementsOf(history(executedOf(all)))
        const { closings, open } = lotsOf(movements, by)
        const { unrealised, value } = ofLots(open, Decimal.unsafe(thousandth(cents)))
        const realised = Decimal.sum(closings.map(({ profit }) => profit ?? Decimal.zero))
        const cash = Decimal.sum(movedOf(movements).map(cashOf))
        expect(Decimal.format(Decimal.add(realised, unrealised ?? Decimal.zero))).toBe(
          Decimal.format(Decimal.add(cash, value ?? Decimal.zero))
        )
      })
    )
  })

  it("LOT-3: cost of what was closed and of what is open is the cost of all that was bought, exactly", () => {
    fc.assert(
      fc.property(trades, method, (all, by) => {
        // All that is sold was bought before.
        const bought = executedOf(all.map((each) => ({ ...each, side: "buy" as const })))
        const sold = fill(99, "sell", "0.7", "1", { executedAt: Instant.addMillis(START, 1e10) })
        const held = Decimal.sum(bought.map(({ fill: { quantity } }) => quantity))
        fc.pre(Decimal.isLess(Decimal.unsafe("0.7"), held))
        const movements = movementsOf(history([...bought, sold]))
        const lots = lotsOf(movements, by)
        const buys = movedOf(movements).filter(({ shares }) => Decimal.isPositive(shares))
        expect(
          Decimal.format(
            Decimal.add(
              Decimal.sum(lots.closings.map(({ cost }) => cost ?? Decimal.zero)),
              Decimal.sum(lots.open.map(({ amount }) => paid(amount) ?? Decimal.zero))
            )
          )
        ).toBe(sumOf(buys, ({ amount }) => paid(amount)))
      })
    )
  })

  it("LOT-1: in whatever order the same fills are read, the lots are the same", () => {
    const shuffled = trades.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(executedOf(all).slice(), { minLength: all.length }))
    )
    fc.assert(
      fc.property(shuffled, method, ([all, other], by) => {
        expect(lotsOf(movementsOf(history(other)), by)).toEqual(lotsOf(movementsOf(history(executedOf(all))), by))
      })
    )
  })

  it("LOT-4: where nothing is left open all methods come to the same profit", () => {
    fc.assert(
      fc.property(trades, (all) => {
        const movements = movementsOf(history(executedOf(all)))
        const left = Decimal.sum(movedOf(movements).map(({ shares }) => shares))
        const last: Moved = {
          _tag: "Moved",
          fillId: 999,
          date: "2026-12-01",
          epoch: 0,
          shares: Decimal.negate(left),
          amount: { ...nothing, gross: Decimal.multiply(Decimal.abs(left), Decimal.unsafe("7.77")) }
        }
        const profits = methods.map((by) => {
          const { closings, open } = lotsOf([...movements, last], by)
          expect(open).toEqual([])
          return sumOf(closings, ({ profit }) => profit)
        })
        expect(new Set(profits).size).toBe(1)
      })
    )
  })

  it("LOT-8: no share is replaced twice, and no more of a loss is disallowed than it is", () => {
    fc.assert(
      fc.property(trades, method, (all, by) => {
        const movements = movementsOf(history(executedOf(all)))
        const lots = lotsOf(movements, by)
        const used = new Map<number, Decimal.Decimal>()
        for (const [closing, wash] of washesOf(lots, movements)) {
          expect(Decimal.isAtMost(wash.shares, closing.shares)).toBe(true)
          expect(Decimal.isAtMost(wash.disallowed, Decimal.abs(closing.profit ?? Decimal.zero))).toBe(true)
          for (const { fillId, shares } of wash.by)
            used.set(fillId, Decimal.add(used.get(fillId) ?? Decimal.zero, shares))
        }
        for (const { fillId, shares } of lots.openings) {
          expect(Decimal.isAtMost(used.get(fillId ?? 0) ?? Decimal.zero, shares)).toBe(true)
        }
      })
    )
  })
})
