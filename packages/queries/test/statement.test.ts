import { Decimal, Instant, Price } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { type Booked, compare, type Compared, type Stated } from "../src/statementRules.ts"

const NOON = Instant.make(1_767_632_400_000_000n)

/** An execution that both have: of one of two orders, with few figures, so that many are equal. */
const executed = fc.record({
  order: fc.constantFrom("O1", "O2"),
  quantity: fc.constantFrom("100", "0.5", "7"),
  price: fc.constantFrom("3.3999", "10"),
  second: fc.integer({ min: 0, max: 2 })
})

interface Executed {
  readonly order: string
  readonly quantity: string
  readonly price: string
  readonly second: number
}

const atOf = (second: number) => Instant.addMillis(NOON, second * 1000)

const statedOf =
  (hasIds: boolean) =>
  (each: Executed, n: number): Stated => ({
    line: n + 5,
    item: n + 1,
    execId: hasIds ? `e${n}` : undefined,
    orderId: `at the broker ${each.order}`,
    symbol: "AAPL",
    side: "buy",
    quantity: Decimal.unsafe(each.quantity),
    price: Decimal.unsafe(each.price),
    fee: Decimal.unsafe("1"),
    feeCurrency: "USD",
    at: atOf(each.second),
    isUndone: false
  })

const bookedOf = (each: Executed, n: number): Booked => ({
  id: Id.FillId.make(n + 1),
  execId: `e${n}`,
  order: each.order,
  brokerOrderIds: [`at the broker ${each.order}`],
  symbol: "AAPL",
  side: "buy",
  quantity: Decimal.unsafe(each.quantity),
  price: Price.unsafe(each.price),
  fee: Decimal.unsafe("1"),
  feeCurrency: "USD",
  at: atOf(each.second),
  isCovered: true
})

/** What both have, with one of them that is meant. */
const both = fc
  .tuple(fc.array(executed, { minLength: 1, maxLength: 12 }), fc.boolean(), fc.nat())
  .map(([all, hasIds, nth]) => ({
    stated: all.map(statedOf(hasIds)),
    booked: all.map(bookedOf),
    meant: nth % all.length,
    hasIds
  }))

const without = <A>(all: ReadonlyArray<A>, at: number): ReadonlyArray<A> => all.filter((_, n) => n !== at)

const kindsIn = ({ differences }: Compared) => differences.map(({ kind }) => kind)

const changes: ReadonlyArray<Partial<Stated>> = [
  { quantity: Decimal.unsafe("101") },
  { price: Decimal.unsafe("11") },
  { side: "sell" },
  { symbol: "KO" },
  { fee: Decimal.unsafe("2") },
  { feeCurrency: "EUR" }
]

