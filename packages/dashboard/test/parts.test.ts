import { readdirSync, readFileSync } from "node:fs"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { documentAt } from "../src/api/documents.ts"
import { pauseAfter } from "../src/api/pause.ts"
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
import { asAverage, sumOf, withMinus } from "../src/format/figure.ts"
import { shownSpan } from "../src/format/time.ts"
import { type Laid, laid } from "../src/ui/table/laying.ts"
import { pace } from "../src/ui/chart/usePaced.ts"
import { copiesOf } from "../src/words/copies.ts"
import { inferredIn } from "../src/words/inferred.ts"
import { dipsOf, noted, type Reading, stretchesOf } from "../src/words/rates.ts"
import {
  isSameAnswer,
  isStopped,
  signOfBatch,
  signOfCoolDown,
  signOfFill,
  signOfLink,
  signOfNext,
  signOfOrder,
  signOfState,
  signs,
  type Family,
  wordsOfNext
} from "../src/words/signs.ts"
import type { Sign } from "../src/words/families.ts"
import { eventTextOf, historyWords } from "../src/words/eventText.ts"

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

const broken = () => new ReadableStream({ start: (body) => body.error(new TypeError("network error")) })

describe("a document that is read without the client", () => {
  afterEach(() => vi.unstubAllGlobals())
  const problem = { type: "/problems/unauthorized", status: 401, detail: "A token is needed." }
  test.each([
    ["is a problem", new Response(JSON.stringify(problem), { status: 401 }), 401],
    ["is a proxy's page", new Response("<html>", { status: 502 }), -1],
    ["breaks off", new Response(broken()), 0]
  ])(
    "fails with a problem where the answer %s: what breaks off is none, and is asked for again",
    async (_, answer, status) => {
      vi.stubGlobal("fetch", () => Promise.resolve(answer))
      await expect(documentAt("/api/v1/overview")).rejects.toMatchObject({ name: "ProblemError", status })
    }
  )
})

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

/** Rows by their names and values: `a1` is the row a at its first value. */
const named = (text: string, isWhole = true): Laid<{ readonly id: string; readonly value: string }> => ({
  rows: [...text.matchAll(/(\w)(\d)/g)].map(([, id = "", value = ""]) => ({ id, value })),
  isWhole
})

const idOfRow = ({ id }: { readonly id: string }): string => id

type Hold = Parameters<typeof laid>[0]["hold"]

const WHOLE = true
const PART = false

describe("rows under a reader", () => {
  test.each<readonly [Hold, string, boolean, string, boolean, string, string, number, number]>([
    // Shown, given, and then what is shown, which of it left, how many wait and how many changed.
    ["above", "a1 b1", WHOLE, "x1 a1 b2", WHOLE, "x1 a1 b2", "", 0, 0],
    ["above", "a1 b1 c1", WHOLE, "x1 a1 c1", WHOLE, "x1 a1 b1 c1", "b", 0, 0],
    ["above", "a1 b1", WHOLE, "x1", WHOLE, "x1 a1 b1", "ab", 0, 0],
    ["above", "a1 b1", WHOLE, "a1 m1 b1", WHOLE, "a1 b1", "", 1, 0],
    // More came than was read: what was shown is somewhere below, and no row may be missing between two.
    ["above", "a1 b1", WHOLE, "x1 y1", PART, "x1 y1", "", 0, 0],
    ["above", "a1 b1 c1", PART, "x1 a1 b1", PART, "x1 a1 b1", "", 0, 0],
    ["waiting", "b1 d1", WHOLE, "a1 b1 c1 d2 e1", WHOLE, "b1 d2", "", 3, 0],
    ["waiting", "b1 d1", PART, "b1 c1 d1 e1 f1", PART, "b1 d1 e1 f1", "", 1, 0],
    ["waiting", "a1 b1 c1", WHOLE, "c2 a1 b1", WHOLE, "a1 b1 c2", "", 0, 0],
    ["waiting", "", WHOLE, "a1", WHOLE, "a1", "", 0, 0],
    ["waiting", "a1", WHOLE, "", WHOLE, "a1", "a", 0, 0],
    ["reading", "a1 b1", PART, "x1 a2 b1 c1", WHOLE, "a2 b1 c1", "", 1, 0],
    ["reading", "a1 b1 c1", PART, "x1 a1 c1 d1", PART, "a1 b1 c1 d1", "b", 1, 0],
    // Of what follows the last row that was read nothing is known.
    ["reading", "a1 b1", PART, "a1", PART, "a1 b1", "", 0, 0],
    ["frozen", "a1 b1 c1", WHOLE, "x1 a2 c1 d1", WHOLE, "a1 b1 c1", "b", 2, 1]
  ])(
    "%s: of %s (all: %s) given as %s (all: %s) there is %s, %s left, %i waiting, %i changed",
    (hold, shown, isShownWhole, given, isWhole, rows, left, waiting, changed) => {
      const outcome = laid({ hold, shown: named(shown, isShownWhole), given: named(given, isWhole), idOf: idOfRow })
      expect(outcome.shown.rows).toEqual(named(rows).rows)
      expect([...outcome.left].join("")).toBe(left)
      expect([outcome.waiting, outcome.changed]).toEqual([waiting, changed])
      // Laid once more it stays so.
      expect(laid({ hold, shown: outcome.shown, given: named(given, isWhole), idOf: idOfRow })).toEqual(outcome)
    }
  )
})

