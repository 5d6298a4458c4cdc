import { Decimal, Instant, Ticker } from "@roundlot/core"
import type { AccountName, Broker, Price } from "@roundlot/core"
import type { Report, TradingWindow } from "@roundlot/core/adapter"
import { Chunk, Context, Effect, Either, Layer, PubSub, Queue, Random, Ref, Schema, Stream } from "effect"
import type { Scope } from "effect"
import type { ExchangeFailed } from "./ExchangeFile.ts"
import { ExchangeOrder, Execution, isWorking, PlaceRequest } from "./ExchangeOrder.ts"
import type { ExchangeHolding, LoggedAnswer, LoggedRequest } from "./ExchangeOrder.ts"
import * as Instruction from "./Instruction.ts"
import type { InstructionInput, InstructionRefused, InstructionUnreadable, Operation } from "./Instruction.ts"
import { CannotAct, hiddenEverywhere, perform, shownAs } from "./internal/acts.ts"
import type { Stage } from "./internal/acts.ts"
import * as Connection from "./internal/connection.ts"
import * as Contingent from "./internal/contingent.ts"
import * as Listing from "./Listing.ts"
import { byPriority, type Hours, isInSession } from "./Matching.ts"
import * as Faults from "./internal/faults.ts"
import * as Market from "./internal/market.ts"
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
  /**
   * What every symbol trades at of which nobody has said a price, in dollars: for simulators and tests. Without it an order for such a
   * symbol rests, `unpriced`, until somebody says one.
   */
  readonly unsaidPrice?: Price.Price | undefined
  /** Whether a window of the market is open at a moment; without it, always. An instruction `session` wins over it. */
  readonly isOpen?: ((at: Instant.Instant, window?: TradingWindow.TradingWindow) => boolean) | undefined
  /** The instruments that the exchange knows; without it, the shipped ones (`Listing.shipped`). */
  readonly listing?: Listing.Listing | undefined
  /** The listings of accounts that have one of their own. */
  readonly listings?: ReadonlyMap<AccountName.AccountName, Listing.Listing> | undefined
  /** The seed of the faults. */
  readonly seed?: number | undefined
  /** The share of requests that go wrong, 0 (the default) to 1. */
  readonly faultRate?: number | undefined
  /** The id of the n-th order of the exchange that has this tag; `P` tag `-` n unless said, for simulators of other brokers. */
  readonly orderIdOf?: ((tag: string, number: number) => string) | undefined
  /** Orders that are placed while the market is closed rest until it opens; without it they are refused. */
  readonly restsWhileClosed?: boolean | undefined
  /** An order that costs more than there is is taken and then rejected, as some brokers do; without it it is refused. */
  readonly rejectsWhatIsTaken?: boolean | undefined
}

/** What comes back over the wire, or does not. `Status` is an answer that no documented case covers. */
export type Reply<A> =
  | { readonly _tag: "Done"; readonly body: A }
  | {
      readonly _tag: "Refused"
      readonly status: number
      readonly code: string
      readonly words: string
      /** What it is about, where an instruction says so. */
      readonly class?: Report.RefusalClass | undefined
    }
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

/** The orders that one was placed with, and how far its stop trails. */
export interface Group {
  /** The order that it was placed with. */
  readonly parent: string | undefined
  readonly legs: ReadonlyArray<string>
  /** It waits for its entry to be filled. */
  readonly isWaiting: boolean
  readonly trail: Contingent.Trail | undefined
}

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
  /** An account's working orders in a symbol, of a group those that ask for its shares once, its holding there (signed shares), and what the symbol trades at, where that is known. */
  readonly stand: (
    account: AccountName.AccountName,
    symbol: string
  ) => Effect.Effect<
    {
      readonly working: ReadonlyArray<ExchangeOrder>
      readonly held: Decimal.Decimal
      readonly price: Price.Price | undefined
      /** Dollars that one buy may cost at most. */
      readonly power: Decimal.Decimal
      readonly isHalted: boolean
    },
    ExchangeFailed
  >

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
  /** Dollars that one buy may cost at most. */
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

const BUYING_POWER = "1000000000"
const PAGE = 1000
const POLL = "250 millis"

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

/** What one open exchange works with. */
interface Floor {
  readonly file: Connection.ExchangeFile
  readonly rows: Rows.Rows
  readonly options: ExchangeOptions
  readonly tag: string
  readonly orderIdOf: OrderBook.OrderIdOf
  readonly changed: Effect.Effect<unknown>
}