describe("a broker's file beside the books", () => {
  it("STMT-1: the same executions agree, each once, in whatever order both come", () => {
    fc.assert(
      fc.property(both, fc.infiniteStream(fc.nat()), ({ booked, stated }, places) => {
        const shuffled = <A>(all: ReadonlyArray<A>) =>
          all
            .map((each) => ({ each, place: Number(places.next().value) }))
            .toSorted((a, b) => a.place - b.place)
            .map(({ each }) => each)
        const all = { differences: [], agreed: stated.length, feesUnknown: 0 }
        const { settled, ...rest } = compare(shuffled(stated), shuffled(booked))
        expect(rest).toEqual(all)
        for (const { execId } of booked) expect(settled).toContain(execId)
        const fewer = compare(stated.slice(1), booked.slice(0, -1))
        expect(compare(shuffled(stated.slice(1)), shuffled(booked.slice(0, -1)))).toEqual(fewer)
      })
    )
  })

  it("STMT-1: of one row that is left out exactly one difference is made, and of one fill", () => {
    fc.assert(
      fc.property(both, ({ booked, meant, stated }) => {
        expect(kindsIn(compare(without(stated, meant), booked))).toEqual(["missing_in_statement"])
        expect(kindsIn(compare(stated, without(booked, meant)))).toEqual(["missing_in_books"])
      })
    )
  })

  it("STMT-1: of one figure that is another exactly one difference is made, which says both", () => {
    fc.assert(
      fc.property(both, fc.constantFrom(...changes), ({ booked, meant, stated }, change) => {
        const changed = stated.map((row, n) => (n === meant ? { ...row, ...change } : row))
        const { differences } = compare(changed, booked)
        expect(differences).toMatchObject([{ kind: "differs", figures: [{ figure: expect.any(String) }] }])
      })
    )
  })

  it("STMT-1: three equal executions of one order are three, not one", () => {
    const three = Array.from({ length: 3 }, () => ({ order: "O1", quantity: "100", price: "3.3999", second: 0 }))
    const stated = three.map(statedOf(false))
    expect(compare(stated, three.map(bookedOf)).agreed).toBe(3)
    expect(kindsIn(compare(stated, three.slice(1).map(bookedOf)))).toEqual(["missing_in_books"])
    expect(kindsIn(compare(stated.slice(1), three.map(bookedOf)))).toEqual(["missing_in_statement"])
  })

  it("STMT-5: of equal rows that have no fill each has a subject of its own, and all are settled once all have one", () => {
    const three = Array.from({ length: 3 }, () => ({ order: "O1", quantity: "100", price: "3.3999", second: 0 }))
    const stated = three.map(statedOf(false))
    const subjects = compare(stated, three.slice(2).map(bookedOf)).differences.map(({ subject }) => subject)
    expect(new Set(subjects).size).toBe(2)
    expect([...compare(stated, three.map(bookedOf)).settled]).toEqual(expect.arrayContaining(subjects))
  })

  const one = { order: "O1", quantity: "100", price: "10", second: 0 }
  const row = statedOf(false)(one, 0)
  const fill = bookedOf(one, 0)

  it("STMT-2: a fill that the file does not cover is not missing in it, and no other day's execution", () => {
    const yesterday = { ...fill, at: atOf(-86_400), isCovered: false }
    expect(compare([], [yesterday]).differences).toEqual([])
    expect(kindsIn(compare([row], [yesterday]))).toEqual(["missing_in_books"])
    expect(compare([{ ...row, execId: "e0" }], [yesterday]).differences).toEqual([])
  })

  it("STMT-3: what the file says was undone must count for nothing in the books, whatever day it was of", () => {
    const undone = { ...row, isUndone: true }
    const yesterday = { ...fill, isCovered: false }
    expect(compare([undone], []).differences).toEqual([])
    expect(compare([undone], [yesterday]).differences).toMatchObject([
      { kind: "differs", figures: [{ figure: "quantity", statement: "0", books: "100" }] }
    ])
    const busted = { ...fill, quantity: Decimal.zero }
    const zero = { ...row, execId: "e0", quantity: Decimal.zero }
    expect(compare([zero], [busted]).differences).toEqual([])
    expect(compare([], [busted]).differences).toEqual([])
    expect(kindsIn(compare([{ ...row, execId: "e0" }], [busted]))).toEqual(["differs"])
  })

  it("STMT-1: an execution that names no order is found by its second and its figures; one of another order is not", () => {
    const foreign = { ...row, orderId: undefined }
    const ofAnother = { ...row, orderId: "nobody's" }
    expect(kindsIn(compare([ofAnother], [fill]))).toEqual(["missing_in_books", "missing_in_statement"])
    expect(compare([{ ...ofAnother, isUndone: true }], [fill]).differences).toMatchObject([{ kind: "differs" }])
    expect(compare([foreign], [fill]).agreed).toBe(1)
    expect(kindsIn(compare([{ ...foreign, at: atOf(1) }], [fill]))).toEqual([
      "missing_in_books",
      "missing_in_statement"
    ])
  })

  it("a fee that the books do not know yet is counted, and no difference; a price that they do not know is one", () => {
    expect(compare([row], [{ ...fill, fee: undefined }])).toMatchObject({ differences: [], feesUnknown: 1 })
    expect(compare([row], [{ ...fill, price: undefined }]).differences).toMatchObject([
      { figures: [{ figure: "price", statement: "10", books: null }] }
    ])
  })

  it("STMT-4: the fill of a row that cannot be read is not missing as well", () => {
    expect(compare([], [fill], new Set(["e0"])).differences).toEqual([])
  })

  it("many rows and fills of one order are compared in time that grows with them", () => {
    const many = Array.from({ length: 20_000 }, (_, n) => ({ ...one, second: n % 50 }))
    expect(compare(many.map(statedOf(false)), many.map(bookedOf)).agreed).toBe(many.length)
  })
})
