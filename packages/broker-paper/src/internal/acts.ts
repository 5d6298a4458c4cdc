import { Decimal, Instant, type AccountName, type Quantity, type Side, type Ticker } from "@roundlot/core"
import { isWorking, type PlaceRequest } from "../ExchangeOrder.ts"
import type { Act } from "../Instruction.ts"
import { leavesOf } from "./figures.ts"
import { rename, split } from "./corporate.ts"
import * as Market from "./market.ts"
import * as OrderBook from "./orderBook.ts"
import * as Power from "./power.ts"
import { mayTrade } from "./refusing.ts"
import type { ExecutionRow, OrderRow } from "./rows.ts"
import type { Turn } from "./Turn.ts"

/** The fact until when reads by broker id do not find an order either. */
export const hiddenEverywhere = (brokerOrderId: string) => `hidden ${brokerOrderId}` as const

/** The fact what a working order is called. */
export const shownAs = (brokerOrderId: string) => `shown ${brokerOrderId}` as const

/** An act that cannot be done as things are. */
export class CannotAct extends Error {}

/** What an act works on. */
export interface Stage {
  readonly turn: Turn
  readonly book: OrderBook.OrderBook
  /** The order, by its id, that the triggering request made or was about. */
  readonly target: string | undefined
  readonly account: AccountName.AccountName | undefined
  readonly openAccount: (account: AccountName.AccountName) => void
  /** Whether orders end with a split of either kind. */
  readonly endsOrdersAtSplit: boolean
}

type ActOf<Name extends Act["_tag"]> = Extract<Act, { readonly _tag: Name }>

/** Does an act now, and says what was done; throws `CannotAct`. Acts that only shape a request are none of it. */
export const perform = (stage: Stage, act: Act): string => {
  switch (act._tag) {
    case "fill":
      return fill(stage, act)
    case "reject":
      return end(stage, act, "rejected", `${act.code ?? "rejected"}: ${act.words ?? "rejected by the exchange"}`)
    case "cancel":
      return end(stage, act, "cancelled", "cancelled by the exchange")
    case "status":
      return showAs(stage, act)
    case "hide":
      return hide(stage, act)
    case "silence":
      return silence(stage, act)
    case "duplicateEvent":
      return repeatNewestEvent(stage)
    case "dropStream":
      stage.turn.rows.say(null, "dropped", "{}")
      return "dropped every stream"
    case "correct":
      return correct(stage, act)
    case "bust":
      return bust(stage, act)
    case "manualOrder":
      return manualOrder(stage, act)
    case "holding":
      return holding(stage, act)
    case "price":
      return price(stage, act)
    case "halt":
      return halt(stage, act)
    case "resume":
      return resume(stage, act)
    case "bands":
      return bands(stage, act)
    case "split":
      return split(stage.turn.rows, stage.book, act.symbol, act, stage.endsOrdersAtSplit)
    case "rename":
      return rename(stage.turn.rows, stage.book, act.symbol, act.to)
    case "session":
      return session(stage, act)
    case "buyingPower":
      return buyingPower(stage, act)
    case "expireToken":
      stage.turn.rows.setFact("tokenExpired", "1")
      return "expired the token"
    default:
      throw new CannotAct(`${act._tag} shapes the answer to a request; give it a \`when\``)
  }
}

const fill = (stage: Stage, act: ActOf<"fill">): string => {
  const order = orderOf(stage, act)
  const quantity = act.quantity ?? leavesOf(order)
  const price = act.price ?? OrderBook.priceOf(stage.book, order)
  if (!Decimal.isPositive(quantity))
    throw new CannotAct(`order ${order.brokerOrderId} has nothing left; name a quantity`)
  if (price === undefined) throw new CannotAct(`no price of ${order.symbol} is known; name one`)
  if (stage.turn.rows.fact(shownAs(order.brokerOrderId)) !== undefined)
    stage.turn.rows.setFact(shownAs(order.brokerOrderId), "")
  return executionText(OrderBook.fill(stage.book, order, quantity, price))
}

const executionText = ({ brokerOrderId, execId, price: at, quantity }: ExecutionRow): string =>
  `${execId}: ${Decimal.format(quantity)} of ${brokerOrderId} at ${Decimal.format(at)}`

const end = (
  stage: Stage,
  act: ActOf<"reject" | "cancel">,
  status: "rejected" | "cancelled",
  reason: string
): string => {
  const order = orderOf(stage, act)
  if (!isWorking(order.status)) throw new CannotAct(`order ${order.brokerOrderId} is ${order.status} already`)
  OrderBook.close(stage.book, order, status, reason)
  return `${status} ${order.brokerOrderId}`
}

