import { Effect } from "effect"
import type { AccountName } from "../account/AccountName.ts"
import { ClientOrderId } from "../identity/ClientOrderId.ts"
import { AttemptId } from "../identity/Id.ts"
import { Ticker } from "../instrument/Ticker.ts"
import * as Quantity from "../money/Quantity.ts"
import type { OrderTerms } from "../order/OrderTerms.ts"
import type { BrokerService, Refusal } from "../ports/Broker.ts"
import type { Answered } from "../reconciliation/Report.ts"

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
  extendedHours: false,
  positionEffect: undefined,
  referencePrice: undefined,
  ...differs
})

/** Sends an order as the attempt of this number: what was answered, or why the broker cannot be asked for it at all. */
export const send = (broker: BrokerService, order: OrderTerms, attempt = 1): Effect.Effect<Answered, Refusal> =>
  Effect.flatMap(broker.prepare(order), (prepared) =>
    Effect.map(prepared.send(AttemptId.make(attempt)), ({ report }) => report)
  )
