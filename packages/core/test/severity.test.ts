import { describe, expect, test } from "vitest"
import { AccountTable } from "../src/records/Account.ts"
import { BreakId, OrderId } from "../src/values/Id.ts"
import { Ticker } from "../src/records/Ticker.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { Price } from "../src/values/Price.ts"
import { Quantity } from "../src/values/Quantity.ts"
import { OrderTable, type Order } from "../src/records/Order.ts"
import { PositionTable } from "../src/records/Position.ts"
import type { PositionAnswer } from "../src/records/PositionAnswer.ts"
import { blocking, isSettled, obstacleOf, type Obstacle } from "../src/rules/reconciliation/blocked.ts"
import type * as Break from "../src/records/Break.ts"
import { byGravity, severityOf, standingOf } from "../src/rules/reconciliation/severity.ts"
import {
  dollarsAtRisk,
  noStake,
  owedOf,
  stakeOf,
  type Stake,
  together,
  type Standing
} from "../src/rules/reconciliation/Stake.ts"
import { tradingOf, wordsOf } from "../src/rules/reconciliation/trading.ts"
import * as Instant from "../src/values/Instant.ts"
import { openBreak } from "./openBreak.ts"
import { deskOf, perform } from "./Story.ts"

const NOW = Instant.make(1_700_000_000_000_000n)
const HOUR_MS = 3_600_000
const ago = (ms: number) => Instant.addMillis(NOW, -ms)
const dec = Decimal.unsafe

/** A position of whole shares that owes 2.5 at 10 dollars, and the order that it made of 2 of them. */
const scene = (): { readonly standing: Standing; readonly order: Order } => {
  const desk = deskOf({ lot: 1000, threshold: undefined, direction: "mirror", counts: false })
  perform(desk, { do: "halt" })
  perform(desk, { do: "trade", id: "T1", side: "buy", milli: 2500, held: false })
  const [position] = desk.all(PositionTable)
  perform(desk, { do: "resume" })
  const [account] = desk.all(AccountTable)
  const [order] = desk.all(OrderTable)
  if (position === undefined || account === undefined || order === undefined) throw new Error("nothing was set up")
  const priced = { ...position, lastPrice: Price.make(dec("10")), lastPriceAt: NOW }
  return { standing: { position: priced, account, instrument: undefined }, order }
}

const { order, standing } = scene()
const owing = (residual: string): Standing => ({
  ...standing,
  position: { ...standing.position, residual: dec(residual) }
})

const shown = ({ blocks, inDoubt }: Stake) => [
  blocks.map(({ dollars, shares }) => [Decimal.format(shares), dollars && Decimal.format(dollars)]),
  inDoubt && [Decimal.format(inDoubt.shares), inDoubt.dollars && Decimal.format(inDoubt.dollars)]
]

describe("what a position owes an order of", () => {
  test.each([
    ["2.5", "2.5"],
    ["-2.5", "2.5"],
    ["1", "1"],
    ["0.999", "0"]
  ])("D2: of a residual of %s, where the lot is 1: %s", (residual, owed) => {
    expect(Decimal.format(owedOf(owing(residual)))).toBe(owed)
  })

  test("D2, D3: below its threshold, in shares or dollars, it owes nothing; without a price what is due by shares counts", () => {
    const { account, position } = standing
    const threshold = Quantity.make(dec("3"))
    const dollars = Quantity.make(dec("25.01"))
    expect(Decimal.format(owedOf({ ...standing, account: { ...account, threshold } }))).toBe("0")
    const inMoney = { ...standing, account: { ...account, thresholdNotional: dollars } }
    expect(Decimal.format(owedOf(inMoney))).toBe("0")
    expect(Decimal.format(owedOf({ ...inMoney, position: { ...position, lastPrice: undefined } }))).toBe("2.5")
  })
})

