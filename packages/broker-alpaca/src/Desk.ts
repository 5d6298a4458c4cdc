import { Report, type Recent } from "@roundlot/core/adapter"
import type { AccountName, Broker, Instant } from "@roundlot/core"
import { Effect } from "effect"
import { OrderAnswer } from "./OrderAnswer.ts"
import { reading } from "./Reading.ts"
import type * as Replacements from "./Replacements.ts"
import type * as TradeEvents from "./TradeEvents.ts"
import type * as Wire from "./Wire.ts"

/** What every request of one account works with. */
export interface Desk {
  readonly account: AccountName.AccountName
  readonly wire: Wire.Wire
  readonly events: TradeEvents.TradeEvents
  readonly replacements: Replacements.Replacements
  /** When the orders that were read lately were entered. */
  readonly entered: Recent.Recent<Instant.Instant>
}

/** Keeps when an order was entered. */
export const remember = (entered: Desk["entered"], order: OrderAnswer): Effect.Effect<void> =>
  Effect.sync(() => entered.set(order.id, enteredOf(order)))

const enteredOf = (order: OrderAnswer): Instant.Instant => order.submitted_at ?? order.created_at

/** When an order was entered; it is read where that was not seen lately. */
export const enteredAt = (
  wire: Wire.Wire,
  entered: Desk["entered"],
  id: string
): Effect.Effect<Instant.Instant, Broker.BrokerReadFailed> =>
  Effect.suspend(() => {
    const seen = entered.get(id)
    if (seen !== undefined) return Effect.succeed(seen)
    const read = reading(wire, "order", orderPath(id), OrderAnswer)
    return Effect.map(
      Effect.tap(read, (order) => remember(entered, order)),
      enteredOf
    )
  })

/** Bytes that are kept beside a report. */
export const payloadOf = Report.textFrom("alpaca")

/** Where an order is asked for. */
export const orderPath = (id: string): string => `/v2/orders/${encodeURIComponent(id)}`
