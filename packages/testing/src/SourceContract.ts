import { Chunk, type Duration, Effect, Option, type Scope, Stream } from "effect"
import {
  Account,
  AccountName,
  Clock,
  Commands,
  Decimal,
  Instant,
  Price,
  Quantity,
  Reads,
  Roundlot,
  type Side,
  SourcePolicy,
  Sources,
  Trade
} from "@roundlot/core"
import { type TradeSource } from "@roundlot/core/adapter"
import { Why } from "@roundlot/core/ledger"
import type { Outcome } from "./broker/Clause.ts"
import { ContractBroken, same } from "./promise.ts"

/** A trade as the outside has it. */
export type Given = Pick<Trade.TradeInput, "sourceId" | "symbol" | "side" | "quantity" | "tradedAt"> & {
  readonly price: Price.Price
}

/** A source, and the outside that it tells of: empty at first. */
export interface Place {
  /** Opens the source as a process does that starts. */
  readonly open: Effect.Effect<
    Pick<TradeSource.TradeSourceService<unknown>, "deliveries" | "ageMs">,
    unknown,
    Scope.Scope
  >
  /** Has the outside have these trades beside those that it had, in this order. */
  readonly bring: (trades: ReadonlyArray<Given>) => Effect.Effect<void, unknown>
  /** From now on the outside cannot be read. A source that cannot be kept from reading leaves it away. */
  readonly fail?: Effect.Effect<void, unknown> | undefined
  /**
   * What stands of a trade in the first 2,000 characters of the bytes that it was read from, and in no other's: its id there. A source that
   * has no bytes leaves it away.
   */
  readonly bytesOf?: ((trade: Given) => string) | undefined
  /** How long a delivery may take; 5 seconds where nothing is said. */
  readonly patience?: Duration.DurationInput | undefined
}

/** What a place may leave away. */
export type Need = "fail" | "bytesOf"

/** A promise of every source, and how it is tried. */
export interface Clause {
  readonly name: string
  /** What it needs of a place that may be left away: an outside that can fail, or bytes that trades are read from. */
  readonly needs: Need | undefined
  readonly run: (place: Place) => Effect.Effect<void, ContractBroken, Scope.Scope>
}

const PATIENCE = "5 seconds"
const LARGEST = 1_000
const MANY = 2_500
const AT_MS = 1_700_000_000_000

const sides: ReadonlyArray<Side.Side> = ["buy", "sell"]

/** Trades that differ in all that a trade says. */
const given = (from: number, count: number): ReadonlyArray<Given> =>
  Array.from({ length: count }, (_, index) => {
    const number = from + index
    return {
      sourceId: String(number),
      symbol: number % 3 === 0 ? "MSFT" : "AAPL",
      side: sides[number % 2] ?? "buy",
      quantity: Quantity.unsafe(`${number}.25`),
      price: Price.unsafe(`${100 + number}.5`),
      tradedAt: Instant.fromMillis(AT_MS + number * 1_000)
    }
  })

const textOf = ({
  price,
  quantity,
  side,
  sourceId,
  symbol,
  tradedAt
}: Omit<Given, "price"> & { readonly price?: Price.Price | undefined }) =>
  [
    sourceId,
    side,
    Decimal.format(quantity),
    symbol,
    price === undefined ? "" : Decimal.format(price),
    Instant.format(tradedAt)
  ].join(" ")

const textsOf = (deliveries: ReadonlyArray<TradeSource.Delivery>): ReadonlyArray<string> =>
  deliveries.flatMap(({ trades }) => trades.map(textOf))

const opened = ({ open }: Place) =>
  Effect.mapError(open, (error) => broken("it can be opened", "a source", String(error)))

const brought = ({ bring }: Place, trades: ReadonlyArray<Given>) => Effect.orDie(bring(trades))

const broken = (promise: string, wanted: string, found: string, remedy?: string) =>
  new ContractBroken({ promise, wanted, found, remedy })

/** What comes from a cursor on until all of these trades have come, the stream ends, or patience does. A failure of the stream breaks the promise. */
const heard = (place: Place, cursor: string | undefined, until: ReadonlyArray<Given>) =>
  Effect.gen(function* () {
    const { deliveries } = yield* opened(place)
    const missing = new Set(until.map(({ sourceId }) => sourceId))
    return yield* deliveries(cursor).pipe(
      Stream.takeUntil(({ trades }) => {
        for (const { sourceId } of trades) missing.delete(sourceId)
        return missing.size === 0
      }),
      Stream.interruptAfter(place.patience ?? PATIENCE),
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray),
      Effect.mapError((error) => broken("what can be read is delivered", "deliveries", String(error)))
    )
  }).pipe(Effect.scoped)

