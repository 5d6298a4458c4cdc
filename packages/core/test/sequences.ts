import { expect } from "vitest"
import * as Account from "../src/records/Account.ts"
import { perform as carryOut, type Command } from "../src/rules/operator/Command.ts"
import * as Commands from "../src/rules/operator/commands.ts"
import { FillTable, WaitingFillTable } from "../src/records/Fill.ts"
import { BrokerOrderId } from "../src/values/ClientOrderId.ts"
import * as Id from "../src/values/Id.ts"
import { Ticker } from "../src/records/Ticker.ts"
import * as Decimal from "../src/values/Decimal.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { AttemptTable } from "../src/records/Attempt.ts"
import * as Order from "../src/records/Order.ts"
import * as Break from "../src/records/Break.ts"
import { HeldReportTable } from "../src/records/HeldReport.ts"
import { bookHolding } from "../src/rules/reconciliation/holdings.ts"
import * as Interpret from "../src/rules/reconciliation/interpret.ts"
import * as Report from "../src/records/Report.ts"
import type { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import { deskOf, perform, type Got } from "./Story.ts"

// An order to buy ten, what its broker says of it in turn, and what the books come to

const first = Id.OrderId.make(1)
const A_SECOND_MS = 1000

/** The broker's id of the order. */
export const theirs = BrokerOrderId.make("B-O1")
/** Its id of an order that replaces it. */
export const successor = BrokerOrderId.make("B-NEW")
/** Its id of an order that is not ours. */
export const strange = BrokerOrderId.make("X1")
/** An instrument of which these books have nothing. */
export const META = Ticker.make("META")
export const shares = Decimal.unsafe

/** One thing that happens. */
export type Step = (desk: Desk.Desk) => unknown

/** How an order of a sequence begins: what its send was answered, and whether external orders count in what a position owes. */
export interface Beginning {
  readonly got?: Got
  readonly counts?: boolean
}

/** What is said, the messages, what the books come to (see `comesTo`), and how the order begins. */
export type Sequence = readonly [what: string, steps: ReadonlyArray<Step>, comesTo: string, begins?: Beginning]

const hear = (desk: Desk.Desk, report: Report.Report, by?: Interpret.HeardBy) =>
  desk.commit("report", (recorder) => Interpret.interpret(recorder, { report, payload: undefined }, by))

const stamp = (desk: Desk.Desk) =>
  ({ account: desk.account, asOf: desk.now(), asOfKind: "broker", symbol: desk.symbol, side: "buy" }) as const

type Differs<R> = Partial<R> | ((desk: Desk.Desk) => Partial<R>)

const differing = <R>(differs: Differs<R>, desk: Desk.Desk): Partial<R> =>
  typeof differs === "function" ? differs(desk) : differs

const order =
  (
    state: Report.Liveness,
    cumulative: string | undefined,
    differs: Differs<Report.OrderSeen>,
    by?: "frame" | "reading"
  ) =>
  (desk: Desk.Desk) =>
    hear(
      desk,
      {
        _tag: "OrderSeen",
        ...stamp(desk),
        brokerOrderId: theirs,
        clientOrderId: desk.order(first).clientOrderId,
        quantity: shares("10"),
        rawStatus: state._tag === "Open" ? "open" : state.kind,
        state,
        cumulative: cumulative === undefined ? undefined : shares(cumulative),
        averagePrice: undefined,
        executionsRead: true,
        ...differing(differs, desk)
      },
      by === "reading" ? { begun: desk.now() } : by
    )

/** The order is open, with so many shares filled. */
export const works = (cumulative?: string, differs: Differs<Report.OrderSeen> = {}, by?: "frame" | "reading"): Step =>
  order({ _tag: "Open" }, cumulative, differs, by)

/** It has ended in the broker's word, with so many shares filled. */
export const ends = (
  kind: Report.ClosedKind,
  cumulative: string,
  differs: Differs<Report.OrderSeen> = {},
  by?: "frame" | "reading"
): Step => order({ _tag: "Closed", kind }, cumulative, differs, by)

/** An execution, `base.revision`. */
export const fills =
  (exec: string, quantity: string, differs: Differs<Report.Executed> = {}): Step =>
  (desk) => {
    const [execIdBase = exec, revision = "1"] = exec.split("/")
    hear(desk, {
      _tag: "Executed",
      ...stamp(desk),
      execId: exec,
      execIdBase,
      revision: Number(revision),
      brokerOrderId: theirs,
      clientOrderId: undefined,
      quantity: shares(quantity),
      price: Price.unsafe("100"),
      executedAt: desk.now(),
      ...differing(differs, desk)
    })
  }

/** An execution so long ago, or ahead of our clock, in milliseconds. */
export const fillsAt = (ms: number, exec: string, quantity: string): Step =>
  fills(exec, quantity, (desk) => ({ executedAt: Instant.addMillis(desk.now(), ms) }))

/** An execution that happened before what was said last. */
export const fillsEarlier = (exec: string, quantity: string): Step => fillsAt(-A_SECOND_MS / 2, exec, quantity)

/** What an execution cost. */
export const costs =
  (execId: string, amount: string): Step =>
  (desk) => {
    const { symbol: _, side: __, ...common } = stamp(desk)
    return hear(desk, { _tag: "Commission", ...common, execId, amount: shares(amount), currency: "USD" })
  }

/** A complete listing of orders, in which these are. */
export const lists =
  (...brokerOrderIds: ReadonlyArray<BrokerOrderId>): Step =>
  (desk) => {
    const { symbol: _, side: __, ...common } = stamp(desk)
    const from = Instant.addMillis(desk.now(), -A_SECOND_MS * 3600)
    return hear(desk, { _tag: "Listed", ...common, from, complete: true, brokerOrderIds })
  }

/** A reading of holdings, begun while the books held so many shares. */
export const holds =
  (quantity: string, booked: string): Step =>
  (desk) =>
    desk.commit("report", (recorder) =>
      bookHolding(recorder, {
        symbol: desk.symbol,
        quantity: shares(quantity),
        averagePrice: undefined,
        booked: shares(booked),
        skipped: undefined
      })
    )

export const passes =
  (ms: number): Step =>
  (desk) =>
    desk.pass(ms)

/** A person's command. */
export const commands =
  (command: (desk: Desk.Desk) => Command): Step =>
  (desk) => {
    const done = desk.commit(
      "command",
      (recorder) => carryOut(recorder, `c${desk.now()}`, command(desk), "seen").answer
    )
    expect(done._tag).toBe("Done")
  }

export const cancels: Step = (desk) => perform(desk, { do: "cancel", order: 1 })

/** Another order of the same terms is sent, and its answer names this id of the broker's. */
export const sends =
  (trade: string, brokerOrderId: BrokerOrderId): Step =>
  (desk) => {
    perform(desk, { do: "trade", id: trade, side: "buy", milli: 10_000, held: false })
    perform(desk, { do: "send", order: 2, got: "nothing", time: 0 })
    const attempt = desk.all(AttemptTable).find(({ orderId }) => orderId === 2)
    if (attempt === undefined) throw new Error("nothing was sent")
    const { symbol: _, side: __, ...common } = stamp(desk)
    const answer = Report.Answer.Accepted({ brokerOrderId })
    return hear(desk, { _tag: "Answered", ...common, attemptId: attempt.id, answer, httpStatus: 201 }, "frame")
  }

/** The account lets no order have more shares; external orders count in what a position owes. */
export const limits =
  (maxOrderQuantity: string): Step =>
  (desk) =>
    desk.commit("command", (recorder) =>
      Commands.setAccount(recorder, {
        ...Account.defaultSettings,
        external: "count",
        maxOrderQuantity: Quantity.unsafe(maxOrderQuantity)
      })
    )

/** An order is reported as an unknown one: under another id of the broker's, and none of ours. */
export const ofNobody = (differs: Partial<Report.OrderSeen> = {}): Partial<Report.OrderSeen> => ({
  brokerOrderId: strange,
  clientOrderId: undefined,
  ...differs
})

export const price = (text: string): Partial<Report.Executed> => ({ price: Price.unsafe(text) })

/** An order's status, shares filled, and quantity in force. */
const figures = ({ filled, quantity, status }: Order.Order): string =>
  [status, Decimal.format(filled), Decimal.format(quantity)].join(" ")

/**
 * What the books say: of the order its status, shares filled and quantity in force; after `at` the dollars of what has a price where that is
 * not 100 a share, after `cost` its commissions where there are any, and after `+` each order that was adopted, or made since.
 */
const comesTo = (desk: Desk.Desk): string => {
  const [ours, ...others] = desk.all(Order.OrderTable)
  if (ours === undefined) return "no order"
  const cost = desk.all(FillTable).flatMap(({ commission }) => commission ?? [])
  const isUsual = Decimal.equals(ours.notional, Decimal.multiply(ours.filled, shares("100")))
  return [
    figures(ours),
    ...(isUsual || Decimal.isPositive(ours.inferred) ? [] : [`at ${Decimal.format(ours.notional)}`]),
    ...(cost.length === 0 ? [] : [`cost ${Decimal.format(Decimal.sum(cost))}`]),
    ...others.map((each) => `+ ${figures(each)}`)
  ].join(" ")
}

/** The open breaks that stop something, or are critical (an excess of less than a lot is not). */
const grave = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk
    .all(Break.BreakTable)
    .filter(({ closedAt }) => closedAt === undefined)
    .filter(({ holds, kind }) => holds !== "nothing" || (Break.kinds[kind].isCritical === true && kind !== "Excess"))
    .map(({ kind, subject }) => `${kind} ${subject}`)

/** What a sequence comes to: the books, the open breaks that stop something, what is held, and what waits for its order. */
export interface Outcome {
  readonly comesTo: string
  readonly open: ReadonlyArray<string>
  readonly held: ReadonlyArray<string>
  readonly waits: ReadonlyArray<string>
}

/** Plays a sequence on books of its own. */
export const play = (steps: ReadonlyArray<Step>, { counts = false, got = "accepted" }: Beginning = {}) => {
  const desk = deskOf({ lot: 1000, threshold: undefined, direction: "mirror", counts })
  perform(desk, { do: "trade", id: "T1", side: "buy", milli: 10_000, held: false })
  perform(desk, { do: "send", order: 1, got, time: 0 })
  for (const step of steps) step(desk)
  const outcome: Outcome = {
    comesTo: comesTo(desk),
    open: grave(desk),
    held: desk.all(HeldReportTable).flatMap(({ outcome, rule }) => (outcome === undefined ? [rule] : [])),
    waits: desk.all(WaitingFillTable).flatMap(({ execId, joinedAt }) => (joinedAt === undefined ? [execId] : []))
  }
  return { desk, outcome }
}
