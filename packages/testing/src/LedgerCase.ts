import { Either, Schema } from "effect"
import { Decimal, Instant, Order, OwnerId, Position, Price, Quantity, Side, Trade } from "@roundlot/core"
import { ClientOrderId, Entry, Id, MemoryStore, OrderState, Report } from "@roundlot/core/adapter"
import {
  Allocation,
  Attempt,
  Break,
  type Event,
  type Interpreted,
  Lot,
  OwnerPosition,
  PositionAnswer,
  commands,
  cutOffs,
  decode,
  intake,
  interpret,
  send
} from "@roundlot/core/ledger"
import * as Desk from "./Desk.ts"

const Shares = Schema.String
const OptionalTime = Schema.optional(Schema.Number)

/** A step of a worked case: what is done, what it returns, and every part of the view that it changes. */
const Step = Schema.Struct({
  do: Schema.Literal(
    "trade",
    "send",
    "mark-not-placed",
    "fill",
    "report",
    "adopt",
    "reverse",
    "release",
    "halt",
    "resume",
    "cooled",
    "until",
    "accept-adjustment"
  ),
  id: Schema.optional(Schema.String),
  side: Schema.optional(Side.Side),
  qty: Schema.optional(Shares),
  owner: Schema.optional(OwnerId.OwnerId),
  held: Schema.optional(Schema.NullOr(Schema.Union(Schema.String, Schema.Boolean))),
  order: Schema.optional(Schema.String),
  got: Schema.optional(Schema.Literal("accepted", "rejected", "not-accepted", "unknown", "nothing")),
  time: OptionalTime,
  exec: Schema.optional(Schema.String),
  rev: Schema.optional(Schema.Int),
  status: Schema.optional(Schema.Literal("open", "filled", "cancelled", "expired", "rejected")),
  cum: Schema.optional(Schema.NullOr(Shares)),
  of: Schema.optional(Schema.String),
  /** Until when our clock moves. */
  at: Schema.optional(Instant.FromString),
  kind: Schema.optional(Schema.String),
  returns: Schema.NullOr(Schema.String),
  expect: Schema.Record({ key: Schema.String, value: Schema.Unknown })
})

/** A step of a worked case. */
export type Step = typeof Step.Type

/** A worked case of the ledger's rules: one account, one position. */
export const LedgerCase = Schema.Struct({
  id: Schema.String,
  rule: Schema.optional(Schema.String),
  config: Schema.optional(
    Schema.Struct({
      lot: Schema.optional(Quantity.Quantity),
      threshold: Schema.optional(Quantity.Quantity),
      direction: Schema.optional(Schema.Literal("mirror", "offset")),
      externalCounts: Schema.optional(Schema.Boolean),
      allocation: Schema.optional(Schema.Literal("fifo", "pro-rata")),
      cutOffs: Schema.optional(Schema.Array(cutOffs.CutOff))
    })
  ),
  steps: Schema.Array(Step),
  answers: Schema.optional(Schema.Array(Schema.String)),
  final: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
})

/** A worked case of the ledger's rules. */
export type LedgerCase = typeof LedgerCase.Type

/** A file of worked cases. */
export const LedgerCaseFile = Schema.Struct({ about: Schema.optional(Schema.String), cases: Schema.Array(LedgerCase) })

/** The first thing in which the ledger differs from a case. */
export interface Difference {
  readonly caseId: string
  /** Counted from 1; 0 for the end of the case. */
  readonly step: number
  readonly what: string
  readonly expected: string
  readonly actual: string
}

/** The view of a position: what a case shows of it. */
export interface View {
  readonly position: { readonly [figure: string]: string }
  readonly orders: { readonly [id: string]: unknown }
  readonly trades: { readonly [id: string]: unknown }
  /** C7: what is ordered and executed of each owner, in signed shares. */
  readonly owners: { readonly [owner: string]: unknown }
  readonly breaks: ReadonlyArray<string>
  readonly why: string
}

/** Replays a case on the real ledger, with the store in memory where none is given; `undefined` where every step agrees. */
export const replay = (
  ledgerCase: LedgerCase,
  store: MemoryStore.MemoryStore = MemoryStore.make()
): Difference | undefined => {
  const table = tableOf(ledgerCase, store)
  let before = viewOf(table)
  for (const [index, step] of ledgerCase.steps.entries()) {
    const returned = perform(table, step)
    const after = viewOf(table)
    const difference = compareStep(step, before, after, returned)
    if (difference !== undefined) return { caseId: ledgerCase.id, step: index + 1, ...difference }
    before = after
  }
  const end = compareEnd(ledgerCase, before, answersOf(table))
  return end === undefined ? undefined : { caseId: ledgerCase.id, step: 0, ...end }
}

