import { setImmediate } from "node:timers/promises"
import { FastCheck as fc } from "effect"
import type * as Account from "../src/records/Account.ts"
import * as Commands from "../src/rules/operator/commands.ts"
import * as ClientOrderId from "../src/values/ClientOrderId.ts"
import * as Id from "../src/values/Id.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import * as Attempt from "../src/records/Attempt.ts"
import * as Order from "../src/records/Order.ts"
import * as Send from "../src/rules/order/send.ts"
import * as Break from "../src/records/Break.ts"
import * as Interpret from "../src/rules/reconciliation/interpret.ts"
import type { Interpreted } from "../src/records/Interpreted.ts"
import * as Report from "../src/records/Report.ts"
import type * as MemoryStore from "../src/memory/MemoryStore.ts"
import type { Reference } from "../src/values/Reference.ts"
import * as Instant from "../src/values/Instant.ts"
import * as Intake from "../src/rules/trade/intake.ts"
import { OwnerId } from "../src/records/OwnerId.ts"
import * as Trade from "../src/records/Trade.ts"
import type { Recorder } from "../src/books/Recorder.ts"
import { Need } from "../src/books/Need.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { atMarket, type Instruction } from "../src/records/OrderTerms.ts"
import * as OrderState from "../src/records/OrderState.ts"
import { Desk } from "@roundlot/testing"
import { runs, seed as firstSeed } from "./properties.ts"

/** What a broker may say to a send in a story. */
export type Got = "accepted" | "rejected" | "not-accepted" | "unknown" | "nothing"

/** What a broker's report may say in a story. */
export type Said = "open" | "filled" | "cancelled" | "expired" | "rejected"

/** One thing that happens to a desk. Shares are thousandths, times are seconds of the broker's clock, orders are ids of ours. */
export type Step =
  | {
      readonly do: "trade"
      readonly id: string
      readonly side: "buy" | "sell"
      readonly milli: number
      readonly held: boolean
      readonly direct?: boolean | Instruction
    }
  | {
      readonly do: "reverse"
      readonly id: string
      readonly of: string
      readonly side: "buy" | "sell"
      readonly milli: number
    }
  | { readonly do: "release" | "dismiss"; readonly id: string }
  | { readonly do: "send"; readonly order: number; readonly got: Got; readonly time: number }
  | {
      readonly do: "report"
      readonly at: string
      readonly order: number | undefined
      readonly side: "buy" | "sell"
      readonly milli: number
      readonly said: Said
      readonly cumulative: number | undefined
      readonly time: number
      readonly read: boolean
    }
  | {
      readonly do: "fill"
      readonly at: string
      readonly order: number | undefined
      readonly side: "buy" | "sell"
      readonly exec: string
      readonly revision: number
      readonly milli: number
      readonly time: number
    }
  | { readonly do: "halt" | "resume" | "verdict" }
  | { readonly do: "pass"; readonly seconds: number }
  | { readonly do: "accept" | "not-placed" | "cancel"; readonly order: number }

/** A desk's policies in a story. */
export interface Policy {
  readonly lot: number
  readonly threshold: number | undefined
  readonly direction: "mirror" | "offset"
  readonly counts: boolean
  /** C6: from the oldest on where nothing is said. */
  readonly allocation?: "pro-rata" | "key" | undefined
}

/** Thousandths of a share as a plain decimal. */
export const shares = (milli: number | bigint): string => {
  const n = BigInt(milli)
  const digits = (n < 0n ? -n : n).toString().padStart(4, "0")
  return `${n < 0n ? "-" : ""}${`${digits.slice(0, -3)}.${digits.slice(-3)}`.replace(/\.?0+$/, "")}`
}

/** A step as a sentence. */
export const tell = (step: Step): string => {
  switch (step.do) {
    case "trade":
      return `${step.direct !== undefined && step.direct !== false ? "direct trade" : "trade"} ${step.id}: ${step.side} ${shares(step.milli)}${step.held ? ", held" : ""}`
    case "reverse":
      return `reversal ${step.id} of ${step.of}: ${step.side} ${shares(step.milli)}`
    case "release":
    case "dismiss":
      return `${step.do} ${step.id}`
    case "send":
      return `send O${step.order}, got ${step.got} @${step.time}`
    case "report": {
      const total = step.cumulative === undefined ? "no total" : `total ${shares(step.cumulative)}`
      return `report ${step.at}: ${step.side} ${shares(step.milli)} ${step.said}, ${total} @${step.time}${step.read ? "" : ", executions not read"}`
    }
    case "fill":
      return `fill ${step.at} ${step.exec}.${step.revision}: ${shares(step.milli)} @${step.time}`
    case "pass":
      return `${step.seconds} s pass`
    case "accept":
    case "not-placed":
    case "cancel":
      return `${step.do} O${step.order}`
    default:
      return step.do
  }
}

