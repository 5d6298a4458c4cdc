import type { Entry, TradeRepository } from "@roundlot/core/adapter"
import { Data, Effect, Schedule, Schema } from "effect"
import * as Copy from "./Copy.ts"
import { nameOf } from "./Ddl.ts"
import type { Row } from "./CopiedTable.ts"
import type { Standing } from "./Identity.ts"
import { segmentHolding } from "./Pages.ts"
import { entriesOf } from "./Segments.ts"
import { type Side, together } from "./Side.ts"

/** A store that is no inactive copy. */
export class NotWaiting extends Schema.TaggedError<NotWaiting>()("NotWaiting", {
  place: Schema.String,
  state: Schema.String
}) {
  override get message() {
    return `${this.place} is ${this.state}: only an inactive copy can be activated. Make one with 'roundlot store copy' or 'store restore'`
  }
}

/** Another copy of the same store took over: two stores that drive one account send each order twice. */
export class AlreadyReplaced extends Schema.TaggedError<AlreadyReplaced>()("AlreadyReplaced", {
  place: Schema.String,
  source: Schema.String
}) {
  override get message() {
    return `${this.place} is a copy of ${this.source}, and another copy of that store took over. If both trade, each order is sent twice. Make sure that the other copy never starts again, then run this command again with --replace-copy`
  }
}

/** The source has journal entries that the copy does not have: fills and orders would be lost. */
export class SourceAhead extends Schema.TaggedError<SourceAhead>()("SourceAhead", {
  place: Schema.String,
  source: Schema.String,
  entries: Schema.Number
}) {
  override get message() {
    return `${this.source} has ${this.entries} journal entries that ${this.place} does not have. Stop its daemon and copy it again; to give those entries up, run this command again with --lose ${this.entries}`
  }
}

/** Source and copy have different entries at the same place of a journal: one of the two was put back without Roundlot. */
export class SourceDiffers extends Schema.TaggedError<SourceDiffers>()("SourceDiffers", {
  place: Schema.String,
  source: Schema.String,
  account: Schema.String
}) {
  override get message() {
    return `${this.source} and ${this.place} have different journal entries of ${this.account}: one of the two was restored from a snapshot of its file or database. Compare them with 'roundlot journal list', and copy the store that is right`
  }
}

/** The source is there and cannot be opened: it may be trading. */
export class SourceUnreachable extends Schema.TaggedError<SourceUnreachable>()("SourceUnreachable", {
  source: Schema.String,
  why: Schema.String
}) {
  override get message() {
    return `${this.source} cannot be retired, because it cannot be opened (${this.why}). It may be trading. Make it reachable; or make sure that it never starts again, then run this command again with --unreachable`
  }
}

/** Why a copy does not take over. */
export type Refusal = AlreadyReplaced | SourceAhead | SourceDiffers | SourceUnreachable

/** The source of a copy, seen from the copy. */
export interface Source {
  readonly place: string
  readonly state: Standing
  /** Did another copy of it take over, there or elsewhere? */
  readonly isReplaced: boolean
  /** Journal entries that the copy does not have. */
  readonly ahead: number
  /** An account of which the two have different entries. */
  readonly differs: string | undefined
}

/** What is accepted: at most so many entries that are given up, another copy that took over, a source that cannot be opened. */
export interface Accepted {
  readonly lose: number
  readonly replaceCopy: boolean
  readonly unreachable: boolean
}

/** What is found where the source of a copy was: the copy itself, a store of other books, or a store of the same books. */
export type Found = Data.TaggedEnum<{
  readonly Itself: {}
  readonly Other: {}
  readonly Same: Source
}>

/** Constructors of `Found`. */
export const Found = Data.taggedEnum<Found>()

type Heads = ReadonlyMap<string, Entry.Head>

const headsOf = ({ ask }: Side) =>
  Effect.map(
    ask<{ readonly account: string; readonly seq: number | string; readonly hash: string }>(
      `SELECT "account", "seq", "hash" FROM ${nameOf("heads")} WHERE "seq" > 0`
    ),
    (rows): Heads => new Map(rows.map(({ account, hash, seq }) => [account, { seq: Number(seq), hash }]))
  )

/** Does a store have this entry of an account's journal? */
const has = ({ ask, dialect }: Side, account: string, { hash, seq }: Entry.Head) => {
  const { cells, text } = segmentHolding(dialect, account, seq)
  return Effect.map(ask<Row>(text, cells), (rows) =>
    rows.flatMap(entriesOf).some((entry) => entry.seq === seq && entry.hash === hash)
  )
}

