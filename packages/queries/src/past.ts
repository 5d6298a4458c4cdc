import { Account, Clock, Instant, Reads, type AccountName } from "@roundlot/core"
import { Entropy, type Id, type Table, TradeRepository } from "@roundlot/core/adapter"
import { AsOf, Health, Ledger } from "@roundlot/core/ledger"
import { Array, Effect, Either, Layer, Stream } from "effect"
import { idOf, momentOf } from "./criteria.ts"
import { BadFilter, NotFound } from "./errors.ts"

/** Of which moment a document is. */
interface AsOfDocument {
  /** The position in the feed of the last commit that is in it. */
  readonly position: number
  readonly at: string
}

const POSITION = /^\d{1,15}$/

/** The moment that a text means: a position of the feed, a date or a time. */
export const parse = (text: string): Either.Either<AsOf.Moment, BadFilter> =>
  POSITION.test(text)
    ? Either.right({ position: Number(text) })
    : Either.mapBoth(momentOf("as-of", text), {
        onLeft: ({ problem }) => {
          const words = `is not a feed position, and ${problem}`
          return new BadFilter({ filter: "as-of", value: text, problem: words })
        },
        onRight: (time) => ({ time })
      })

/** The accounts whose books of an earlier moment are asked for: the named one, or all. */
export const ownersOf = (
  named?: string
): Effect.Effect<
  ReadonlyArray<AccountName.AccountName>,
  BadFilter | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const all = (yield* Reads.all(Account.AccountTable)).map(({ name }) => name)
    const meant = named === undefined ? all : all.filter((name) => name === named)
    if (named === undefined || meant.length > 0) return meant
    return yield* new BadFilter({ filter: "account", value: named, problem: `is not one of ${all.join(", ")}` })
  })

/** The account of a record of today, whose books of an earlier moment are asked for. */
export const ownerIn = <R extends { readonly account: AccountName.AccountName }>(
  table: Table.Table<R>,
  kind: Id.Kind,
  id: string
): Effect.Effect<
  AccountName.AccountName,
  BadFilter | NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const number = yield* idOf(kind, kind, id)
    const found = yield* Reads.first(table, { where: [{ column: "id", in: [number] }] })
    return found?.account ?? (yield* new NotFound({ kind, id, list: `${kind}s` }))
  })

const momentAsked = (asOf: string) =>
  Effect.gen(function* () {
    const moment = yield* parse(asOf)
    const { now } = yield* Clock.Clock
    if ("time" in moment && moment.time > (yield* now)) {
      return yield* new BadFilter({ filter: "as-of", value: asOf, problem: "is in the future" })
    }
    return moment
  })

/** Rows for later: they are read from the books that are looked at now. */
export const kept = <A, E, R>(rows: Stream.Stream<A, E, R>): Effect.Effect<Stream.Stream<A, E>, never, R> =>
  Effect.map(Effect.context<R>(), (context) => Stream.provideContext(rows, context))

/** What a view shows of the books as they stood, with the moment that it is of. How the program was then, nothing has on record. */
const shownIn = <D extends object, E, R>({ at, position, repository }: AsOf.Past, view: Effect.Effect<D, E, R>) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const store = Layer.succeed(TradeRepository.TradeRepository, repository)
    const then = Layer.succeed(Clock.Clock, { ...clock, now: Effect.succeed(at) })
    const books = Layer.merge(Ledger.layer, Health.layer).pipe(
      Layer.provideMerge(Layer.mergeAll(store, then, Entropy.layerSecure))
    )
    const document = yield* Effect.provide(view, books)
    return { ...document, asOf: { position, at: Instant.format(at) } satisfies AsOfDocument }
  })

/** A document of journals as they are, or as of an earlier moment, which it then names: of all accounts, whose rows it does not read. */
export const seenOfJournals = <D extends object, E, R>(asOf: string | undefined, view: Effect.Effect<D, E, R>) =>
  Effect.gen(function* () {
    if (asOf === undefined) return yield* view
    return yield* shownIn(yield* AsOf.journals(yield* momentAsked(asOf)), view)
  })

/** A document as it is, or as of an earlier moment of the accounts that it is about, which it then names. */
export const seen = <D extends object, E, R, E2, R2>(
  asOf: string | undefined,
  owners: Effect.Effect<AccountName.AccountName | ReadonlyArray<AccountName.AccountName>, E2, R2>,
  view: Effect.Effect<D, E, R>
) =>
  Effect.gen(function* () {
    if (asOf === undefined) return yield* view
    const moment = yield* momentAsked(asOf)
    return yield* shownIn(yield* AsOf.books(moment, Array.ensure(yield* owners)), view)
  })
