import { Clock, Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { ClientOrderId } from "../values/ClientOrderId.ts"
import { AttemptId } from "../values/Id.ts"
import { Ticker } from "../records/Ticker.ts"
import * as Quantity from "../values/Quantity.ts"
import type { OrderTerms } from "../records/OrderTerms.ts"
import type { BrokerService, Refusal, TimeWindow } from "../ports/Broker.ts"
import type { Answer, Answered } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"

let made = 0

/**
 * What an account asks of a broker: one share of AAPL bought at the market, for the day, or what differs from that. Each has a
 * client order id of its own.
 *
 * @example
 * const terms = SampleOrder.terms(account, { side: "sell", quantity: Quantity.unsafe("3") })
 */
export const terms = (account: AccountName, differs: Partial<OrderTerms> = {}): OrderTerms => ({
  account,
  clientOrderId: ClientOrderId.make(`rl1-sample-${++made}`),
  symbol: Ticker.make("AAPL"),
  side: "buy",
  quantity: Quantity.unsafe("1"),
  type: "market",
  limitPrice: undefined,
  stopPrice: undefined,
  timeInForce: "day",
  session: "regular",
  positionEffect: undefined,
  referencePrice: undefined,
  ...differs
})

/** Sends an order as the attempt of this number: what was answered, or why the broker cannot be asked for it at all. */
export const send = (broker: BrokerService, order: OrderTerms, attempt = 1): Effect.Effect<Answered, Refusal> =>
  Effect.flatMap(broker.prepare(order), (prepared) =>
    Effect.map(prepared.send(AttemptId.make(attempt)), ({ report }) => report)
  )

/** An answer in a line. */
export const words = (answer: Answer): string => {
  switch (answer._tag) {
    case "Accepted":
      return "Accepted"
    case "Refused":
      return `Refused ${answer.code} ${answer.words}`
    case "NotSent":
      return `NotSent ${answer.why} ${answer.retryAfterMs ?? "-"}`
    case "Unknown":
      return `Unknown ${answer.why}${answer.candidate === undefined ? "" : ` candidate ${answer.candidate}`}`
  }
}

/** From a minute ago to a minute from now: a broker that keeps only its own day has all of that, but for the first minute of the day. */
export const lately: Effect.Effect<TimeWindow> = Effect.map(Clock.currentTimeMillis, (millis) => ({
  from: Instant.fromMillis(millis - 60_000),
  to: Instant.fromMillis(millis + 60_000)
}))
