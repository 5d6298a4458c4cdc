import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import {
  anchored,
  AT_ONCE,
  grown,
  MOST_ROWS,
  newRows,
  type Page,
  type Parts,
  taken,
  trimmed
} from "../src/api/parts.ts"
import { sumOf } from "../src/format/figure.ts"
import { candidatesIn } from "../src/words/evidence.ts"
import { dipsOf, noted, type Reading, stretchesOf } from "../src/words/rates.ts"
import { toldOf } from "../src/words/told.ts"

/** A list of numbers, the largest first, as the daemon pages it: a cursor is the last number that was given. */
const pageOf = (all: ReadonlyArray<number>, from?: string, limit = AT_ONCE): Page<number> => {
  const rest = all.toSorted((a, b) => b - a).filter((each) => from === undefined || each < Number(from))
  const items = rest.slice(0, limit)
  return { items, nextCursor: rest.length > limit ? String(items.at(-1)) : null }
}

const answered = (all: ReadonlyArray<number>, from?: string) => ({ from, readAt: 0, page: pageOf(all, from) })
const upTo = (most: number): ReadonlyArray<number> => Array.from({ length: most }, (_, index) => index + 1)
const idOf = String
const rowsOf = (parts: Parts<number>): ReadonlyArray<number> => parts.flatMap(({ items }) => items)

/** All that is known of a list, read to so many parts. */
const known = (all: ReadonlyArray<number>, count: number): Parts<number> => {
  let parts = taken<number>([], answered(all), idOf)
  for (let more = 1; more < count; more++) parts = grown(parts, answered(all, parts.at(-1)?.next ?? undefined))
  return parts
}

describe("a list that is read part by part", () => {
  test("takes in what is new at its beginning and keeps what follows, however often, in few parts", () => {
    let all = upTo(2000)
    let parts = known(all, 5)
    for (let round = 0; round < 100; round++) {
      all = [...all, ...Array.from({ length: 30 }, (_, index) => all.length + index + 1)]
      parts = taken(parts, answered(all), idOf)
    }
    expect(rowsOf(parts)).toEqual(all.toReversed().slice(0, 4000))
    expect(parts.length).toBeLessThan(2 * (4000 / AT_ONCE))
    for (const { from, items } of parts.slice(1)) expect(items[0]).toBe(Number(from) - 1)
  })

  test("begins anew where more came in than is read at once: no row is missing between two that stand together", () => {
    const parts = taken(known(upTo(1000), 3), answered(upTo(1400)), idOf)
    expect(rowsOf(parts)).toEqual(upTo(1400).toReversed().slice(0, AT_ONCE))
  })

  test("a part in its middle is read again alone: what left it goes, what belongs there comes, what follows stays", () => {
    const before = upTo(1000).filter((each) => each !== 700)
    const parts = known(before, 4)
    const after = upTo(1000).filter((each) => each !== 710 && each !== 790)
    const [, second] = parts
    const now = taken(parts, answered(after, second?.from), idOf)
    const wanted = after.toReversed().filter((each) => each >= (rowsOf(parts).at(-1) ?? 0))
    expect(rowsOf(now)).toEqual(wanted)
    expect(taken(now, answered(upTo(3), "no such place"), idOf)).toBe(now)
  })

  test("says how many are new above whoever reads, and holds his place", () => {
    const all = upTo(1000)
    const parts = known(all, 2)
    expect(newRows(parts, pageOf(all), idOf)).toEqual({ count: 0, isMore: false })
    expect(newRows(parts, pageOf(upTo(1014)), idOf)).toEqual({ count: 14, isMore: false })
    expect(newRows(parts, pageOf(upTo(1500)), idOf)).toEqual({ count: AT_ONCE, isMore: true })
    const held = anchored(parts, "1001")
    const changed = upTo(1500).filter((each) => each !== 990)
    expect(rowsOf(taken(held, answered(changed, "1001"), idOf))).toEqual(rowsOf(parts).filter((each) => each !== 990))
    expect(rowsOf(taken(held, answered(upTo(1014)), idOf))).toEqual(upTo(1014).toReversed().slice(0, 414))
  })

  test("of a list that ended nothing follows, and one that grows for hours stays bounded", () => {
    expect(rowsOf(taken(known(upTo(1000), 5), answered(upTo(10)), idOf))).toEqual(upTo(10).toReversed())
    const long = trimmed(known(upTo(20_000), 100))
    expect(rowsOf(long).length).toBe(MOST_ROWS)
    expect(long.at(-1)?.next).toBe(String(rowsOf(long).at(-1)))
  })
})