/** As a process that dies once it has taken the first delivery in. */
const firstOf = (place: Place) =>
  Effect.gen(function* () {
    const { deliveries } = yield* opened(place)
    const first = yield* deliveries(undefined).pipe(
      Stream.interruptAfter(place.patience ?? PATIENCE),
      Stream.runHead,
      Effect.mapError((error) => broken("what can be read is delivered", "a delivery", String(error)))
    )
    return yield* Option.match(first, {
      onNone: () => Effect.fail(broken("what is there is delivered", "a delivery", "none")),
      onSome: Effect.succeed
    })
  }).pipe(Effect.scoped)

const missingOf = (wanted: ReadonlyArray<Given>, found: ReadonlyArray<string>): ReadonlyArray<string> => {
  const known = new Set(found)
  return wanted.map(textOf).filter((text) => !known.has(text))
}

const clause = (name: string, run: Clause["run"], needs?: Need): Clause => ({
  name,
  needs,
  run: (place) =>
    Effect.mapError(
      run(place),
      ({ found, promise, remedy, wanted }) => new ContractBroken({ promise, clause: name, wanted, found, remedy })
    )
})

/** What every source promises. What comes twice is no fault: the books count it once, by its id. */
export const clauses: ReadonlyArray<Clause> = [
  clause("every trade is delivered as the outside has it: its id, side, quantity, symbol, price and time", (place) =>
    Effect.gen(function* () {
      const trades = given(1, 7)
      yield* brought(place, trades)
      const found = textsOf(yield* heard(place, undefined, trades))
      const remedy = "Give each trade what the outside says of it, unrounded, under the outside's own id"
      yield* same("every trade is delivered", missingOf(trades, found), [], remedy)
      const known = new Set(trades.map(textOf))
      yield* same(
        "nothing else is delivered",
        found.filter((text) => !known.has(text)),
        [],
        remedy
      )
    })
  ),
  clause("ACC-2: what was not committed is delivered again, under the same ids with the same contents", (place) =>
    Effect.gen(function* () {
      const trades = given(1, 7)
      yield* brought(place, trades)
      const before = yield* firstOf(place)
      const again = new Set(textsOf(yield* heard(place, undefined, trades)))
      const remedy =
        "Take the id from the outside, and let nothing be gone before it was asked for by a later cursor, or the stream went on"
      yield* same(
        "the same trades come again",
        textsOf([before]).filter((text) => !again.has(text)),
        [],
        remedy
      )
    })
  ),
  clause("ACC-2: after a restart nothing that comes after the cursor is passed over", (place) =>
    Effect.gen(function* () {
      const trades = given(1, 7)
      yield* brought(place, trades)
      const first = yield* firstOf(place)
      const taken = new Set(first.trades.map(({ sourceId }) => sourceId))
      const left = trades.filter(({ sourceId }) => !taken.has(sourceId))
      const found = textsOf(left.length === 0 ? [] : yield* heard(place, first.cursor, left))
      yield* same("what is left comes", missingOf(left, found), [], "Give a delivery the cursor of its own last trade")
    })
  ),
  clause("what the outside has later is delivered from the newest cursor on", (place) =>
    Effect.gen(function* () {
      const [early, late] = [given(1, 4), given(5, 3)]
      yield* brought(place, early)
      const deliveries = yield* heard(place, undefined, early)
      yield* brought(place, late)
      const found = textsOf(yield* heard(place, deliveries.at(-1)?.cursor, late))
      yield* same(
        "the later trades come",
        missingOf(late, found),
        [],
        "Go on after the cursor, not at the end of what there was"
      )
    })
  ),
  clause("many trades come in deliveries of a bounded size, each with a cursor", (place) =>
    Effect.gen(function* () {
      const trades = given(1, MANY)
      yield* brought(place, trades)
      const deliveries = yield* heard(place, undefined, trades)
      const sizes = deliveries.map(({ trades: { length } }) => length)
      const remedy = `Deliver at most ${LARGEST} trades at once: all of a delivery is held in memory`
      yield* same(
        "none has more",
        sizes.filter((size) => size > LARGEST),
        [],
        remedy
      )
      yield* same("every trade is delivered", missingOf(trades, textsOf(deliveries)).length, 0)
      yield* same(
        "each has a cursor",
        deliveries.filter(({ cursor }) => cursor === "").length,
        0,
        "Give each its cursor"
      )
    })
  ),
  clause("it says how long it has been silent: no time after it was heard, never less than none", (place) =>
    Effect.gen(function* () {
      yield* brought(place, given(1, 1))
      const { ageMs, deliveries } = yield* opened(place)
      yield* Effect.ignore(Stream.runHead(Stream.interruptAfter(deliveries(undefined), place.patience ?? PATIENCE)))
      const age = yield* ageMs
      const isRight = age >= 0 && age < 60_000
      yield* same(
        "its age is that of its newest word",
        isRight ? "right" : `${age} ms`,
        "right",
        "Note when the outside was heard last"
      )
    })
  ),
  clause(
    "an outside that cannot be read is a failure of the stream, no end of it",
    (place) =>
      Effect.gen(function* () {
        yield* brought(place, given(1, 2))
        yield* Effect.orDie(place.fail ?? Effect.void)
        const ended = yield* Effect.scoped(
          Effect.flatMap(place.open, ({ deliveries }) =>
            Stream.runDrain(Stream.interruptAfter(deliveries(undefined), place.patience ?? PATIENCE))
          )
        ).pipe(Effect.either)
        yield* same(
          "the stream fails",
          ended._tag,
          "Left",
          "Let the failure out: the daemon shows it and opens the source again"
        )
      }),
    "fail"
  ),
  clause(
    "the bytes that a trade was read from are kept with it, and are its cause",
    (place) =>
      Effect.gen(function* () {
        const trades = given(1, 7)
        yield* brought(place, trades)
        const causes = yield* inBooks(yield* heard(place, undefined, trades))
        const wanted = trades.map((trade) => [trade.sourceId, place.bytesOf?.(trade) ?? ""] as const)
        yield* same(
          "each is in the bytes of its trade",
          wanted.flatMap(([id, bytes]) => (causes.get(id)?.includes(bytes) === true ? [] : [`${id}: ${bytes}`])),
          [],
          "Make deliveries with TradeSource.delivered, of the bytes as the outside gave them"
        )
      }),
    "bytesOf"
  )
]