describe("what stands behind a break", () => {
  test("G: where it holds the symbol, what the position owes; where it holds nothing, nothing", () => {
    expect(shown(stakeOf({ kind: "TermsDiffer", holds: "symbol" }, [standing], undefined))).toEqual([
      [["2.5", "25"]],
      undefined
    ])
    expect(stakeOf({ kind: "OffBand", holds: "nothing" }, [standing], undefined)).toEqual(noStake)
    expect(stakeOf({ kind: "TermsDiffer", holds: "symbol" }, [owing("0.5")], undefined)).toEqual(noStake)
  })

  test("O24: of a doubt, what its order may still fill, and what is due behind it", () => {
    const sent = { ...order, filled: dec("0.5") }
    expect(shown(stakeOf({ kind: "Doubt", holds: "nothing" }, [owing("3")], sent))).toEqual([
      [["3", "30"]],
      ["1.5", "15"]
    ])
    expect(shown(stakeOf({ kind: "Doubt", holds: "nothing" }, [owing("0.5")], sent))).toEqual([[], ["1.5", "15"]])
  })

  test("D5: a direct order in doubt lets wait what is due on the other side, and nothing on its own", () => {
    const direct: Order = { ...order, origin: "direct", side: "buy" }
    expect(stakeOf({ kind: "Doubt", holds: "nothing" }, [owing("3")], direct).blocks).toEqual([])
    expect(stakeOf({ kind: "Doubt", holds: "nothing" }, [owing("-3")], direct).blocks).toHaveLength(1)
  })

  test("of an order that is not worked, what is due besides waits; no order is in doubt", () => {
    const idle = { kind: "OrderNotWorking", holds: "nothing" } as const
    expect(shown(stakeOf(idle, [standing], { ...order, status: "submitted" }))).toEqual([[["2.5", "25"]], undefined])
    expect(shown(stakeOf(idle, [owing("0.5")], { ...order, status: "submitted" }))).toEqual([[], undefined])
  })

  test("its dollars are unknown where a part has no price, and zero where nothing is at risk", () => {
    const unpriced = { ...standing, position: { ...standing.position, lastPrice: undefined } }
    expect(dollarsAtRisk(stakeOf({ kind: "TermsDiffer", holds: "symbol" }, [unpriced], undefined))).toBeUndefined()
    expect(dollarsAtRisk(noStake)).toEqual(Decimal.zero)
  })
})

/** What a case is sorted by, with a name. */
const named = (name: string, severity: "critical" | "info", dollars: string | undefined, ms: number) => ({
  name,
  severity,
  dollars: dollars === undefined ? undefined : dec(dollars),
  since: ago(ms)
})

const owed = stakeOf({ kind: "TermsDiffer", holds: "symbol" }, [standing], undefined)

const doubted = (id: number, quantity: string): Order => ({
  ...order,
  id: OrderId.make(id),
  quantity: Quantity.make(dec(quantity)),
  filled: Decimal.zero,
  status: "in_doubt"
})

test("G: behind the breaks of one cause stands what is blocked, once, and all that is in doubt", () => {
  const doubt = { kind: "Doubt", holds: "symbol" } as const
  const stakes = [doubted(1, "2"), doubted(2, "3")].map((each) => stakeOf(doubt, [owing("3")], each))
  const { blocks, inDoubt } = together(stakes)
  expect(blocks.map(({ shares }) => Decimal.format(shares))).toEqual(["3"])
  expect(inDoubt && Decimal.format(inDoubt.shares)).toBe("5")
  expect(together([])).toEqual(noStake)
})

