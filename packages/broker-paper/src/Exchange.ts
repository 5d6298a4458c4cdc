import { Decimal, Instant, Price, Ticker } from "@roundlot/core"
import type { AccountName, Broker } from "@roundlot/core"
import { Chunk, Context, Effect, Either, Layer, PubSub, Queue, Random, Ref, Schema, Stream } from "effect"
import type { Scope } from "effect"
import * as ExchangeFile from "./ExchangeFile.ts"
import type { ExchangeFailed } from "./ExchangeFile.ts"
import { ExchangeOrder, Execution, isWorking, PlaceRequest } from "./ExchangeOrder.ts"
import type { LoggedAnswer, LoggedRequest } from "./ExchangeOrder.ts"
import * as Instruction from "./Instruction.ts"
import type { InstructionInput, InstructionRefused, InstructionUnreadable, Operation } from "./Instruction.ts"
import { CannotAct, perform } from "./internal/acts.ts"
import type { Stage } from "./internal/acts.ts"
import * as Faults from "./internal/faults.ts"
import * as OrderBook from "./internal/orderBook.ts"
import * as Rows from "./internal/rows.ts"
import type { EventRow, InstructionRow, OrderRow } from "./internal/rows.ts"
import { nothing, withAct } from "./internal/Script.ts"
import type { Script } from "./internal/Script.ts"
import * as Turn from "./internal/Turn.ts"

/** How an exchange is opened. */
export interface ExchangeOptions {
  /** The SQLite file, made where there is none; without one, a temporary exchange of this process alone. */
  readonly file?: string | undefined
  /** Prices by symbol; an instruction's price wins over them. */
  readonly prices?: ReadonlyMap<string, Price.Price> | undefined
  /** Whether the market is open at a moment; without it, always. An instruction `session` wins over it. */
  readonly isOpen?: ((at: Instant.Instant) => boolean) | undefined
  /** The seed of the faults. */
  readonly seed?: number | undefined
  /** The share of requests that go wrong, 0 (the default) to 1. */
  readonly faultRate?: number | undefined
}

/** What comes back over the wire, or does not. `Status` is an answer that no documented case covers. */
export type Reply<A> =
  | { readonly _tag: "Done"; readonly body: A }
  | { readonly _tag: "Refused"; readonly status: number; readonly code: string; readonly words: string }
  | {
      readonly _tag: "Status"
      readonly status: number
      readonly headers: { readonly [name: string]: string }
      readonly body: unknown
    }
  | { readonly _tag: "Lost"; readonly how: "timeout" | "reset" }

/** The exchange's answer, and its time when it began to answer. */
export interface Replied<A> {
  readonly at: Instant.Instant
  readonly reply: Reply<A>
}

/** What became of an instruction. `remaining` is how often it may still be done; `did` has one sentence each time. */
export interface Instructed {
  readonly id: string
  /** The id was known: nothing was done now. */
  readonly repeated: boolean
  readonly remaining: number
  readonly did: ReadonlyArray<string>
}

/** One message of the stream, with its bytes as text. `Dropped` ends it. */
export type Streamed =
  | { readonly _tag: "Order"; readonly order: ExchangeOrder; readonly text: string }
  | { readonly _tag: "Execution"; readonly execution: Execution; readonly text: string }
  | { readonly _tag: "Dropped" }

/** An order by the exchange's id or by ours. */
export type OrderKey = { readonly brokerOrderId: string } | { readonly clientOrderId: string }

type Asked<A> = Effect.Effect<Replied<A>, ExchangeFailed>

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

  /** Places an order. `Done` has it as it was entered, before any fill. */
  readonly place: (account: AccountName.AccountName, request: PlaceRequest) => Asked<ExchangeOrder>
  readonly cancel: (account: AccountName.AccountName, brokerOrderId: string) => Asked<null>
  /** One order; `Done` with `undefined` where the account has none such. */
  readonly order: (account: AccountName.AccountName, key: OrderKey) => Asked<ExchangeOrder | undefined>
  /** The orders entered in a window, both ends within. */
  readonly ordersIn: (account: AccountName.AccountName, window: Broker.TimeWindow) => Asked<ReadonlyArray<ExchangeOrder>>
  /** The executions of a window, all revisions, both ends within. */
  readonly fillsIn: (account: AccountName.AccountName, window: Broker.TimeWindow) => Asked<ReadonlyArray<Execution>>
  readonly fillsOf: (account: AccountName.AccountName, brokerOrderId: string) => Asked<ReadonlyArray<Execution>>
  /** Signed shares by symbol, without the flat ones. */
  readonly holdings: (account: AccountName.AccountName) => Asked<ReadonlyArray<typeof Rows.HoldingRow.Type>>
  /** Dollars that one buy may cost at most. */
  readonly buyingPower: (account: AccountName.AccountName) => Asked<Decimal.Decimal>
  /** Whether the exchange has an instrument of this symbol. */
  readonly isListed: (account: AccountName.AccountName, symbol: string) => Asked<boolean>
  /** Logs in again, after the token expired. */
  readonly token: (account: AccountName.AccountName) => Asked<null>
  /** Connects to the account's stream: what happens from now on. */
  readonly stream: (
    account: AccountName.AccountName
  ) => Effect.Effect<Replied<Stream.Stream<Streamed, ExchangeFailed>>, ExchangeFailed, Scope.Scope>
}

