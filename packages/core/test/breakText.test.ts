import { BigDecimal, Either, Schema } from "effect"
import { describe, expect, test } from "vitest"
import { decodeEntry } from "../src/events/decode.ts"
import { BreakOpened } from "../src/events/Event.ts"
import { entryOf } from "./journal/golden.ts"
import { bodyOf } from "../src/events/encode.ts"
import { breakKinds, evidenceOf, type BreakKind } from "../src/records/Break.ts"
import { BreakDetails, isSame, type DetailsOf } from "../src/records/BreakDetails.ts"
import { SampleDetails } from "@roundlot/testing"
import * as Decimal from "../src/values/Decimal.ts"
import { BreakId, OrderId, TradeId } from "../src/values/Id.ts"
import * as Instant from "../src/values/Instant.ts"

const sentences: { readonly [K in BreakKind]: string } = {
  Conflict: "quantity was 1, is 2",
  ReappearedTrade: "tape t-1 was delivered again after its reversal",
  Excess: "3 shares of O1 are not covered by any trade",
  Reappeared: "O1 was cancelled, but is live at the broker",
  DuplicateOrder: "b-1 repeats client order id rl1-x of O1",
  OppositeOrders: "live orders on both sides: O1 buy, O2 sell",
  CumulativeBelow: "the broker reports 3 filled, less than the books had then",
  FillAfterRejection: "O1 was rejected, but 3 were filled",
  UndocumentedCorrection: "e-1 was reported again as 3 at 149",
  FillMismatch: "e-1 is sell AAPL, the order is buy AAPL",
  SuspectedDuplicate: "e-2 equals e-1 except for its id",
  Doubt: "not found at the broker",
  OrderMissing: "b-1 was WORKING and is missing from the broker's complete history",
  EndUnconfirmed: "the broker reports O1 as cancelled; the end is not confirmed",
  OrderNotWorking: "the broker holds O1 without working it (locate): 3 in flight",
  TermsDiffer: "sent buy 3 AAPL (type limit), broker order b-1 is buy 3 AAPL (type market)",
  ForeignOrderId: "b-1 has client order id rl1-x, which these books never created",
  ClientIdDiffers: "b-1 has client order id rl1-x; sent: rl1-y",
  ReusedOrderId: "broker order id b-1 now belongs to an order of 2023-11-14",
  AverageDiffers: "average price: books 3, broker 3.1",
  Unpriced: "the broker reports 3 filled, executions with a price cover 0",
  OffBand: "e-1 at 300 is outside the price tolerance around 200 (quote)",
  Unmapped: 'buy 3 "BRK B" is WORKING',
  PositionDiffers: "books 3 (hedged 3), broker 5 (+2)",
  ForeignPosition: "books 0, broker 5 (+5)",
  UnsoundSnapshot: "the broker's list of orders is incomplete",
  FillMissing: "the broker no longer lists e-1, e-2",
  HistoryGap:
    "executions from 2023-11-14T22:13:20.000000Z to 2023-11-14T22:14:20.000000Z were never read, and the broker no longer has them",
  Backlog: "2 trades arrived late: AAPL (2 trades, residual 3, worth $30)",
  Implausible: "cumulative 9, plausible: 3; held report 1 of O1 (W3)",
  ClockAhead:
    "the books are 1m ahead of the system clock, which is or was wrong: clock 2023-11-14T22:13:20.000000Z, books 2023-11-14T22:14:20.000000Z",
  OrderRefused: "O1 was rejected with code E7, an unknown code: no such code",
  TradingHalted: "the broker rejected 5 orders in a row, O1 last: the account is halted",
  AccountRefused: "O1 was rejected with code E7: account is closed",
  PositionBlocked: "its threshold is in dollars, and no current price is known",
  StatementDiffers: "a fill differs from line 3 (row 2) of schwab's transactions.json: quantity 3, books 4"
}

/** The details as they are read again from a journal. */
const readAgain = (details: BreakDetails): unknown => {
  const body = bodyOf(BreakOpened.make({ id: BreakId.make(1), subject: "O1", holds: "symbol", details }))
  const event = Either.getOrThrow(decodeEntry(entryOf("BreakOpened", body)))
  return event._tag === "BreakOpened" ? event.details : undefined
}

const missing = (...execIds: ReadonlyArray<string>): DetailsOf<"FillMissing"> => ({ _tag: "FillMissing", execIds })

const below = (theirs: Decimal.Decimal): BreakDetails => ({ _tag: "CumulativeBelow", theirs })

const gap = (from: bigint, to: bigint): BreakDetails => ({
  _tag: "HistoryGap",
  from: Instant.make(from),
  to: Instant.make(to)
})

