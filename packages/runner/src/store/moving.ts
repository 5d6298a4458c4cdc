import type * as FileSystem from "@effect/platform/FileSystem"
import { Audit } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Copy, Migrations, type Side, Takeover } from "@roundlot/store-sql"
import { history, journal, text } from "@roundlot/queries"
import { Feed } from "@roundlot/core/ledger"
import { Effect, Option, Schema, type Scope, Stream } from "effect"
import type { SettingsError } from "@roundlot/commands/errors"
import { StorePlace } from "@roundlot/daemon/configuration"
import { isStoreThere, layerStore, notCopied, requireStore, onPostgres, onSqlite } from "../App.ts"
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

/** What a copy came to. */
export interface Moved {
  readonly from: string
  readonly to: string
  readonly incarnation: string
  readonly entries: number
  /** When the newest entry was written; null in an empty store. */
  readonly newestAt: string | null
  readonly position: number
  readonly hash: string
  readonly heads: journal.HeadDocument["heads"]
}

/** A store, opened with its tables up to date (`side`), or as it is, of whatever version. */
export const sideOf = (
  place: StorePlace.StorePlace,
  how: "side" | "sideAsItIs" = "side"
): Effect.Effect<Side.Side, TradeRepository.StoreError, Scope.Scope> =>
  StorePlace.StorePlace.$match(place, {
    Sqlite: ({ file }) => Effect.flatMap(onSqlite, ({ side }) => side[how](file)),
    Postgres: ({ url }) => Effect.flatMap(onPostgres, ({ side }) => side[how]({ url })),
    Own: (own) => notCopied(own)
  })

type Proven = Pick<Moved, "entries" | "hash" | "heads" | "newestAt" | "position">

/** Audits a store; where it goes on beside us, so that its feed is up to what it says. */
export const proven = (store: StorePlace.StorePlace): Effect.Effect<Proven, TradeRepository.StoreError | CopyDiffers> =>
  Effect.gen(function* () {
    const { entries, findings, ok } = yield* Audit.run()
    if (!ok) {
      const what = `the audit has ${findings.length} findings, the first: ${findings[0]?.where ?? ""} ${findings[0]?.what ?? ""}`
      return yield* new CopyDiffers({ place: StorePlace.shown(store), what })
    }
    const newest = yield* Stream.runHead(Feed.newestFirst(undefined))
    const newestAt = Option.match(newest, { onNone: () => null, onSome: ({ entry }) => history.timeOf(entry) })
    return { entries, newestAt, ...(yield* journal.head) }
  }).pipe(Effect.provide(layerStore({ store })))

const tell = (table: string, rows: number) =>
  Effect.flatMap(Output.Output, ({ note }) =>
    rows === 0 ? Effect.void : note(`  ${text.counted(rows, "row")} of ${table}`)
  )

type MovingError = TradeRepository.StoreError | within.NoStore | CopyDiffers | Copy.PlaceTaken

/** Copies a store into an empty place, audits both, and compares their heads. The copy waits until it is activated. */
export const move = (
  from: StorePlace.StorePlace,
  to: StorePlace.StorePlace
): Effect.Effect<Moved, MovingError, FileSystem.FileSystem | Output.Output> =>
  Effect.gen(function* () {
    yield* requireStore({ store: from })
    const { status } = yield* Output.Output
    yield* status(`Auditing ${StorePlace.shown(from)} …`)
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
    yield* status(`Auditing ${StorePlace.shown(to)} …`)
    const copied = yield* proven(to)
    const { heads } = copied
    const isSame =
      Object.keys(heads).length === Object.keys(origin?.heads ?? {}).length &&
      Object.entries(heads).every(([account, head]) => origin?.heads[account] === `${head.seq}:${head.hash}`)
    if (!isSame)
      return yield* new CopyDiffers({ place: StorePlace.shown(to), what: "its heads differ from those of the source" })
    return { from: StorePlace.shown(from), to: StorePlace.shown(to), incarnation, ...copied }
  })

/** What becomes of a copy and of its source: retired, replaced by a rollback in its place, or left as it is, and why. */
export interface Activation {
  readonly activated: string
  readonly source: {
    readonly place: string
    readonly outcome: "retired" | "replaced" | "not_retired"
    readonly why: string | null
  }
}

type ActivationError =
  | TradeRepository.StoreError
  | within.NoStore
  | Takeover.NotWaiting
  | Takeover.Refusal
  | SettingsError

const GONE = "the store is gone"