interface CaseTable {
  readonly desk: Desk.Desk
  readonly names: Map<string, string>
  readonly steps: ReadonlyArray<Step>
}

const tableOf = ({ config, steps }: LedgerCase, store: MemoryStore.MemoryStore): CaseTable => ({
  steps,
  desk: Desk.make(
    {
      ...(config?.lot === undefined ? {} : { lot: config.lot }),
      ...(config?.threshold === undefined ? {} : { threshold: config.threshold }),
      ...(config?.direction === undefined ? {} : { direction: config.direction }),
      external: config?.externalCounts === true ? "count" : "ignore",
      allocation: config?.allocation,
      cutOffs: config?.cutOffs,
      // Trades of cases are as old as the clock was at the start.
      maxTradeAgeMs: Number.MAX_SAFE_INTEGER,
      resendWindowMs: Number.MAX_SAFE_INTEGER
    },
    store
  ),
  names: new Map()
})

// What is done

const required = <A>(value: A | undefined | null, name: string): A => {
  if (value === undefined || value === null) throw new Error(`the step needs "${name}"`)
  return value
}

const EPOCH = Instant.make(1_600_000_000_000_000n)
const timeOf = (step: Step): Instant.Instant => Instant.addMillis(EPOCH, (step.time ?? 0) * 1000)

const orderIdOf = (table: CaseTable, name: string): Id.OrderId => {
  const ours = [...namesOf(table)].find(([, shown]) => shown === name)?.[0] ?? name
  return Id.OrderId.make(required(Id.parse("order", ours), "order"))
}

const brokerIdOf = (name: string): ClientOrderId.BrokerOrderId => ClientOrderId.BrokerOrderId.make(`B-${name}`)

const perform = (table: CaseTable, step: Step): string | null => {
  switch (step.do) {
    case "trade":
      return performTrade(table, step)
    case "reverse":
      return performReverse(table, step)
    case "send":
      return performSend(table, step)
    case "fill":
      return interpretedText(table, performFill(table, step))
    case "report":
      return interpretedText(table, performReport(table, required(step.order, "order"), step, step.status ?? "open"))
    case "adopt":
      performReport(table, required(step.order, "order"), step, "open")
      return null
    default:
      return performCommand(table, step)
  }
}

const inputOf = (step: Step, side: Side.Side, quantity: Quantity.Quantity, reverses: string | undefined) => ({
  source: "case",
  sourceId: required(step.id, "id"),
  occurrence: "0",
  symbol: "AAPL",
  side,
  quantity,
  price: undefined,
  tradedAt: EPOCH,
  owner: step.owner,
  reverses: reverses === undefined ? undefined : { sourceId: reverses, occurrence: "0" }
})

const take = (
  table: CaseTable,
  step: Step,
  side: Side.Side,
  quantity: Quantity.Quantity,
  of: string | undefined
): intake.IntakeResult => {
  const isHeld = step.held !== undefined && step.held !== null && step.held !== false
  const held = isHeld ? ({ reason: "TooOld" } as const) : undefined
  const input = inputOf(step, side, quantity, of)
  return table.desk.commit("trade", (recorder) =>
    intake.intake(recorder, { input, symbol: table.desk.symbol, direction: undefined, held, backfill: "orders" })
  )
}

const decodeQuantity = Schema.decodeSync(Quantity.Quantity)

const performTrade = (table: CaseTable, step: Step): string =>
  take(table, step, required(step.side, "side"), decodeQuantity(required(step.qty, "qty")), undefined)._tag

const performReverse = (table: CaseTable, step: Step): string => {
  const of = required(step.of, "of")
  const trade = tradesOf(table).find((each) => each.sourceId === of)
  if (trade !== undefined) return take(table, step, Side.opposite(trade.side), trade.quantity, of)._tag
  const coming = table.steps.find((each) => each.do === "trade" && each.id === of)
  const side = step.side ?? Side.opposite(required(coming?.side, "side"))
  return take(table, step, side, decodeQuantity(required(step.qty ?? coming?.qty, "qty")), of)._tag
}

const textPayload = { contentType: "text/plain", bytes: new TextEncoder().encode("case") }

/** The times of sending are not what a case is about: a plan that waits is sent when its wait is over. */
const waitAsTold = ({ desk }: CaseTable, id: Id.OrderId): void => {
  const { notBefore } = desk.order(id)
  if (notBefore !== undefined) desk.pass(Math.max(0, Instant.millisBetween(desk.now(), notBefore)) + 1)
}