const showAs = (stage: Stage, act: ActOf<"status">): string => {
  const order = orderOf(stage, act)
  if (!isWorking(order.status)) throw new CannotAct(`order ${order.brokerOrderId} is ${order.status} already`)
  stage.turn.rows.setFact(shownAs(order.brokerOrderId), act.word)
  stage.turn.sayOrder(order)
  return `${order.brokerOrderId} is shown as ${act.word}`
}

const hide = (stage: Stage, act: ActOf<"hide">): string => {
  const order = orderOf(stage, act)
  const until = Instant.addMillis(stage.turn.now, act.ms)
  OrderBook.keep(stage.book, order, { hiddenUntil: until })
  if (act.everywhere === true) stage.turn.rows.setFact(hiddenEverywhere(order.brokerOrderId), Instant.format(until))
  return `hid ${order.brokerOrderId} for ${act.ms} ms`
}

const silence = (stage: Stage, act: ActOf<"silence">): string => {
  const until = act.ms === undefined ? Instant.latest : Instant.addMillis(stage.turn.now, act.ms)
  const span = act.ms === undefined ? "until further notice" : `for ${act.ms} ms`
  if (namesOrder(act) || stage.target !== undefined) {
    const order = orderOf(stage, act)
    OrderBook.keep(stage.book, order, { silentUntil: until })
    return `silent about ${order.brokerOrderId} ${span}`
  }
  stage.turn.rows.setFact("silentUntil", Instant.format(until))
  return `silent about everything ${span}`
}

const repeatNewestEvent = ({ turn: { rows } }: Stage): string => {
  const newest = rows.newestEvent()
  if (newest === undefined) throw new CannotAct("nothing has happened yet that could be said again")
  rows.say(newest.account, newest.kind, newest.body)
  return `said again: ${newest.body}`
}

const correct = (stage: Stage, act: ActOf<"correct">): string => {
  const execution = executionOf(stage, act.execId)
  return `corrected to ${executionText(OrderBook.revise(stage.book, execution, act.quantity ?? execution.quantity, act.price ?? execution.price))}`
}

const bust = (stage: Stage, act: ActOf<"bust">): string => {
  const execution = executionOf(stage, act.execId)
  return `busted by ${executionText(OrderBook.revise(stage.book, execution, Decimal.zero, execution.price))}`
}

const manualOrder = (stage: Stage, act: ActOf<"manualOrder">): string => {
  const account = act.account ?? stage.account ?? onlyAccount(stage)
  const symbol: string = act.symbol
  if (!mayTrade(symbol)) throw new CannotAct(`the exchange has no ${symbol}`)
  stage.openAccount(account)
  const clientOrderId = act.clientOrderId ?? null
  if (clientOrderId !== null && stage.turn.rows.orderByClientId(account, clientOrderId) !== undefined) {
    throw new CannotAct(`account ${account} has an order ${clientOrderId} already`)
  }
  const order = OrderBook.enter(stage.book, account, symbol, {
    ...plainRequest(symbol, act.side, act.quantity),
    clientOrderId,
    type: act.type ?? "market",
    limitPrice: act.limitPrice ?? null,
    stopPrice: act.stopPrice ?? null,
    timeInForce: act.timeInForce ?? "day",
    session: act.session ?? "regular"
  })
  return `entered ${order.brokerOrderId} by hand: ${OrderBook.work(stage.book, order).status}`
}

const holding = (stage: Stage, act: ActOf<"holding">): string => {
  const account = act.account ?? stage.account ?? onlyAccount(stage)
  stage.openAccount(account)
  stage.turn.rows.setHolding(account, act.symbol, Decimal.format(act.quantity))
  return `account ${account} holds ${Decimal.format(act.quantity)} ${act.symbol}`
}

const onlyAccount = ({ turn: { rows } }: Stage): AccountName.AccountName => {
  const [first, ...others] = rows.accounts()
  if (first === undefined) throw new CannotAct("the exchange has no account yet; name `account`")
  if (others.length > 0) throw new CannotAct("the exchange has several accounts; name `account`")
  return first
}

const TWO = Decimal.unsafe("2")

