import { Context, Effect, Either, Layer, Schema, type Stream } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import type { BrokerOrderId, ClientOrderId } from "../values/ClientOrderId.ts"
import type { AttemptId } from "../values/Id.ts"
import type { Ticker } from "../records/Ticker.ts"
import type { Decimal } from "../values/Decimal.ts"
import type { Price } from "../values/Price.ts"
import type { Quote } from "../values/Quote.ts"
import type { Quantity } from "../values/Quantity.ts"
import type { AcknowledgedOrder } from "../records/OrderState.ts"
import type { NotionalTerms, OrderTerms, OrderType, TimeInForce } from "../records/OrderTerms.ts"
import type { SupportedOrders } from "../records/SupportedOrders.ts"
import type { Answered, Executed, NotFound, OrderSeen, RawPayload, Received, Report } from "../records/Report.ts"
import type { Instant } from "../values/Instant.ts"
import type { BrokersTime } from "../values/skew.ts"
import type { Session } from "../values/XnysCalendar.ts"

/** Real money or play money; proven by the adapter before anything else. */
export type Environment = "paper" | "live"

/**
 * What a broker shows of the money behind an account, before anything is sent there: that it is play money, or `seen`, which is no
 * proof of that, and what to do.
 */
export type Proof =
  | { readonly _tag: "Paper" }
  | { readonly _tag: "Unproven"; readonly seen: string; readonly remedy: string }

/** What a broker can do. */
export interface Capabilities {
  /** The orders that it takes; any other is refused before it is on record. */
  readonly supportedOrders: ReadonlyArray<SupportedOrders>
  readonly fractions: boolean
  /**
   * The types whose orders may name dollars in place of shares: day orders of instruments that have fractions. Left away where the
   * broker takes shares only.
   */
  readonly notionalTypes?: ReadonlyArray<OrderType> | undefined
  /** It has no market but the prices that it was last given: each stands until a newer one comes, however old it is. */
  readonly simulatedMarket?: boolean | undefined
  readonly clientOrderIds: boolean
  /** The broker refuses a client order id it has seen, so the same order may be sent again under the same id. */
  readonly uniqueClientOrderIds: boolean
  readonly corrections: boolean
  readonly perFillIds: boolean
  readonly streaming: boolean
  readonly replace: boolean
  readonly shortSale: boolean
  readonly crossesZero: boolean
  /** How far back orders can be listed, in milliseconds. */
  readonly historyWindowMs: number
  /** The listing of any window is a request or few, so that many open orders are polled by one (FILL-11). */
  readonly pollsByWindow?: boolean | undefined
}

/** An order that this broker cannot be asked for, said before anything is sent. */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", { code: Schema.String, words: Schema.String }) {}

/** The terms, where they are of the account that a broker drives; another account's it refuses. */
export const ownTerms = <T extends Pick<OrderTerms, "account">>(
  account: AccountName,
  terms: T
): Either.Either<T, Refusal> =>
  terms.account === account
    ? Either.right(terms)
    : Either.left(
        new Refusal({
          code: "wrong_account",
          words: `this broker is connected to account ${account}, not ${terms.account}`
        })
      )

/** Tells that an order has a status which its broker has not documented; the order counts as open. */
export const tellUndocumented = (order: string, status: string): Effect.Effect<void> =>
  Effect.logWarning(`${order} has the status ${status}, which is not documented: it counts as open`)

/** A read that did not succeed; what to do about it stands in the adapter's message. `NotFound` is no failure but a report. */
export class BrokerReadFailed extends Schema.TaggedError<BrokerReadFailed>()("BrokerReadFailed", {
  operation: Schema.String,
  kind: Schema.Literal("unauthorised", "rate_limited", "server", "network", "unreadable"),
  detail: Schema.String,
  retryAfterMs: Schema.optional(Schema.Number)
}) {
  override get message() {
    return `${this.operation} failed (${this.kind}): ${this.detail}`
  }
}