describe("what happens while the page waits for an answer", () => {
  test.each([
    [0, 300],
    [400, 800],
    [20_000, 5000]
  ])(
    "is read again, after an answer that was %i ms in coming, %i ms later: soon, also where the daemon was away",
    (cost, pause) => {
      expect(pauseAfter(cost)).toBe(pause)
    }
  )
})

describe("figures", () => {
  test.each([
    ["201.814615384615", "201.8146"],
    ["13.826745122898935492", "13.8267"],
    ["0.333333333333", "0.3333"],
    ["-0.66665000001", "-0.6667"],
    ["-0.00000000001", "0.0000"],
    ["9.99995000000", "10.0000"],
    ["187.7125", "187.7125"],
    ["3", "3"]
  ])("the average %s is read as %s", (sent, shown) => {
    expect(asAverage(sent)).toBe(shown)
  })

  test("are summed exactly, with as many decimals as the longest has", () => {
    expect(sumOf(["0.1", "0.2"])).toBe("0.3")
    expect(sumOf(["-0.05", "0.5", "-1"])).toBe("-0.55")
    expect(sumOf(["123456789012345678.123456789012345678", "0.000000000000000001"])).toBe(
      "123456789012345678.123456789012345679"
    )
    expect(sumOf(["2.50", "-2.5"])).toBe("0.00")
    expect(sumOf([])).toBe("0")
  })

  test("of a sentence have the minus of all others; dates and ids have none", () => {
    expect(withMinus("The residual of -0.3 (of -1) is below 1; T-7 of 2026-11-20")).toBe(
      "The residual of −0.3 (of −1) is below 1; T-7 of 2026-11-20"
    )
  })

  test.each([
    [12, "12 ms"],
    [400, "0.4 s"],
    [40_000, "40 s"],
    [192_000, "3 min 12 s"],
    [7_500_000, "2 h 05 min"],
    [3 * 86_400_000, "3 d"]
  ])("a span of %i ms reads as people say it", (ms, words) => {
    expect(shownSpan(ms)).toBe(words)
  })
})

describe("what of an order has no execution yet", () => {
  const fills = [
    { canonical: true, quantity: "1.5" },
    { canonical: false, quantity: "2" },
    { canonical: true, quantity: "0.25" }
  ]
  test.each([
    ["2", "0.25"],
    ["1.75", undefined],
    ["1.5", undefined]
  ])("F5: of %s filled it is %s: what was replaced is none of it", (filledQuantity, inferred) => {
    expect(inferredIn({ filledQuantity, fills })).toBe(inferred)
  })
})

const textOf = (tag: string, body: unknown) => eventTextOf({ tag, body, entity: { kind: "order" } })