/** C6: the weights of owners where a story divides by a key; one of its owners is outside of it every other time. */
const KEY = ["ann=2", "bob=1"]

/** A desk with a story's policies. */
export const deskOf = (policy: Policy, store?: MemoryStore.MemoryStore, priceAt?: () => Reference): Desk.Desk =>
  Desk.make(
    {
      lot: Quantity.unsafe(shares(policy.lot)),
      threshold: policy.threshold === undefined ? undefined : Quantity.unsafe(shares(policy.threshold)),
      direction: policy.direction,
      external: policy.counts ? "count" : "ignore",
      allocation: policy.allocation,
      allocationKey: policy.allocation === "key" ? KEY : undefined,
      resendWindowMs: Number.MAX_SAFE_INTEGER
    } satisfies Partial<Account.AccountSettings>,
    store,
    undefined,
    priceAt
  )

const EPOCH = Instant.make(1_699_999_000_000_000n)

/** A second of the broker's clock. */
export const second = (time: number): Instant.Instant => Instant.addMillis(EPOCH, (time + 1000) * 1000)

const request = { contentType: "text/plain", bytes: new TextEncoder().encode("story") }

const directOf = (direct: boolean | Instruction | undefined): Instruction | undefined =>
  direct === true ? atMarket : direct === false ? undefined : direct

/** Whose the trade of an id is: a third have no owner, the others are of two. A reversal says none: it has its trade's. */
const ownerOf = (id: string): OwnerId | undefined => {
  const kind = id.split("").reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 3
  return kind === 0 ? undefined : OwnerId.make(kind === 1 ? "ann" : "bob")
}

/** The trade of a step as its source gives it. */
export const arrivalOf = (
  step: Extract<Step, { readonly do: "trade" | "reverse" }>,
  desk: Desk.Desk
): Intake.Arrival => ({
  input: {
    source: "story",
    sourceId: step.id,
    occurrence: "0",
    symbol: "AAPL",
    side: step.side,
    quantity: Quantity.unsafe(shares(step.milli)),
    price: undefined,
    tradedAt: EPOCH,
    owner: step.do === "trade" ? ownerOf(step.id) : undefined,
    reverses: step.do === "reverse" ? { sourceId: step.of, occurrence: "0" } : undefined,
    direct: step.do === "trade" ? directOf(step.direct) : undefined
  },
  symbol: desk.symbol,
  direction: undefined,
  held: step.do === "trade" && step.held ? { reason: "TooOld" } : undefined
})

const tradeOf = (desk: Desk.Desk, sourceId: string): Trade.Trade | undefined =>
  desk.all(Trade.TradeTable).find((trade) => trade.sourceId === sourceId)

const orderId = (id: number): Id.OrderId => Id.OrderId.make(id)

/** A step that a broker's report or execution is. */
export type Fact = Extract<Step, { readonly do: "report" | "fill" }>

/** What the broker says, as its adapter would hand it in. */
export const receivedOf = (step: Fact, desk: Desk.Desk): Report.Received => {
  const common = {
    account: desk.account,
    asOf: second(step.time),
    asOfKind: "broker",
    brokerOrderId: ClientOrderId.BrokerOrderId.make(step.at),
    clientOrderId: step.order === undefined ? undefined : desk.order(orderId(step.order)).clientOrderId,
    symbol: desk.symbol,
    side: step.side
  } as const
  if (step.do === "fill") {
    const execution = { execId: `${step.exec}.${step.revision}`, execIdBase: step.exec, revision: step.revision }
    const quantity = Decimal.unsafe(shares(step.milli))
    return {
      report: {
        _tag: "Executed",
        ...common,
        ...execution,
        quantity,
        price: Price.unsafe("100"),
        executedAt: second(step.time)
      },
      payload: undefined
    }
  }
  return {
    report: {
      _tag: "OrderSeen",
      ...common,
      quantity: Quantity.unsafe(shares(step.milli)),
      rawStatus: step.said,
      state: step.said === "open" ? { _tag: "Open" } : { _tag: "Closed", kind: step.said },
      cumulative: step.cumulative === undefined ? undefined : Decimal.unsafe(shares(step.cumulative)),
      averagePrice: undefined,
      executionsRead: step.read
    },
    payload: undefined
  }
}