const prepare = (file: Connection.ExchangeFile, entropy: number): Rows.Rows => {
  const rows = Rows.make(file.database)
  if (rows.fact("tag") === undefined) rows.setFact("tag", entropy.toString(36).padStart(7, "0"))
  return rows
}

/** The prices that the exchange was opened with, at which the orders that rest trade as at any other. */
const offerPrices = (floor: Floor, clock: Instant.Instant): void => {
  const { options, rows } = floor
  if (options.prices === undefined) return
  const turn = Turn.begin(rows, clock)
  const book = bookOf(floor, turn, hoursAt(floor, turn.now))
  book.lapse()
  for (const [symbol, price] of options.prices) {
    rows.offerPrice(symbol, Decimal.format(price))
    book.sweep(symbol)
  }
  turn.end(Turn.plainly)
}

const service = (floor: Floor, changes: PubSub.PubSub<void>): ExchangeService => ({
  instruct: (input) => Effect.flatMap(Instruction.decode(input), (instruction) => instruct(floor, instruction)),
  instructJson: (text) => Effect.flatMap(Instruction.parse(text), (instruction) => instruct(floor, instruction)),
  orders: pages(floor, floor.rows.ordersAfter),
  fills: pages(floor, floor.rows.executionsAfter),
  requests: pages(floor, floor.rows.requestsAfter),
  look: (brokerOrderId) =>
    floor.file.transact(() => {
      const order = floor.rows.order(brokerOrderId)
      if (order === undefined) return undefined
      const word = floor.rows.fact(shownAs(brokerOrderId))
      const executions = floor.rows.executionsOf(brokerOrderId)
      return { order, executions, shownAs: word === "" ? undefined : word }
    }),
  stand: (account, symbol) =>
    floor.file.transact((clock) => ({
      working: floor.rows.working(symbol).filter((order) => order.account === account && asksForShares(floor, order)),
      held: floor.rows.holding(account, symbol)?.amount ?? Decimal.zero,
      price: tradesAt(floor, symbol),
      power: floor.rows.buyingPower(account)?.amount ?? Decimal.unsafe(BUYING_POWER),
      isHalted: Market.isHalted(floor.rows, symbol, Turn.begin(floor.rows, clock).now)
    })),
  groups: (brokerOrderIds) => floor.file.transact(() => new Map(brokerOrderIds.map((id) => [id, groupOf(floor, id)]))),
  working: (account) =>
    floor.file.transact(() => floor.rows.workingOf(account).filter((order) => asksForShares(floor, order))),
  priceOf: (symbol) =>
    floor.file.read((clock) => {
      const known = floor.rows.price(symbol)
      return known && { price: known.price, at: known.since ?? clock }
    }),
  now: floor.file.transact((clock) => Turn.begin(floor.rows, clock).now),
  hours: floor.file.transact((clock) => hoursAt(floor, Turn.begin(floor.rows, clock).now)),
  place: (account, request) => place(floor, account, request),
  amend: (account, brokerOrderId, request) => amend(floor, account, brokerOrderId, request),
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
  holdings: (account) =>
    read(floor, { account, operation: "positions", payload: {} }, () =>
      floor.rows.holdings(account).filter(({ quantity }) => !Decimal.isZero(quantity))
    ),
  buyingPower: (account) =>
    read(
      floor,
      { account, operation: "account", payload: {} },
      () => floor.rows.buyingPower(account)?.amount ?? Decimal.zero
    ),
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

const groupOf = ({ rows }: Floor, brokerOrderId: string): Group => ({
  parent: Contingent.parentOf(rows, brokerOrderId),
  legs: Contingent.legsOf(rows, brokerOrderId),
  isWaiting: Contingent.isWaiting(rows, brokerOrderId),
  trail: Contingent.trailOf(rows, brokerOrderId)
})

/** Of exits of one position the first that works asks for its shares, and none while their entry does. */
const asksForShares = ({ rows }: Floor, { brokerOrderId }: OrderRow): boolean => {
  if (Contingent.parentOf(rows, brokerOrderId) === undefined) return true
  if (Contingent.isWaiting(rows, brokerOrderId)) return false
  const before = Contingent.groupOf(rows, brokerOrderId)
  return !before.slice(0, before.indexOf(brokerOrderId)).some((id) => isWorking(rows.order(id)?.status ?? "filled"))
}

const tradesAt = ({ options, rows }: Floor, symbol: string): Price.Price | undefined =>
  rows.price(symbol)?.price ?? options.unsaidPrice

const isListed = ({ options }: Floor, account: AccountName.AccountName, symbol: string): boolean =>
  OrderBook.mayTrade(symbol) && (options.listings?.get(account) ?? options.listing ?? Listing.shipped).has(symbol)

const textOf = (instant: Instant.Instant): string => Instant.format(instant)

/** A query by keyset: rows after a number, at most so many. */
type Paged<A> = (after: number, limit: number) => ReadonlyArray<A>

const pages = <A extends { readonly number: number }>(
  { file }: Floor,
  query: Paged<A>
): Effect.Effect<ReadonlyArray<A>, ExchangeFailed> =>
  Effect.gen(function* () {
    const found: Array<A> = []
    for (;;) {
      const page = yield* file.transact(() => query(found.at(-1)?.number ?? 0, PAGE))
      found.push(...page)
      if (page.length < PAGE) return found
    }
  })

/** A request as it arrives. */
interface Ask {
  readonly account: AccountName.AccountName
  readonly operation: Operation
  readonly payload: unknown
  /** The order that the request asks for or is about, as far as instructions look at it. */
  readonly subject?: () => Subject | undefined
}

type Subject = Pick<OrderRow, "side" | "quantity" | "clientOrderId"> & {
  readonly symbol: string
  readonly brokerOrderId?: string
}

/** What serving a request works with. */
interface Scene {
  readonly turn: Turn.Turn
  readonly book: OrderBook.OrderBook
  readonly script: Script
  readonly requestNumber: number
  readonly hours: Hours
}

/** What was done about a request. `order` is the one that it made or was about. */
interface Served<A> {
  readonly reply: Reply<A>
  readonly taken: boolean
  readonly order?: string | undefined
}

const done = <A>(body: A, order?: string): Served<A> => ({ reply: { _tag: "Done", body }, taken: true, order })

const refused = ({ code, status, words }: OrderBook.Refusal, refusalClass?: Report.RefusalClass): Served<never> => ({
  reply: { _tag: "Refused", status, code, words, class: refusalClass },
  taken: false
})

const status = (
  code: number,
  headers: { readonly [name: string]: string } = {},
  body: unknown = null
): Served<never> => ({
  reply: { _tag: "Status", status: code, headers, body },
  taken: false
})

/** One request, from its arrival to its answer: one transaction, then the delay. */
const serve = <A>(floor: Floor, ask: Ask, process: (scene: Scene) => Served<A>): Asked<A> =>
  floor.file
    .transact((clock) => {
      const scene = arrive(floor, ask, clock)
      const { rows } = floor
      const subject = ask.subject?.()
      const expired = rows.fact("tokenExpired") === "1" && ask.operation !== "token"
      const fired = expired ? noneFired : trigger(floor, ask, subject, scene.requestNumber)
      const served = expired
        ? status(401)
        : act(floor, ask, subject, { ...scene, script: fired.script }, fired, process)
      const reply: Reply<A> = replyIn(fired.script) ?? served.reply
      log(rows, ask, scene, { ...served, reply })
      scene.turn.end(fired.script.delivery)
      return { at: scene.turn.now, reply, delayMs: fired.script.delayMs }
    })
    .pipe(
      Effect.tap(floor.changed),
      Effect.tap(({ delayMs }) => (delayMs > 0 ? Effect.sleep(delayMs) : Effect.void)),
      Effect.map(({ at, reply }) => ({ at, reply }))
    )

/** The answer of a request that is done whatever is answered. */
const replyIn = ({ answering, lost }: Script): Reply<never> | undefined => {
  if (lost !== undefined) return { _tag: "Lost", how: lost }
  if (answering === undefined) return undefined
  const { body = null, headers = {}, status: code } = answering
  return { _tag: "Status", status: code, headers, body }
}

const hoursAt = ({ options, rows }: Floor, now: Instant.Instant): Hours => {
  const instructed = rows.fact("session")
  if (instructed !== undefined) return { regular: instructed === "open", extended: instructed !== "closed" }
  return { regular: options.isOpen?.(now) ?? true, extended: options.isOpen?.(now, "extended") ?? true }
}

/** The orders that were placed while the market was closed, and wait for it to open. */
const restingIn = ({ rows }: Floor): ReadonlyArray<string> =>
  (rows.fact("resting") ?? "").split(" ").filter((id) => id !== "")

const wake = (floor: Floor, book: OrderBook.OrderBook): void => {
  const resting = restingIn(floor)
  if (resting.length === 0) return
  floor.rows.setFact("resting", "")
  const found = resting.map((id) => floor.rows.order(id)).filter((order) => order !== undefined)
  for (const { brokerOrderId } of found.toSorted(byPriority)) {
    // What traded before may have ended it.
    const order = floor.rows.order(brokerOrderId)
    if (order === undefined || !isWorking(order.status)) continue
    if (order.timeInForce === "opg") book.auction(order)
    else book.work(order)
  }
}

const bookOf = ({ options: { unsaidPrice }, orderIdOf, tag }: Floor, turn: Turn.Turn, hours: Hours) =>
  OrderBook.make(turn, { tag, orderIdOf, hours, unsaidPrice })

const arrive = (floor: Floor, { account }: Ask, clock: Instant.Instant): Scene => {
  const { rows } = floor
  const turn = Turn.begin(rows, clock)
  const hours = hoursAt(floor, turn.now)
  const book = bookOf(floor, turn, hours)
  rows.openAccount(account, BUYING_POWER)
  const requestNumber = rows.lastRequest() + 1
  book.lapse()
  if (hours.regular) wake(floor, book)
  else book.endSession(hours, new Set(restingIn(floor)))
  book.fillDue(requestNumber)
  return { turn, book, script: nothing, requestNumber, hours }
}

/** The instructions that a request triggered, and the way it therefore goes. */
interface Fired {
  readonly script: Script
  readonly instructions: ReadonlyArray<InstructionRow>
}

const noneFired: Fired = { script: nothing, instructions: [] }

const trigger = ({ options, rows }: Floor, ask: Ask, subject: Subject | undefined, requestNumber: number): Fired => {
  let script = nothing
  const instructions: Array<InstructionRow> = []
  for (const row of rows.waiting(ask.operation)) {
    const { when } = row.body
    if (!agrees(when, ask, subject)) continue
    const seen = row.seen + 1
    const next = seen >= (when?.order ?? when?.nth ?? 1) ? withAct(script, row.body.do) : undefined
    const counted = { ...row, seen, remaining: row.remaining - (next === undefined ? 0 : 1) }
    rows.putInstruction(counted)
    if (next === undefined) continue
    script = next
    instructions.push(counted)
  }
  const { faultRate = 0, seed = 0 } = options
  if (instructions.length > 0 || faultRate <= 0) return { script, instructions }
  return { script: Faults.draw({ seed, faultRate }, requestNumber, ask.operation, subject?.quantity), instructions }
}

const agrees = (when: Instruction.When | undefined, ask: Ask, subject: Subject | undefined): boolean =>
  when === undefined ||
  ((when.account === undefined || when.account === ask.account) &&
    (when.symbol === undefined || when.symbol === subject?.symbol) &&
    (when.side === undefined || when.side === subject?.side) &&
    (when.clientOrderId === undefined || when.clientOrderId === subject?.clientOrderId))

/** What changes the books stands after a request that does so itself, and before a read, which then shows it. */
const act = <A>(
  floor: Floor,
  ask: Ask,
  subject: Subject | undefined,
  scene: Scene,
  fired: Fired,
  process: (scene: Scene) => Served<A>
): Served<A> => {
  const { filling, instead } = scene.script
  const changes = ask.operation === "place" || ask.operation === "cancel"
  const told = new Map<Instruction.Act, string>()
  const besides = (order: string | undefined, acts: ReadonlyArray<Instruction.Act>) => {
    for (const each of acts) told.set(each, tryPerform(stageOf(floor, scene, order, ask.account), each))
  }
  if (ask.operation !== "place" && filling?._tag === "fill") besides(subject?.brokerOrderId, [filling])
  if (!changes) besides(subject?.brokerOrderId, scene.script.besides)
  const served = instead === undefined ? process(scene) : answerInstead(floor, instead)
  if (ask.operation === "place" && filling?._tag === "fill" && isTaken(floor, served)) besides(served.order, [filling])
  if (changes) besides(served.order ?? subject?.brokerOrderId, scene.script.besides)
  const about = `request ${scene.requestNumber} (${[ask.operation, served.order ?? subject?.symbol].filter(Boolean).join(" ")})`
  for (const row of fired.instructions) {
    floor.rows.putInstruction({ ...row, did: [...row.did, `${about}: ${told.get(row.body.do) ?? row.body.do._tag}`] })
  }
  return served
}

const isTaken = ({ rows }: Floor, { order }: Served<unknown>): boolean => {
  const made = order === undefined ? undefined : rows.order(order)
  return made !== undefined && isWorking(made.status)
}

const answerInstead = ({ rows }: Floor, instead: NonNullable<Script["instead"]>): Served<never> => {
  switch (instead._tag) {
    case "reject":
      return refused(
        { status: 403, code: instead.code ?? "rejected", words: instead.words ?? "rejected by the exchange" },
        instead.class
      )
    case "resetBefore":
      return { reply: { _tag: "Lost", how: "reset" }, taken: false }
    case "answer":
      return status(instead.status, instead.headers, instead.body)
    case "expireToken":
      rows.setFact("tokenExpired", "1")
      return status(401)
  }
}

const stageOf = (
  { rows }: Floor,
  { book, turn }: Pick<Scene, "book" | "turn">,
  target: string | undefined,
  account: AccountName.AccountName | undefined
): Stage => ({ turn, book, target, account, openAccount: (name) => rows.openAccount(name, BUYING_POWER) })

const tryPerform = (stage: Stage, each: Instruction.Act): string => {
  try {
    return perform(stage, each)
  } catch (error) {
    if (error instanceof CannotAct) return `not done: ${error.message}`
    throw error
  }
}

const log = (rows: Rows.Rows, ask: Ask, { requestNumber, turn }: Scene, served: Served<unknown>): void =>
  rows.putRequest({
    number: requestNumber,
    at: turn.now,
    account: ask.account,
    operation: ask.operation,
    payload: ask.payload,
    answer: { ...outcomeOf(served.reply), taken: served.taken, brokerOrderId: served.order ?? null }
  })

const outcomeOf = (reply: Reply<unknown>): Omit<typeof LoggedAnswer.Type, "taken" | "brokerOrderId"> => {
  switch (reply._tag) {
    case "Done":
      return { outcome: "done", status: 200, code: null, words: null }
    case "Refused":
      return { outcome: "refused", status: reply.status, code: reply.code, words: reply.words }
    case "Status":
      return { outcome: "status", status: reply.status, code: null, words: null }
    case "Lost":
      return { outcome: reply.how, status: null, code: null, words: null }
  }
}

const encodePlace = Schema.encodeSync(PlaceRequest)

const place = (floor: Floor, account: AccountName.AccountName, request: PlaceRequest): Asked<ExchangeOrder> =>
  serve(floor, { account, operation: "place", payload: encodePlace(request), subject: () => request }, (scene) =>
    takeOrder(floor, scene, account, request)
  )

const takeOrder = (
  floor: Floor,
  { book, hours, requestNumber, script, turn }: Scene,
  account: AccountName.AccountName,
  request: PlaceRequest
): Served<ExchangeOrder> => {
  const { rejectsWhatIsTaken = false, restsWhileClosed = false } = floor.options
  const { symbol } = request
  if (hours.extended && OrderBook.mayTrade(symbol)) book.learnPrice({ ...request, symbol })
  const refusal = book.refusalOf(account, request, restsWhileClosed)
  const isTaken = rejectsWhatIsTaken && refusal?.code === OrderBook.TOO_DEAR
  if (refusal !== undefined && !isTaken) return refused(refusal)
  const order = book.enter(account, Ticker.Ticker.make(symbol), request)
  if (refusal !== undefined) {
    book.close(order, "rejected", refusal.words)
    return done(order, order.brokerOrderId)
  }
  const { filling, restAfterRequests } = script
  if (!isInSession(request, hours)) {
    const resting = Contingent.groupOf(floor.rows, order.brokerOrderId)
    floor.rows.setFact("resting", [...restingIn(floor), ...resting].join(" "))
  }
  if (filling === undefined) book.work(order)
  const now = turn.rows.order(order.brokerOrderId) ?? order
  if (restAfterRequests !== undefined && isWorking(now.status)) {
    book.keep(now, { fillsAtRequest: requestNumber + restAfterRequests })
  }
  return done(order, order.brokerOrderId)
}

const amend = (
  floor: Floor,
  account: AccountName.AccountName,
  brokerOrderId: string,
  request: PlaceRequest
): Asked<ExchangeOrder> =>
  serve(
    floor,
    { account, operation: "place", payload: encodePlace(request), subject: () => request },
    ({ book, script, turn }) => {
      const { restsWhileClosed = false } = floor.options
      const order = ownOrder(floor, account, { brokerOrderId })
      if (order === undefined) return refused(noOrder(brokerOrderId))
      if (!isWorking(order.status) || !Decimal.isLess(order.filledQuantity, request.quantity))
        return refused({ status: 422, code: "not_amendable", words: `order ${brokerOrderId} is ${order.status}` })
      if (order.symbol !== request.symbol || order.side !== request.side || order.type !== request.type)
        return refused({ status: 422, code: "another_order", words: `order ${brokerOrderId} is another one` })
      const refusal = book.refusalOf(account, { ...request, clientOrderId: null }, restsWhileClosed)
      if (refusal !== undefined) return refused(refusal)
      const changed = book.amend(order, request)
      if (script.filling === undefined) book.work(changed)
      return done(turn.rows.order(brokerOrderId) ?? changed, brokerOrderId)
    }
  )

const noOrder = (brokerOrderId: string): OrderBook.Refusal => ({
  status: 404,
  code: "unknown_order",
  words: `no order ${brokerOrderId}`
})

const cancel = (floor: Floor, account: AccountName.AccountName, brokerOrderId: string): Asked<null> => {
  const subject = () => ownOrder(floor, account, { brokerOrderId })
  return serve<null>(
    floor,
    { account, operation: "cancel", payload: { brokerOrderId }, subject },
    ({ book, script }) => {
      const order = subject()
      if (order === undefined) return refused(noOrder(brokerOrderId))
      if (!isWorking(order.status)) {
        return refused({ status: 422, code: "not_cancelable", words: `order ${brokerOrderId} is ${order.status}` })
      }
      if (script.filling?._tag !== "accept") book.close(order, "cancelled", "asked for by the client")
      return done(null, brokerOrderId)
    }
  )
}

const ownOrder = ({ rows }: Floor, account: AccountName.AccountName, key: OrderKey): OrderRow | undefined => {
  const order =
    "brokerOrderId" in key ? rows.order(key.brokerOrderId) : rows.orderByClientId(account, key.clientOrderId)
  return order?.account === account ? order : undefined
}

/** A look-up by client order id searches, as a listing does, and does not find what is hidden. */
const readOrder = (floor: Floor, account: AccountName.AccountName, key: OrderKey): Asked<ExchangeOrder | undefined> => {
  const subject = () => ownOrder(floor, account, key)
  return serve<ExchangeOrder | undefined>(floor, { account, operation: "order", payload: key, subject }, ({ turn }) => {
    const order = subject()
    if (order === undefined) return done(undefined)
    const hidden = order.hiddenUntil !== null && order.hiddenUntil > turn.now
    const lost = floor.rows.fact(hiddenEverywhere(order.brokerOrderId)) ?? ""
    const isFound = "clientOrderId" in key ? !hidden : lost <= textOf(turn.now)
    return isFound ? done(order, order.brokerOrderId) : done(undefined)
  })
}

const read = <A>(floor: Floor, ask: Ask, body: () => A): Asked<A> => serve(floor, ask, () => done(body()))

const listing = <A extends { readonly number: number }>(
  floor: Floor,
  account: AccountName.AccountName,
  operation: "orders" | "fills",
  window: Broker.TimeWindow,
  query: (at: Instant.Instant) => Paged<A>
): Asked<ReadonlyArray<A>> =>
  Effect.gen(function* () {
    const payload = { from: textOf(window.from), to: textOf(window.to) }
    const { at, reply } = yield* serve(floor, { account, operation, payload }, () => done(null))
    if (reply._tag !== "Done") return { at, reply }
    return { at, reply: { _tag: "Done" as const, body: yield* pages(floor, query(at)) } }
  })

const encodeInstruction = Schema.encodeSync(Schema.parseJson(Instruction.Instruction))

const instruct = (
  floor: Floor,
  instruction: Instruction.Instruction
): Effect.Effect<Instructed, InstructionRefused | ExchangeFailed> =>
  floor.file
    .transact((clock) => {
      const known = floor.rows.instruction(instruction.id)
      return known === undefined ? enact(floor, instruction, clock) : repeat(known, instruction)
    }, Either.isRight)
    .pipe(
      Effect.flatMap((outcome) => outcome),
      Effect.tap(floor.changed)
    )

type Enacted = Either.Either<Instructed, InstructionRefused>

const repeat = (known: InstructionRow, instruction: Instruction.Instruction): Enacted =>
  encodeInstruction(known.body) === encodeInstruction(instruction)
    ? Either.right({ id: known.id, repeated: true, remaining: known.remaining, did: known.did })
    : Either.left(refusedInstruction(instruction.id, "its id was given before with other contents; give it another"))

const refusedInstruction = (id: string, detail: string) => new Instruction.InstructionRefused({ id, detail })

const enact = (floor: Floor, instruction: Instruction.Instruction, clock: Instant.Instant): Enacted => {
  const { rows } = floor
  const { do: what, id, times = 1, when } = instruction
  const number = rows.lastInstruction() + 1
  const waits = when !== undefined || shapesRequest(what)
  const operation = waits ? (when?.operation ?? "place") : null
  const remaining = waits ? times : 0
  const turn = Turn.begin(rows, clock)
  const book = bookOf(floor, turn, hoursAt(floor, turn.now))
  const stage = stageOf(floor, { turn, book }, undefined, undefined)
  book.lapse()
  try {
    const did = waits ? [] : Array.from({ length: times }, () => perform(stage, what))
    rows.putInstruction({ number, id, body: instruction, operation, seen: 0, remaining, did })
    turn.end(Turn.plainly)
    return Either.right({ id, repeated: false, remaining, did })
  } catch (error) {
    if (error instanceof CannotAct) return Either.left(refusedInstruction(id, error.message))
    throw error
  }
}

/** Without a `when`, such an act waits for the next order: there is nothing that it could do at once. */
const shapesRequest = (what: Instruction.Act): boolean => {
  switch (what._tag) {
    case "reject":
    case "status":
      return what.brokerOrderId === undefined && what.clientOrderId === undefined
    case "accept":
    case "takeThenTimeout":
    case "takeThenReset":
    case "resetBefore":
    case "answer":
    case "delay":
    case "reorder":
      return true
    default:
      return false
  }
}

const stream = (
  floor: Floor,
  account: AccountName.AccountName,
  changes: PubSub.PubSub<void>
): Effect.Effect<Replied<Stream.Stream<Streamed, ExchangeFailed>>, ExchangeFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const woken = yield* PubSub.subscribe(changes)
    const { at, reply } = yield* read(floor, { account, operation: "stream", payload: {} }, () =>
      floor.rows.lastEvent()
    )
    if (reply._tag !== "Done") return { at, reply }
    const cursor = yield* Ref.make(reply.body)
    return { at, reply: { _tag: "Done" as const, body: follow(floor, account, cursor, woken) } }
  })

