import * as VirtualTime from "./VirtualTime.ts"
import { Context, Effect, Either, Layer, TestClock } from "effect"
import type { Scope } from "effect"
import * as Account from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import type { DecisionInput } from "../../src/records/Decision.ts"
import { BrokerOrderId } from "../../src/values/ClientOrderId.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { OrderTable, type Order } from "../../src/records/Order.ts"
import type { OrderTerms } from "../../src/records/OrderTerms.ts"
import * as Broker from "../../src/ports/Broker.ts"
import * as Clock from "../../src/ports/Clock.ts"
import * as Entropy from "../../src/ports/Entropy.ts"
import type { PriceReference } from "../../src/ports/PriceReference.ts"
import { TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import {
  Answer,
  type Answered,
  type OrderSeen,
  type RawPayload,
  type Received,
  type Report
} from "../../src/records/Report.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import { Commands } from "../../src/services/Commands.ts"
import { Decisions } from "../../src/services/Decisions.ts"
import * as Driving from "../../src/services/Driving.ts"
import { LiveTrading } from "../../src/services/drive.ts"
import { reportedMember, reportMember } from "../../src/services/Booking.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Roundlot from "../../src/services/Roundlot.ts"
import { interpret } from "../../src/rules/reconciliation/interpret.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import type { TradeInput } from "../../src/records/Trade.ts"

/** The one account of these tests. */
export const account = AccountName.make("paper")

/** What the broker of these tests can do, where a test says nothing else. */
export const capabilities: Broker.Capabilities = {
  supportedOrders: [{ session: "regular", types: ["market", "limit"], timesInForce: ["day"] }],
  fractions: false,
  clientOrderIds: true,
  uniqueClientOrderIds: true,
  corrections: true,
  perFillIds: true,
  streaming: false,
  replace: false,
  shortSale: true,
  crossesZero: true,
  historyWindowMs: 86_400_000
}

const nothingListed = Effect.succeed({ complete: true, received: [] })

/** What a broker says that has nothing of what was asked for. */
export const notFound = (isComplete = true) =>
  Effect.succeed({
    report: {
      _tag: "NotFound",
      account,
      asOf: Instant.make(1n),
      asOfKind: "broker",
      clientOrderId: undefined,
      brokerOrderId: undefined,
      complete: isComplete
    } as const,
    payload: undefined
  })

const request = { contentType: "text/plain", bytes: new Uint8Array([1]) }

/** The request of every order, and what became of its sending. */
export const prepared = (
  send: (attemptId: Answered["attemptId"]) => Effect.Effect<Received<Answered>>
): Either.Either<Broker.Prepared, Broker.Refusal> => Either.right({ request, send })

/** An answer to an attempt, at a time of the broker's. */
export const answered = (attemptId: Answered["attemptId"], answer: Answer): Received<Answered> => ({
  report: {
    _tag: "Answered",
    account,
    asOf: Instant.make(2n),
    asOfKind: "broker",
    attemptId,
    answer,
    httpStatus: undefined
  },
  payload: undefined
})

/** The broker's id of the one order of most of these tests. */
export const theirId = BrokerOrderId.make("b-1")

/** A broker takes an order, each under an id of its own (W12): the first under `theirId`. */
export const taken = (attemptId: Answered["attemptId"]): Answer =>
  Answer.Accepted({ brokerOrderId: attemptId === 1 ? theirId : BrokerOrderId.make(`b-of-${attemptId}`) })

/** Another id of the broker's. */
export const otherId = BrokerOrderId.make("b-2")

/** What a broker says to the wish that an order end which has ended. */
export const hasEnded = { _tag: "Refused", code: "422", words: "it has ended", hasEnded: true } as const

/** A broker that takes every order, fills none, lists nothing and finds nothing; `parts` say what it does otherwise. */
export const broker = (parts: Partial<Broker.BrokerService> = {}): Broker.BrokerService => ({
  name: "stage",
  environment: "paper",
  capabilities,
  prepare: () => prepared((id) => Effect.succeed(answered(id, taken(id)))),
  cancel: () => Effect.succeed(hasEnded),
  lookup: () => notFound(),
  order: () => notFound(),
  orders: () => nothingListed,
  fills: () => nothingListed,
  fillsOf: () => nothingListed,
  positions: Effect.succeed({ complete: true, holdings: [] }),
  account: Effect.succeed({ brokerAccountId: undefined, currency: "USD", buyingPower: Decimal.unsafe("1000000000") }),
  instrument: (symbol) => Effect.succeed(known(symbol)),
  updates: undefined,
  ...parts
})

/** An instrument of one share a lot, as a broker describes it. */
export const known = (symbol: Ticker): Broker.BrokerInstrument => ({
  _tag: "Known",
  symbol,
  assetClass: "equity",
  currency: "USD",
  tradable: true,
  fractionable: false,
  shortable: true,
  lot: Decimal.unsafe("1")
})

/** What a broker shows of an order of ours. */
export const seen = (order: Pick<Order, "clientOrderId" | "symbol" | "side" | "quantity">): OrderSeen => ({
  _tag: "OrderSeen",
  account,
  asOf: Instant.make(3n),
  asOfKind: "broker",
  brokerOrderId: theirId,
  clientOrderId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  quantity: order.quantity,
  rawStatus: "new",
  state: { _tag: "Open" },
  cumulative: Decimal.zero,
  averagePrice: undefined,
  executionsRead: false
})

/** Keeps the terms of each order that a broker is asked to prepare. */
export const keeping = (kept: Array<OrderTerms>) => (terms: OrderTerms) => {
  kept.push(terms)
  return prepared((id) => Effect.succeed(answered(id, taken(id))))
}

/** What a test stands on, where it is not a store of its own, no source of prices and the simulated clock. */
export interface Ground {
  readonly repository?: TradeRepositoryService
  readonly prices?: Layer.Layer<PriceReference>
  readonly now?: Effect.Effect<Instant.Instant>
  /** What the broker of an account does otherwise, where there are several. */
  readonly partsOf?: (account: AccountName) => Partial<Broker.BrokerService>
}

let processes = 0

/** All that a program has, on the given broker and ground. */
export const layer = (parts: Partial<Broker.BrokerService> = {}, { now, partsOf, prices, repository }: Ground = {}) => {
  const store = repository === undefined ? MemoryRepository.layerMemory : Layer.succeed(TradeRepository, repository)
  const clock = Layer.map(Clock.layerAlwaysOpen, (context) =>
    now === undefined ? context : Context.make(Clock.Clock, { ...Context.get(context, Clock.Clock), now })
  )
  // Commits of every process have ids of their own.
  const entropy = Entropy.layerFixed(String(++processes).padEnd(32, "0"))
  const foundations = Layer.mergeAll(prices ?? Layer.empty, store, clock, entropy)
  const brokers = Layer.succeed(Broker.Brokers, {
    get: (name) => Effect.succeed(broker({ ...parts, ...partsOf?.(name) }))
  })
  return Layer.merge(Roundlot.layer.pipe(Layer.provideMerge(foundations)), brokers)
}

/** What `layer` gives. */
export type Provided = Layer.Layer.Success<ReturnType<typeof layer>>

/** Runs a test in simulated time. */
export const play = (
  test: Effect.Effect<void, unknown, Provided | Scope.Scope>,
  on: ReturnType<typeof layer> = layer()
): Promise<void> => VirtualTime.run(test.pipe(Effect.scoped, Effect.provide(on)))

/** The same, where accounts of real money may be driven: their rules are there already, and programs refuse them. */
export const playLive = (test: Parameters<typeof play>[0], on?: ReturnType<typeof layer>): Promise<void> =>
  play(Effect.provideService(test, LiveTrading, true), on)

const most = Quantity.unsafe("1000000")

/** A store that finds no order where one is read for whether any has left: as if it was read before anything was sent. */
export const readBeforeSending = (): TradeRepositoryService => {
  const kept = MemoryRepository.make(MemoryStore.make())
  return {
    ...kept,
    page: (query) => (query.table === "orders" && query.limit === 1 ? Effect.succeed([]) : kept.page(query))
  }
}

/** The settings of an account for real money, whose limits nothing here comes to. */
export const realMoney = {
  environment: "live",
  maxOrderQuantity: most,
  maxOrderNotional: most,
  maxDailyNotional: most,
  maxOpenResidual: most
} as const

/** The limits in dollars are lifted by name: decisions of these tests have no price. */
const withoutDollarLimits: Account.AccountSettings = {
  ...Account.defaultSettings,
  liftedLimits: ["orderNotional", "dailyNotional"]
}

/** Opens the account, with policies beside the defaults, but without limits in dollars. */
export const opened = (settings: Partial<Account.AccountSettings> = {}) =>
  Effect.flatMap(Commands, (commands) => commands.setAccount(account, { ...withoutDollarLimits, ...settings }, "test"))

/** Takes an account's lease, which need not be renewed: for what is driven without a daemon. */
export const drivingOf = Effect.fn("Stage.drivingOf")(function* (name: AccountName) {
  const { leases } = yield* TradeRepository
  const session = yield* leases.open(Driving.unnamed)
  const token = yield* session.take(name)
  const ledger = yield* Ledger
  yield* ledger.leases.hold(name, { token, provenMs: Number.POSITIVE_INFINITY })
})

/** The same for the one account of these tests. */
export const driving = drivingOf(account)

/** A trade with an identity of its own. */
export const trade = (sourceId: string, quantity: string, symbol = "AAPL"): TradeInput => ({
  source: "test",
  sourceId,
  occurrence: "0",
  symbol,
  side: "buy",
  quantity: Quantity.unsafe(quantity),
  price: Price.unsafe("150"),
  tradedAt: Instant.make(1n),
  reverses: undefined
})

/** Takes trades in, whatever their time. */
export const submit = (...trades: ReadonlyArray<TradeInput>) =>
  Effect.flatMap(Accumulator, (accumulator) => accumulator.submitMany(account, trades, SourcePolicy.anyAge))

/** Decides to buy a share of AAPL, or what `parts` say otherwise. */
export const decided = (parts: Partial<DecisionInput> = {}) =>
  Effect.flatMap(Decisions, (decisions) =>
    decisions.decide(account, { symbol: Ticker.make("AAPL"), side: "buy", quantity: Quantity.unsafe("1"), ...parts })
  )

/** The same, and carries it out. */
export const executed = (parts: Partial<DecisionInput> = {}) =>
  Effect.flatMap(Decisions, (decisions) => Effect.flatMap(decided(parts), ({ id }) => decisions.execute(id)))

/** All orders, oldest first. */
export const orders = Reads.all(OrderTable)

/** The statuses of all orders. */
export const statuses = Effect.map(orders, (all) => all.map((order) => order.status))

const STEPS = 240

/** Lets simulated time pass until a fact is there; the test fails with what is there instead when it never comes. */
export const until = <A, E, R>(read: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.gen(function* () {
    for (let i = 0; i < STEPS; i++) {
      const value = yield* read
      if (holds(value)) return value
      yield* TestClock.adjust("1 second")
    }
    const last = yield* read
    return yield* Effect.dieMessage(`it never came; last seen: ${JSON.stringify(last, shown)}`)
  })

const shown = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value)

/** Books a report that needs no second reading (W11), whoever drives the account. */
export const book = (report: Report, payload?: RawPayload) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit(
      "command",
      reportedMember(report.account, [], (recorder) => interpret(recorder, { report, payload }))
    )
  )

/** Books a report as a frame of a stream. */
export const hear = (report: Report) =>
  Effect.flatMap(Ledger, (ledger) => ledger.submit("report", reportMember({ report, payload: undefined })))