describe("how grave a break is", () => {
  test.each([
    // Shares are owed and not ordered because of it, whatever its kind.
    ["critical", "TermsDiffer", "symbol", owed, 0],
    ["warning", "TermsDiffer", "symbol", noStake, 0],
    ["critical", "Backlog", "account", owed, 0],
    ["warning", "Backlog", "account", noStake, 0],
    // Nobody knows whether the broker has an order: from its first round of look-ups on.
    ["warning", "Doubt", "nothing", noStake, 59_999],
    ["warning", "Doubt", "nothing", owed, 59_999],
    ["critical", "Doubt", "nothing", noStake, 60_000],
    ["critical", "OrderMissing", "nothing", noStake, 60_000],
    // Shares or money may be wrong or doubled.
    ["critical", "PositionDiffers", "symbol", noStake, 0],
    ["critical", "Excess", "symbol", noStake, 0],
    ["warning", "Excess", "nothing", noStake, 0],
    ["critical", "TradingHalted", "nothing", noStake, 0],
    ["critical", "PositionBlocked", "nothing", owed, 0],
    ["escalated", "PositionBlocked", "nothing", owed, HOUR_MS],
    ["warning", "ClockAhead", "nothing", noStake, 0],
    // An order is not worked: what is due besides waits for it.
    ["warning", "OrderNotWorking", "nothing", noStake, 0],
    ["critical", "OrderNotWorking", "nothing", owed, 0],
    ["info", "OffBand", "nothing", noStake, 0],
    // P11: by their age.
    ["critical", "PositionDiffers", "symbol", noStake, HOUR_MS - 1],
    ["escalated", "PositionDiffers", "symbol", noStake, HOUR_MS],
    ["escalated", "TermsDiffer", "symbol", owed, HOUR_MS],
    ["warning", "TermsDiffer", "symbol", noStake, 24 * HOUR_MS - 1],
    ["escalated", "TermsDiffer", "symbol", noStake, 24 * HOUR_MS],
    ["info", "OffBand", "nothing", noStake, 1000 * HOUR_MS]
  ] as const)("G, P11: %s: %s, which holds %s", (severity, kind, holds, stake, ageMs) => {
    expect(severityOf({ kind, holds, openedAt: ago(ageMs) }, stake, NOW)).toBe(severity)
  })

  test.each([
    ["critical", "Doubt", { status: "in_doubt", sentAt: ago(60_000) }],
    ["warning", "Doubt", { status: "in_doubt", sentAt: ago(59_999) }],
    ["critical", "EndUnconfirmed", { status: "submitted", endReportedAt: ago(60_000) }],
    ["critical", "EndUnconfirmed", { status: "submitted", sentAt: ago(60_000), endReportedAt: ago(59_999) }],
    [
      "warning",
      "EndUnconfirmed",
      { status: "submitted", sentAt: ago(90_000), acceptedAt: ago(60_000), endReportedAt: ago(59_999) }
    ]
  ] as const)("G: %s: %s is as old as what is unknown, however late its break opens", (severity, kind, change) => {
    const found = { kind, holds: "nothing", openedAt: NOW } as const
    expect(severityOf(found, stakeOf(found, [standing], { ...order, ...change }), NOW)).toBe(severity)
  })

  test("G: a closed one is gone by itself, or resolved by an operator, whatever stood behind it", () => {
    const closed = { kind: "PositionDiffers", holds: "symbol", openedAt: ago(HOUR_MS), closedAt: NOW } as const
    expect(standingOf({ ...closed, closedBy: "ledger" }, owed, NOW)).toBe("gone")
    expect(standingOf({ ...closed, closedBy: "operator" }, owed, NOW)).toBe("resolved")
  })

  test("cases are sorted by severity, then by the dollars at risk, unknown ones first, then by age", () => {
    const all = [
      named("old info", "info", "1000", 9000),
      named("9 dollars", "critical", "9", 8000),
      named("10 dollars", "critical", "10", 1000),
      named("10 dollars, older", "critical", "10", 2000),
      named("unknown", "critical", undefined, 1)
    ]
    expect(all.toSorted(byGravity).map(({ name }) => name)).toEqual([
      "unknown",
      "10 dollars, older",
      "10 dollars",
      "9 dollars",
      "old info"
    ])
  })
})

const SYMBOLS = ["AAPL", "MSFT", "NVDA", "IBM", "KO", "F"]

const breakOf = (symbol: Ticker, openedAt: Instant.Instant): Break.Break =>
  openBreak(openedAt, { account: standing.position.account, symbol, kind: "Doubt" })

/** Six positions, each blocked by an order in doubt of an age; with the breaks that say so, or without. */
const sixInDoubt = (ageMs: number, withBreaks = true) => {
  const found = SYMBOLS.map((name, i) => {
    const symbol = Ticker.make(name)
    const position = { ...owing("3").position, symbol }
    const doubted: Order = { ...order, id: OrderId.make(order.id + i), symbol, status: "in_doubt", sentAt: ago(ageMs) }
    const stake = stakeOf({ kind: "Doubt", holds: "nothing" }, [{ ...standing, position }], doubted)
    return { order: doubted, stake }
  })
  const breaks = found.map(({ order: { id, symbol } }, i): Break.Break => ({
    ...breakOf(symbol, ago(ageMs)),
    id: BreakId.make(i + 1),
    subject: `O${id}`
  }))
  const stakes = ({ symbol }: Break.Break) => found.find((each) => each.order.symbol === symbol)?.stake ?? noStake
  return tradingOf({ breaks: withBreaks ? breaks : [], stakes, doubtful: found }, NOW)
}

/** The answer as its row has it. */
const cellOf = (answer: PositionAnswer) => PositionTable.encode({ ...standing.position, answer })["answer"]

/** A position has answered so for a time: what blocks it, and whether that is a case. */
const blockedFor = (answer: PositionAnswer, ms: number) => {
  const position = { ...standing.position, answer, answerSince: ago(ms) }
  const by = obstacleOf(position)
  if (by === undefined) throw new Error(`${answer._tag} blocks nothing`)
  return isSettled({ position, by }, NOW)
}

const tradingWith = (breaks: ReadonlyArray<Break.Break>) =>
  tradingOf({ breaks, stakes: (found) => stakeOf(found, [standing], undefined), doubtful: [] }, NOW)

