import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import * as Decimal from "../src/values/Decimal.ts"
import * as Order from "../src/records/Order.ts"
import * as Lot from "../src/records/Lot.ts"
import * as Position from "../src/records/Position.ts"
import { answerText, FIRST_ANSWER } from "../src/records/PositionAnswer.ts"
import * as Break from "../src/records/Break.ts"
import type { Desk } from "@roundlot/testing"
import * as Trade from "../src/records/Trade.ts"
import * as Naive from "./naiveLedger.ts"
import { play, policies, tried, shares, wishes, PATIENCE } from "./Story.ts"

const text = Decimal.format

/** The lines of a real desk, as many as the naive ledger has. */
const linesOf = (desk: Desk.Desk): ReadonlyArray<string> => {
  const [position] = desk.all(Position.PositionTable)
  const lots = desk.all(Lot.LotTable)
  const trades = desk.all(Trade.TradeTable)
  const named = new Map(trades.map((trade) => [`T${trade.id}`, trade.sourceId]))
  const openOf = (trade: Trade.Trade) => Decimal.abs(lots.find((lot) => lot.tradeId === trade.id)?.open ?? Decimal.zero)
  const zero = {
    exposure: Decimal.zero,
    target: Decimal.zero,
    hedged: Decimal.zero,
    inFlight: Decimal.zero,
    residual: Decimal.zero,
    direct: Decimal.zero,
    answer: FIRST_ANSWER
  }
  const { exposure, target, hedged, inFlight, residual, direct, answer } = position ?? zero
  // What executions lack (F14 of reconciliation) is no rule of A to G, and holds nothing.
  const kept = desk.all(Break.BreakTable).filter(({ closedAt, kind }) => closedAt === undefined && kind !== "Unpriced")
  const breaks = kept.map((each) =>
    each.kind === "OppositeOrders" ? each.kind : `${each.kind} ${named.get(each.subject) ?? each.subject}`
  )
  return [
    ...Object.entries({ exposure, target, hedged, inFlight, residual, direct }).map(
      ([name, value]) => `${name} ${text(value)}`
    ),
    ...desk
      .all(Order.OrderTable)
      .map(
        (order) =>
          `O${order.id} ${order.status} ${order.side} ${text(order.quantity)} filled ${text(order.filled)} excess ${text(order.excess)}`
      ),
    ...trades.map((trade) => `${trade.sourceId} ${trade.status} open ${text(openOf(trade))}`),
    `breaks ${[...new Set(breaks)].toSorted().join(", ")}`,
    `answer ${answerText(answer)}`
  ]
}

const naiveLines = ({ position, orders, trades, breaks, answer }: Naive.NaiveView): ReadonlyArray<string> => [
  ...Object.entries(position).map(([name, value]) => `${name} ${shares(value)}`),
  ...Object.entries(orders).map(
    ([id, [status, side, quantity, filled, excess]]) =>
      `${id} ${status} ${side} ${shares(quantity)} filled ${shares(filled)} excess ${shares(excess)}`
  ),
  ...Object.entries(trades).map(([id, [status, open]]) => `${id} ${status} open ${shares(open)}`),
  `breaks ${[...new Set(breaks)].join(", ")}`,
  `answer ${answer}`
]

describe("the ledger and a naive one", () => {
  test(
    "A to G: figures, orders, trades, breaks and answers are the same after every deed",
    { timeout: PATIENCE },
    async () => {
      const story = await tried(
        fc.property(policies, wishes(50), (policy, list) => {
          const naive = Naive.make(policy)
          play(policy, list, {
            done: (desk, deed) => {
              naive.apply(deed)
              const wanted = naiveLines(naive.view())
              const found = linesOf(desk)
              const differing = wanted.findIndex((line, i) => line !== found[i])
              if (differing >= 0) return `naive says "${wanted[differing]}", the ledger "${found[differing]}"`
              return wanted.length === found.length
                ? undefined
                : `the ledger has more: ${found.slice(wanted.length).join("; ")}`
            }
          })
        }),
        150
      )
      expect(story).toBe("")
    }
  )
})
