import {
  type Broker,
  type Roundlot as Core,
  Account,
  Accumulator,
  Audit,
  Commands,
  Daemon,
  Decision,
  Decisions,
  Events,
  Fill,
  Order,
  Position,
  Reads,
  Trade
} from "@roundlot/core"
import type { Table } from "@roundlot/core/adapter"
import { Break, type Command, type due, type Event, Health, type intake } from "@roundlot/core/ledger"
import { Cause, Deferred, Effect, Exit, Fiber, FiberId, ManagedRuntime, Schema, Stream } from "effect"
import {
  commandOf,
  decisionOf,
  reading,
  settingsOf,
  tradesOf,
  type NewCommand,
  type NewDecision,
  type NewSettings,
  type NewTrade,
  accountOf,
  symbolOf
} from "./Given.ts"
import { plain, type Plain } from "./Plain.ts"
import { type Parts, layerOf } from "./Parts.ts"

/** What may be asked beside a question: until when the answer is of use. */
export interface Until {
  /** Aborted: the promise rejects with the signal's reason, the loop over events throws it. */
  readonly signal?: AbortSignal | undefined
}

/** Who does something, and why; both are on record. */
export interface By {
  readonly actor?: string | undefined
  readonly reason?: string | undefined
}

type Texts<R> = {
  readonly [K in keyof R as NonNullable<R[K]> extends string | number ? K : never]?:
    | Plain<NonNullable<R[K]>>
    | ReadonlyArray<Plain<NonNullable<R[K]>>>
}

/** Which records: those whose fields have these values, one or any of several. The newest first, 100 of them at most where no limit is said. */
export interface Question<R> extends Until {
  readonly where?: Texts<R> | undefined
  /** At most 1,000. */
  readonly limit?: number | undefined
  /** Those that come after a page: its `next`. */
  readonly after?: ReadonlyArray<string | number> | undefined
}

/** A page of records, and what asks for the next one; nothing after the last. */
export interface Page<R> {
  readonly items: ReadonlyArray<Plain<R>>
  readonly next: ReadonlyArray<string | number> | undefined
}

/** What is to be heard: of which account, which kinds, from which cursor on. */
export interface Hearing extends Until {
  /** From `BEGINNING`, or after the cursor of what was heard last; from now on where nothing is said. */
  readonly after?: string | undefined
  readonly account?: string | undefined
  /** Ends once all that there is was heard. */
  readonly ends?: boolean | undefined
}

/** What became of each trade. */
export type Results = ReadonlyArray<Plain<intake.IntakeResult>>

/** The services that an effect may ask for in `run`. */
export type Given = Core.Services | Core.Foundations | Broker.Brokers | Decisions.Decisions

const HUNDRED = 100

const Cell = Schema.Union(Schema.String, Schema.JsonNumber)

/** The books were closed, and what was asked of them has no answer: what was committed by then stays committed. */
export class BooksClosed extends Schema.TaggedError<BooksClosed>()("BooksClosed", {}) {
  override get message() {
    return "the books are closed"
  }
}

/** Ends when a signal is aborted, with its reason; never, where there is none. */
const abortedBy = (signal: AbortSignal | undefined): Effect.Effect<unknown> =>
  signal === undefined
    ? Effect.never
    : Effect.async((resume) => {
        const abort = () => resume(Effect.sync((): unknown => signal.reason))
        if (signal.aborted) return abort()
        signal.addEventListener("abort", abort, { once: true })
        return Effect.sync(() => signal.removeEventListener("abort", abort))
      })

const aborted = (signal: AbortSignal | undefined) => Effect.flatMap(abortedBy(signal), Effect.fail)

const Where = Schema.Record({
  key: Schema.String,
  value: Schema.UndefinedOr(Schema.Union(Cell, Schema.Array(Cell)))
})

const isMany = (where: unknown): boolean => typeof where === "object" && where !== null && Symbol.iterator in where

/** A question is answered as it was asked or not at all: nothing of it is passed over. A map has no field, and would ask for everything. */
const filtersOf = (where: unknown = {}) =>
  Effect.map(reading("a question", Where)(isMany(where) ? undefined : where), (columns) =>
    Object.entries(columns).flatMap(([column, cells]) =>
      cells === undefined ? [] : [{ column, in: typeof cells === "object" ? cells : [cells] }]
    )
  )

const isPlace = (cell: unknown): cell is string | number => typeof cell === "string" || typeof cell === "number"

/** What an exit came to; the error itself where it failed, which a loop over a stream gets as well. */
const settled = async <A, E>(running: Promise<Exit.Exit<A, E>>): Promise<A> => {
  const exit = await running
  if (Exit.isSuccess(exit)) return exit.value
  throw Cause.squash(exit.cause)
}