describe("how trading stands", () => {
  test.each([true, false])(
    "six of six symbols blocked by orders in doubt, breaks %s: not well, with what is at risk",
    (withBreaks) => {
      const trading = sixInDoubt(60_000, withBreaks)
      expect(trading).toMatchObject({ isWell: false, critical: 6, warnings: 0, blockedPositions: 6, ordersInDoubt: 6 })
      expect(wordsOf(trading)).toBe("6 critical cases: 6 positions blocked, 6 unconfirmed orders, 300 dollars at risk")
    }
  )

  test("G: while the break of a doubt settles, the doubt is as grave as it was: no moment shows trading well", () => {
    const { symbol } = order
    const doubted: Order = { ...order, status: "in_doubt", sentAt: ago(60_000) }
    const stake = stakeOf({ kind: "Doubt", holds: "nothing" }, [standing], doubted)
    const about = { ...breakOf(symbol, ago(0)), subject: `O${order.id}` }
    const obstacles = { breaks: [about], stakes: () => stake, doubtful: [{ order: doubted, stake }] }
    expect(tradingOf(obstacles, NOW)).toMatchObject({ isWell: false, critical: 1 })
    expect(tradingOf(obstacles, Instant.addMillis(NOW, 5000))).toMatchObject({ isWell: false, critical: 1 })
  })

  test("a doubt of less than a minute is a warning, and trading is well", () => {
    const trading = sixInDoubt(59_000)
    expect(trading).toMatchObject({ isWell: true, critical: 0, warnings: 6, blockedPositions: 6, ordersInDoubt: 6 })
    expect(wordsOf(trading)).toBe("")
  })

  const circuit = { _tag: "Held", by: "circuit" } as const
  const refusedSide = { _tag: "Held", by: "refused" } as const
  const tooLarge = { _tag: "Refused", control: "MaxNotional" } as const

  test.each<readonly [text: string, ms: number, answer: PositionAnswer, obstacle: Obstacle]>([
    ["Held(circuit)", 5000, circuit, "circuit"],
    ["Held(refused)", 5000, refusedSide, "session"],
    ["NoPrice", 5000, { _tag: "NoPrice" }, "price"],
    ["Refused(MaxNotional)", 5000, tooLarge, "MaxNotional"],
    ["OppositeOrderLive", 60_000, { _tag: "OppositeOrderLive" }, "opposite"]
  ])(
    "D8, D4, D5: a position that owes an order and answers %s is a case after %i ms",
    (_text, ms, answer, obstacle) => {
      expect(obstacleOf({ answer })).toBe(obstacle)
      expect(blocking.in).toContain(cellOf(answer))
      expect([blockedFor(answer, ms - 1), blockedFor(answer, ms)]).toEqual([false, true])
    }
  )

  test("D4: its break makes trading not well from its opening, with its shares and dollars, and blocks its position once beside another", () => {
    const blocked = openBreak(NOW, { account: standing.position.account, kind: "PositionBlocked", subject: "circuit" })
    const trading = tradingWith([blocked])
    expect(trading).toMatchObject({ isWell: false, critical: 1, blockedPositions: 1, ordersInDoubt: 0 })
    expect(wordsOf(trading)).toBe("1 critical case: 1 position blocked, 0 unconfirmed orders, 25 dollars at risk")
    const found = { ...breakOf(Ticker.make("AAPL"), ago(HOUR_MS)), kind: "TermsDiffer", holds: "symbol" } as const
    expect(tradingWith([blocked, found])).toMatchObject({ critical: 2, blockedPositions: 1 })
  })

  test("F3: where its order was not sent, what that would buy is blocked, although it is in flight by the books", () => {
    const position = { ...standing.position, residual: dec("0.5"), inFlight: dec("-2") }
    const unsent = { kind: "PositionBlocked", holds: "nothing", subject: "unsent" } as const
    expect(shown(stakeOf(unsent, [{ ...standing, position }], undefined))).toEqual([[["2", "20"]], undefined])
  })

  test.each<readonly [text: string, answer: PositionAnswer]>([
    ["NotDue", { _tag: "NotDue" }],
    ["SessionClosed", { _tag: "SessionClosed" }],
    ["CoolingDown", { _tag: "CoolingDown" }],
    ["Halted", { _tag: "Halted" }],
    ["OrderLive", { _tag: "OrderLive" }],
    ["BreakOpen", { _tag: "BreakOpen" }],
    ["Refused(ReduceOnly)", { _tag: "Refused", control: "ReduceOnly" }],
    ["Held(cancel O1)", { _tag: "Held", by: "cancel", orderId: OrderId.make(1) }]
  ])("D4: %s ends by itself, by a resolution, or is another case: it blocks nothing of its own", (_text, answer) => {
    expect(obstacleOf({ answer })).toBeUndefined()
    expect(blocking.in).not.toContain(cellOf(answer))
  })
})
