import { Clock, Effect } from "effect"
import { type AccountName, type Broker, Instant, Quantity, Ticker } from "@roundlot/core"
import { ClientOrderId, Id, type OrderTerms, type Report } from "@roundlot/core/adapter"

let made = 0

/**
 * What an account asks of a broker: one share of AAPL bought at the market, for the day, or what differs from that. Each has a
 * client order id of its own.
 *
 * @example
 * const terms = SampleOrder.terms(account, { side: "sell", quantity: Quantity.unsafe("3") })
 */
export const terms = (
  account: AccountName.AccountName,
  differs: Partial<OrderTerms.OrderTerms> = {}
): OrderTerms.OrderTerms => ({
  account,
  clientOrderId: ClientOrderId.ClientOrderId.make(`rl1-sample-${++made}`),
  symbol: Ticker.Ticker.make("AAPL"),
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
export const send = (
  broker: Broker.BrokerService,
  order: OrderTerms.OrderTerms,
  attempt = 1
): Effect.Effect<Report.Answered, Broker.Refusal> =>
  Effect.flatMap(broker.prepare(order), (prepared) =>
    Effect.map(prepared.send(Id.AttemptId.make(attempt)), ({ report }) => report)
  )

/** An answer in a line. */
export const words = (answer: Report.Answer): string => {
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
export const lately: Effect.Effect<Broker.TimeWindow> = Effect.map(Clock.currentTimeMillis, (millis) => ({
  from: Instant.fromMillis(millis - 60_000),
  to: Instant.fromMillis(millis + 60_000)
}))