describe("what just happened", () => {
  test("is put in words, and what only keeps the books is left out", () => {
    const changed = { before: { status: "submitted" }, after: { status: "partially_filled" }, reason: null }
    expect(textOf("OrderChanged", changed)).toMatchObject({ family: "order", words: "partially filled" })
    expect(textOf("OrderChanged", { ...changed, before: changed.after })).toBeUndefined()
    expect(historyWords({ tag: "OrderChanged", body: changed })).toBe("Working → Partially filled")
    expect(historyWords({ tag: "OrderChanged", body: { ...changed, before: changed.after } })).toBe("Order changed")
    expect(historyWords({ tag: "FillRecorded", body: {} })).toBe("Fill recorded")
    const fill = { quantity: "0.000000000000000001", price: "189.42" }
    expect(textOf("FillRecorded", fill)?.words).toBe("filled 0.000000000000000001 at 189.42")
    const halt = { account: "", symbol: "", state: "halted", reason: "news" }
    expect(textOf("TradingStateSet", halt)).toEqual({
      family: "trading",
      state: "halted",
      words: "Halted (everything): news"
    })
    expect(textOf("Evaluated", { symbol: "KO" })).toBeUndefined()
    // A row that waits for its batch waits for no person.
    const held = { side: "buy", quantity: "2", givenSymbol: "KO", reason: "AwaitsBatch" }
    expect(textOf("TradeQuarantined", held)).toEqual({
      family: "trade",
      state: "pending",
      words: "waits for its batch: buy 2 KO"
    })
    expect(textOf("TradeQuarantined", { ...held, reason: "Unmapped" })?.state).toBe("quarantined")
    const back = { id: 7, symbol: "AAPL", reason: held.reason }
    expect(textOf("TradeHeld", back)).toEqual({ family: "trade", state: "pending", words: "waits for its batch" })
    expect(textOf("TradeHeld", { ...back, reason: "UnknownInstrument" })).toMatchObject({
      state: "quarantined",
      words: "held: unknown instrument"
    })
    expect(textOf("QuarantineReleased", { symbol: "AAPL" })).toBeUndefined()
    // Of a newer daemon there is the name alone.
    expect(textOf("OrderPraised", null)?.words).toBe("praised")
  })
})

type Answer = Parameters<typeof signOfNext>[0]

const due = (quantity: string): Answer => ({ code: "Order", side: "buy", quantity })
const heldBy = (by: "circuit" | "cancel", orderId: string | null = null): Answer => ({ code: "Held", by, orderId })

describe("what comes next of a position", () => {
  test.each<readonly [words: string, answer: Answer, isStopped: boolean]>([
    ["Due", due("1"), false],
    ["Ordered", { code: "Ordered", orderId: "O5" }, false],
    ["Not due", { code: "NotDue" }, false],
    ["Cooling down", { code: "CoolingDown" }, false],
    ["Break open", { code: "BreakOpen" }, true],
    ["Halted", { code: "Halted" }, true],
    ["Held: circuit", heldBy("circuit"), true],
    ["Held: cancel", heldBy("cancel", "O5"), true],
    ["Refused: dollars per order", { code: "Refused", control: "MaxNotional" }, false]
  ])("%s is its code in words, with what refuses or holds it", (words, answer, stops) => {
    expect([wordsOfNext(answer), isStopped(answer)]).toEqual([words, stops])
    expect(words.startsWith(signOfNext(answer).word)).toBe(true)
  })

  test("is the same as before where its fields are", () => {
    expect(isSameAnswer(due("1"), due("1"))).toBe(true)
    expect(isSameAnswer(due("1"), due("2"))).toBe(false)
    expect(isSameAnswer(heldBy("cancel", "O5"), heldBy("cancel", "O6"))).toBe(false)
    expect(isSameAnswer({ code: "Halted" }, { code: "NotDue" })).toBe(false)
  })
})

const AT = Date.parse("2026-11-20T14:30:00Z")
const anOrder = (status: string, filledQuantity = "0", quantity = "3"): Sign =>
  signOfOrder({ status, filledQuantity, quantity })
const good = { canonical: true, replacedBy: null, quantity: "1", price: "10", band: "within" }
const rows = { totalTrades: 1000, processedTrades: 393, failedTrades: 214, cancelledTrades: 0 }
const aBatch = (status: string): Sign => signOfBatch({ ...rows, status })
const of =
  (family: Family) =>
  (state: string): Sign =>
    signOfState(family, state)
const [tag, aTrade, anAttempt, aBreak, aSide] = [of("orderTag"), of("trade"), of("attempt"), of("break"), of("side")]
const [HOURS, SECONDS] = [3_600_000, 1000]