/** An order made ready to be sent: the bytes are known, and stored, before the first of them leaves. */
export interface Prepared {
  readonly request: RawPayload
  /** Sends once; nothing inside retries. Every outcome is an answer. `attemptId` comes back in it. */
  readonly send: (attemptId: AttemptId) => Effect.Effect<Received<Answered>>
}

/** The terms that an order is to have instead. `quantity` is in all, in shares; prices that are left away stay. */
export interface Replacement {
  readonly quantity: Quantity
  readonly limitPrice?: Price | undefined
  readonly stopPrice?: Price | undefined
  readonly timeInForce?: TimeInForce | undefined
}

/** What became of the wish to cancel or to replace: never an end, which only a report brings. */
export type CancelAnswer =
  | { readonly _tag: "Requested" }
  | {
      readonly _tag: "Refused"
      readonly code: string
      readonly words: string
      /** Is it a code by which the broker says that the order has ended, or that it has none such? Such a refusal confirms an end (W11). */
      readonly hasEnded?: boolean | undefined
    }
  | { readonly _tag: "NotSent"; readonly why: string }
  | { readonly _tag: "Unknown"; readonly why: string }

/** A replacement refused, since more might fill while the rest is asked for: the order is cancelled instead. */
export const partlyFilled: CancelAnswer = {
  _tag: "Refused",
  code: "partially_filled",
  words: "partially filled: cancel it, and order the remainder"
}

/** A span of the broker's time. */
export interface TimeWindow {
  readonly from: Instant
  readonly to: Instant
}

/** A listing that says whether it is the whole truth of its window. */
export interface Listing<R extends Report> {
  readonly complete: boolean
  /** From when on it is the whole truth, where a broker forgets and its window began earlier. */
  readonly wholeFrom?: Instant | undefined
  readonly received: ReadonlyArray<Received<R>>
}

/** Is a listing the whole truth, at least from some time on? */
export const isWhole = ({ complete, wholeFrom }: Listing<Report>): boolean => complete || wholeFrom !== undefined

/** From when on a listing is the whole truth, by itself, where its window began at `from`. */
export const wholeSince = ({ complete, wholeFrom }: Listing<Report>, from: Instant): Instant | undefined =>
  complete ? from : wholeFrom

/** Orders of a window, with their executions where the broker tells those in the same breath. */
export interface OrderListing extends Listing<OrderSeen> {
  readonly executions?: ReadonlyArray<Received<Executed>> | undefined
}

/** A holding at the broker, signed shares. `assetClass` is left away where it is an equity. */
export interface Holding {
  readonly symbol: string
  readonly quantity: Decimal
  readonly averagePrice: Decimal | undefined
  readonly assetClass?: string | undefined
}

/** What an account holds, as its broker lists it: each symbol once, and none of zero shares. */
export interface HoldingsListed {
  readonly complete: boolean
  readonly holdings: ReadonlyArray<Holding>
  /** Of which moment of its own the broker says that it is, where it does. */
  readonly asOf?: Instant | undefined
  /** Of which of its accounts the broker says that it is, where it does. */
  readonly brokerAccountId?: string | undefined
}

/** What the broker knows of an instrument, or that it has none of this symbol. */
export type BrokerInstrument =
  | {
      readonly _tag: "Known"
      readonly symbol: Ticker
      readonly assetClass: string
      readonly currency: string
      readonly tradable: boolean
      /** Why it is not tradable, as the broker says it. */
      readonly words?: string | undefined
      readonly fractionable: boolean
      /**
       * Does the broker lend it for a short sale? It is asked again before one (D2). Left away where the broker cannot say now: what is
       * on record stays, and the broker's refusal decides.
       */
      readonly shortable?: boolean | undefined
      readonly lot: Decimal
    }
  | { readonly _tag: "NotKnown"; readonly symbol: string }

