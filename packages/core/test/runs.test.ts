import { expect, test } from "vitest"
import { OrderId } from "../src/values/Id.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { draftOf, OrderTable, type Order } from "../src/records/Order.ts"
import { atMarket } from "../src/records/OrderTerms.ts"
import { awaitedBy, inRuns } from "../src/rules/order/runs.ts"
import { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import * as Intake from "../src/rules/trade/intake.ts"

const AT = Instant.make(1_600_000_000_000_000n)

/** Pending direct orders of one symbol, of these sides. */
const pending = (...sides: ReadonlyArray<"buy" | "sell">): ReadonlyArray<Order> => {
  const desk = Desk.make()
  for (const [i, side] of sides.entries()) {
    desk.commit("trade", (recorder) =>
      Intake.intake(recorder, {
        input: {
          source: "runs",
          sourceId: `D${i}`,
          occurrence: "0",
          symbol: "AAPL",
          side,
          quantity: Quantity.unsafe("1"),
          price: undefined,
          tradedAt: desk.now(),
          reverses: undefined,
          direct: atMarket
        },
        symbol: desk.symbol,
        direction: undefined,
        held: undefined
      })
    )
  }
  return desk.all(OrderTable)
}

const LIVE = OrderId.make(90)
const waiting = (order: Order, heldUntil?: Instant.Instant): Order =>
  Object.assign(draftOf(order), { heldBehind: LIVE, heldUntil })
const judged = (
  orders: ReadonlyArray<Order>,
  {
    afterMs = 0,
    isSessionOpen = true,
    living = [LIVE]
  }: { afterMs?: number; isSessionOpen?: boolean; living?: ReadonlyArray<OrderId> } = {}
) => {
  const first = orders[0]?.createdAt ?? AT
  return inRuns(orders, new Set(living), {
    at: Instant.addMillis(first, afterMs),
    isSessionOpen: () => isSessionOpen
  }).map(({ id }) => Number(id))
}

test("D5: the side of the oldest goes first, all of it, and then the other", () => {
  expect(judged(pending("sell", "buy", "sell", "buy"))).toEqual([1, 3, 2, 4])
})

test("D5: what waits for an order that lives is not judged again, and the side of that order goes on", () => {
  const [first, second, third] = pending("buy", "sell", "buy")
  if (first === undefined || second === undefined || third === undefined) throw new Error("there are three")
  const orders = [waiting(first), second, waiting(third)]
  expect(awaitedBy(orders)).toEqual([LIVE])
  expect(judged(orders)).toEqual([2])
  expect(judged(orders, { living: [] })).toEqual([1, 3, 2])
})

test("D5: what has waited for two seconds is next: younger orders of the other side stay behind it, unless one rests there", () => {
  const [first, second, third] = pending("sell", "buy", "sell")
  if (first === undefined || second === undefined || third === undefined) throw new Error("there are three")
  const orders = [first, waiting(second), third]
  expect(judged(orders, { afterMs: 1_000 })).toEqual([1, 3])
  expect(judged(orders, { afterMs: 5_000 })).toEqual([1])
  expect(judged(orders, { afterMs: 60_000 })).toEqual([1, 3])
})

test("D5: what waits is judged when its session has ended, or the next one has begun", () => {
  const [first] = pending("sell")
  if (first === undefined) throw new Error("there is one")
  const orders = [waiting(first, Instant.addMillis(first.createdAt, 5_000))]
  expect(judged(orders, { afterMs: 4_999 })).toEqual([])
  expect(judged(orders, { afterMs: 5_000 })).toEqual([1])
  expect(judged(orders, { isSessionOpen: false })).toEqual([1])
})