const performSend = (table: CaseTable, step: Step): string => {
  const name = required(step.order, "order")
  const id = orderIdOf(table, name)
  waitAsTold(table, id)
  if (underWay(table, id) === undefined) {
    const planned = table.desk.commit("send", (recorder) => send.planSend(recorder, id, () => textPayload))
    if (planned._tag === "Superseded") return "Superseded"
    if (planned._tag !== "Send") return stateOf(table, id)
  }
  if (step.got === "nothing") return "Sent"
  const attempt = required(underWay(table, id), "attempt")
  const answer = answerOf(step, name)
  table.desk.commit("report", (recorder) =>
    interpret.interpretFact(recorder, {
      report: {
        _tag: "Answered",
        account: table.desk.account,
        asOf: timeOf(step),
        asOfKind: "broker",
        attemptId: attempt.id,
        answer,
        httpStatus: undefined
      },
      payload: undefined
    })
  )
  return stateOf(table, id)
}

/** The attempt of an order that has no answer yet. */
const underWay = (table: CaseTable, id: Id.OrderId): Attempt.Attempt | undefined =>
  table.desk.all(Attempt.AttemptTable).find((each) => each.orderId === id && each.outcome === undefined)

const answerOf = (step: Step, name: string): Report.Answer => {
  switch (step.got) {
    case "accepted":
      return Report.Answer.Accepted({ brokerOrderId: brokerIdOf(name) })
    case "rejected":
      return Report.Answer.Refused({ code: "rejected", words: "rejected", class: "final" })
    case "not-accepted":
      return Report.Answer.NotSent({ why: "not accepted", retryAfterMs: 0 })
    default:
      return Report.Answer.Unknown({ why: "no answer", candidate: undefined })
  }
}

const stateOf = (table: CaseTable, id: Id.OrderId): string => OrderState.tagOf[table.desk.order(id).status]

const interpretedText = (table: CaseTable, interpreted: Interpreted.Interpreted): string => {
  if (interpreted._tag !== "Applied") return interpreted._tag
  return stateOf(table, interpreted.orderId)
}

const performFill = (table: CaseTable, step: Step): Interpreted.Interpreted => {
  const name = required(step.order, "order")
  const order = table.desk.order(orderIdOf(table, name))
  const exec = required(step.exec, "exec")
  const revision = step.rev ?? 1
  return table.desk.commit("report", (recorder) =>
    interpret.interpretFact(recorder, {
      report: {
        _tag: "Executed",
        account: table.desk.account,
        asOf: timeOf(step),
        asOfKind: "broker",
        execId: `${exec}.${revision}`,
        execIdBase: exec,
        revision,
        brokerOrderId: brokerIdOf(name),
        clientOrderId: order.clientOrderId,
        symbol: table.desk.symbol,
        side: order.side,
        quantity: Decimal.unsafe(required(step.qty, "qty")),
        price: Price.unsafe("100"),
        executedAt: timeOf(step)
      },
      payload: undefined
    })
  )
}

const livenessOf = (status: NonNullable<Step["status"]>): Report.Liveness =>
  status === "open" ? { _tag: "Open" } : { _tag: "Closed", kind: status }

const performReport = (
  table: CaseTable,
  name: string,
  step: Step,
  status: NonNullable<Step["status"]>
): Interpreted.Interpreted => {
  const isAdoption = step.do === "adopt"
  const known = isAdoption ? undefined : table.desk.order(orderIdOf(table, name))
  const interpreted = table.desk.commit("report", (recorder) =>
    interpret.interpretFact(recorder, {
      report: {
        _tag: "OrderSeen",
        account: table.desk.account,
        asOf: timeOf(step),
        asOfKind: "broker",
        brokerOrderId: brokerIdOf(name),
        clientOrderId: known?.clientOrderId,
        symbol: table.desk.symbol,
        side: known?.side ?? required(step.side, "side"),
        quantity: known?.quantity ?? decodeQuantity(required(step.qty, "qty")),
        rawStatus: status,
        state: livenessOf(status),
        cumulative: step.cum === undefined || step.cum === null ? undefined : Decimal.unsafe(step.cum),
        averagePrice: undefined,
        executionsRead: true
      },
      payload: undefined
    })
  )
  if (isAdoption && interpreted._tag === "Applied") table.names.set(Id.format("order", interpreted.orderId), name)
  return interpreted
}

const LONG_MS = 15 * 60_000

