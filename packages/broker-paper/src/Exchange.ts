import { Decimal, type AccountName, type Broker, type Price, type Instant } from "@roundlot/core"
import { type Stream, type Scope, Context, Effect, Layer, PubSub, Random } from "effect"
import * as Instruction from "./Instruction.ts"
import * as Turn from "./internal/Turn.ts"
import * as Connection from "./internal/connection.ts"
import * as Market from "./internal/market.ts"
import * as OrderBook from "./internal/orderBook.ts"
import * as Power from "./internal/power.ts"
import * as Rows from "./internal/rows.ts"
import type { ExchangeFailed } from "./ExchangeFile.ts"
import type { ExchangeOptions } from "./ExchangeOptions.ts"
import type { ExchangeHolding, ExchangeOrder, Execution, LoggedRequest, PlaceRequest } from "./ExchangeOrder.ts"
import type { Asked, Group, Instructed, OrderKey, Replied, Streamed } from "./ExchangeReply.ts"
import type { InstructionInput, InstructionRefused, InstructionUnreadable } from "./Instruction.ts"
import type { Hours } from "./Matching.ts"
import {
  type Floor,
  bookOf,
  countingOf,
  hoursAt,
  isListed,
  ownOrder,
  passTime,
  textOf,
  tradesAt
} from "./internal/Floor.ts"
import { shownAs } from "./internal/acts.ts"
import { dayTradesOf } from "./internal/dayTrades.ts"
import { instruct } from "./internal/instructing.ts"
import { amend, cancel, place, replace } from "./internal/ordering.ts"
import { averagePaid, sharesOf } from "./internal/paid.ts"
import { asksForShares, groupOf, listing, pages, readOrder } from "./internal/reading.ts"
import { read } from "./internal/requests.ts"
import { stream } from "./internal/streaming.ts"

export type { ExchangeOptions } from "./ExchangeOptions.ts"
export type { Group, Instructed, OrderKey, Replied, Reply, Streamed } from "./ExchangeReply.ts"

/** One simulated exchange. The first group is for tests and operators; the second is what a broker's clients ask. */
export interface ExchangeService {
  /** Does an instruction, or keeps it until it is triggered. An id that is known does nothing. */
  readonly instruct: (
    instruction: InstructionInput
  ) => Effect.Effect<Instructed, InstructionUnreadable | InstructionRefused | ExchangeFailed>
  /** The same, from one line of JSON. */
  readonly instructJson: (
    text: string
  ) => Effect.Effect<Instructed, InstructionUnreadable | InstructionRefused | ExchangeFailed>
  /** All orders of all accounts, in the order in which they were entered. */
  readonly orders: Effect.Effect<ReadonlyArray<ExchangeOrder>, ExchangeFailed>
  /** All revisions of all executions, in the order in which they came about. */
  readonly fills: Effect.Effect<ReadonlyArray<Execution>, ExchangeFailed>
  /** All requests that reached the exchange, in order, with what was answered. */
  readonly requests: Effect.Effect<ReadonlyArray<LoggedRequest>, ExchangeFailed>

  /** One order with its executions, all revisions, whoever's it is, and what an instruction calls it while it works. */
  readonly look: (brokerOrderId: string) => Effect.Effect<
    | {
        readonly order: ExchangeOrder
        readonly executions: ReadonlyArray<Execution>
        readonly shownAs: string | undefined
      }
    | undefined,
    ExchangeFailed
  >
  /** What time has brought until now; then an account's working orders in a symbol, of a group those that ask for its shares once, its holding there (signed shares), and what the symbol trades at, where that is known. */
  readonly stand: (
    account: AccountName.AccountName,
    symbol: string
  ) => Effect.Effect<
    {
      readonly working: ReadonlyArray<ExchangeOrder>
      readonly held: Decimal.Decimal
      readonly price: Price.Price | undefined
      /** The account's money, what its working orders may cost among it. */
      readonly cash: Decimal.Decimal
      /** Dollars that one buy may cost at most: what those orders leave. */
      readonly power: Decimal.Decimal
      readonly isHalted: boolean
      /** Halted for a limit state that did not end within its fifteen seconds. */
      readonly isPaused: boolean
    },
    ExchangeFailed
  >