const answerOf = (got: Got, at: string): Report.Answer => {
  switch (got) {
    case "accepted":
      return Report.Answer.Accepted({ brokerOrderId: ClientOrderId.BrokerOrderId.make(at) })
    case "rejected":
      return Report.Answer.Refused({ code: "no", words: "no", class: "final" })
    case "not-accepted":
      return Report.Answer.NotSent({ why: "not sent", retryAfterMs: 0 })
    default:
      return Report.Answer.Unknown({ why: "no answer", candidate: undefined })
  }
}

/** An order's name at the broker. */
export const brokerName = (order: Order.Order): string => order.brokerOrderId ?? `B-O${order.id}`

const interpreted = (result: Interpreted): string =>
  result._tag === "Applied" ? OrderState.tagOf[result.status] : result._tag

/** The attempt of an order that has no answer yet. */
export const underWay = (desk: Desk.Desk, id: number): Attempt.Attempt | undefined =>
  desk.all(Attempt.AttemptTable).find((each) => each.orderId === id && each.outcome === undefined)

/** Carries a step out, one logical commit at a time; `committed` hears of each. Gives what the call returned. */
export const perform = (desk: Desk.Desk, step: Step, committed: () => void = () => undefined): string => {
  const commit: Desk.Desk["commit"] = (kind, apply, needs) => {
    const answer = desk.commit(kind, apply, needs)
    committed()
    return answer
  }
  const command = (apply: (recorder: Recorder) => Commands.CommandAnswer): string => commit("command", apply)._tag
  switch (step.do) {
    case "trade":
    case "reverse":
      return commit("trade", (recorder) => Intake.intake(recorder, arrivalOf(step, desk)))._tag
    case "release":
    case "dismiss": {
      const trade = tradeOf(desk, step.id)
      if (trade === undefined) return "Unknown"
      if (step.do === "dismiss") return command((recorder) => Commands.dismissTrade(recorder, trade.id, "story"))
      return command((recorder) => Commands.releaseTrade(recorder, trade.id, undefined))
    }
    case "send":
      return send(desk, commit, step)
    case "report":
    case "fill":
      return interpreted(commit("report", (recorder) => Interpret.interpretFact(recorder, receivedOf(step, desk))))
    case "halt":
    case "resume": {
      const state = step.do === "halt" ? "halted" : "normal"
      desk.commit("command", (recorder) => Commands.setTradingState(recorder, undefined, state, "story"))
      commit("timer", (recorder) => Commands.regate(recorder, desk.symbol, step.do === "resume"))
      return state
    }
    case "pass":
      desk.pass(step.seconds * 1000)
      commit("timer", (recorder) => Commands.regate(recorder, desk.symbol, false))
      return "passed"
    case "verdict": {
      const open = desk.all(Break.BreakTable).filter((each) => each.closedAt === undefined)
      return open.map((each) => command((recorder) => Commands.dismissBreak(recorder, each.id, "story"))).join(" ")
    }
    case "accept":
      return command((recorder) => Commands.acceptExcess(recorder, orderId(step.order)))
    case "not-placed":
      return command((recorder) => Commands.markNotPlaced(recorder, orderId(step.order), "story"))
    case "cancel":
      return command((recorder) => Commands.cancelOrder(recorder, orderId(step.order), "story"))
  }
}

