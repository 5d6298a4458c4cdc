import { type Duration, Effect, Schema } from "effect"
import type { AccountName, Broker, Decimal, Price, Quantity, Ticker } from "@roundlot/core"
import type { ClientOrderId, OrderTerms, Report } from "@roundlot/core/adapter"

/** What the exchange behind a broker does with the next order that it gets, or, with `fails to read`, with the next reads of orders. */
export type Told = "works" | "refuses" | "loses the answer" | "fails to read"

/** A situation that a place cannot bring about, and why. What depends on it is skipped, and reported with this reason. */
export class CannotStage extends Schema.TaggedError<CannotStage>()("CannotStage", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

/** An order that a clause has sent, and that the broker has taken. */
export interface SentOrder {
  readonly id: ClientOrderId.BrokerOrderId
  readonly terms: OrderTerms.OrderTerms
}

/** A kind of read that a broker answers. */
export type Read = "order" | "orders" | "fills" | "positions" | "account"

/** The terms of an order as they arrived at the exchange. */
export type Arrived = Pick<
  OrderTerms.OrderTerms,
  "symbol" | "side" | "quantity" | "type" | "limitPrice" | "stopPrice" | "timeInForce" | "goodTill" | "session"
> & { readonly id: string }

type Staged = Effect.Effect<void, CannotStage>

/**
 * Situations that only the exchange can bring about. Each is optional: a clause that needs one which is left away, or which fails with
 * `CannotStage`, is skipped with that reason.
 */
export interface Stage {
  /** Fills so many shares of an order at a price: of one that works, or late, of one that has ended. */
  readonly fill?: (order: SentOrder, quantity: Quantity.Quantity, price: Price.Price) => Staged
  /** Rejects an order that was taken and works. */
  readonly reject?: (order: SentOrder) => Staged
  /** Ends the session: day orders that still work expire. */
  readonly expire?: Staged
  /** Corrects an execution to these figures. */
  readonly correct?: (execution: Report.Executed, quantity: Quantity.Quantity, price: Price.Price) => Staged
  /** Takes an execution back. */
  readonly bust?: (execution: Report.Executed) => Staged
  /** Enters a limit order at the broker that did not come through this program. */
  readonly byHand?: (
    order: Pick<OrderTerms.OrderTerms, "symbol" | "side" | "quantity"> & { readonly limitPrice: Price.Price }
  ) => Staged
  /** The next order to be cancelled fills whole just before. */
  readonly fillBeforeCancel?: Staged
  /** The next reads of this kind fail at the broker. */
  readonly failRead?: (read: Read) => Staged
  /** The next read of this kind is answered with what cannot be read. */
  readonly garbleRead?: (read: Read) => Staged
  /** The next order rests under a status that the broker documents nowhere: which. */
  readonly unknownStatus?: Effect.Effect<string, CannotStage>
  /** What the exchange charges for each execution. */
  readonly commission?: { readonly amount: Decimal.Decimal; readonly currency: string }
  /** The orders that the exchange has, with the terms that arrived there. */
  readonly arrived?: Effect.Effect<ReadonlyArray<Arrived>, CannotStage>
  /** The same adapter at an account of real money, of which only the environment is read. */
  readonly atRealMoney?: Effect.Effect<{ readonly environment: Broker.Environment }, CannotStage>
}

/** A broker under test, whose exchange has no order yet, and fills each at once unless it is told otherwise. */
export interface Place {
  readonly broker: Broker.BrokerService
  readonly account: AccountName.AccountName
  /** A stock that the broker knows, and one that it does not. */
  readonly symbol: Ticker.Ticker
  readonly unknownSymbol: Ticker.Ticker
  /** Another stock that the broker knows. */
  readonly otherSymbol?: Ticker.Ticker | undefined
  /** An id as the broker makes them that no order has; a random one of 36 characters where it is left away. */
  readonly unknownOrderId?: ClientOrderId.BrokerOrderId | undefined
  /** Left away where the exchange does as it likes: what depends on it is skipped. */
  readonly tell?: ((told: Told) => Staged) | undefined
  readonly stage?: Stage | undefined
  /** How long a call may take, and how long a change is waited for; 10 seconds where it is left away. */
  readonly patience?: Duration.DurationInput | undefined
}

/** Has the exchange do this with what comes next; fails where the place cannot have it so. */
export const tell = ({ tell: staged }: Place, told: Told): Staged =>
  staged?.(told) ?? new CannotStage({ reason: `place.tell is left away: it would have the exchange do "${told}"` })

/** A situation of the stage; fails where it is left away. */
export const staged = <K extends keyof Stage>(
  { stage }: Place,
  name: K
): Effect.Effect<NonNullable<Stage[K]>, CannotStage> => {
  const situation = stage?.[name]
  return situation === undefined
    ? Effect.fail(new CannotStage({ reason: `place.stage.${name} is left away` }))
    : Effect.succeed(situation)
}