describe("figures", () => {
  test("are summed exactly, with as many decimals as the longest has", () => {
    expect(sumOf(["0.1", "0.2"])).toBe("0.3")
    expect(sumOf(["-0.05", "0.5", "-1"])).toBe("-0.55")
    expect(sumOf(["123456789012345678.123456789012345678", "0.000000000000000001"])).toBe(
      "123456789012345678.123456789012345679"
    )
    expect(sumOf(["2.50", "-2.5"])).toBe("0.00")
    expect(sumOf([])).toBe("0")
  })
})

describe("what the broker has for an order in doubt", () => {
  test("O24: is read out of the words of the doubt, and of other words nothing is", () => {
    const listed =
      "2026-11-20T14:30:00.000Z: 1001 (buy 3 BRK.B market, WORKING, entered 2026-11-20T14:32:08.618Z), P-7 (sell 2.5 KO limit at 60.25, AWAITING_PARENT, MAYBE), 9 (buy 1 KO, new), and 2 more"
    const [market, limit, bare, ...others] = candidatesIn(`it could be any of ${listed}`)
    expect(market).toEqual({
      id: "1001",
      side: "buy",
      quantity: "3",
      symbol: "BRK.B",
      type: "market",
      limitPrice: undefined,
      status: "WORKING",
      enteredAt: "2026-11-20T14:32:08.618Z"
    })
    expect(limit).toMatchObject({ id: "P-7", type: "limit", limitPrice: "60.25", status: "AWAITING_PARENT, MAYBE" })
    expect(bare).toMatchObject({ id: "9", symbol: "KO", status: "new", enteredAt: undefined })
    expect(others).toEqual([])
    expect(candidatesIn("not found at the broker")).toEqual([])
    expect(candidatesIn("not among the broker's orders since 2026-11-20T14:30:00.000Z: none")).toEqual([])
  })
})

const told = (tag: string, body: unknown) => toldOf({ tag, body, entity: { kind: "order" } })

describe("what just happened", () => {
  test("is told in words, and what only keeps the books is left out", () => {
    const changed = { before: { status: "submitted" }, after: { status: "partially_filled" }, reason: null }
    expect(told("OrderChanged", changed)).toMatchObject({ family: "order", words: "is partially filled" })
    expect(told("OrderChanged", { ...changed, before: changed.after })).toBeUndefined()
    const fill = { quantity: "0.000000000000000001", price: "189.42" }
    expect(told("FillRecorded", fill)?.words).toBe("filled 0.000000000000000001 at 189.42")
    const halt = { account: "", symbol: "", state: "halted", reason: "news" }
    expect(told("TradingStateSet", halt)).toEqual({
      family: "trading",
      state: "halted",
      words: "everything is halted: news"
    })
    expect(told("Evaluated", { symbol: "KO" })).toBeUndefined()
    // Of a newer daemon there is the name alone.
    expect(told("OrderPraised", null)?.words).toBe("praised")
  })
})

describe("styles", () => {
  test("name no colour that is not defined", () => {
    const css = readFileSync(new URL("../src/app.css", import.meta.url), "utf8")
    const defined = new Set([...css.matchAll(/(--[\w-]+):/g)].map(([, name]) => name))
    const named = [...css.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name)
    expect(named.filter((name) => !defined.has(name))).toEqual([])
  })
})

/** Readings at so many milliseconds, of so many rows. */
const readingsOf = (all: ReadonlyArray<readonly [ms: number, processed: number]>): ReadonlyArray<Reading> =>
  all.reduce<ReadonlyArray<Reading>>(
    (readings, [ms, processed]) => noted(readings, { at: new Date(ms).toISOString(), processed }),
    []
  )

describe("how fast rows of a batch come to their end", () => {
  test("is told by stretches of a second at least, whose rows add up to what was processed", () => {
    const many = readingsOf(Array.from({ length: 50 }, (_, at) => [at * 300, at * 7]))
    const stretches = stretchesOf(many)
    expect(stretches.every(({ ms }) => ms >= 1000)).toBe(true)
    expect(stretches.reduce((sum, { rows }) => sum + rows, 0)).toBe(stretches.at(-1)?.processed)
    expect(readingsOf(Array.from({ length: 5000 }, (_, at) => [at * 2000, at])).length).toBe(120)
  })

  test("is a dip where it falls below half of the usual, two in a row are one, and few readings tell of none", () => {
    const slow: ReadonlyArray<readonly [number, number]> = [
      [0, 0],
      [2000, 50],
      [4000, 50],
      [10_000, 52],
      [12_000, 102]
    ]
    expect(dipsOf(stretchesOf(readingsOf(slow.slice(0, 4))))).toEqual([])
    const dips = dipsOf(stretchesOf(readingsOf([...slow, [14_000, 152], [16_000, 202]])))
    expect(dips).toMatchObject([{ from: new Date(2000).toISOString(), rows: 2, ms: 8000 }])
  })
})
