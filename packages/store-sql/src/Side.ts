import type { Column, TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import type { Dialect } from "./Dialect.ts"

/** One connection to a store, on which statements follow each other. */
export interface Side {
  /** The address as it may be shown and kept. */
  readonly place: string
  /** How it is reached again, where that takes more than its place; no secret is in it. */
  readonly address?: string
  readonly dialect: Dialect
  readonly ask: <R extends object = object>(
    text: string,
    cells?: ReadonlyArray<Column.Cell>
  ) => Effect.Effect<ReadonlyArray<R>, TradeRepository.StoreError>
}

/** Does it all or nothing. */
export const together = <A, E, R>(
  side: Side,
  body: Effect.Effect<A, E, R>
): Effect.Effect<A, E | TradeRepository.StoreError, R> =>
  Effect.acquireUseRelease(
    side.ask(side.dialect.name === "sqlite" ? "BEGIN IMMEDIATE" : "BEGIN"),
    () => Effect.zipLeft(body, side.ask("COMMIT")),
    (_, exit) => (exit._tag === "Success" ? Effect.void : Effect.ignore(side.ask("ROLLBACK")))
  )

/** Reads one and the same state throughout. */
export const reading = <A, E, R>(
  side: Side,
  body: Effect.Effect<A, E, R>
): Effect.Effect<A, E | TradeRepository.StoreError, R> =>
  Effect.acquireUseRelease(
    side.ask(side.dialect.name === "sqlite" ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
    () => body,
    () => Effect.ignore(side.ask("ROLLBACK"))
  )
