import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect, Schema } from "effect"
import * as Copy from "./Copy.ts"
import { nameOf } from "./Ddl.ts"
import type { Standing } from "./Identity.ts"
import { type Side, together } from "./Side.ts"

/** A store that waits for nobody to activate it. */
export class NotWaiting extends Schema.TaggedError<NotWaiting>()("NotWaiting", {
  place: Schema.String,
  state: Schema.String
}) {
  override get message() {
    return `${this.place} is ${this.state}: only an inactive copy can be activated. Make one with 'roundlot store copy' or 'store restore'`
  }
}

/** The source is retired because another copy of it took over: two stores that drive one account send each order twice. */
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

/** Why a copy does not take over. */
export type Refusal = AlreadyReplaced | SourceAhead

/** The source of a copy, seen from the copy. */
export interface Source {
  readonly place: string
  readonly state: Standing
  /** Did another copy of it take over? */
  readonly isReplaced: boolean
  /** Journal entries that the copy does not have. */
  readonly ahead: number
}

/** What is accepted: entries that are given up, and that another copy took over. */
export interface Accepted {
  readonly lose: number
  readonly replaceCopy: boolean
}

const entriesOf = ({ ask }: Side) =>
  Effect.map(
    ask<{ readonly entries: number | string }>(
      `SELECT coalesce(sum("seq"), 0) AS "entries" FROM ${nameOf("heads")} WHERE "seq" > 0`
    ),
    ([row]) => Number(row?.entries ?? 0)
  )

/** How a source stands beside a copy of it. A copy that waits writes nothing, so that what it lacks is what came after it. */
export const sourceOf = (source: Side, copy: Side): Effect.Effect<Source, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const [there, own] = yield* Effect.all([Copy.self(source), Copy.self(copy)])
    const ahead = (yield* entriesOf(source)) - (yield* entriesOf(copy))
    return {
      place: source.place,
      state: there.state,
      isReplaced: there.state === "retired" && there.successor !== own.incarnation,
      ahead: Math.max(0, ahead)
    }
  })

/** Why a copy may not take over from its source, if so. */
export const refusalOf = (place: string, source: Source, { lose, replaceCopy }: Accepted): Refusal | undefined => {
  if (source.isReplaced && !replaceCopy) return new AlreadyReplaced({ place, source: source.place })
  return source.ahead > lose ? new SourceAhead({ place, source: source.place, entries: source.ahead }) : undefined
}

const setState = ({ ask, dialect }: Side, state: Standing, why: string, successor: string | null) =>
  ask(
    `UPDATE ${nameOf("ops_store")} SET "state" = ${dialect.place(1)}, "why" = ${dialect.place(2)},` +
      ` "successor" = ${dialect.place(3)}`,
    [state, why, successor]
  )

/** Waits for writes that are under way; those that come later see what is written here. SQLite has one writer as it is. */
const writersOut = ({ ask, dialect }: Side) =>
  dialect.name === "sqlite" ? Effect.void : Effect.asVoid(ask(`LOCK TABLE ${nameOf("heads")} IN EXCLUSIVE MODE`))

/**
 * Ends the driving of a copy's source for good: whoever writes to it now, a daemon or an intake, fails at the next commit. What it has
 * is looked at when nobody writes any more. Retired by the same copy before, it is retired again: an activation that was cut off goes on.
 */
export const retire = (
  source: Side,
  copy: Side,
  why: string,
  accepted: Accepted
): Effect.Effect<void, TradeRepository.StoreError | Refusal> =>
  Effect.gen(function* () {
    yield* writersOut(source)
    const refusal = refusalOf(copy.place, yield* sourceOf(source, copy), accepted)
    if (refusal !== undefined) return yield* refusal
    const { incarnation } = yield* Copy.self(copy)
    yield* source.ask(`UPDATE ${nameOf("ops_leases")} SET "token" = "token" + 1, "session" = NULL`)
    yield* setState(source, "retired", why, incarnation)
  }).pipe((body) => together(source, body))

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

/** Lets a store drive. */
export const activate = (side: Side, why: string): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.asVoid(setState(side, "active", why, null))
