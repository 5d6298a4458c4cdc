import { Schema } from "effect"
import { Decimal, Instant, Price, Quantity, Side } from "@roundlot/core"
import { Id, OrderState, Report } from "@roundlot/core/adapter"
import { Attempt, type Interpreted, commands, intake, interpret, send } from "@roundlot/core/ledger"
import { type Step, type CaseTable, required, EPOCH, orderIdOf, timeOf, brokerIdOf, tradesOf } from "./Case.ts"

/** Plays a step; what it returns, where it returns something. */
export const perform = (table: CaseTable, step: Step): string | null => {
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