/** Every state of the table of signs, with its shape, word and tone. */
const table: ReadonlyArray<readonly [of: string, sign: Sign | undefined, shape: string, word: string, tone: string]> = [
  ["order", anOrder("pending"), "ring", "Pending", "idle"],
  ["order", anOrder("submitting"), "ring-arrow", "Sending", "info"],
  ["order", anOrder("in_doubt"), "diamond-half", "Unconfirmed", "doubt"],
  ["order", anOrder("submitted"), "disc-dot", "Working", "info"],
  ["order", anOrder("partially_filled", "2"), "disc-part", "Partially filled 2/3", "info"],
  ["order", anOrder("partially_filled", "1200", "3000"), "disc-part", "Partially filled 1,200/3,000", "info"],
  ["order", anOrder("filled", "3"), "disc-tick", "Filled", "ok"],
  ["order", anOrder("cancelled"), "square-x", "Cancelled", "idle"],
  ["order", anOrder("cancelled", "2"), "square-x", "Cancelled, 2/3 filled", "idle"],
  ["order", anOrder("expired"), "square-clock", "Expired", "idle"],
  ["order", anOrder("expired", "2"), "square-clock", "Expired, 2/3 filled", "idle"],
  ["order", anOrder("rejected"), "octagon-x", "Rejected", "danger"],
  ["order", anOrder("failed"), "octagon-mark", "Failed", "danger"],
  ["order tag", tag("cancelAsked"), "square-x", "Cancel requested", "warn"],
  ["order tag", signOfCoolDown("2026-11-20T14:30:40Z", AT), "square-clock", "Cooling down 40 s", "idle"],
  ["order tag", tag("external"), "square-back", "External", "idle"],
  ["order tag", tag("overfilled"), "octagon-mark", "Overfilled", "warn"],
  ["trade", aTrade("pending"), "ring", "Pending", "idle"],
  ["trade", aTrade("accumulated"), "bars", "Accumulated", "info"],
  ["trade", aTrade("completed"), "disc-tick", "Completed", "ok"],
  ["trade", aTrade("failed"), "octagon", "Failed", "danger"],
  ["trade", aTrade("duplicate"), "squares", "Duplicate", "idle"],
  ["trade", aTrade("reversed"), "square-back", "Reversed", "idle"],
  ["trade", aTrade("quarantined"), "triangle", "Quarantined", "warn"],
  ["trade", aTrade("conflict"), "diamond-unequal", "Conflict", "doubt"],
  ["fill", signOfFill(good), "disc-tick", "Fill", "ok"],
  ["fill", signOfFill({ ...good, canonical: false, replacedBy: 2 }), "square-struck", "Replaced by r2", "idle"],
  ["fill", signOfFill({ ...good, quantity: "0" }), "octagon-struck", "Busted", "danger"],
  ["fill", of("fill")("inferred"), "hatched", "Inferred", "idle"],
  ["fill", signOfFill({ ...good, price: null }), "triangle-dollar", "Price missing", "warn"],
  ["fill", signOfFill({ ...good, band: "outside" }), "triangle-ends", "Outside tolerance", "warn"],
  ["fill", of("fill")("suspected"), "diamond-equal", "Duplicate?", "doubt"],
  ["fill", of("fill")("parked"), "ring", "Unmatched", "warn"],
  ["attempt", anAttempt("accepted"), "disc-tick", "Accepted", "ok"],
  ["attempt", anAttempt("rejected"), "octagon", "Rejected", "danger"],
  ["attempt", anAttempt("not_accepted"), "ring-back", "Not accepted", "idle"],
  ["attempt", anAttempt("unknown"), "diamond-half", "Unknown", "doubt"],
  ["batch", aBatch("pending"), "ring", "Queued", "idle"],
  ["batch", aBatch("running"), "disc-part", "Running 39 %", "info"],
  ["batch", aBatch("success"), "disc-tick", "Completed", "ok"],
  ["batch", aBatch("partial_success"), "disc-notch", "Completed with 214 errors", "warn"],
  ["batch", aBatch("failed"), "octagon", "Failed", "danger"],
  ["batch", aBatch("cancelled"), "square-x", "Cancelled", "idle"],
  ["break", aBreak("critical"), "octagon-mark", "Critical", "danger"],
  ["break", aBreak("warning"), "triangle", "Warning", "warn"],
  ["break", aBreak("info"), "ring-mark", "Info", "idle"],
  ["break", aBreak("escalated"), "triangle-up", "Escalated", "danger"],
  ["break", aBreak("gone"), "disc-tick", "Auto-closed", "ok"],
  ["break", aBreak("resolved"), "square-tick", "Resolved", "idle"],
  ["link", signOfLink("live", 400), "disc", "Live · 0.4 s", "ok"],
  ["link", signOfLink("quiet"), "ring", "Connected, idle", "idle"],
  ["link", signOfLink("stale", 40 * SECONDS), "triangle-clock", "Stale 40 s", "warn"],
  ["link", signOfLink("down"), "octagon-plug", "Down", "danger"],
  ["link", signOfLink("expiring", 2 * HOURS), "triangle-clock", "2 h 00 min left", "warn"],
  ["audit", of("audit")("ok"), "disc-tick", "Agrees", "ok"],
  ["audit", of("audit")("findings"), "octagon-mark", "Findings", "danger"],
  ["comparison", of("comparison")("differs"), "diamond-unequal", "Differs", "danger"],
  ["comparison", of("comparison")("skipped"), "ring-mark", "Not compared", "warn"],
  ["comparison", of("comparison")("agrees"), "diamond-equal", "Agrees", "ok"],
  ["reconciliation", of("reconciliation")("agreed"), "diamond-equal", "Agreed", "ok"],
  ["reconciliation", of("reconciliation")("differed"), "diamond-unequal", "Differed", "danger"],
  ["reconciliation", of("reconciliation")("not_compared"), "ring-mark", "Not compared", "warn"],
  ["reconciliation", of("reconciliation")("failed"), "octagon-mark", "Failed", "danger"],
  ["side", aSide("buy"), "arrow-up", "Buy", "buy"],
  ["side", aSide("sell"), "arrow-down", "Sell", "sell"],
  ["a newer daemon's order", anOrder("praised"), "ring", "praised", "idle"]
]