/** How far the source's journals are beyond the copy's, account by account, and the first that is another one. */
const compared = (source: Side, copy: Side) =>
  Effect.gen(function* () {
    const [theirs, ours] = yield* Effect.all([headsOf(source), headsOf(copy)])
    let ahead = 0
    for (const [account, head] of theirs) {
      const own = ours.get(account)
      const isShared =
        own === undefined ||
        (own.seq === head.seq
          ? own.hash === head.hash
          : yield* own.seq < head.seq ? has(source, account, own) : has(copy, account, head))
      if (!isShared) return { ahead, differs: account }
      ahead += Math.max(0, head.seq - (own?.seq ?? 0))
    }
    return { ahead, differs: undefined }
  })

/** Looks at what is where the source of a copy was. */
export const look = (source: Side, copy: Side): Effect.Effect<Found, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const [there, own] = yield* Effect.all([Copy.self(source), Copy.self(copy)])
    if (there.incarnation === own.incarnation) return Found.Itself()
    if (there.id !== own.id) return Found.Other()
    const isAnotherCopy = there.incarnation !== own.origin?.incarnation && there.state === "active"
    const hasSuccessor = there.state === "retired" && there.successor !== own.incarnation
    return Found.Same({
      place: source.place,
      state: there.state,
      isReplaced: isAnotherCopy || hasSuccessor,
      ...(yield* compared(source, copy))
    })
  })

/** Why a copy may not take over from its source, if so. */
export const refusalOf = (place: string, found: Source, accepted: Accepted): Refusal | undefined => {
  const { ahead, differs, place: source } = found
  const { lose, replaceCopy, unreachable } = accepted
  // Once that copy has ended it waits to be activated, and knows nothing of this one.
  if (found.state === "copying" && !unreachable)
    return new SourceUnreachable({ source, why: "a copy into it has not ended" })
  if (found.isReplaced && !replaceCopy) return new AlreadyReplaced({ place, source })
  if (differs !== undefined) return new SourceDiffers({ place, source, account: differs })
  return ahead > lose ? new SourceAhead({ place, source, entries: ahead }) : undefined
}

/** Waits for writes that are under way; those that come later see what is written here. SQLite has one writer as it is. */
const writersOut = ({ ask, dialect }: Side) =>
  dialect.name === "sqlite" ? Effect.void : Effect.asVoid(ask(`LOCK TABLE ${nameOf("heads")} IN EXCLUSIVE MODE`))

const LONGEST_BUSY = "10 seconds"

/** A daemon that writes holds the file for a moment at a time. */
const whileBusy = Schedule.spaced("20 millis").pipe(Schedule.upTo(LONGEST_BUSY))

const isBusy = (error: TradeRepository.StoreError | Refusal): boolean =>
  error._tag === "StoreUnavailable" && error.problem === "busy"

/**
 * Ends the driving of a copy's source for good: whatever writes to it now, a daemon or an intake, fails at the next commit. What it has
 * is compared when no write is under way any more. A source that the same copy has retired is retired again: an activation that was
 * cut off goes on.
 */
export const retire = (
  source: Side,
  copy: Side,
  why: string,
  accepted: Accepted
): Effect.Effect<void, TradeRepository.StoreError | Refusal> =>
  Effect.gen(function* () {
    yield* writersOut(source)
    const found = yield* look(source, copy)
    if (found._tag !== "Same") return
    const refusal = refusalOf(copy.place, found, accepted)
    if (refusal !== undefined) return yield* refusal
    const { incarnation } = yield* Copy.self(copy)
    const { dialect } = source
    yield* source.ask(`UPDATE ${nameOf("ops_leases")} SET "token" = "token" + 1, "session" = NULL`)
    yield* source.ask(
      `UPDATE ${nameOf("ops_store")} SET "state" = 'retired', "why" = ${dialect.place(1)}, "successor" = ${dialect.place(2)}`,
      [why, incarnation]
    )
  }).pipe((body) => Effect.retry(together(source, body), { while: isBusy, schedule: whileBusy }))

/** A copy that waits, or why there is nothing to activate. */
export const waiting = (
  side: Side,
  place: string
): Effect.Effect<Copy.Self & { readonly origin: Copy.Origin }, TradeRepository.StoreError | NotWaiting> =>
  Effect.flatMap(Copy.self(side), ({ origin, ...own }) =>
    own.state === "waiting" && origin !== undefined
      ? Effect.succeed({ ...own, origin })
      : Effect.fail(new NotWaiting({ place, state: own.state }))
  )

/** Lets a copy drive that still waits. */
export const activate = (side: Side, why: string): Effect.Effect<void, TradeRepository.StoreError | NotWaiting> =>
  Effect.gen(function* () {
    const activated = yield* side.ask(
      `UPDATE ${nameOf("ops_store")} SET "state" = 'active', "why" = ${side.dialect.place(1)}` +
        ` WHERE "state" = 'waiting' RETURNING "one"`,
      [why]
    )
    if (activated.length > 0) return
    return yield* new NotWaiting({ place: side.place, state: (yield* Copy.self(side)).state })
  })