  /** What an account has: its money, what its working orders may cost among it, and its holdings with their prices. No request of anybody's. */
  readonly worth: (account: AccountName.AccountName) => Effect.Effect<
    {
      readonly cash: Decimal.Decimal
      readonly holdings: ReadonlyArray<ExchangeHolding & { readonly price: Price.Price | undefined }>
    },
    ExchangeFailed
  >
  /**
   * What a share that an account holds cost on average, by symbol: in shares and under the symbol of now; not of those that came without
   * an order. Reads all that it executed. No request of anybody's.
   */
  readonly paid: (
    account: AccountName.AccountName
  ) => Effect.Effect<ReadonlyMap<string, Decimal.Decimal>, ExchangeFailed>
  /** What orders were placed with, by their ids: no request of anybody's. */
  readonly groups: (brokerOrderIds: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, Group>, ExchangeFailed>
  /** An account's working orders in all symbols, of a group those that ask for its shares: no request of anybody's. */
  readonly working: (account: AccountName.AccountName) => Effect.Effect<ReadonlyArray<ExchangeOrder>, ExchangeFailed>

  /**
   * The market's price of a symbol, and since when: what an instruction or a file of prices says holds now; else the newest that an
   * order came with. `undefined` where nobody has said one: a limit is none, nor is a fill. No request of anybody's.
   */
  readonly priceOf: (
    symbol: string
  ) => Effect.Effect<{ readonly price: Price.Price; readonly at: Instant.Instant } | undefined, ExchangeFailed>
  /**
   * An account's day trades within five trading days, by FINRA's rule of counting: how many there are now, and how many will be left on
   * each of the next four trading days where nothing more is traded. No request of anybody's.
   */
  readonly dayTrades: (account: AccountName.AccountName) => Effect.Effect<ReadonlyArray<number>, ExchangeFailed>
  /** What time it is there: no request of anybody's. */
  readonly now: Effect.Effect<Instant.Instant, ExchangeFailed>
  /** Which sessions of the market are open now. */
  readonly hours: Effect.Effect<Hours, ExchangeFailed>
  /** Places an order. `Done` has it as it was entered, before any fill. */
  readonly place: (account: AccountName.AccountName, request: PlaceRequest) => Asked<ExchangeOrder>
  /**
   * Places an order in the place of one that works, which keeps its id and what it has filled. The symbol, side and type are as they
   * were; instructions that wait for an order to be placed wait for this as well.
   */
  readonly amend: (
    account: AccountName.AccountName,
    brokerOrderId: string,
    request: PlaceRequest
  ) => Asked<ExchangeOrder>
  /**
   * Ends an order that works and enters another of its symbol, side and type in its place, in its group too: `Done` has that. Where
   * it is done or something else than `filled` shares of it have been filled, nothing is changed.
   */
  readonly replace: (
    account: AccountName.AccountName,
    brokerOrderId: string,
    request: PlaceRequest,
    filled: Decimal.Decimal
  ) => Asked<ExchangeOrder>
  readonly cancel: (account: AccountName.AccountName, brokerOrderId: string) => Asked<null>
  /** One order; `Done` with `undefined` where the account has none such. */
  readonly order: (account: AccountName.AccountName, key: OrderKey) => Asked<ExchangeOrder | undefined>
  /** The orders entered in a window, both ends within. */
  readonly ordersIn: (
    account: AccountName.AccountName,
    window: Broker.TimeWindow
  ) => Asked<ReadonlyArray<ExchangeOrder>>
  /** The executions of a window, all revisions, both ends within. */
  readonly fillsIn: (account: AccountName.AccountName, window: Broker.TimeWindow) => Asked<ReadonlyArray<Execution>>
  readonly fillsOf: (account: AccountName.AccountName, brokerOrderId: string) => Asked<ReadonlyArray<Execution>>
  /** Signed shares by symbol, without the flat ones. */
  readonly holdings: (account: AccountName.AccountName) => Asked<ReadonlyArray<ExchangeHolding>>
  /**
   * Dollars that one buy may cost at most: until an instruction says a figure a ceiling for each order, from then on what purchases and
   * the orders that work leave of it.
   */
  readonly buyingPower: (account: AccountName.AccountName) => Asked<Decimal.Decimal>
  /** Whether the account's listing names the symbol. An order for one that it lacks is taken: who sends it has had it confirmed. */
  readonly isListed: (account: AccountName.AccountName, symbol: string) => Asked<boolean>
  /** What the market trades a symbol at now; `undefined` where the account does not trade it, or nobody has said a price. */
  readonly quote: (account: AccountName.AccountName, symbol: string) => Asked<Price.Price | undefined>
  /** Logs in again, after the token expired. */
  readonly token: (account: AccountName.AccountName) => Asked<null>
  /** Connects to the account's stream: what happens from now on. */
  readonly stream: (
    account: AccountName.AccountName
  ) => Effect.Effect<Replied<Stream.Stream<Streamed, ExchangeFailed>>, ExchangeFailed, Scope.Scope>
}

/** One simulated exchange, shared by every paper broker on it. */
export class Exchange extends Context.Tag("@roundlot/broker-paper/Exchange")<Exchange, ExchangeService>() {}

/** Opens an exchange; several processes may open one file. Closed with the scope. */
export const make = (options: ExchangeOptions): Effect.Effect<ExchangeService, ExchangeFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const file = yield* Connection.open(options.file)
    const entropy = yield* Random.nextIntBetween(0, 0xffffffff)
    const rows = yield* file.transact(() => prepare(file, entropy))
    const changes = yield* Effect.acquireRelease(PubSub.sliding<void>(1), PubSub.shutdown)
    const floor: Floor = {
      file,
      rows,
      options,
      tag: rows.fact("tag") ?? "",
      orderIdOf: options.orderIdOf ?? OrderBook.plainOrderId,
      changed: PubSub.publish(changes, undefined)
    }
    yield* file.transact((clock) => offerPrices(floor, clock))
    return service(floor, changes)
  })