const price = (stage: Stage, act: ActOf<"price">): string => {
  const { price: at, size, spread = Decimal.zero, symbol } = act
  const { now, rows } = stage.turn
  if (Decimal.isNegative(spread)) throw new CannotAct("a spread is not less than 0")
  if (Decimal.isAtMost(Decimal.multiply(at, TWO), spread)) {
    throw new CannotAct("the spread is wider than the price bears: who sells would get nothing")
  }
  if (Market.isBeyond(rows, symbol, at)) {
    Market.enterLimitState(rows, symbol, now)
    return `${Decimal.format(at)} is beyond the bands of ${symbol}: it pauses, unless it comes back within fifteen seconds`
  }
  Market.leaveLimitState(rows, symbol)
  rows.setPrice(symbol, Decimal.format(at))
  rows.setFact(`spread ${symbol}`, Decimal.format(spread))
  for (const side of ["buy", "sell"] as const) Market.setDepth(rows, side, symbol, size)
  const filled = OrderBook.sweep(stage.book, symbol)
  return `${symbol} is at ${Decimal.format(at)}; ${filled} orders filled`
}

const halt = ({ turn }: Stage, { ms, symbol }: ActOf<"halt">): string => {
  Market.halt(turn.rows, symbol, ms === undefined ? Instant.latest : Instant.addMillis(turn.now, ms))
  return `halted ${symbol} ${ms === undefined ? "until it is resumed" : `for ${ms} ms`}`
}

const resume = ({ book, turn }: Stage, { symbol }: ActOf<"resume">): string => {
  if (!Market.resume(turn.rows, symbol)) throw new CannotAct(`${symbol} is not halted`)
  return `resumed ${symbol}; ${OrderBook.sweep(book, symbol)} orders filled`
}

const bands = ({ turn }: Stage, { lower, symbol, upper }: ActOf<"bands">): string => {
  if (!Decimal.isLess(lower, upper)) throw new CannotAct("the lower band is not below the upper one")
  Market.setBands(turn.rows, symbol, { lower, upper })
  return `${symbol} trades between ${Decimal.format(lower)} and ${Decimal.format(upper)}`
}

const session = (stage: Stage, act: ActOf<"session">): string => {
  const { extended = false, open } = act
  stage.turn.rows.setFact("session", open ? "open" : extended ? "extended" : "closed")
  if (open) return "opened the session"
  const expired = OrderBook.endSession(stage.book, { regular: false, extended })
  return `closed the ${extended ? "regular " : ""}session; ${expired} day orders expired`
}

const buyingPower = (stage: Stage, act: ActOf<"buyingPower">): string => {
  if (Decimal.isNegative(act.amount)) throw new CannotAct("buying power is not below zero")
  const account = act.account ?? stage.account
  const accounts = account === undefined ? stage.turn.rows.accounts() : [account]
  if (accounts.length === 0) throw new CannotAct("the exchange has no account yet; name `account`")
  for (const each of accounts) {
    stage.openAccount(each)
    Power.setLeft({ rows: stage.turn.rows, priceOf: (order) => OrderBook.priceOf(stage.book, order) }, each, act.amount)
  }
  return `buying power of ${accounts.join(", ")} is ${Decimal.format(act.amount)}`
}

type NamesOrder = ActOf<"fill" | "reject" | "cancel" | "hide" | "silence" | "status">

const namesOrder = (act: NamesOrder): boolean => act.brokerOrderId !== undefined || act.clientOrderId !== undefined

const orderOf = ({ target, turn: { rows } }: Stage, act: NamesOrder): OrderRow => {
  const named = act.brokerOrderId ?? act.clientOrderId ?? target
  if (named === undefined) {
    throw new CannotAct(
      `${act._tag} needs an order: name its \`brokerOrderId\` or \`clientOrderId\`, or give a \`when\``
    )
  }
  const byBrokerId = act.brokerOrderId ?? (act.clientOrderId === undefined ? target : undefined)
  const order = byBrokerId === undefined ? rows.anyByClientId(named) : rows.order(byBrokerId)
  if (order === undefined) throw new CannotAct(`the exchange has no order ${named}`)
  return order
}

/** By full id or base, the newest revision; without an id the newest execution of the order that triggered. */
const executionOf = ({ target, turn: { rows } }: Stage, execId: string | undefined): ExecutionRow => {
  const asked = execId ?? (target === undefined ? undefined : rows.executionsOf(target).at(-1)?.execIdBase)
  if (asked === undefined) throw new CannotAct("no execution is named and none triggered it; name `execId`")
  const newest = rows.newestRevision(rows.execution(asked)?.execIdBase ?? asked)
  if (newest === undefined) throw new CannotAct(`the exchange has no execution ${asked}`)
  return newest
}

/** What is asked of an order whose terms only a symbol, a side and a quantity fix. */
const plainRequest = (symbol: Ticker.Ticker, side: Side.Side, quantity: Quantity.Quantity): PlaceRequest => ({
  clientOrderId: null,
  symbol,
  side,
  quantity,
  type: "market",
  limitPrice: null,
  stopPrice: null,
  timeInForce: "day",
  session: "regular",
  referencePrice: null
})