const performCommand = (table: CaseTable, step: Step): string | null => {
  const { desk } = table
  switch (step.do) {
    case "mark-not-placed": {
      const id = orderIdOf(table, required(step.order ?? step.id, "order"))
      desk.commit("command", (recorder) => commands.markNotPlaced(recorder, id, "case"))
      return stateOf(table, id)
    }
    case "release": {
      const trade = required(
        tradesOf(table).find((each) => each.sourceId === step.id),
        "id"
      )
      desk.commit("command", (recorder) => commands.releaseTrade(recorder, Id.TradeId.make(trade.id), undefined))
      return null
    }
    case "halt":
    case "resume": {
      const state = step.do === "halt" ? "halted" : "normal"
      desk.commit("command", (recorder) => commands.setTradingState(recorder, undefined, state, "case"))
      desk.commit("timer", (recorder) => commands.regate(recorder, desk.symbol, step.do === "resume"))
      return null
    }
    case "cooled":
      desk.pass(LONG_MS)
      desk.commit("timer", (recorder) => commands.regate(recorder, desk.symbol, false))
      return null
    case "until":
      desk.pass(Instant.millisBetween(desk.now(), required(step.at, "at")))
      desk.commit("timer", (recorder) => commands.regate(recorder, desk.symbol, false))
      return null
    case "accept-adjustment":
      desk.commit("command", (recorder) => commands.acceptExcess(recorder, orderIdOf(table, required(step.of, "of"))))
      return null
    default:
      throw new Error(`unknown step ${step.do}`)
  }
}

// The view

const tradesOf = (table: CaseTable): ReadonlyArray<Trade.Trade> => table.desk.all(Trade.TradeTable)

/** The case's own name of an order: given at its adoption, or counted among the orders that were due. */
const namesOf = (table: CaseTable): ReadonlyMap<string, string> => {
  const names = new Map(table.names)
  let ours = 0
  for (const order of table.desk.all(Order.OrderTable)) {
    if (order.origin === "accumulation") names.set(Id.format("order", order.id), `O${++ours}`)
  }
  for (const trade of tradesOf(table)) names.set(Id.format("trade", trade.id), trade.sourceId)
  return names
}

const FIGURES = ["exposure", "target", "hedged", "inFlight", "residual"] as const