/**
 * One exchange as a layer.
 *
 * @example
 * const paper = PaperBroker.layerBrokers.pipe(Layer.provide(Exchange.layer({ file: "paper.sqlite" })))
 */
export const layer = (options: ExchangeOptions): Layer.Layer<Exchange, ExchangeFailed> =>
  Layer.scoped(Exchange, make(options))

const prepare = (file: Connection.ExchangeFile, entropy: number): Rows.Rows => {
  const rows = Rows.make(file.database)
  if (rows.fact("tag") === undefined) rows.setFact("tag", entropy.toString(36).padStart(7, "0"))
  return rows
}

const look = ({ rows }: Floor, brokerOrderId: string) => {
  const order = rows.order(brokerOrderId)
  if (order === undefined) return undefined
  const word = rows.fact(shownAs(brokerOrderId))
  return { order, executions: rows.executionsOf(brokerOrderId), shownAs: word === "" ? undefined : word }
}

/** Nobody is asked anything here, so that what is over ends before: a halt, a limit state. Streams hear what comes of it. */
const stand = (floor: Floor, account: AccountName.AccountName, symbol: string) =>
  floor.file
    .transact((clock) => {
      const { rows } = floor
      const before = rows.lastEvent()
      const turn = Turn.begin(rows, clock)
      const hours = hoursAt(floor, turn.now)
      passTime(floor, bookOf(floor, turn, hours), turn.now, hours)
      turn.end(Turn.plainly)
      return {
        isHeard: rows.lastEvent() !== before,
        stood: {
          working: rows.working(symbol).filter((order) => order.account === account && asksForShares(floor, order)),
          held: rows.holding(account, symbol)?.amount ?? Decimal.zero,
          price: tradesAt(floor, symbol),
          cash: Power.cashOf(rows, account),
          power: Power.leftOf(countingOf(floor), account),
          isHalted: Market.isHalted(rows, symbol, turn.now),
          isPaused: Market.isPaused(rows, symbol, turn.now)
        }
      }
    })
    .pipe(
      Effect.tap(({ isHeard }) => (isHeard ? floor.changed : Effect.void)),
      Effect.map(({ stood }) => stood)
    )

/** The prices that the exchange was opened with, at which the orders that rest trade as at any other. */
const offerPrices = (floor: Floor, clock: Instant.Instant): void => {
  const { options, rows } = floor
  if (options.prices === undefined) return
  const turn = Turn.begin(rows, clock)
  const hours = hoursAt(floor, turn.now)
  const book = bookOf(floor, turn, hours)
  passTime(floor, book, turn.now, hours)
  for (const [symbol, price] of options.prices) {
    rows.offerPrice(symbol, Decimal.format(price))
    OrderBook.sweep(book, symbol)
  }
  turn.end(Turn.plainly)
}

const heldBy = ({ rows }: Floor, account: AccountName.AccountName): ReadonlyArray<ExchangeHolding> =>
  rows.holdings(account).filter(({ quantity }) => !Decimal.isZero(quantity))