describe("G: what a break is about", () => {
  test.each(breakKinds)("a break of the kind %s is a sentence for people", (kind) => {
    expect(evidenceOf({ details: SampleDetails.sampleDetails[kind] })).toBe(sentences[kind])
  })

  const b1 = {
    brokerOrderId: "b-1",
    symbol: "AAPL",
    side: "buy",
    quantity: Decimal.unsafe("3"),
    status: "new"
  } as const
  const doubt = { _tag: "Doubt", reason: "SeveralCandidates", listedSince: Instant.make(0n) } as const
  const details: ReadonlyArray<readonly [string, BreakDetails]> = [
    [
      "several candidates: 1970-01-01T00:00:00.000000Z: b-1 (buy 3 AAPL, new), and 2 more",
      { ...doubt, candidates: [b1], more: 2 }
    ],
    [
      "its only candidate also matches O2: 1970-01-01T00:00:00.000000Z: b-1 (buy 3 AAPL, new)",
      { ...doubt, candidates: [b1], rivals: [OrderId.make(2)] }
    ],
    [
      "its candidate b-9 is another order of the books",
      { _tag: "Doubt", reason: "SeveralCandidates", brokerOrderId: "b-9" }
    ],
    [
      "no match among the broker's orders since 1970-01-01T00:00:00.000000Z: none",
      { ...doubt, reason: "NotFound", candidates: [] }
    ],
    [
      "the broker answered with order id b-9 but does not list that order",
      { _tag: "Doubt", reason: "NotFound", brokerOrderId: "b-9" }
    ],
    ["not found at the broker; it is not sent again", { _tag: "Doubt", reason: "NotFound", isPastResending: true }],
    [
      "it may not be sent now: Waits(cool-down)",
      { _tag: "Doubt", reason: "NotSentAgain", obstacle: "NotAdmitted", detail: "Waits(cool-down)" }
    ],
    [
      "it was sent 3 times without an acknowledgement",
      { _tag: "Doubt", reason: "NotSentAgain", obstacle: "SentTooOften" }
    ],
    [
      "r-1 does not reverse T1",
      { _tag: "Conflict", contradiction: { _tag: "DoesNotUndo", reversal: "r-1", tradeId: TradeId.make(1) } }
    ],
    [
      "the broker's orders cannot be read: no JSON",
      { _tag: "UnsoundSnapshot", fault: { _tag: "Unreadable", listing: "orders", detail: "no JSON" } }
    ],
    [
      "the commission of e-1 is 900 USD: not recorded (W5)",
      { _tag: "OffBand", execId: "e-1", commission: { amount: Decimal.unsafe("900"), currency: "USD" } }
    ],
    [
      "e-1 names O2, but its execution is recorded for a different order",
      { _tag: "FillMismatch", execId: "e-1", otherOrder: OrderId.make(2) }
    ],
    [
      "O1 could not be sent: log in again",
      {
        _tag: "PositionBlocked",
        obstacle: "unsent",
        orderId: OrderId.make(1),
        unsent: "NotSent",
        detail: "log in again"
      }
    ],
    [
      "execution without an id has 3 shares (W4)",
      { _tag: "Implausible", cause: "ImpossibleExecution", execId: "", quantity: Decimal.unsafe("3") }
    ]
  ]

  test.each(details)("%s", (sentence, each) => {
    expect(evidenceOf({ details: each })).toBe(sentence)
    expect(readAgain(each)).toEqual(each)
  })

  test("two are the same when all their fields are", () => {
    expect(isSame(missing("e-1"), missing("e-1"))).toBe(true)
    expect(isSame(missing("e-1"), missing("e-1", "e-2"))).toBe(false)
    expect(
      isSame(
        { ...SampleDetails.sampleDetails.Excess },
        { ...SampleDetails.sampleDetails.Excess, quantity: Decimal.unsafe("3.0") }
      )
    ).toBe(true)
    expect(isSame(SampleDetails.sampleDetails.PositionDiffers, SampleDetails.sampleDetails.ForeignPosition)).toBe(false)
  })

  test("an amount with more digits than a store takes is kept as the nearest that can be read again", () => {
    const [most, least] = ["9".repeat(60), `-${"9".repeat(60)}`]
    expect(readAgain(below(BigDecimal.make(10n ** 70n, 0)))).toEqual(below(Decimal.unsafe(most)))
    expect(readAgain(below(BigDecimal.make(-(10n ** 70n), 0)))).toEqual(below(Decimal.unsafe(least)))
    expect(readAgain(below(BigDecimal.make(123n, 62)))).toEqual(below(Decimal.unsafe(`0.${"0".repeat(59)}1`)))
    expect(isSame(below(BigDecimal.make(10n ** 70n, 0)), below(Decimal.unsafe(most)))).toBe(true)
  })

  test("a moment that no broker can mean is kept as the nearest that can be read again", () => {
    expect(readAgain(gap(-1n, 10n ** 30n))).toEqual(gap(0n, Instant.latest))
    expect(Schema.is(BreakDetails)(readAgain(gap(-1n, 10n ** 30n)))).toBe(true)
  })
})
