import { Recent, SharedReads } from "@roundlot/core/adapter"
import type { AccountName, Broker } from "@roundlot/core"
import { Effect, Stream, type Duration, type Scope } from "effect"
import { brokersTime, figures, instrument, PAPER_ACCOUNT, positions, proofOf } from "./Account.ts"
import type { Desk } from "./Desk.ts"
import * as Endings from "./Endings.ts"
import { fills, fillsOf } from "./Fills.ts"
import type { Address, ConnectFailed } from "./Line.ts"
import * as MarketCalendar from "./MarketCalendar.ts"
import * as MarketData from "./MarketData.ts"
import { supportedOrders } from "./OrderRequest.ts"
import { ALL, everyOrder, type Listings, lookup, orders, readOrder } from "./Orders.ts"
import { cancel, prepare } from "./Sending.ts"
import * as Session from "./Session.ts"
import { masked } from "./Text.ts"
import { updates } from "./Updates.ts"

/** What TWS can do. */
export const capabilities: Broker.Capabilities = {
  supportedOrders,
  fractions: false,
  clientOrderIds: true,
  // An order reference is free text: TWS refuses none that it has seen.
  uniqueClientOrderIds: false,
  corrections: true,
  perFillIds: true,
  streaming: true,
  replace: false,
  shortSale: true,
  crossesZero: true,
  historyWindowMs: 86_400_000,
  pollsByWindow: true
}

/** How a broker at TWS or a Gateway is opened. */
export interface Options {
  /** Our account. */
  readonly account: AccountName.AccountName
  readonly address: Address
  /** TWS's own id of the account; may be left away where the login has one. */
  readonly number?: string | undefined
  /** 20 s where it is left away. */
  readonly connectTimeoutMs?: number | undefined
  /** How often TWS is asked whether it is there; 20 s where it is left away. */
  readonly heartbeatMs?: number | undefined
  /** The zone that TWS was logged in with, for versions that leave it away in the times of executions. */
  readonly zone?: string | undefined
  /** How long what was read of orders serves each reader of one of them; a second where it is left away. */
  readonly servesAgainFor?: Duration.DurationInput | undefined
}

const CONNECT_TIMEOUT_MS = 20_000
const HEARTBEAT_MS = 20_000

/**
 * The broker of one account behind TWS or a Gateway. It connects before it answers, since only the accounts behind the login say
 * whether it is paper or live; later it connects again by itself. Closed with the scope.
 *
 * Fails with `ConnectFailed`, which says what is wrong: nobody listens, the client id is in use, the login has another account.
 *
 * @example
 * const broker = IbkrBroker.make({ account, address: { host: "127.0.0.1", port: 4002, clientId: 7 } })
 */
export const make = (options: Options): Effect.Effect<Broker.BrokerService, ConnectFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const endings = Endings.make(options.address.clientId, () => clock.unsafeCurrentTimeMillis())
    const session = yield* Session.make({
      hear: endings.note,
      address: options.address,
      account: options.number,
      zone: options.zone,
      connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS
    })
    const desk: Desk = {
      session,
      names: { account: options.account, number: session.account, zone: options.zone },
      clientId: options.address.clientId,
      secrets: new Map(session.accounts.map((each) => [each, masked(each)])),
      alone: yield* Effect.makeSemaphore(1),
      oneSubscription: yield* Effect.makeSemaphore(1),
      placed: new Map(),
      endings,
      unanswered: Recent.make(),
      combinations: new Set(),
      totals: Recent.make<string>(),
      sorted: new Set(),
      isZoned: false
    }
    const listings: Listings = yield* SharedReads.make(() => everyOrder(desk), options.servesAgainFor)
    const changed = listings.changed(ALL)
    const halts: MarketData.Halts = new Map()
    return {
      name: "ibkr",
      environment: PAPER_ACCOUNT.test(session.account) ? "paper" : "live",
      proof: Effect.succeed(proofOf(session.account)),
      capabilities,
      prepare: (terms) => prepare(desk, terms, changed),
      cancel: (order) => Effect.ensuring(cancel(desk, order), changed),
      lookup: (clientOrderId) => lookup(desk, listings, clientOrderId),
      order: (brokerOrderId) => readOrder(desk, listings, brokerOrderId),
      orders: (window) => orders(desk, listings, window),
      fills: (window) => fills(desk, window),
      fillsOf: (brokerOrderId) => fillsOf(desk, brokerOrderId),
      positions: positions(desk),
      account: figures(desk),
      clock: brokersTime(desk),
      requests: session.requests,
      calendar: MarketCalendar.make(session),
      instrument: (symbol) => instrument(desk, symbol),
      quote: (symbol) => MarketData.quote(desk.session, halts, symbol),
      // What the stream says is newer than what was read.
      updates: Stream.tap(updates(desk), ({ report }) => (report._tag === "Commission" ? Effect.void : changed))
    }
  })
