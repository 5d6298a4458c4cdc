import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Decision, DecisionInput } from "../../records/Decision.ts"
import type { Order } from "../../records/Order.ts"
import { holdingsOf } from "../../records/Position.ts"
import type { UnsupportedOrder } from "../../records/SupportedOrders.ts"
import type { Ticker } from "../../records/Ticker.ts"
import { notionalOf } from "../../records/Usage.ts"
import { joinKey, symbolKey } from "../../tables/Table.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import type { Reference } from "../../values/Reference.ts"
import { declare, type Declared } from "../account/declare.ts"
import { dailyNotionalOf } from "../account/limits.ts"
import { confirmInstrument, type InstrumentFacts, type NotTraded } from "./commands.ts"
import { planSend } from "../order/send.ts"
import { standingOf } from "../position/evaluation.ts"
import { decide, execute, settledOf } from "../decision/decide.ts"

/** What the broker of an account says when it is asked before a decision is executed. */
export interface BrokerFacts {
  readonly declared: Declared
  readonly instrument: InstrumentFacts | NotTraded
}

/** An amount as it is, and as it would be. */
interface Change {
  readonly before: Decimal.Decimal
  readonly after: Decimal.Decimal
}

/** What a broker is asked for before a decision is executed. */
type AskedFirst = "instrument" | "price"

/** What executing a decision would come to as the books stand. */
export interface DecisionOutlook {
  /** As it would be on record: `submitted`, or `failed` with the reason. */
  readonly decision: Decision
  /** Its order, sent or ended unsent; nothing where none would be made. */
  readonly order: Order | undefined
  /** The newest price that is known. */
  readonly price: Reference
  /** Signed shares that are held, once it is filled; nothing where it is over dollars. */
  readonly held: { readonly before: Decimal.Decimal; readonly after: Decimal.Decimal | undefined }
  /** Dollars sent on this market date, and the most that may be. */
  readonly sentToday: Change & { readonly most: Decimal.Decimal | undefined }
  /** What it hangs on that only the broker says, where that was not asked. */
  readonly dependsOn: ReadonlyArray<AskedFirst>
}

/**
 * Decides and executes by the rules of both, up to the attempt and no further. For a rehearsal: what it writes is dropped with that.
 * Without the broker's `facts` an instrument that it has not confirmed yet counts as confirmed.
 */
export const foresee = (
  recorder: Recorder,
  input: DecisionInput,
  facts: BrokerFacts | undefined
): DecisionOutlook | UnsupportedOrder | undefined => {
  const made = decide(recorder, input)
  if (made === undefined || !("id" in made)) return made
  const isAssumed = learn(recorder, made.symbol, facts)
  const before = figuresOf(recorder, made.symbol)
  const executed = execute(recorder, made.id)
  if (executed._tag === "Ordered") planSend(recorder, executed.order.id, () => NO_REQUEST)
  const { books } = recorder
  const order = executed._tag === "Ordered" ? books.orders.get(executed.order.id) : undefined
  const decision = books.decisions.get(made.id) ?? made
  const after = figuresOf(recorder, made.symbol)
  const outcome = order === undefined ? decision : { ...decision, ...settledOf(order) }
  return {
    decision: outcome,
    order,
    price: standingOf(recorder, made.symbol)?.reference ?? { _tag: "NoPrice" },
    held: { before: before.held, after: heldAfter(before.held, order, outcome) },
    sentToday: { before: before.sent, after: after.sent, most: after.most },
    dependsOn: [
      ...(isAssumed ? (["instrument"] as const) : []),
      ...(wantsPrice(recorder, outcome, order) ? (["price"] as const) : [])
    ]
  }
}

const NO_REQUEST = { contentType: "application/json", bytes: new Uint8Array() }

/** Whole shares and parts of one: what is not known refuses nothing here. */
const ASSUMED: InstrumentFacts = { currency: "USD", lot: Quantity.unsafe("1"), fractionable: true, shortable: true }

/** Writes what the broker says of itself and of an instrument, as a start does; whether the instrument was taken for confirmed. */
const learn = (recorder: Recorder, symbol: Ticker, facts: BrokerFacts | undefined): boolean => {
  if (facts !== undefined) declare(recorder, facts.declared)
  const status = recorder.books.instruments.get(joinKey([recorder.account, symbol]))?.status
  // What the broker did not know, or does not trade, is not taken for anything else.
  if (status === "verified" || (facts === undefined && status !== undefined && status !== "unverified")) return false
  confirmInstrument(recorder, symbol, facts?.instrument ?? ASSUMED)
  return facts === undefined
}

const figuresOf = (recorder: Recorder, symbol: Ticker) => {
  const { account, books, world } = recorder
  recorder.need(Need.Usage({ account }))
  const position = books.positions.get(symbolKey(account, symbol))
  const owner = books.accounts.get(account)
  return {
    held: position === undefined ? Decimal.zero : holdingsOf(position),
    sent: notionalOf(books.usages.get(account), world.at),
    most: owner && dailyNotionalOf(owner)
  }
}

const heldAfter = (held: Decimal.Decimal, order: Order | undefined, { status }: Decision) => {
  if (order === undefined || status === "failed") return held
  if (order.askedNotional !== undefined) return undefined
  return order.side === "buy" ? Decimal.add(held, order.quantity) : Decimal.subtract(held, order.quantity)
}

/** Has it failed for want of a price? The broker of a market that is not simulated is asked for a quote first. */
const wantsPrice = (recorder: Recorder, decision: Decision, order: Order | undefined): boolean => {
  const { account, books } = recorder
  if (decision.status !== "failed" || books.accounts.get(account)?.simulatedMarket === true) return false
  const { limitPrice, notional, stopPrice, symbol } = decision
  if (order !== undefined) return order.code === "NoReferencePrice"
  const isSizedByPrice = notional !== undefined && limitPrice === undefined && stopPrice === undefined
  return isSizedByPrice && standingOf(recorder, symbol)?.reference._tag !== "Priced"
}