describe("signs", () => {
  test.each(table)("of %s: %#", (_of, sign, shape, word, tone) => {
    expect(sign).toMatchObject({ shape, word, tone })
  })

  test("are filled to a share where their word tells of one, and nothing that waits is told of once it has come", () => {
    expect(anOrder("partially_filled", "2").share).toBeCloseTo(2 / 3)
    expect(aBatch("running").share).toBe(0.393)
    expect(signOfBatch({ ...rows, status: "partial_success", failedTrades: 0, cancelledTrades: 7 }).word).toBe(
      "Completed, 7 cancelled"
    )
    expect(signOfCoolDown("2026-11-20T14:30:00Z", AT)).toBeUndefined()
    expect(signOfCoolDown(null, AT)).toBeUndefined()
  })

  test("say what they mean, all of them, and no screen draws a shape of its own", () => {
    const all = Object.values(signs).flatMap((family) => Object.values(family))
    expect(all.filter(({ help }) => help.length < 10 || !help.endsWith("."))).toEqual([])
    const folders = ["ui", "pages"].map((name) => new URL(`../src/${name}/`, import.meta.url))
    const drawing = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
        (name) => /\.tsx?$/.test(name) && /shape(=|: )"/.test(readFileSync(new URL(name, folder), "utf8"))
      )
    )
    expect(drawing).toEqual([])
  })
})

