import { Either, Schema } from "effect"
import { format } from "../../values/Id.ts"
import type { BrokerOrderId } from "../../values/ClientOrderId.ts"
import type { Order } from "../../records/Order.ts"
import { isLive } from "../../records/OrderState.ts"
import type { Change } from "./transition.ts"

/** A command that the order's state does not admit; unlike a fact, a command may be refused (F1). */
export class CommandRefused extends Schema.TaggedError<CommandRefused>()("CommandRefused", {
  order: Schema.String,
  status: Schema.String,
  why: Schema.String
}) {
  override get message() {
    return `${this.order} is ${this.status}: ${this.why}`
  }
}

/** What an operator or a program may ask of an order. */
export type OrderCommand =
  | { readonly _tag: "Cancel"; readonly reason: string }
  | { readonly _tag: "MarkNotPlaced"; readonly reason: string }
  | { readonly _tag: "MarkPlaced"; readonly brokerOrderId: BrokerOrderId }

/** What an admitted command does: ends a plan, asks the broker for an end, or changes what we know of an order. */
export type Commanded =
  | { readonly _tag: "Changes"; readonly change: Change }
  | { readonly _tag: "AsksBroker"; readonly reason: string }

/** The status of an order that only an operator has said to be at the broker, until the broker was asked for it. */
export const MARKED_PLACED = "marked placed"

/**
 * F1: what a command does to an order, or why it may not be. Pure; `observe` is its counterpart for facts, which are never
 * refused.
 */
export const command = (order: Order, asked: OrderCommand): Either.Either<Commanded, CommandRefused> => {
  const refuse = (why: string) =>
    Either.left(new CommandRefused({ order: format("order", order.id), status: order.status, why }))
  if (asked._tag === "Cancel") {
    if (!isLive(order.status)) return refuse("it has ended already")
    return order.status === "pending"
      ? changes({ localState: "withdrawn", reason: asked.reason })
      : Either.right({ _tag: "AsksBroker", reason: asked.reason })
  }
  if (order.status !== "in_doubt") return refuse("only an unconfirmed order can be marked")
  if (asked._tag === "MarkNotPlaced") return changes({ localState: "failed", reason: `not placed: ${asked.reason}` })
  const { brokerOrderId } = asked
  return changes({ brokerOrderId, brokerOrderIds: [...order.brokerOrderIds, brokerOrderId], candidate: undefined })
}

const changes = (change: Change): Either.Either<Commanded> => Either.right({ _tag: "Changes", change })