const account = AccountName.AccountName.make("contract")

/** What each trade was read from, by its id, where books that have taken the deliveries in lead to it. */
const inBooks = (deliveries: ReadonlyArray<TradeSource.Delivery>) =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    yield* commands.setAccount(account, { ...Account.defaultSettings, broker: "house" }, "contract")
    yield* Sources.follow(account, {
      name: "contract",
      policy: SourcePolicy.anyAge,
      deliveries: () => Stream.fromIterable(deliveries),
      ageMs: Effect.succeed(0)
    })
    const trades = yield* Reads.all(Trade.TradeTable)
    const read = yield* Effect.forEach(trades, ({ id, sourceId }) =>
      Effect.map(Why.ofRecord("trade", id), (node) => {
        const payload = node?.causes.find(({ kind }) => kind === "payload")
        return [sourceId, payload?.facts["part"]] as const
      })
    )
    return new Map(read)
  }).pipe(Effect.provide([Roundlot.layerMemory, Clock.layerAlwaysOpen]), Effect.orDie)

/** Tries a clause at a place of its own. */
export const outcomeOf = <E>(
  { name, needs, run }: Clause,
  place: Effect.Effect<Place, E, Scope.Scope>
): Effect.Effect<Outcome, E> =>
  Effect.scoped(
    Effect.flatMap(place, (at): Effect.Effect<Outcome, never, Scope.Scope> => {
      if (needs !== undefined && at[needs] === undefined)
        return Effect.succeed({ _tag: "Skipped", clause: name, reason: `place.${needs} is left away` })
      return Effect.match(run(at), {
        onFailure: ({ message }) => ({ _tag: "Broken", clause: name, message }),
        onSuccess: () => ({ _tag: "Kept", clause: name })
      })
    })
  )

/**
 * Tries every clause, each at a place of its own.
 *
 * @example
 * const outcomes = yield* SourceContract.prove(place)
 * yield* Console.log(BrokerContract.summary(outcomes))
 */
export const prove = <E>(place: Effect.Effect<Place, E, Scope.Scope>): Effect.Effect<ReadonlyArray<Outcome>, E> =>
  Effect.forEach(clauses, (each) => outcomeOf(each, place))
