import { Schema } from "effect"
import type { TradingWindow } from "../values/TradingWindow.ts"
import { policyTimesInForce, sessions, type Instruction, type OrderTerms } from "./OrderTerms.ts"

/** In which session orders are sent and how long they work, where what asks for one says nothing (FILL-16). */
export const OrderPolicy = Schema.Struct({
  session: Schema.optional(Schema.Literal(...sessions)),
  timeInForce: Schema.optional(Schema.Literal(...policyTimesInForce))
})

/** In which session orders are sent and how long they work, where what asks for one says nothing. */
export type OrderPolicy = typeof OrderPolicy.Type

type Said = Pick<Instruction, "session" | "timeInForce" | "goodTill">
type Resolved = Pick<OrderTerms, "session" | "timeInForce" | "goodTill">

/** What holds for an order: of each term what the first says that says anything; else the regular session, for the day. */
export const resolve = (...policies: ReadonlyArray<Said | undefined>): Resolved => {
  const { goodTill, timeInForce = "day" } = policies.find((each) => each?.timeInForce !== undefined) ?? {}
  return {
    session: policies.find((each) => each?.session !== undefined)?.session ?? "regular",
    timeInForce,
    goodTill
  }
}

/** What is said of a policy among other terms; `undefined` where nothing is. */
export const said = ({ session, timeInForce }: OrderPolicy): OrderPolicy | undefined =>
  session === undefined && timeInForce === undefined ? undefined : { session, timeInForce }

/** What asks for an order, with what a policy says where it says nothing itself. */
export const withPolicy = <I extends Said>(asked: I, policy: OrderPolicy | undefined): I => ({
  ...asked,
  session: asked.session ?? policy?.session,
  timeInForce: asked.timeInForce ?? policy?.timeInForce
})

/** When an order of these terms may leave: one for an auction until the exchange takes no more of them. */
export const windowOf = ({ session, timeInForce }: Pick<Resolved, "session" | "timeInForce">): TradingWindow => {
  if (timeInForce === "opg") return "opening"
  return timeInForce === "cls" ? "closing" : session
}
