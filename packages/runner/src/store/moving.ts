import type * as FileSystem from "@effect/platform/FileSystem"
import { Audit } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Copy, type Side } from "@roundlot/store-sql"
import { journal } from "@roundlot/queries"
import { Effect, Redacted, Schema, type Scope } from "effect"
import type { SettingsError } from "@roundlot/commands/errors"
import { StorePlace } from "@roundlot/daemon/configuration"
import { isStoreThere, layerStore, notCopied, requireStore, shownStore, onPostgres, onSqlite } from "../App.ts"
import { Output, Progress, type within } from "@roundlot/cli"

/** The copy is there and is not what was to be copied. */
export class CopyDiffers extends Schema.TaggedError<CopyDiffers>()("CopyDiffers", {
  place: Schema.String,
  what: Schema.String
}) {
  override get message() {
    return `${this.place}: ${this.what}. Do not use it: remove it, and run 'roundlot audit' on the original`
  }
}

/** A store that waits for nobody to activate it. */
export class NotWaiting extends Schema.TaggedError<NotWaiting>()("NotWaiting", {
  place: Schema.String,
  state: Schema.String
}) {
  override get message() {
    return `${this.place} is ${this.state}: only an inactive copy can be activated. Make one with 'roundlot store copy' or 'store restore'`
  }
}

/** What a copy came to. */
export interface Moved {
  readonly from: string
  readonly to: string
  readonly incarnation: string
  readonly entries: number
  readonly position: number
  readonly hash: string
}

const sideOf = (place: StorePlace.StorePlace): Effect.Effect<Side.Side, TradeRepository.StoreError, Scope.Scope> =>
  StorePlace.StorePlace.$match(place, {
    Sqlite: ({ file }) => Effect.flatMap(onSqlite, ({ side }) => side.side(file)),
    Postgres: ({ url }) => Effect.flatMap(onPostgres, ({ side }) => side.side({ url })),
    Own: (own) => notCopied(own)
  })

/** Audits a store; where it goes on beside us, so that its feed is up to what it says. */
export const proven = (
  store: StorePlace.StorePlace
): Effect.Effect<journal.HeadDocument & { readonly entries: number }, TradeRepository.StoreError | CopyDiffers> =>
  Effect.gen(function* () {
    const { entries, findings, ok } = yield* Audit.run()
    if (!ok) {
      const what = `the audit has ${findings.length} findings, the first: ${findings[0]?.where ?? ""} ${findings[0]?.what ?? ""}`
      return yield* new CopyDiffers({ place: shownStore(store), what })
    }
    return { entries, ...(yield* journal.head) }
  }).pipe(Effect.provide(layerStore({ store })))

const tell = (table: string, rows: number) =>
  Effect.flatMap(Output.Output, ({ note }) => (rows === 0 ? Effect.void : note(`  ${rows} rows of ${table}`)))

type MovingError = TradeRepository.StoreError | within.NoStore | CopyDiffers | Copy.PlaceTaken

/** Copies a store into an empty place, audits both, and compares their heads. The copy waits until it is activated. */
export const move = (
  from: StorePlace.StorePlace,
  to: StorePlace.StorePlace
): Effect.Effect<Moved, MovingError, FileSystem.FileSystem | Output.Output> =>
  Effect.gen(function* () {
    yield* requireStore({ store: from })
    const { status } = yield* Output.Output
    yield* status(`Auditing ${shownStore(from)} …`)
    yield* proven(from)
    const output = yield* Output.Output
    const { incarnation, origin } = yield* Effect.gen(function* () {
      const [source, target] = yield* Effect.all([sideOf(from), sideOf(to)])
      const { at } = yield* Progress.make("Copying", "rows")
      const total = output.hasStatus ? yield* Copy.rowsIn(source) : undefined
      yield* Copy.copy(source, target, {
        through: (table, rows) => Effect.provideService(tell(table, rows), Output.Output, output),
        reached: (done) => at({ done, total })
      })
      return yield* Copy.self(target)
    }).pipe(Effect.scoped)
    yield* status(`Auditing ${shownStore(to)} …`)
    const { entries, hash, heads, position } = yield* proven(to)
    const isSame =
      Object.keys(heads).length === Object.keys(origin?.heads ?? {}).length &&
      Object.entries(heads).every(([account, head]) => origin?.heads[account] === `${head.seq}:${head.hash}`)
    if (!isSame) return yield* new CopyDiffers({ place: shownStore(to), what: "its heads are not those of the source" })
    return { from: shownStore(from), to: shownStore(to), incarnation, entries, position, hash }
  })

/** What became of the store that a copy replaces: its place, or why it was not retired. */
type Retired = { readonly place: string; readonly why: string | null }

const retireAt = (
  named: StorePlace.StorePlace,
  incarnation: string,
  why: string
): Effect.Effect<string | null, TradeRepository.StoreError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    if (!(yield* isStoreThere(named))) return "the store is gone"
    const side = yield* sideOf(named)
    const there = yield* Copy.self(side)
    if (there.incarnation !== incarnation) return "it is now another store"
    yield* Copy.retire(side, why)
    return null
  }).pipe(Effect.scoped)

/** Whoever reaches the copy on the same server as the same user has the password that no copy keeps. */
const withPasswordOf = (store: StorePlace.StorePlace, source: StorePlace.StorePlace): StorePlace.StorePlace => {
  if (store._tag !== "Postgres" || source._tag !== "Postgres") return source
  const known = new URL(Redacted.value(store.url))
  const wanted = new URL(Redacted.value(source.url))
  if (known.host !== wanted.host || known.username !== wanted.username) return source
  wanted.password = known.password
  return StorePlace.StorePlace.Postgres({ url: Redacted.make(wanted.href) })
}

/** What stands in the place of its source has replaced it. */
const retireSource = (store: StorePlace.StorePlace, origin: Copy.Origin, place: string, why: string) =>
  origin.place === place
    ? Effect.succeed(null)
    : Effect.flatMap(StorePlace.parse(origin.address ?? origin.place, "the copy's origin"), (source) =>
        retireAt(withPasswordOf(store, source), origin.incarnation, why).pipe(
          Effect.catchAll((error) => Effect.succeed(error.message))
        )
      )

/** Lets a copy drive; the store that it is a copy of is retired first, where it can be reached. */
export const activate = (
  store: StorePlace.StorePlace,
  reason: string
): Effect.Effect<
  { readonly activated: string; readonly source: Retired },
  TradeRepository.StoreError | within.NoStore | NotWaiting | SettingsError,
  FileSystem.FileSystem
> =>
  Effect.gen(function* () {
    yield* requireStore({ store })
    const place = shownStore(store)
    const side = yield* sideOf(store)
    const { origin, state } = yield* Copy.self(side)
    if (state !== "waiting" || origin === undefined) return yield* new NotWaiting({ place, state })
    const why = yield* retireSource(store, origin, side.place, `${place} took over: ${reason}`)
    yield* Copy.activate(side, reason)
    return { activated: place, source: { place: origin.place, why } }
  }).pipe(Effect.scoped)