const viewOf = (table: CaseTable): View => {
  const names = namesOf(table)
  const [position] = table.desk.all(Position.PositionTable)
  const allocations = table.desk.all(Allocation.AllocationTable).filter((each) => each.releasedAt === undefined)
  const lots = new Map(table.desk.all(Lot.LotTable).map((lot) => [lot.id, lot]))
  const openOf = (trade: Trade.Trade): string => {
    const lot = trade.lotId === undefined ? undefined : lots.get(trade.lotId)
    return lot === undefined ? "0" : Decimal.format(Decimal.abs(lot.open))
  }
  const name = (id: string): string => names.get(id) ?? id
  const figures = FIGURES.map((figure) => [figure, position === undefined ? "0" : Decimal.format(position[figure])])
  return {
    position: Object.fromEntries(figures),
    orders: Object.fromEntries(
      table.desk
        .all(Order.OrderTable)
        .map((order) => [name(Id.format("order", order.id)), orderView(order, allocations, name)])
    ),
    trades: Object.fromEntries(
      tradesOf(table).map((trade) => [
        trade.sourceId,
        { status: capital(trade.status), open: openOf(trade), net: netView(trade, allocations, name) }
      ])
    ),
    owners: Object.fromEntries(
      table.desk
        .all(OwnerPosition.OwnerPositionTable)
        .map(({ executed, ordered, owner }) => [
          owner,
          { ordered: Decimal.format(ordered), executed: Decimal.format(executed) }
        ])
    ),
    breaks: breaksView(table, name),
    why: renamed(position?.answer ?? PositionAnswer.FIRST_ANSWER, name)
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

const orderView = (
  order: Order.Order,
  allocations: ReadonlyArray<Allocation.Allocation>,
  name: (id: string) => string
) => {
  const links = allocations.flatMap((each) => {
    if (each.orderId !== order.id && each.counterOrderId !== order.id) return []
    const other = each.orderId === order.id ? each.counterOrderId : each.orderId
    const partner = each.tradeId === undefined ? Id.format("order", other ?? 0) : Id.format("trade", each.tradeId)
    return [{ partner: name(partner), quantity: each.quantity, settled: each.settled }]
  })
  return {
    origin: capital(order.origin),
    side: order.side,
    quantity: Decimal.format(order.quantity),
    state: OrderState.tagOf[order.status],
    filled: Decimal.format(order.filled),
    // C6: where fills are divided pro rata, what each trade has of them stands beside what it has in the order.
    allocations: order.allocation === "pro-rata" ? divided(links) : merged(links),
    excess: Decimal.format(order.excess)
  }
}

const netView = (trade: Trade.Trade, allocations: ReadonlyArray<Allocation.Allocation>, name: (id: string) => string) =>
  merged(
    allocations.flatMap((each) => {
      if (each.kind !== "net" || (each.tradeId !== trade.id && each.counterTradeId !== trade.id)) return []
      const partner = each.tradeId === trade.id ? each.counterTradeId : each.tradeId
      return [{ partner: name(Id.format("trade", partner ?? 0)), quantity: each.quantity }]
    })
  )

interface Link {
  readonly partner: string
  readonly quantity: Decimal.Decimal
}

/** Several links between the same two are shown as one, at the first one's place. */
const merged = (links: ReadonlyArray<Link>): ReadonlyArray<readonly [string, string]> => {
  const sums = new Map<string, Decimal.Decimal>()
  for (const { partner, quantity } of links) sums.set(partner, Decimal.add(sums.get(partner) ?? Decimal.zero, quantity))
  return [...sums].map(([partner, quantity]) => [partner, Decimal.format(quantity)])
}

const divided = (links: ReadonlyArray<Link & { readonly settled: Decimal.Decimal }>) => {
  const settled = new Map(merged(links.map((link) => ({ ...link, quantity: link.settled }))))
  return merged(links).map(([partner, quantity]) => [partner, quantity, settled.get(partner) ?? "0"])
}

const breaksView = (table: CaseTable, name: (id: string) => string): ReadonlyArray<string> => {
  const shown = table.desk
    .all(Break.BreakTable)
    .filter((each) => each.closedAt === undefined)
    .map((each) => `${each.kind} ${name(each.subject)}`)
  return [...new Set(shown)].toSorted()
}

const renamed = (answer: PositionAnswer.PositionAnswer, name: (id: string) => string): string =>
  answer._tag === "Ordered" ? `Ordered ${name(Id.format("order", answer.orderId))}` : PositionAnswer.answerText(answer)

/** The answer that an event records of its position, if it does. */
const recordedIn = (event: Event.LedgerEvent): PositionAnswer.PositionAnswer | undefined => {
  if (event._tag === "Evaluated") return event.answer
  const isDue = event._tag === "OrderCreated" && event.origin === "accumulation"
  return isDue ? { _tag: "Ordered", orderId: event.id } : undefined
}

const answersOf = (table: CaseTable): ReadonlyArray<string> => {
  const names = namesOf(table)
  const query = { account: table.desk.account, afterSeq: 0, entity: undefined, limit: 1_000_000 }
  const answers: Array<string> = []
  for (const entry of table.desk.store.entries(query)) {
    const found = recordedIn(Either.getOrThrow(decode.decodeEntry(entry)))
    if (found === undefined) continue
    const answer = renamed(found, (id) => names.get(id) ?? id)
    if (answer !== answers.at(-1)) answers.push(answer)
  }
  return answers
}

// Comparison

type Found = Omit<Difference, "caseId" | "step">

const PARTS = ["position", "orders", "trades", "owners", "breaks", "why"] as const

const compareStep = (step: Step, before: View, after: View, returned: string | null): Found | undefined => {
  const what = `${step.do} ${step.id ?? step.order ?? step.of ?? ""}`.trim()
  if (returned !== step.returns) {
    return { what: `${what}: returns`, expected: String(step.returns), actual: String(returned) }
  }
  for (const part of PARTS) {
    const expected = Entry.canonicalJson(overlaid(before[part], step.expect[part]))
    const actual = Entry.canonicalJson(after[part])
    if (expected !== actual) return { what: `${what}: ${part}`, expected, actual }
  }
  return undefined
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const overlaid = (before: unknown, change: unknown): unknown => {
  if (change === undefined) return before
  return isRecord(before) && isRecord(change) ? { ...before, ...change } : change
}

const compareEnd = (ledgerCase: LedgerCase, view: View, answers: ReadonlyArray<string>): Found | undefined => {
  for (const part of PARTS) {
    const wanted = ledgerCase.final?.[part]
    if (wanted === undefined) continue
    const expected = Entry.canonicalJson(wanted)
    const actual = Entry.canonicalJson(view[part])
    if (expected !== actual) return { what: `at the end: ${part}`, expected, actual }
  }
  const expected = Entry.canonicalJson(ledgerCase.answers ?? answers)
  const actual = Entry.canonicalJson(answers)
  return expected === actual ? undefined : { what: "at the end: answers", expected, actual }
}