/** One simulated exchange, shared by every paper broker on it. */
export class Exchange extends Context.Tag("@roundlot/broker-paper/Exchange")<Exchange, ExchangeService>() {}

const BUYING_POWER = "1000000000"
const PAGE = 1000
const POLL = "250 millis"

/** Opens an exchange; several processes may open one file. Closed with the scope. */
export const make = (options: ExchangeOptions): Effect.Effect<ExchangeService, ExchangeFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const file = yield* ExchangeFile.open(options.file)
    const entropy = yield* Random.nextIntBetween(0, 0xffffffff)
    const rows = yield* file.transact(() => prepare(file, options, entropy))
    const changes = yield* Effect.acquireRelease(PubSub.sliding<void>(1), PubSub.shutdown)
    const floor: Floor = { file, rows, options, tag: rows.fact("tag") ?? "", changed: PubSub.publish(changes, undefined) }
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

/** What one open exchange works with. */
interface Floor {
  readonly file: ExchangeFile.ExchangeFile
  readonly rows: Rows.Rows
  readonly options: ExchangeOptions
  readonly tag: string
  readonly changed: Effect.Effect<unknown>
}

const prepare = (file: ExchangeFile.ExchangeFile, { prices }: ExchangeOptions, entropy: number): Rows.Rows => {
  const rows = Rows.make(file.database)
  if (rows.fact("tag") === undefined) rows.setFact("tag", entropy.toString(36).padStart(7, "0"))
  for (const [symbol, price] of prices ?? []) rows.offerPrice(symbol, Decimal.format(price))
  return rows
}

const service = (floor: Floor, changes: PubSub.PubSub<void>): ExchangeService => ({
  instruct: (input) => Effect.flatMap(Instruction.decode(input), (instruction) => instruct(floor, instruction)),
  instructJson: (text) => Effect.flatMap(Instruction.parse(text), (instruction) => instruct(floor, instruction)),
  orders: pages(floor, floor.rows.ordersAfter),
  fills: pages(floor, floor.rows.executionsAfter),
  requests: pages(floor, floor.rows.requestsAfter),
  place: (account, request) => place(floor, account, request),
  cancel: (account, brokerOrderId) => cancel(floor, account, brokerOrderId),
  order: (account, key) => readOrder(floor, account, key),
  ordersIn: (account, window) =>
    listing(floor, account, "orders", window, (at) => (after, limit) =>
      floor.rows.ordersEntered(after, account, textOf(window.from), textOf(window.to), textOf(at), limit)
    ),
  fillsIn: (account, window) =>
    listing(floor, account, "fills", window, (at) => (after, limit) =>
      floor.rows.executionsAt(after, account, textOf(window.from), textOf(window.to), textOf(at), limit)
    ),
  fillsOf: (account, brokerOrderId) =>
    read(floor, { account, operation: "fills", payload: { brokerOrderId } }, () =>
      ownOrder(floor, account, { brokerOrderId }) === undefined ? [] : floor.rows.executionsOf(brokerOrderId)
    ),
  holdings: (account) =>
    read(floor, { account, operation: "positions", payload: {} }, () =>
      floor.rows.holdings(account).filter(({ quantity }) => !Decimal.isZero(quantity))
    ),
  buyingPower: (account) =>
    read(floor, { account, operation: "account", payload: {} }, () => floor.rows.buyingPower(account)?.amount ?? Decimal.zero),
  isListed: (account, symbol) =>
    read(floor, { account, operation: "instrument", payload: { symbol } }, () => OrderBook.isListed(symbol)),
  token: (account) =>
    read(floor, { account, operation: "token", payload: {} }, () => {
      floor.rows.setFact("tokenExpired", "0")
      return null
    }),
  stream: (account) => stream(floor, account, changes)
})

const textOf = (instant: Instant.Instant): string => Instant.format(instant)

/** A query by keyset: rows after a number, at most so many. */
type Paged<A> = (after: number, limit: number) => ReadonlyArray<A>

const pages = <A extends { readonly number: number }>(
  { file }: Floor,
  query: Paged<A>
): Effect.Effect<ReadonlyArray<A>, ExchangeFailed> =>
  Stream.paginateChunkEffect(0, (after) =>
    Effect.map(
      file.transact(() => query(after, PAGE)),
      (page) => [Chunk.fromIterable(page), nextPage(page)]
    )
  ).pipe(Stream.runCollect, Effect.map(Chunk.toReadonlyArray))