/** Reads on from the cursor; woken by this process, and looking for what other processes wrote where they share its file. */
const follow = (
  { file, options, rows }: Floor,
  account: AccountName.AccountName,
  cursor: Ref.Ref<number>,
  woken: Queue.Dequeue<void>
): Stream.Stream<Streamed, ExchangeFailed> => {
  const more = Effect.gen(function* () {
    const after = yield* Ref.get(cursor)
    const events = yield* file.transact(() => rows.eventsAfter(after, account, PAGE))
    const last = events.at(-1)
    if (last === undefined)
      yield* options.file === undefined ? Queue.take(woken) : Effect.race(Queue.take(woken), Effect.sleep(POLL))
    else yield* Ref.set(cursor, last.number)
    return Chunk.fromIterable(events.map(streamedOf))
  })
  return Stream.repeatEffectChunk(more).pipe(Stream.takeUntil(({ _tag }) => _tag === "Dropped"))
}

const decodeOrder = Schema.decodeUnknownSync(Schema.parseJson(ExchangeOrder))
const decodeExecution = Schema.decodeUnknownSync(Schema.parseJson(Execution))

const streamedOf = ({ body, kind }: EventRow): Streamed => {
  switch (kind) {
    case "order":
      return { _tag: "Order", order: decodeOrder(body), text: body }
    case "execution":
      return { _tag: "Execution", execution: decodeExecution(body), text: body }
    case "dropped":
      return { _tag: "Dropped" }
  }
}