const send = (desk: Desk.Desk, commit: Desk.Desk["commit"], step: Extract<Step, { readonly do: "send" }>): string => {
  const id = orderId(step.order)
  if (underWay(desk, id) === undefined) {
    const planned = commit("send", (recorder) => Send.planSend(recorder, id, () => request))
    if (planned._tag !== "Send") return planned._tag
  }
  const attempt = underWay(desk, id)
  if (step.got === "nothing" || attempt === undefined) return "Sent"
  const report = {
    _tag: "Answered",
    account: desk.account,
    asOf: second(step.time),
    asOfKind: "broker",
    attemptId: attempt.id,
    answer: answerOf(step.got, brokerName(desk.order(id))),
    httpStatus: undefined
  } as const
  commit("report", (recorder) => Interpret.interpretFact(recorder, { report, payload: undefined }), [
    Need.OrderById({ id })
  ])
  return OrderState.tagOf[desk.order(id).status]
}

// Histories

/** What a generated history wishes for at one step; what it comes to depends on the desk at that time. */
export interface Wish {
  readonly kind: (typeof kinds)[number]
  readonly pick: number
  readonly amount: number
  readonly skew: number
}

const weights = {
  trade: 16,
  direct: 3,
  send: 16,
  fill: 12,
  report: 10,
  revise: 5,
  repeat: 5,
  pass: 6,
  conflict: 1,
  held: 2,
  release: 2,
  dismiss: 1,
  reverse: 3,
  reverseFirst: 1,
  lateTrade: 2,
  muddle: 1,
  verdict: 2,
  adopt: 2,
  orphan: 1,
  halt: 1,
  resume: 3,
  accept: 2,
  notPlaced: 2,
  cancel: 1
} as const

type Kind = keyof typeof weights

const isKind = (text: string): text is Kind => text in weights

const kinds: ReadonlyArray<Kind> = Object.keys(weights).filter(isKind)

const wish: fc.Arbitrary<Wish> = fc.record({
  kind: fc.oneof(...kinds.map((kind) => ({ weight: weights[kind], arbitrary: fc.constant(kind) }))),
  pick: fc.nat({ max: 30 }),
  amount: fc.nat({ max: 30 }),
  skew: fc.integer({ min: -8, max: 3 })
})

/** Lists of wishes, up to `length`. */
export const wishes = (length: number): fc.Arbitrary<ReadonlyArray<Wish>> =>
  fc.array(wish, { minLength: 1, maxLength: length, size: "max" })

/** The policies under which histories are played. */
export const policies: fc.Arbitrary<Policy> = fc.record({
  lot: fc.constantFrom(1000, 1000, 500, 2000),
  threshold: fc.constantFrom(undefined, undefined, 1500, 300),
  direction: fc.constantFrom("mirror", "mirror", "offset"),
  counts: fc.boolean(),
  allocation: fc.constantFrom(undefined, undefined, "pro-rata", "key")
})

const choose = <A>(from: ReadonlyArray<A>, pick: number): A | undefined => from[pick % Math.max(1, from.length)]

const milliOf = (decimal: Decimal.Decimal): number =>
  Number(Decimal.format(Decimal.multiply(decimal, Decimal.unsafe("1000"))))

const gots: ReadonlyArray<Got> = ["accepted", "accepted", "accepted", "rejected", "unknown", "not-accepted", "nothing"]
const says: ReadonlyArray<Said> = ["open", "cancelled", "filled", "open", "expired", "rejected", "filled", "open"]

const opposite = (trade: { readonly side: "buy" | "sell" }) => (trade.side === "buy" ? "sell" : "buy")

const onOrder = (order: Order.Order) => ({
  at: brokerName(order),
  order: order.origin === "external" ? undefined : order.id,
  side: order.side
})

