import { Schema } from "effect"
import { orderTypes, type OrderTerms, sessions, timesInForce } from "./OrderTerms.ts"

/** Orders that a broker takes in one session: each of these types with each of these times in force. */
export const SupportedOrders = Schema.Struct({
  session: Schema.Literal(...sessions),
  types: Schema.Array(Schema.Literal(...orderTypes)),
  timesInForce: Schema.Array(Schema.Literal(...timesInForce))
})

/** Orders that a broker takes. */
export type SupportedOrders = typeof SupportedOrders.Type

/** What decides whether a broker takes an order. */
export type Asked = Pick<OrderTerms, "session" | "timeInForce" | "type">

const isIn =
  ({ session, timeInForce, type }: Asked) =>
  (supported: SupportedOrders): boolean =>
    supported.session === session && supported.types.includes(type) && supported.timesInForce.includes(timeInForce)

/** What a broker takes, in words: `regular: market, limit (day, gtc); extended: limit (day)`. */
export const wordsOf = (supported: ReadonlyArray<SupportedOrders>): string =>
  supported
    .map(({ session, timesInForce: times, types }) => `${session}: ${types.join(", ")} (${times.join(", ")})`)
    .join("; ")

/** The broker of an account does not take such orders; nothing is on record. */
export class UnsupportedOrder extends Schema.TaggedError<UnsupportedOrder>()("UnsupportedOrder", {
  type: Schema.Literal(...orderTypes),
  session: Schema.Literal(...sessions),
  timeInForce: Schema.Literal(...timesInForce),
  supported: Schema.Array(SupportedOrders)
}) {
  override get message() {
    return faultOf(this.supported, this) ?? "the broker takes no such orders"
  }
}

/** Why a broker does not take an order, naming all that it takes; `undefined` where it does, or where it has not declared that yet. */
export const faultOf = (supported: ReadonlyArray<SupportedOrders> | undefined, asked: Asked): string | undefined =>
  supported === undefined || supported.some(isIn(asked))
    ? undefined
    : `the broker takes no ${asked.type} ${asked.timeInForce} orders in the ${asked.session} session; it takes ${wordsOf(supported)}`