describe("what a page is copied as", () => {
  const here = "http://h:1"
  test.each([
    ["/", "", "overview", "doctor"],
    [
      "/orders",
      "symbol=BRK.B&status=in_doubt&cols=x&sort=oldest",
      "orders?symbol=BRK.B&status=in_doubt&order=oldest",
      "orders list --symbol BRK.B --status in_doubt --order oldest"
    ],
    ["/orders/O1", "asOf=12", "orders/O1?asOf=12", "orders show O1 --as-of 12"],
    [
      "/trades",
      "asOf=12&sourceId=it's",
      "trades?sourceId=it%27s&order=newest&asOf=12",
      "trades list --source-id 'it'\\''s' --as-of 12 --order newest"
    ],
    ["/attempts/S1", "asOf=12", "attempts/S1?asOf=12", "attempts show S1 --as-of 12"],
    ["/journal", "asOf=12", "journal?order=newest&asOf=12", "journal list --as-of 12"],
    ["/positions/a%20b/BRK.B", "", "positions/BRK.B?account=a+b", "positions show BRK.B --account 'a b'"],
    [
      "/attention",
      "standing=critical",
      "breaks?standing=critical&sort=severity",
      "breaks list --standing critical --sort severity"
    ],
    ["/attention", "", "breaks?status=open&sort=severity", "breaks list --status open --sort severity"],
    ["/attention", "status=all", "breaks?sort=severity", "breaks list --sort severity"],
    ["/attention/B2", "", "breaks/B2", "breaks show B2"],
    [
      "/attention",
      "asOf=12",
      "breaks?status=open&sort=severity&asOf=12",
      "breaks list --status open --as-of 12 --sort severity"
    ],
    ["/attention/B2", "asOf=12", "breaks/B2?asOf=12", "breaks show B2 --as-of 12"],
    ["/attention/O5", "asOf=12", "cases/O5?asOf=12", "cases show O5 --as-of 12"],
    ["/attention/J1-0a", "asOf=12", "cases/J1-0a", "cases show J1-0a"],
    ["/attention/part%3Aconnection%20main", "", "cases/part%3Aconnection%20main", "cases show 'part:connection main'"],
    ["/batches/G3/errors", "", "batches/G3/errors", "batches show G3"],
    ["/batches/G3/results", "asOf=12", "batches/G3/results?asOf=12", "batches show G3 --as-of 12"],
    ["/fills", "canonical=true", "fills?canonical=true&order=newest", "fills list --canonical --order newest"],
    ["/fills", "canonical=false", "fills?canonical=false&order=newest", undefined],
    ["/orders", "code=R1", "orders?code=R1&order=newest", "orders list --code R1 --order newest"],
    ["/decisions", "code=R1", "decisions?code=R1&order=newest", "decisions list --code R1 --order newest"],
    [
      "/profit/slippage",
      "account=paper",
      "reports/slippage?account=paper&from=today",
      "report slippage --account paper --from today"
    ],
    ["/why/F3", "", "journal/why?of=F3", "journal why F3"],
    ["/why/paper/12", "", "journal/why?of=paper%2F12", "journal why paper/12"],
    ["/journal/paper/12", "", "accounts/paper/entries/12", "journal show paper/12"],
    ["/journal", "entity=O5", "journal?entity=O5&order=newest", "journal list --entity O5"]
  ])("of %s?%s is one for each program", (path, search, route, cli) => {
    const copies = copiesOf(here, path, search)
    expect(copies.route).toBe(`/api/v1/${route}`)
    expect(copies.cli).toBe(cli === undefined ? undefined : `npx roundlot ${cli}`)
    expect(copies.curl?.endsWith(`'${here}/api/v1/${route}'`)).toBe(true)
  })

  test("is its link alone where nothing is read for it, and a shell takes a value for one word", () => {
    expect(copiesOf(here, "/settings", "")).toEqual({ link: `${here}/settings` })
    expect(copiesOf(here, "/trades/new", "symbol=A")).toEqual({ link: `${here}/trades/new?symbol=A` })
    expect(copiesOf(here, "/trades", `source=${encodeURIComponent("a'; rm")}`).cli).toBe(
      String.raw`npx roundlot trades list --source 'a'\''; rm' --order newest`
    )
  })
})

describe("styles", () => {
  test("name nothing that neither they nor what a reader chooses defines", () => {
    const files = ["src/design.css", "src/app.css", "guides/guides.css"]
    const css = files.map((file) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8")).join("\n")
    const settings = readFileSync(new URL("../src/ui/parts/settings.ts", import.meta.url), "utf8")
    const chosen = settings.matchAll(/setProperty\("(--[\w-]+)"/g)
    const defined = new Set([...css.matchAll(/(--[\w-]+):/g), ...chosen].map(([, name]) => name))
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
  test("is shown by stretches of a second at least, whose rows add up to what was processed", () => {
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

describe("a chart for which something arrives 200 times a second", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test("is painted twice a second, of the newest: of the last one too, and of what comes after a while at once", () => {
    const begun = performance.now()
    const painted: Array<readonly [ms: number, what: number]> = []
    const { end, give } = pace<number>((what) => painted.push([performance.now() - begun, what]))
    for (let ms = 0; ms <= 1200; ms += 5) {
      give(ms)
      vi.advanceTimersByTime(5)
    }
    vi.advanceTimersByTime(3795)
    give(5000)
    vi.advanceTimersByTime(1)
    give(5001)
    end()
    vi.advanceTimersByTime(5000)
    expect(painted).toEqual([
      [0, 0],
      [500, 495],
      [1000, 995],
      [1500, 1200],
      [5000, 5000]
    ])
  })
})