/** What a wish comes to on a desk after `performed`, if it can come to anything. */
export const resolve = (
  desk: Desk.Desk,
  performed: ReadonlyArray<Step>,
  { kind, pick, amount, skew }: Wish
): Step | undefined => {
  const time = performed.length * 2 + skew
  const trades = () => desk.all(Trade.TradeTable)
  const orders = () => desk.all(Order.OrderTable)
  const side = pick % 2 === 0 ? "buy" : "sell"
  const milli = (amount + 1) * 100 + (pick % 7 === 3 ? 1 : 0)
  const id = `${performed.length + 1}`
  switch (kind) {
    case "trade":
      return { do: "trade", id: `T${id}`, side: pick % 5 < 3 ? "buy" : "sell", milli, held: false }
    case "direct":
      return { do: "trade", id: `D${id}`, side, milli, held: amount % 7 === 6, direct: true }
    case "held":
      return { do: "trade", id: `T${id}`, side, milli, held: true }
    case "conflict": {
      const known = choose(trades(), pick)
      if (known === undefined || known.reversesSourceId !== undefined) return undefined
      return { do: "trade", id: known.sourceId, side: known.side, milli: milliOf(known.quantity) + 100, held: false }
    }
    case "release":
    case "dismiss": {
      const pending = choose(
        trades().filter((trade) => trade.status === "pending"),
        pick
      )
      return pending === undefined ? undefined : { do: kind, id: pending.sourceId }
    }
    case "reverse": {
      const known = choose(trades(), pick)
      if (known === undefined) return undefined
      return { do: "reverse", id: `R${id}`, of: known.sourceId, side: opposite(known), milli: milliOf(known.quantity) }
    }
    case "reverseFirst":
      return { do: "reverse", id: `R${id}`, of: `L${id}`, side, milli }
    case "lateTrade": {
      const waiting = choose(
        trades().filter((trade) => trade.status === "pending" && trade.reversesSourceId !== undefined),
        pick
      )
      if (waiting?.reversesSourceId === undefined) return undefined
      return {
        do: "trade",
        id: waiting.reversesSourceId,
        side: opposite(waiting),
        milli: milliOf(waiting.quantity),
        held: amount % 4 === 3,
        direct: amount % 5 === 4
      }
    }
    case "send": {
      const unsent = orders().filter(
        (order) =>
          ["pending", "submitting", "in_doubt"].includes(order.status) || underWay(desk, order.id) !== undefined
      )
      const order = choose(
        unsent.filter((each) => each.origin !== "external"),
        pick
      )
      return order === undefined
        ? undefined
        : { do: "send", order: order.id, got: choose(gots, amount) ?? "nothing", time }
    }
    case "report": {
      const known = orders().filter((order) => order.origin === "external" || order.attempts > 0 || pick % 6 === 5)
      const order = choose(known.slice(-3), pick)
      if (order === undefined) return undefined
      const filled = milliOf(order.filled)
      const quantity = milliOf(order.quantity)
      const totals = [undefined, filled, quantity, filled, 0, filled + 1000, quantity + 1000, Math.max(0, filled - 500)]
      const cumulative = totals[(amount + pick) % totals.length]
      return {
        do: "report",
        ...onOrder(order),
        milli: quantity,
        said: choose(says, amount) ?? "open",
        cumulative,
        time,
        read: pick % 9 !== 8
      }
    }
    case "fill": {
      const known = orders().filter((order) => order.origin === "external" || order.attempts > 0 || pick % 6 === 5)
      const order = choose(known.slice(-3), pick)
      if (order === undefined) return undefined
      const left = Math.max(0, milliOf(order.quantity) - milliOf(order.filled))
      const sizes = [left, 1000, 500, left, left + 1000, 250].filter((size) => size > 0)
      return { do: "fill", ...onOrder(order), exec: `e${id}`, revision: 1, milli: choose(sizes, amount) ?? 1000, time }
    }
    case "revise":
    case "muddle": {
      const fills = performed.filter((step) => step.do === "fill")
      const known = choose(fills.slice(-5), pick)
      if (known === undefined) return undefined
      if (kind === "muddle") return { ...known, milli: known.milli + 100 }
      const sizes = [0, known.milli + 500, 0, Math.max(0, known.milli - 500), 1000]
      return { ...known, revision: known.revision + 1 + (amount % 2), milli: choose(sizes, amount) ?? 0, time }
    }
    case "repeat": {
      const past = performed.filter((step) => ["trade", "reverse", "report", "fill"].includes(step.do))
      return choose(past, pick)
    }
    case "adopt":
    case "orphan": {
      const strangers = performed.filter((step) => step.do === "fill").filter((step) => step.at.startsWith("X"))
      const orphan = choose(strangers, pick)
      const at = orphan !== undefined && amount % 2 === 0 ? orphan.at : `X${id}`
      const known = orders().find((order) => order.brokerOrderId === at)
      const towards = known?.side ?? (orphan?.at === at ? orphan.side : side)
      const common = { at, order: undefined, side: towards, time } as const
      if (kind === "orphan") return { do: "fill", ...common, exec: `e${id}`, revision: 1, milli: 1000 }
      const quantity = known === undefined ? (1 + (amount % 4)) * 1000 : milliOf(known.quantity)
      return {
        do: "report",
        ...common,
        milli: quantity,
        said: "open",
        cumulative: amount % 3 === 2 ? 1000 : undefined,
        read: true
      }
    }
    case "pass":
      return { do: "pass", seconds: choose([31, 900, 900, 31, 3600], amount) ?? 31 }
    case "accept": {
      const order = choose(
        orders().filter((each) => !Decimal.isZero(each.excess)),
        pick
      )
      return order === undefined ? undefined : { do: "accept", order: order.id }
    }
    case "notPlaced": {
      const order = choose(
        orders().filter((each) => each.status === "in_doubt"),
        pick
      )
      return order === undefined ? undefined : { do: "not-placed", order: order.id }
    }
    case "cancel": {
      const order = choose(
        orders().filter((each) => each.origin !== "external"),
        pick
      )
      return order === undefined ? undefined : { do: "cancel", order: order.id }
    }
    default:
      return { do: kind }
  }
}