/** With what a fiber failed; nothing where it was interrupted. */
const endOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>): Promise<unknown> =>
  Effect.runPromise(Fiber.await(fiber)).then((exit) =>
    Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause) ? Cause.squash(exit.cause) : undefined
  )

/**
 * The books and what drives them, by promises: the same services that effects have. Whatever fails rejects with an error of a class of
 * `@roundlot/core` (`StoreUnavailable`, `UnknownAccount`, …), or `InvalidInput` for what was given.
 *
 * @example
 * const roundlot = await Roundlot.open({ brokers: { desk: broker } })
 * await roundlot.setAccount("desk", { broker: "house" })
 * await roundlot.take("desk", [{ source: "app", sourceId: "1", symbol: "AAPL", side: "buy", quantity: "0.5", tradedAt: new Date() }])
 * for await (const { fill, order } of roundlot.fills({ account: "desk" })) console.log(order.side, fill.quantity, order.symbol)
 */
export class Roundlot {
  /** Opens the books, and drives their accounts. Rejects where the store or a broker cannot be opened. */
  static async open(parts: Parts): Promise<Roundlot> {
    const runtime = ManagedRuntime.make(layerOf(parts))
    try {
      await settled(runtime.runPromiseExit(Effect.void))
    } catch (error) {
      await runtime.dispose()
      throw error
    }
    return new Roundlot(runtime, parts.drives ?? true)
  }

  /**
   * What ended driving by itself: another process drives by now, the store or a broker cannot be used. Nothing is sent from then on.
   * `undefined` once the books were closed.
   */
  readonly ended: Promise<unknown>
  readonly #runtime: ManagedRuntime.ManagedRuntime<Given, unknown>
  readonly #driving: Fiber.RuntimeFiber<unknown, unknown> | undefined
  #isClosed = false
  readonly #closed = Deferred.unsafeMake<never, BooksClosed>(FiberId.none)

  private constructor(runtime: ManagedRuntime.ManagedRuntime<Given, unknown>, drives: boolean) {
    this.#runtime = runtime
    this.#driving = drives ? runtime.runFork(Daemon.run()) : undefined
    this.ended = this.#driving === undefined ? Promise.resolve(undefined) : endOf(this.#driving)
  }