const worthOf = (floor: Floor, account: AccountName.AccountName) => ({
  cash: Power.cashOf(floor.rows, account),
  holdings: heldBy(floor, account).map((held) => ({ ...held, price: tradesAt(floor, held.symbol) }))
})

const paidBy = (floor: Floor, account: AccountName.AccountName): ReadonlyMap<string, Decimal.Decimal> => {
  const executed = sharesOf(floor.rows, account)
  const averages = heldBy(floor, account).map(
    ({ quantity, symbol }) => [symbol, averagePaid(executed, symbol, quantity)] as const
  )
  return new Map(averages.flatMap(([symbol, paid]) => (paid === undefined ? [] : [[symbol, paid] as const])))
}

const service = (floor: Floor, changes: PubSub.PubSub<void>): ExchangeService => ({
  instruct: (input) => Effect.flatMap(Instruction.decode(input), (instruction) => instruct(floor, instruction)),
  instructJson: (text) => Effect.flatMap(Instruction.parse(text), (instruction) => instruct(floor, instruction)),
  orders: pages(floor, floor.rows.ordersAfter),
  fills: pages(floor, floor.rows.executionsAfter),
  requests: pages(floor, floor.rows.requestsAfter),
  look: (brokerOrderId) => floor.file.transact(() => look(floor, brokerOrderId)),
  stand: (account, symbol) => stand(floor, account, symbol),
  worth: (account) => floor.file.transact(() => worthOf(floor, account)),
  paid: (account) => floor.file.transact(() => paidBy(floor, account)),
  groups: (brokerOrderIds) => floor.file.transact(() => new Map(brokerOrderIds.map((id) => [id, groupOf(floor, id)]))),
  working: (account) =>
    floor.file.transact(() => floor.rows.workingOf(account).filter((order) => asksForShares(floor, order))),
  priceOf: (symbol) =>
    floor.file.read((clock) => {
      const known = floor.rows.price(symbol)
      return known && { price: known.price, at: known.since ?? clock }
    }),
  dayTrades: (account) =>
    floor.file.transact((clock) => dayTradesOf(floor.rows, account, Turn.begin(floor.rows, clock).now)),
  now: floor.file.transact((clock) => Turn.begin(floor.rows, clock).now),
  hours: floor.file.transact((clock) => hoursAt(floor, Turn.begin(floor.rows, clock).now)),
  place: (account, request) => place(floor, account, request),
  amend: (account, brokerOrderId, request) => amend(floor, account, brokerOrderId, request),
  replace: (account, brokerOrderId, request, filled) => replace(floor, account, brokerOrderId, request, filled),
  cancel: (account, brokerOrderId) => cancel(floor, account, brokerOrderId),
  order: (account, key) => readOrder(floor, account, key),
  ordersIn: (account, window) =>
    listing(
      floor,
      account,
      "orders",
      window,
      (at) => (after, limit) =>
        floor.rows.ordersEntered(after, account, textOf(window.from), textOf(window.to), textOf(at), limit)
    ),
  fillsIn: (account, window) =>
    listing(
      floor,
      account,
      "fills",
      window,
      (at) => (after, limit) =>
        floor.rows.executionsAt(after, account, textOf(window.from), textOf(window.to), textOf(at), limit)
    ),
  fillsOf: (account, brokerOrderId) =>
    read(floor, { account, operation: "fills", payload: { brokerOrderId } }, () =>
      ownOrder(floor, account, { brokerOrderId }) === undefined ? [] : floor.rows.executionsOf(brokerOrderId)
    ),
  holdings: (account) => read(floor, { account, operation: "positions", payload: {} }, () => heldBy(floor, account)),
  buyingPower: (account) =>
    read(floor, { account, operation: "account", payload: {} }, () => Power.leftOf(countingOf(floor), account)),
  isListed: (account, symbol) =>
    read(floor, { account, operation: "instrument", payload: { symbol } }, () => isListed(floor, account, symbol)),
  quote: (account, symbol) =>
    read(floor, { account, operation: "quote", payload: { symbol } }, () =>
      isListed(floor, account, symbol) ? tradesAt(floor, symbol) : undefined
    ),
  token: (account) =>
    read(floor, { account, operation: "token", payload: {} }, () => {
      floor.rows.setFact("tokenExpired", "0")
      return null
    }),
  stream: (account) => stream(floor, account, changes)
})
