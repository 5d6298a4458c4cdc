import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import * as Cache from "../src/books/Cache.ts"
import { FillTable } from "../src/records/Fill.ts"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import * as MemoryStore from "../src/memory/MemoryStore.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { OrderTable } from "../src/records/Order.ts"
import { PositionTable } from "../src/records/Position.ts"
import * as Interpret from "../src/rules/reconciliation/interpret.ts"
import type * as Report from "../src/records/Report.ts"
import { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"

const begun = 1_700_000_000_000
const HOUR_MS = 3_600_000

/** A moment so many hours after the begin, which is 22:13 UTC. */
const hours = (count: number): Instant.Instant => Instant.fromMillis(begun + count * HOUR_MS)

const id = (text: string) => BrokerOrderId.make(text)

/** Its clock is past everything that these tests tell of. */
const desk = () => {
  const on = Desk.make()
  on.pass(3 * 24 * HOUR_MS)
  return on
}

const hear = (on: Desk.Desk, ...reports: ReadonlyArray<Report.Report>): void => {
  for (const report of reports)
    on.commit("report", (recorder) => Interpret.interpret(recorder, { report, payload: undefined }))
}

const executed = (on: Desk.Desk, differs: Partial<Report.Executed>): Report.Executed => ({
  _tag: "Executed",
  account: on.account,
  asOf: hours(0),
  asOfKind: "broker",
  execId: "x.01",
  execIdBase: "x",
  revision: 1,
  brokerOrderId: id("1001"),
  clientOrderId: undefined,
  symbol: on.symbol,
  side: "buy",
  quantity: Decimal.unsafe("1"),
  price: Price.unsafe("100"),
  executedAt: hours(0),
  ...differs
})

/** A whole listing without any order: what waits for one gets one of its own. */
const nothingListed = (on: Desk.Desk): Report.Listed => ({
  _tag: "Listed",
  account: on.account,
  asOf: Instant.addMillis(on.now(), HOUR_MS),
  asOfKind: "ours",
  from: Instant.make(0n),
  complete: true,
  brokerOrderIds: []
})

const ordersOf = (on: Desk.Desk): ReadonlyArray<string> =>
  on.all(OrderTable).map(({ brokerOrderIds, filled }) => `${Decimal.format(filled)} ${brokerOrderIds.join(" ")}`)

/** An execution of an order that has no durable id: the composites of its day and of the next to it. */
const composite = (on: Desk.Desk, name: string, at: Instant.Instant, differs: Partial<Report.Executed> = {}) => {
  const compositeOf = (days: number) =>
    id(`7/12/AAPL/buy/${Instant.format(Instant.addMillis(at, days * 24 * HOUR_MS)).slice(0, 10)}`)
  return executed(on, {
    execId: `${name}.01`,
    execIdBase: name,
    brokerOrderId: compositeOf(0),
    nearIds: [compositeOf(-1), compositeOf(1)],
    executedAt: at,
    asOf: at,
    ...differs
  })
}

/** Which fill became which, of an execution with two corrections and another one, that came in this order and waited. */
const fillsOf = (order: ReadonlyArray<number>) => {
  // A store that keeps what it has read finds them in the order in which they came.
  const on = Desk.make({}, MemoryStore.make(Cache.make()))
  const all = [
    ["e1", 1, 0],
    ["e1", 3, 2],
    ["e3", 1, 4],
    ["e1", 2, 6]
  ] as const
  const reports = all.map(([base, revision, at]) =>
    executed(on, { execId: `${base}.0${revision}`, execIdBase: base, revision, executedAt: hours(at / 100) })
  )
  hear(on, ...order.flatMap((place) => reports[place] ?? []), nothingListed(on))
  return on.all(FillTable).map(({ execId, id: number }) => `${number} ${execId}`)
}

describe("the order of an execution", () => {
  test("SYNC-4: the composite's order of the neighbouring UTC date is the same where an execution of it is less than 17 hours away", () => {
    const on = desk()
    hear(on, composite(on, "a", hours(0)), nothingListed(on))
    hear(on, composite(on, "b", hours(4)), nothingListed(on))
    expect(ordersOf(on)).toEqual(["2 7/12/AAPL/buy/2023-11-14 7/12/AAPL/buy/2023-11-15"])
    hear(on, composite(on, "c", hours(26)), nothingListed(on))
    expect(ordersOf(on)).toHaveLength(2)
  })

  test("SYNC-4: an order that was found by its composite first and by its durable id later is one, and its ids say so", () => {
    const on = desk()
    hear(on, composite(on, "a", hours(0)), nothingListed(on))
    const [near = id("none")] = [composite(on, "b", hours(1)).brokerOrderId]
    hear(on, composite(on, "b", hours(1), { brokerOrderId: id("1001"), nearIds: [near] }), nothingListed(on))
    expect(ordersOf(on)).toEqual(["2 7/12/AAPL/buy/2023-11-14 1001"])
    hear(on, executed(on, { execId: "c.01", execIdBase: "c" }))
    expect(ordersOf(on)).toEqual(["3 7/12/AAPL/buy/2023-11-14 1001"])
  })

  test("SYNC-4: executions of orders that people entered without any id never become one order", () => {
    const on = desk()
    for (const name of ["a", "b"]) {
      hear(on, executed(on, { execId: `${name}.01`, execIdBase: name, brokerOrderId: id(name) }), nothingListed(on))
    }
    expect(ordersOf(on)).toEqual(["1 a", "1 b"])
  })

  test("F7: fills that waited are booked in one order, however they had come, corrections among them", () => {
    const wanted = ["1 e1.01", "2 e1.02", "3 e1.03", "4 e3.01"]
    expect(fillsOf([0, 1, 2, 3])).toEqual(wanted)
    expect(fillsOf([3, 2, 1, 0])).toEqual(wanted)
    expect(fillsOf([2, 3, 0, 1])).toEqual(wanted)
  })

  test("F12 of reconciliation: what an execution cost comes with it, or later, and is never forgotten or guessed", () => {
    const on = desk()
    const cost = { amount: Decimal.unsafe("0.35"), currency: "USD" }
    const costs = () => on.all(FillTable).map(({ commission }) => commission && Decimal.format(commission))
    hear(on, executed(on, {}), nothingListed(on))
    expect(costs()).toEqual([undefined])
    hear(on, executed(on, { commission: cost }))
    hear(on, executed(on, {}))
    expect(costs()).toEqual(["0.35"])
    hear(on, executed(on, { execId: "x.02", revision: 2, quantity: Decimal.unsafe("2"), commission: cost }))
    expect(costs()).toEqual(["0.35", "0.35"])
  })
})

/** Two executions of one order, the first corrected twice, the second once, with what they cost; and an order seen. */
const facts = (on: Desk.Desk): ReadonlyArray<Report.Report> => {
  const cost = { amount: Decimal.unsafe("1"), currency: "USD" }
  const revisions = [
    ["x", 1, "1", "100"],
    ["x", 2, "2", "100.5"],
    ["x", 3, "1.5", "101"],
    ["y", 1, "3", "99"],
    ["y", 2, "0", "99"]
  ] as const
  const executions = revisions.map(([base, revision, quantity, price], i) =>
    executed(on, {
      execId: `${base}.0${revision}`,
      execIdBase: base,
      revision,
      quantity: Decimal.unsafe(quantity),
      price: Price.unsafe(price),
      executedAt: hours(i / 100),
      asOf: hours(i / 100)
    })
  )
  const costs = executions.map(({ account, asOf, asOfKind, execId }): Report.Commission => ({
    _tag: "Commission",
    account,
    asOf,
    asOfKind,
    execId,
    ...cost
  }))
  const order: Report.OrderSeen = {
    _tag: "OrderSeen",
    account: on.account,
    asOf: hours(1),
    asOfKind: "ours",
    brokerOrderId: id("1001"),
    clientOrderId: undefined,
    symbol: on.symbol,
    side: "buy",
    quantity: Quantity.unsafe("4"),
    rawStatus: "Cancelled",
    state: { _tag: "Closed", kind: "cancelled" },
    cumulative: Decimal.unsafe("1.5"),
    averagePrice: undefined,
    executionsRead: true
  }
  return [...executions, ...costs, order]
}

/** What the tables say, without our own ids and clock. */
const tables = (on: Desk.Desk) => ({
  fills: on
    .all(FillTable)
    .map(({ canonical, commission, execId, price, quantity }) =>
      [
        execId,
        canonical,
        Decimal.format(quantity),
        price && Decimal.format(price),
        commission && Decimal.format(commission)
      ].join(" ")
    )
    .toSorted(),
  orders: on
    .all(OrderTable)
    .map(({ brokerOrderIds, filled, notional, status }) =>
      [status, Decimal.format(filled), Decimal.format(notional), ...brokerOrderIds].join(" ")
    ),
  positions: on.all(PositionTable).map(({ adopted, symbol }) => `${symbol} ${Decimal.format(adopted)}`)
})

/** One sync of everything that the broker has, as it would be read whole: orders, executions with what they cost, and a listing. */
const synced = (on: Desk.Desk): void => {
  const cost = { amount: Decimal.unsafe("1"), currency: "USD" }
  const all = facts(on)
  hear(on, ...all.filter(({ _tag }) => _tag === "OrderSeen"))
  hear(on, ...all.flatMap((each) => (each._tag === "Executed" ? [{ ...each, commission: cost }] : [])))
  hear(on, ...all.filter(({ _tag }) => _tag === "OrderSeen"))
}

describe("facts in any order", () => {
  test("SYNC-3, C5: fills, corrections and costs that come in any order, any number of times, end in the same tables", () => {
    const straight = desk()
    hear(straight, ...facts(straight))
    synced(straight)
    const wanted = tables(straight)
    expect(wanted.orders).toEqual(["cancelled 1.5 151.5 1001"])
    expect(wanted.fills).toEqual([
      "x.01 false 1 100 1",
      "x.02 false 2 100.5 1",
      "x.03 true 1.5 101 1",
      "y.01 false 3 99 1",
      "y.02 true 0 99 1"
    ])
    synced(straight)
    expect(tables(straight)).toEqual(wanted)
    const count = facts(straight).length
    const order = fc.array(fc.integer({ min: 0, max: count - 1 }), { maxLength: count })
    fc.assert(
      fc.property(order, (places) => {
        const on = desk()
        const all = facts(on)
        hear(on, ...places.flatMap((place) => all[place] ?? []))
        synced(on)
        expect(tables(on)).toEqual(wanted)
      }),
      { numRuns: 40 }
    )
  })
})