/** The broker's own figures of the account. */
export interface BrokerAccount {
  /** The broker's own id of the account, to which it is pinned when it is first driven; none where it has none of its own. */
  readonly brokerAccountId: string | undefined
  readonly currency: string
  /** Left away where the broker does not say: it decides for itself then. */
  readonly buyingPower?: Decimal | undefined
  /** Does the broker let it open and close positions? Left away where the broker does not say. */
  readonly mayTrade?: boolean | undefined
  /** Why it may not trade, as the broker says it. */
  readonly words?: string | undefined
}

/** How the login stands that a broker works with, where a person has to log in again now and then. */
export type LoginStanding =
  | { readonly _tag: "Valid"; readonly until: Instant }
  | { readonly _tag: "EndsSoon"; readonly until: Instant }
  | { readonly _tag: "NeedsLogin"; readonly why: string }

/** How one endpoint of a broker answered in the last quarter of an hour: the median and the 99th percentile, in milliseconds. */
export interface EndpointUsage {
  /** Method and path, without ids; of a broker without paths what was asked for. */
  readonly endpoint: string
  readonly requests: number
  /** Of these the lost ones, those that were refused for the limit, and those on which the broker failed. */
  readonly errors: number
  readonly p50Ms: number | undefined
  readonly p99Ms: number | undefined
}

/** How much of one limit is left, in requests a minute. */
export interface Headroom {
  readonly name: string
  readonly limit: number
  readonly left: number
}

/** How much of a broker's limits of requests is used, and how fast it answers. */
export interface RequestUsage {
  /** How long the broker took to answer lately, the median and the longest, in milliseconds; none before its first answer. */
  readonly answerMs: number | undefined
  readonly slowestMs: number | undefined
  /** Every limit that is counted, that of orders and cancels first: what is kept for cancels counts as left. */
  readonly limits: ReadonlyArray<Headroom>
  readonly endpoints: ReadonlyArray<EndpointUsage>
}

/** One account at one broker. An adapter only translates: no rule about money lives in it. */
export interface BrokerService {
  readonly name: string
  /**
   * What the records of accounts call it. Where that is said, nothing is sent here for an account whose record names another: it was
   * changed, or made, after the program had its brokers. Accounts of any record are driven where nothing is said.
   */
  readonly knownAs?: string | undefined
  readonly environment: Environment
  /** Asks for the proof that an account is of play money; left away where `environment` is so by construction, as in process. */
  readonly proof?: Effect.Effect<Proof, BrokerReadFailed> | undefined
  readonly capabilities: Capabilities
  /** The request for an order; pure. */
  readonly prepare: (terms: OrderTerms) => Either.Either<Prepared, Refusal>
  /** The request for an order over a notional; pure. Present where the broker takes some (`capabilities.notionalTypes`). */
  readonly prepareNotional?: ((terms: NotionalTerms) => Either.Either<Prepared, Refusal>) | undefined
  /** Asks for the end of an order that the broker has acknowledged. `Refused` with `hasEnded` where it has ended (W11). */
  readonly cancel: (order: AcknowledgedOrder) => Effect.Effect<CancelAnswer>
  /** Asks for other terms of an order that works. It may take another id at the broker; here it is the same order. */
  readonly replace?: ((order: AcknowledgedOrder, terms: Replacement) => Effect.Effect<CancelAnswer>) | undefined
  /** Looks for an order by our id; present where the broker has client order ids. */
  readonly lookup:
    | ((clientOrderId: ClientOrderId) => Effect.Effect<Received<OrderSeen | NotFound>, BrokerReadFailed>)
    | undefined
  /** Reads one order that the broker has acknowledged. */
  readonly order: (brokerOrderId: BrokerOrderId) => Effect.Effect<Received<OrderSeen | NotFound>, BrokerReadFailed>
  /** Lists orders that were entered in the window. */
  readonly orders: (window: TimeWindow) => Effect.Effect<OrderListing, BrokerReadFailed>
  /** Lists executions, all revisions, of the window. */
  readonly fills: (window: TimeWindow) => Effect.Effect<Listing<Executed>, BrokerReadFailed>
  /** Lists the executions of one order, all revisions. */
  readonly fillsOf: (brokerOrderId: BrokerOrderId) => Effect.Effect<Listing<Executed>, BrokerReadFailed>
  readonly positions: Effect.Effect<HoldingsListed, BrokerReadFailed>
  readonly account: Effect.Effect<BrokerAccount, BrokerReadFailed>
  /** What time it is at the broker, by one request; left away where it does not say. A live account is not driven without it. */
  readonly clock?: Effect.Effect<BrokersTime, BrokerReadFailed> | undefined
  /** The sessions that the broker's market has in a window, whole days; left away where the broker has no calendar. */
  readonly calendar?: ((window: TimeWindow) => Effect.Effect<ReadonlyArray<Session>, BrokerReadFailed>) | undefined
  /** How much of its limits of requests is used, and how fast it answers; left away where neither is known. */
  readonly requests?: Effect.Effect<RequestUsage> | undefined
  /** How its login stands; left away where what opens it does not end. */
  readonly login?: Effect.Effect<LoginStanding> | undefined
  readonly instrument: (symbol: Ticker) => Effect.Effect<BrokerInstrument, BrokerReadFailed>
  /**
   * What the broker says of an instrument's market now, by one request; left away where it has no quotes. Controls judge by it where no
   * trade brought a fresh price.
   */
  readonly quote?: ((symbol: Ticker) => Effect.Effect<Quote, BrokerReadFailed>) | undefined
  /** Order and execution reports as they happen; ends or fails when the connection does. */
  readonly updates: Stream.Stream<Received, BrokerReadFailed> | undefined
}