/** Fails a property with the story so far. */
export const fail = (policy: Policy, lines: ReadonlyArray<string>, problem: string): never => {
  const terms = `lot ${shares(policy.lot)}, threshold ${policy.threshold === undefined ? "the lot" : shares(policy.threshold)}, ${policy.direction}, external ${policy.counts ? "count" : "ignore"}, ${policy.allocation ?? "fifo"}`
  throw new Error(`${problem}\nThe story (${terms}):\n${lines.map((line, i) => `  ${i + 1}. ${line}`).join("\n")}`)
}

/** What hears a story being played. */
export interface Listener {
  /** After every logical commit. */
  readonly committed?: (desk: Desk.Desk) => string | undefined
  /** After every step, with what it returned. */
  readonly done?: (desk: Desk.Desk, step: Step, returned: string) => string | undefined
}

/** Plays wishes on a new desk; fails with the story at the first problem that the listener names. Gives the desk and the steps. */
export const play = (
  policy: Policy,
  list: ReadonlyArray<Wish>,
  listener: Listener = {}
): { readonly desk: Desk.Desk; readonly performed: ReadonlyArray<Step>; readonly lines: ReadonlyArray<string> } => {
  const desk = deskOf(policy)
  const performed: Array<Step> = []
  const lines: Array<string> = []
  for (const each of list) {
    const step = resolve(desk, performed, each)
    if (step === undefined) continue
    performed.push(step)
    lines.push(tell(step))
    const checked = () => {
      const problem = listener.committed?.(desk)
      if (problem !== undefined) fail(policy, lines, problem)
    }
    let returned: string
    try {
      returned = perform(desk, step, checked)
    } catch (cause) {
      if (cause instanceof Error && cause.message.includes("The story (")) throw cause
      return fail(policy, lines, `threw ${String(cause)}`)
    }
    lines[lines.length - 1] = `${tell(step)} → ${returned}`
    const problem = listener.done?.(desk, step, returned)
    if (problem !== undefined) fail(policy, lines, problem)
  }
  return { desk, performed, lines }
}

const BATCH = 50

/**
 * Tries a property; where it fails, tells the smallest history that breaks it, and how to play it again. Between batches the
 * event loop has its turn, so that a long trial does not look dead to the test runner.
 */
export const tried = async <Ts>(property: fc.IProperty<Ts>, usual: number): Promise<string> => {
  const { numRuns } = runs(usual)
  for (let done = 0; done < numRuns; done += BATCH) {
    const { failed, errorInstance, seed, counterexamplePath } = fc.check(property, {
      numRuns: Math.min(BATCH, numRuns - done),
      seed: firstSeed + done
    })
    if (failed) {
      const problem = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
      return `${problem}\nTo play it again: seed ${seed}, path "${counterexamplePath}"`
    }
    await setImmediate()
  }
  return ""
}

/** A fill of an order `O1` to buy, which the broker has as `B-O1`. */
export const buyFill = (exec: string, milli: number, time: number): Step => ({
  do: "fill",
  at: "B-O1",
  order: 1,
  side: "buy",
  exec,
  revision: 1,
  milli,
  time
})

/** How long a property may take, in milliseconds: what a slow machine needs for many runs. */
export const PATIENCE = 900_000
