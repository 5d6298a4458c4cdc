import { Schema } from "effect"
import type { AccountName } from "./AccountName.ts"
import type { ClientOrderId } from "../values/ClientOrderId.ts"
import type { Ticker } from "./Ticker.ts"
import type { Decimal } from "../values/Decimal.ts"
import { Price } from "../values/Price.ts"
import type { Quantity } from "../values/Quantity.ts"
import * as Instant from "../values/Instant.ts"
import { orderTypes, pricesOf, timesInForce, type OrderType, type TimeInForce } from "./orderTypes.ts"
import type { Side } from "./Side.ts"

export { orderTypes, policyTimesInForce, timesInForce, type OrderType, type TimeInForce } from "./orderTypes.ts"

/** The sessions of a market date: the regular one, or that with the hours before and after it. The auctions are times in force: `opg`, `cls`. */
export const sessions = ["regular", "extended"] as const

/** One of the sessions. */
export type Session = (typeof sessions)[number]

/** How an order is to be executed, beside its side and quantity. Prices in dollars a share; what is left away the policies say. */
export const Instruction = Schema.Struct({
  type: Schema.Literal(...orderTypes),
  limitPrice: Schema.optional(Price),
  stopPrice: Schema.optional(Price),
  timeInForce: Schema.optional(Schema.Literal(...timesInForce)),
  /** Until when one that is good until a moment works. */
  goodTill: Schema.optional(Instant.FromString),
  session: Schema.optional(Schema.Literal(...sessions))
})

/** How an order is to be executed, beside its side and quantity. */
export type Instruction = typeof Instruction.Type

/** What is meant where an instruction says nothing: at the market. */
export const atMarket: Instruction = { type: "market" }

/** The type of an order that has these prices. */
export const typeOf = (limitPrice: Price | undefined, stopPrice: Price | undefined): OrderType => {
  if (stopPrice === undefined) return limitPrice === undefined ? "market" : "limit"
  return limitPrice === undefined ? "stop" : "stop_limit"
}

/** What is wrong with a term of an instruction. */
interface TermFault {
  readonly of: "limitPrice" | "stopPrice" | "goodTill"
  readonly words: string
}

/** Which price or end an instruction lacks, or has although its type or time in force takes none; `undefined` where it is sound. */
export const termFaultOf = (instruction: Instruction): TermFault | undefined => {
  const { goodTill, limitPrice, stopPrice, timeInForce, type } = instruction
  const wants = pricesOf(type)
  const faults = [
    ["limitPrice", wants.limit, limitPrice, "limit price"],
    ["stopPrice", wants.stop, stopPrice, "stop price"]
  ] as const
  for (const [of, isWanted, price, name] of faults) {
    if (isWanted && price === undefined) return { of, words: `a ${type} order needs a ${name}` }
    if (!isWanted && price !== undefined) return { of, words: `a ${type} order takes no ${name}` }
  }
  if ((timeInForce === "gtd") === (goodTill !== undefined)) return undefined
  const words =
    goodTill === undefined ? "a gtd order needs a time until which it is good" : "only a gtd order is good until a time"
  return { of: "goodTill", words }
}

/** The words of `termFaultOf`. */
export const termFault = (instruction: Instruction): string | undefined => termFaultOf(instruction)?.words

/** Whether an order opens or closes a holding, where the broker wants to be told. */
export const positionEffects = ["open", "close"] as const

/** Whether an order opens or closes a holding. */
export type PositionEffect = (typeof positionEffects)[number]

/** What an order asks of a broker: all that `Broker.prepare` may read. Quantity in shares, prices in dollars a share. */
export interface OrderTerms {
  readonly account: AccountName
  readonly clientOrderId: ClientOrderId
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity: Quantity
  readonly type: OrderType
  readonly limitPrice: Price | undefined
  readonly stopPrice: Price | undefined
  readonly timeInForce: TimeInForce
  /** Until when one that is good until a moment works: there where `timeInForce` is `gtd`. */
  readonly goodTill?: Instant.Instant | undefined
  readonly session: Session
  readonly positionEffect: PositionEffect | undefined
  /** The last known price of the instrument, for an exchange that has no market of its own. */
  readonly referencePrice: Price | undefined
  /** When that price was one. */
  readonly referenceAt?: Instant.Instant | undefined
}

/** An order over so many dollars: how many shares that comes to, its fills decide. */
export interface NotionalTerms extends Omit<OrderTerms, "quantity"> {
  readonly notional: Decimal
}