const bound = (value: unknown, broker: BrokerService): unknown => {
  const isBindable = typeof value === "function" && !Object.isFrozen(broker)
  return isBindable ? value.bind(broker) : value
}

/**
 * The same broker with these members in place of its own. One that is made by a class keeps what its class has: a copy of its own properties
 * would lose its proof of play money.
 *
 * @example
 * Broker.altered(broker, { updates: undefined })
 */
export const altered = (broker: BrokerService, changes: Partial<BrokerService>): BrokerService =>
  new Proxy(broker, {
    get: (target, member) =>
      Object.hasOwn(changes, member) ? Reflect.get(changes, member) : bound(Reflect.get(target, member), target),
    has: (target, member) => Object.hasOwn(changes, member) || Reflect.has(target, member)
  })

/** The broker of an app that drives one account; `Brokers` is the registry that services ask. */
export class Broker extends Context.Tag("@roundlot/core/Broker")<Broker, BrokerService>() {}

/** No broker is configured for an account. */
export class NoBroker extends Schema.TaggedError<NoBroker>()("NoBroker", { account: Schema.String }) {
  override get message() {
    return `no broker is configured for account ${this.account}`
  }
}

/** Is it the broker that an account's record names, as far as the broker says? */
export const isNamedBy = (
  settings: { readonly broker: string } | undefined,
  { knownAs }: Pick<BrokerService, "knownAs">
): boolean => knownAs === undefined || settings === undefined || settings.broker === knownAs

/** Which broker an account is driven to. */
export interface BrokersService {
  readonly get: (account: AccountName) => Effect.Effect<BrokerService, NoBroker>
}

/** The registry of brokers: every service asks it, so one program drives several accounts at several brokers. */
export class Brokers extends Context.Tag("@roundlot/core/Brokers")<Brokers, BrokersService>() {}

/** The broker of an account. */
export const brokerOf = (account: AccountName): Effect.Effect<BrokerService, NoBroker, Brokers> =>
  Effect.flatMap(Brokers, (brokers) => brokers.get(account))

/** The registry of a program that drives everything to its one `Broker`. */
export const layerSingle: Layer.Layer<Brokers, never, Broker> = Layer.effect(
  Brokers,
  Effect.map(Broker, (broker) => ({ get: () => Effect.succeed(broker) }))
)