/** The source of a copy, opened as it is; nothing where there is no store any more. */
const sourceAt = (named: StorePlace.StorePlace, accepted: Takeover.Accepted) =>
  Effect.gen(function* () {
    if (!(yield* isStoreThere(named))) return undefined
    const side = yield* sideOf(named, "sideAsItIs")
    const [known, version] = [(yield* Migrations.Known).length, (yield* Migrations.applied(side)).length]
    if (version === 0) return undefined
    if (version === known) return side
    const why = `it has version ${version}, and this Roundlot version ${known}`
    return yield* new Takeover.SourceUnreachable({ source: side.place, why })
  }).pipe(
    Effect.catchTag("StoreUnavailable", ({ message, place, problem }) =>
      problem === "missing"
        ? Effect.succeed(undefined)
        : Effect.fail(new Takeover.SourceUnreachable({ source: place, why: message }))
    ),
    Effect.catchTag("SourceUnreachable", (error) => (accepted.unreachable ? Effect.succeed(error.why) : error))
  )

const OTHER = "another store is in its place"
const IN_PLACE = "the copy is in its place; the original may be elsewhere"

/** A copy that waits, its source, and what that is; none where it is no store of the same books. */
const pairAt = (store: StorePlace.StorePlace, how: "side" | "sideAsItIs", accepted: Takeover.Accepted) =>
  Effect.gen(function* () {
    yield* requireStore({ store })
    const activated = StorePlace.shown(store)
    const copy = yield* sideOf(store, how)
    const { origin } = yield* Takeover.waiting(copy, activated)
    const { address, fromIncarnation, incarnation, place } = origin
    const activation = (outcome: Activation["source"]["outcome"], why: string | null = null): Activation => ({
      activated,
      source: { place, outcome, why }
    })
    const left = (why: string) => ({
      copy,
      found: undefined,
      source: undefined,
      activation: activation("not_retired", why)
    })
    // What a rollback has put back is in the place of what was there.
    const inPlace =
      fromIncarnation === incarnation ? { ...left(IN_PLACE), activation: activation("replaced") } : left(IN_PLACE)
    if (place === copy.place && address === undefined) return inPlace
    const named = StorePlace.withPasswordOf(store, yield* StorePlace.parse(address ?? place, "the copy's origin"))
    const source = yield* sourceAt(named, accepted)
    if (typeof source !== "object") return left(source ?? GONE)
    return Takeover.Found.$match(yield* Takeover.look(source, copy), {
      Itself: () => inPlace,
      Other: () => left(OTHER),
      Same: (found) => ({ copy, found, source, activation: activation("retired") })
    })
  })

/** Lets a copy drive. Its source is retired first, where it can be reached. */
export const activate = (
  store: StorePlace.StorePlace,
  reason: string,
  accepted: Takeover.Accepted
): Effect.Effect<Activation, ActivationError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const { activation, copy, source } = yield* pairAt(store, "side", accepted)
    const why = `${activation.activated} took over: ${reason}`
    if (source !== undefined) yield* Takeover.retire(source, copy, why, accepted)
    yield* Takeover.activate(copy, reason)
    return activation
  }).pipe(Effect.scoped)

/** What activating a copy would do, refused where that would be; nothing is written. */
export const activationOf = (
  store: StorePlace.StorePlace,
  accepted: Takeover.Accepted
): Effect.Effect<
  Activation & { readonly found: Takeover.Source | undefined },
  ActivationError,
  FileSystem.FileSystem
> =>
  Effect.gen(function* () {
    const { activation, copy, found } = yield* pairAt(store, "sideAsItIs", accepted)
    const refusal = found === undefined ? undefined : Takeover.refusalOf(copy.place, found, accepted)
    return refusal === undefined ? { ...activation, found } : yield* refusal
  }).pipe(Effect.scoped)

/** Would `move` have a source and an empty place? Both are audited when it is done. */
export const movable = (
  from: StorePlace.StorePlace,
  to: StorePlace.StorePlace
): Effect.Effect<Omit<Moved, "incarnation">, MovingError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    yield* requireStore({ store: from })
    const found = yield* proven(from)
    if (yield* isStoreThere(to)) {
      const [source, target] = yield* Effect.all([sideOf(from, "sideAsItIs"), sideOf(to, "sideAsItIs")])
      if ((yield* Migrations.applied(target)).length > 0) yield* Copy.expectVacant(source, target)
    }
    return { from: StorePlace.shown(from), to: StorePlace.shown(to), ...found }
  }).pipe(Effect.scoped)