  /** Runs an effect on the services: what has no method here. */
  async run<A, E>(effect: Effect.Effect<A, E, Given>, { signal }: Until = {}): Promise<A> {
    if (this.#isClosed) throw new BooksClosed()
    signal?.throwIfAborted()
    return settled(
      this.#runtime.runPromiseExit(
        Effect.raceFirst(effect, Effect.raceFirst(aborted(signal), Deferred.await(this.#closed)))
      )
    )
  }

  /** Makes an account, or changes what is set of it. A limit that lets more through than before needs a reason. */
  setAccount(name: string, settings: NewSettings = {}, { actor = "app", reason }: By = {}): Promise<Command.Answered> {
    return this.run(
      Effect.gen(function* () {
        const account = yield* accountOf(name)
        const given = yield* settingsOf(settings)
        const before = yield* Reads.account(account)
        const all = { ...Account.settingsOf(before ?? Account.defaultSettings), ...given }
        const service = yield* Commands.Commands
        return yield* service.setAccount(account, all, actor, reason, before)
      })
    )
  }

  /** Takes trades in, each exactly once, and answers when they are on record: given again they are duplicates. */
  take(account: string, trades: ReadonlyArray<NewTrade>, until?: Until): Promise<Results> {
    return this.takeUnknown(account, trades, until)
  }

  /** The same of what came from elsewhere, such as the body of a request: what is no trade is `InvalidInput`, and nothing is taken. */
  takeUnknown(account: string, trades: unknown, until?: Until): Promise<Results> {
    return this.run(
      Effect.gen(function* () {
        const { submitMany } = yield* Accumulator.Accumulator
        return plain(yield* submitMany(yield* accountOf(account), yield* tradesOf(trades)))
      }),
      until
    )
  }

  /** What order a position would make now, or why none. */
  due(account: string, symbol: string, until?: Until): Promise<Plain<due.Due>> {
    return this.run(
      Effect.gen(function* () {
        const accumulator = yield* Accumulator.Accumulator
        return plain(yield* accumulator.due(yield* accountOf(account), yield* symbolOf(symbol)))
      }),
      until
    )
  }

  /** Puts a decision on record, executes it by one order, and answers when its one attempt has an outcome. */
  decide(account: string, decision: NewDecision, until?: Until): Promise<Plain<Decision.Decision>> {
    return this.run(
      Effect.gen(function* () {
        const decisions = yield* Decisions.Decisions
        const { id } = yield* decisions.decide(yield* accountOf(account), yield* decisionOf(decision))
        return plain(yield* decisions.execute(id))
      }),
      until
    )
  }

  /** Carries out an act of an operator once: the same id again is answered with what it did. */
  perform(
    account: string,
    id: string,
    command: NewCommand,
    { actor = "app", reason = "" }: By = {}
  ): Promise<Command.Answered | Command.Stale> {
    return this.run(
      Effect.gen(function* () {
        const service = yield* Commands.Commands
        const [whose, what] = [yield* accountOf(account), yield* commandOf(command)]
        return yield* service.perform({ id, account: whose, actor, reason, command: what })
      })
    )
  }

  /** Pages of records: `roundlot.list.orders({ where: { account: "desk", status: ["submitted"] } })`. */
  readonly list = {
    accounts: this.#listing(Account.AccountTable),
    trades: this.#listing(Trade.TradeTable),
    positions: this.#listing(Position.PositionTable),
    orders: this.#listing(Order.OrderTable),
    fills: this.#listing(Fill.FillTable),
    decisions: this.#listing(Decision.DecisionTable),
    breaks: this.#listing(Break.BreakTable)
  }

  /** Every entry of the journals in the order of their commits, each once, at the pace of the loop; go on with the newest `cursor`. */
  events<Tag extends Event.LedgerEvent["_tag"] = Event.LedgerEvent["_tag"]>(
    hearing: Hearing & { readonly tags?: ReadonlyArray<Tag> | undefined } = {}
  ): AsyncIterable<Plain<Events.Happened<Extract<Event.LedgerEvent, { readonly _tag: Tag }>>>> {
    return this.#heard(hearing, (wanted) => Events.stream({ ...wanted, tags: hearing.tags }))
  }

  /** Each revision of each execution as it is booked, with its order: side, symbol and what it was for. */
  fills(hearing: Omit<Hearing, "ends"> = {}): AsyncIterable<Plain<Events.FillHappened>> {
    return this.#heard(hearing, Events.fills)
  }

  /** Waits until nothing moves by itself any more; what is left waits for a session, a cool-down or a person. */
  untilIdle(until?: Until): Promise<Plain<Daemon.Left>> {
    return this.run(Effect.map(Daemon.untilIdle, plain), until)
  }

  /** Proves the books by the journal: every row, every hash, every rule of conservation. */
  audit(until?: Until): Promise<Audit.AuditReport> {
    return this.run(Audit.run(), until)
  }

  /** How each part is: its last success and failure, and what the failure was. */
  health(): Promise<ReadonlyArray<Plain<Health.PartHealth>>> {
    return this.run(Effect.flatMap(Health.Health, ({ all }) => Effect.map(all, plain)))
  }

  /**
   * Ends driving, once what is on its way has its answer, and closes the books: loops over events end, and what is asked still rejects with
   * `BooksClosed`.
   */
  async close(): Promise<void> {
    if (this.#driving !== undefined) await Effect.runPromise(Fiber.interrupt(this.#driving))
    this.#isClosed = true
    Deferred.unsafeDone(this.#closed, new BooksClosed())
    await this.#runtime.dispose()
  }

  /** The same, where the books are `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #listing<R>(table: Table.Table<R>) {
    return ({ after, limit = HUNDRED, signal, where }: Question<R> = {}): Promise<Page<R>> =>
      this.run(
        Effect.map(
          Effect.flatMap(filtersOf(where), (filters) =>
            Reads.page(table, { where: filters, limit, after, descending: true })
          ),
          ({ items, next }) => ({ items: items.map((each) => plain(each)), next: next?.filter(isPlace) })
        ),
        { signal }
      )
  }

  #heard<A, E>(
    { account, after, ends, signal }: Hearing,
    stream: (wanted: Events.Wanted) => Stream.Stream<A, E, Given>
  ): AsyncIterable<Plain<A>> {
    const heard = Stream.unwrap(
      Effect.map(account === undefined ? Effect.succeed(undefined) : accountOf(account), (name) =>
        stream({ account: name, after, ends })
      )
    ).pipe(
      Stream.map(plain),
      Stream.interruptWhen(aborted(signal)),
      Stream.interruptWhen(Effect.exit(Deferred.await(this.#closed)))
    )
    return {
      [Symbol.asyncIterator]: () => {
        const leaving = new AbortController()
        const each = this.#each(heard.pipe(Stream.interruptWhen(abortedBy(leaving.signal))))
        return {
          next: () => each.next(),
          // Who leaves while an entry is waited for waits for none.
          return: () => {
            leaving.abort()
            return each.return()
          }
        }
      }
    }
  }

  async *#each<A, E>(stream: Stream.Stream<A, E, Given>): AsyncGenerator<A, void, undefined> {
    if (this.#isClosed) throw new BooksClosed()
    yield* Stream.toAsyncIterableRuntime(stream, await this.#runtime.runtime())
  }
}
