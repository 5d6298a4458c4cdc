import { setImmediate } from "node:timers/promises"
import { describe, expect, test } from "vitest"
import type { TableName } from "../src/tables/Table.ts"
import { FillTable, WaitingCommissionTable } from "../src/records/Fill.ts"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import * as Id from "../src/values/Id.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { BreakTable, evidenceOf } from "../src/records/Break.ts"
import * as Interpret from "../src/rules/reconciliation/interpret.ts"
import * as Report from "../src/records/Report.ts"
import type { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import { intake } from "../src/rules/trade/intake.ts"
import { foldedLines, journalOf, storedLines } from "./rows.ts"
import { arrivalOf, deskOf, perform } from "./Story.ts"

// Six facts in each of their 720 orders of arrival: what an order has filled, at which prices, what that cost, when

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const
const theirs = BrokerOrderId.make("B-1")
const HOUR_MS = 3_600_000

/** A desk with an order of its own to buy three, which is at the broker, and has no answer yet. Its clock is past all facts. */
const sent = (): Desk.Desk => {
  const desk = deskOf(policy)
  const { input, ...rest } = arrivalOf({ do: "trade", id: "T1", side: "buy", milli: 3000, held: false }, desk)
  desk.commit("trade", (recorder) => intake(recorder, { ...rest, input: { ...input, price: Price.unsafe("100") } }))
  perform(desk, { do: "send", order: 1, got: "nothing", time: 0 })
  desk.pass(3 * HOUR_MS)
  return desk
}

/** A desk that knows of no order. */
const idle = (): Desk.Desk => {
  const desk = deskOf(policy)
  desk.pass(3 * HOUR_MS)
  return desk
}

/** A moment so many minutes after the order was sent. */
const minutes = (count: number): Instant.Instant => Instant.fromMillis(1_700_000_000_000 + 60_000 * (count + 1))

type Fact<R extends Report.Report = Report.Report> = (desk: Desk.Desk) => R

const accepted: Fact = ({ account }) => ({
  _tag: "Answered",
  account,
  asOf: minutes(0),
  asOfKind: "ours",
  attemptId: Id.AttemptId.make(1),
  answer: Report.Answer.Accepted({ brokerOrderId: theirs }),
  httpStatus: 200
})

/** The order as a listing shows it, as one of its own or of somebody else's. */
const listed: Fact<Report.OrderSeen> = ({ account, symbol }) => ({
  _tag: "OrderSeen",
  account,
  asOf: minutes(60),
  asOfKind: "broker",
  brokerOrderId: theirs,
  clientOrderId: undefined,
  symbol,
  side: "buy",
  quantity: Quantity.unsafe("4"),
  type: "limit",
  limitPrice: Price.unsafe("101"),
  rawStatus: "working",
  state: { _tag: "Open" },
  cumulative: undefined,
  averagePrice: undefined,
  executionsRead: true
})

const executed =
  (base: string, revision: number, quantity: string, price: string, at: number): Fact<Report.Executed> =>
  ({ account, symbol }) => ({
    _tag: "Executed",
    account,
    asOf: minutes(at),
    asOfKind: "broker",
    execId: `${base}.0${revision}`,
    execIdBase: base,
    revision,
    brokerOrderId: theirs,
    clientOrderId: undefined,
    symbol,
    side: "buy",
    quantity: Decimal.unsafe(quantity),
    price: Price.unsafe(price),
    executedAt: minutes(at)
  })

const cost =
  (execId: string, amount: string, currency = "USD"): Fact =>
  ({ account }) => ({
    _tag: "Commission",
    account,
    asOf: minutes(90),
    asOfKind: "ours",
    execId,
    amount: Decimal.unsafe(amount),
    currency
  })

/** How many orders of arrival are tried before others have the thread. */
const BREATH = 20

/** Every order of some things. */
const ordersOf = <A>(things: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  things.length < 2
    ? [things]
    : things.flatMap((first, i) => ordersOf(things.toSpliced(i, 1)).map((rest) => [first, ...rest]))

/** Our own ids and clock, and what the journal had come to. */
const ours = [
  "id",
  "orderId",
  "lotId",
  "receivedAt",
  "fetchedAt",
  "joinedAt",
  "createdAt",
  "updatedAt",
  "acceptedAt",
  "version"
]
const sinceWhen = ["answerSince", "coolDownUntil", "openedAt", "answeredAt"]
const tables: ReadonlyArray<TableName> = ["orders", "attempts", "positions", "trades", "fills"]

const isOf = (line: string, table: TableName): boolean => line.startsWith(`${table} `)

/** What the books say in the end: rows in the order of what they say, and the breaks that are open. */
const stateOf = (desk: Desk.Desk): ReadonlyArray<string> => {
  const hidden = new Set([...ours, ...sinceWhen])
  const shown = storedLines(desk, (column) => !hidden.has(column))
  const open = shown.filter((line) => isOf(line, "breaks") && line.includes("closedAt=- "))
  const waiting = storedLines(desk).filter((line) => line.startsWith("waiting_") && line.includes("joinedAt=- "))
  return [...tables.flatMap((table) => shown.filter((line) => isOf(line, table)).toSorted()), ...open, ...waiting]
}

const cellIn = (line: string, column: string): string => new RegExp(` ${column}=(\\S+)`).exec(line)?.[1] ?? ""

/** The executions that a state has, in a line each. */
const fillsIn = (state: ReadonlyArray<string>): ReadonlyArray<string> => {
  const columns = ["execId", "canonical", "quantity", "price", "commission", "commissionCurrency"]
  return state
    .filter((line) => line.startsWith("fills "))
    .map((line) => columns.map((column) => cellIn(line, column)).join(" "))
}

const hear = (desk: Desk.Desk, fact: Fact): void => {
  const report = fact(desk)
  desk.commit("report", (recorder) => Interpret.interpret(recorder, { report, payload: undefined }))
}

const end = (begun: () => Desk.Desk, facts: ReadonlyArray<Fact>): Desk.Desk => {
  const desk = begun()
  for (const fact of facts) hear(desk, fact)
  return desk
}

const sets: ReadonlyArray<{
  readonly what: string
  readonly begun: () => Desk.Desk
  readonly facts: ReadonlyArray<Fact>
  readonly fills: ReadonlyArray<string>
  readonly filledAt: readonly [number, number]
}> = [
  {
    what: "two fills, a corrected price and their commissions",
    begun: sent,
    facts: [
      accepted,
      executed("x", 1, "1", "100", 1),
      executed("y", 1, "1", "101", 2),
      executed("x", 2, "1", "100.5", 30),
      cost("x.01", "0.35"),
      cost("y.01", "0.4", "EUR")
    ],
    fills: ["x.01 0 1 100 0.35 USD", "x.02 1 1 100.5 - -", "y.01 1 1 101 0.4 EUR"],
    filledAt: [1, 2]
  },
  {
    what: "two fills, a bust and the commissions of a fill and of the bust",
    begun: sent,
    facts: [
      accepted,
      executed("x", 1, "1", "100", 1),
      executed("y", 1, "1", "101", 2),
      executed("y", 2, "0", "101", 30),
      cost("x.01", "0.35"),
      cost("y.02", "-0.4")
    ],
    fills: ["x.01 1 1 100 0.35 USD", "y.01 0 1 101 - -", "y.02 1 0 101 -0.4 USD"],
    filledAt: [1, 1]
  },
  {
    what: "an order of somebody else's with a corrected quantity, and the commission of each revision",
    begun: idle,
    facts: [
      listed,
      executed("x", 1, "1", "100", 1),
      executed("y", 1, "1", "101", 2),
      executed("x", 2, "2", "100", 30),
      cost("x.01", "0.35"),
      cost("x.02", "0.7")
    ],
    fills: ["x.01 0 1 100 0.35 USD", "x.02 1 2 100 0.7 USD", "y.01 1 1 101 - -"],
    filledAt: [1, 30]
  }
]

describe("facts in any order of arrival", () => {
  test.each(sets)(
    "F7, F12 of reconciliation, C5: $what end in one state",
    async ({ begun, facts, fills, filledAt }) => {
      const orders = ordersOf(facts)
      expect(orders).toHaveLength(720)
      const wanted = stateOf(end(begun, facts))
      expect(fillsIn(wanted)).toEqual(fills)
      const [order = ""] = wanted
      expect([cellIn(order, "firstFilledAt"), cellIn(order, "lastFilledAt")]).toEqual(
        filledAt.map((at) => String(minutes(at)))
      )
      const ends = new Map<string, number>()
      for (const [i, each] of orders.entries()) {
        if (i % BREATH === 0) await setImmediate()
        const state = stateOf(end(begun, each)).join("\n")
        ends.set(state, (ends.get(state) ?? 0) + 1)
      }
      expect([...ends.keys()].filter((state) => state !== wanted.join("\n"))).toEqual([])
      expect([...ends.values()]).toEqual([720])
    }
  )
})

/** The commissions that came before their execution, in a line each. */
const waitingIn = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk
    .all(WaitingCommissionTable)
    .map(({ amount, currency, execId, joinedAt, number }) =>
      [number, execId, Decimal.format(amount), currency, joinedAt === undefined ? "waits" : "joined"].join(" ")
    )

const costsIn = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk.all(FillTable).map(({ commission, execId }) => `${execId} ${commission && Decimal.format(commission)}`)

const recorded = (desk: Desk.Desk): number => journalOf(desk).filter(({ tag }) => tag === "CommissionRecorded").length

const filledOne = executed("x", 1, "1", "100", 1)

/** An execution that comes with what it cost. */
const costing =
  (fact: Fact<Report.Executed>, amount: string, differs: Partial<Report.Executed> = {}): Fact<Report.Executed> =>
  (desk) => ({ ...fact(desk), ...differs, commission: { amount: Decimal.unsafe(amount), currency: "USD" } })

describe("a commission before its execution", () => {
  test("F12 of reconciliation: it waits in a row that the journal proves, and stays in sight until its execution comes", () => {
    const desk = end(sent, [accepted, cost("x.01", "0.35"), cost("x.01", "0.35")])
    expect(waitingIn(desk)).toEqual(["1 x.01 0.35 USD waits"])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
    hear(desk, filledOne)
    expect(waitingIn(desk)).toEqual(["1 x.01 0.35 USD joined"])
    expect(costsIn(desk)).toEqual(["x.01 0.35"])
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })

  test("F12 of reconciliation: of a revised one both versions are kept and recorded, the later counts", () => {
    const desk = end(sent, [accepted, cost("x.01", "0.35"), cost("x.01", "0.4"), filledOne])
    expect(waitingIn(desk)).toEqual(["1 x.01 0.35 USD joined", "2 x.01 0.4 USD joined"])
    expect(costsIn(desk)).toEqual(["x.01 0.4"])
    expect(recorded(desk)).toBe(2)
  })

  test("W5: it is judged when it is joined, by what its execution traded", () => {
    const desk = end(sent, [accepted, cost("x.01", "51"), cost("y.01", "51")])
    expect(desk.all(BreakTable)).toEqual([])
    hear(desk, filledOne)
    hear(desk, executed("y", 1, "2", "600", 2))
    expect(waitingIn(desk)).toEqual(["1 x.01 51 USD joined", "1 y.01 51 USD joined"])
    expect(costsIn(desk)).toContain("x.01 undefined")
    expect(desk.all(BreakTable).map((each) => `${each.kind} ${evidenceOf(each)}`)).toContain(
      "OffBand the commission of x.01 is 51 USD: not recorded (W5)"
    )
  })

  test("F7, F12 of reconciliation: an execution that waits for its order has what it cost wait beside it", () => {
    const desk = end(sent, [costing(filledOne, "0.35"), costing(filledOne, "0.35")])
    expect(waitingIn(desk)).toEqual(["1 x.01 0.35 USD waits"])
    hear(desk, accepted)
    expect(costsIn(desk)).toEqual(["x.01 0.35"])
    expect(waitingIn(desk)).toEqual(["1 x.01 0.35 USD joined"])
  })

  test("F10 of reconciliation: of an execution that is another one under a second id nothing waits for ever", () => {
    const again = costing(executed("y", 1, "1", "100", 1), "0.35", { mayHaveOtherId: true })
    const desk = end(sent, [accepted, costing(filledOne, "0.35"), again])
    expect(waitingIn(desk)).toEqual(["1 y.01 0.35 USD waits"])
    desk.pass(HOUR_MS)
    hear(desk, (on) => ({
      ...listed(on),
      quantity: Quantity.unsafe("3"),
      type: "market",
      limitPrice: undefined,
      cumulative: Decimal.unsafe("1"),
      asOf: on.now()
    }))
    expect(costsIn(desk)).toEqual(["x.01 0.35"])
    expect(waitingIn(desk)).toEqual(["1 y.01 0.35 USD joined"])
  })

  test("F12 of reconciliation: what comes with or after its execution leaves no row", () => {
    const desk = end(sent, [accepted, costing(filledOne, "0.35"), cost("x.01", "0.4")])
    expect(desk.all(WaitingCommissionTable)).toEqual([])
    expect(costsIn(desk)).toEqual(["x.01 0.4"])
  })
})
