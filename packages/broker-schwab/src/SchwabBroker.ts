import { ClientOrderId } from "@roundlot/core/adapter"
import type { AccountName, Broker } from "@roundlot/core"
import { Effect, type Duration } from "effect"
import { brokersTime, figures, instrument, positions } from "./Account.ts"
import * as Accounts from "./Accounts.ts"
import * as Chains from "./Chains.ts"
import * as Corrections from "./Corrections.ts"
import type { Desk } from "./Desk.ts"
import * as Listing from "./Listing.ts"
import * as MarketCalendar from "./MarketCalendar.ts"
import * as MarketData from "./MarketData.ts"
import { type ExtendedSession, supportedOrders } from "./OrderRequest.ts"
import * as Orders from "./Orders.ts"
import { fillsOf, listFills, listOrders, readOrder } from "./Reports.ts"
import { cancel, prepare, replace } from "./Sending.ts"
import { SILENT_FOR, updates } from "./Updates.ts"
import type { Wire } from "./Wire.ts"

/** What Schwab can do. */
export const capabilities: Broker.Capabilities = {
  supportedOrders,
  fractions: false,
  clientOrderIds: false,
  uniqueClientOrderIds: false,
  corrections: true,
  perFillIds: false,
  streaming: true,
  replace: true,
  shortSale: true,
  crossesZero: false,
  historyWindowMs: Orders.HISTORY_MS,
  pollsByWindow: true
}

/** How a broker at Schwab is opened. */
export interface Options {
  readonly account: AccountName.AccountName
  readonly wire: Wire
  /** The account's number at Schwab; the only one of the login where it is left away. */
  readonly accountNumber?: string | undefined
  /** How long an answer is waited for; 30 s for a send, 15 s for a cancel where it is left away. */
  readonly answersWithin?: Duration.DurationInput | undefined
  /** Which session an order with extended hours is for: `SEAMLESS`, which is all of a day, where it is left away. */
  readonly extendedSession?: ExtendedSession | undefined
  /** How long the answer of a read serves the next reader; a second where it is left away. */
  readonly servesAgainFor?: Duration.DurationInput | undefined
  /** After how long without a sign of life a stream has failed; half a minute where it is left away. */
  readonly silentFor?: Duration.DurationInput | undefined
}

/**
 * The broker of one account at Schwab.
 *
 * @example
 * const broker = Effect.flatMap(Wire.open({ credentials, tokens }), (wire) => SchwabBroker.make({ account, wire }))
 */
export const make = (options: Options): Effect.Effect<Broker.BrokerService> =>
  Effect.gen(function* () {
    const { linked, wire } = yield* Accounts.linked(options.wire, options.accountNumber)
    const shared = { listing: yield* Listing.ofAccount(wire, linked), calendar: yield* MarketCalendar.make(wire) }
    return yield* opened({ ...options, wire }, linked, shared)
  })

/** Several accounts of one login, each with its number at Schwab. */
export interface LinkedOptions extends Omit<Options, "account" | "accountNumber"> {
  readonly accounts: ReadonlyMap<AccountName.AccountName, string>
}

/**
 * The brokers of several accounts of one login. One request lists the orders of all: what one of them is polled by serves the others.
 *
 * @example
 * const brokers = yield* SchwabBroker.makeLinked({ accounts: new Map([[main, "11112222"], [other, "33334444"]]), wire })
 */
export const makeLinked = ({
  accounts,
  ...options
}: LinkedOptions): Effect.Effect<ReadonlyMap<AccountName.AccountName, Broker.BrokerService>> =>
  Effect.gen(function* () {
    const listingOf = yield* Listing.ofAll(options.wire)
    const calendar = yield* MarketCalendar.make(options.wire)
    const brokers = yield* Effect.forEach(accounts, ([account, accountNumber]) =>
      Effect.gen(function* () {
        const { linked, wire } = yield* Accounts.linked(options.wire, accountNumber)
        const shared = { listing: listingOf(linked), calendar }
        return [account, yield* opened({ ...options, account, wire }, linked, shared)] as const
      })
    )
    return new Map(brokers)
  })

/** What several accounts of a login may have in common. */
interface Shared {
  readonly listing: Listing.ListWindow
  readonly calendar: NonNullable<Broker.BrokerService["calendar"]>
}

const opened = (
  options: Options,
  linked: Desk["linked"],
  { calendar, listing }: Shared
): Effect.Effect<Broker.BrokerService> =>
  Effect.gen(function* () {
    const { account, answersWithin, extendedSession, servesAgainFor, wire } = options
    const orders = yield* Orders.make(wire, linked, listing, servesAgainFor)
    const chains = yield* Chains.make(orders)
    const corrections = yield* Corrections.make(wire, linked)
    const desk: Desk = { account, wire, linked, orders, chains, corrections, answersWithin, extendedSession }
    return {
      name: "schwab",
      environment: wire.place.environment === "live" ? "live" : "paper",
      proof: wire.proof,
      capabilities,
      prepare: (terms) => prepare(desk, terms),
      cancel: (order) => cancel(desk, ClientOrderId.current(order.brokerOrderIds)),
      replace: (order, terms) => replace(desk, order, terms),
      lookup: undefined,
      order: (brokerOrderId) => readOrder(desk, brokerOrderId),
      orders: (window) => listOrders(desk, window),
      fills: (window) => listFills(desk, window),
      fillsOf: (brokerOrderId) => fillsOf(desk, brokerOrderId),
      positions: positions(desk),
      account: figures(desk),
      clock: brokersTime(wire),
      calendar,
      login: wire.session.standing,
      requests: wire.requests,
      instrument: (symbol) => instrument(wire, symbol),
      quote: (symbol) => MarketData.quote(wire, symbol),
      updates: updates(desk, options.silentFor ?? SILENT_FOR)
    }
  })
