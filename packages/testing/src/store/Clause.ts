import { Effect, type Scope } from "effect"
import type { Accumulator } from "@roundlot/core"
import { type Table, type TradeRepository, Books, type Lease } from "@roundlot/core/adapter"
import type { Ledger } from "@roundlot/core/ledger"
import type { ContractBroken } from "../promise.ts"
import * as rows from "../SampleRows.ts"

/** A store under test: empty when a clause begins. */
export interface Place {
  /** Opens the store, again and again as other processes would; what was opened is closed with its scope. */
  readonly open: Effect.Effect<TradeRepository.TradeRepositoryService, TradeRepository.WriteError, Scope.Scope>
}

/**
 * What a clause asks of a store beyond keeping rows: `reopening` that it outlives its process, `constraints` that it refuses rows
 * that break a rule of their table, `forgetting` that it lets go of rows that are of no more use.
 */
export type Capability = "reopening" | "constraints" | "forgetting"

/** Whatever a clause can fail with. */
export type ClauseFailure =
  | ContractBroken
  | TradeRepository.WriteError
  | Ledger.LedgerError
  | Lease.LeaseHeld
  | Accumulator.Unfit

/** One promise of a store: its name, what it asks of the store, and how it is proven. It fails where the promise is broken. */
export interface Clause {
  readonly name: string
  readonly needs: ReadonlyArray<Capability>
  readonly run: (place: Place) => Effect.Effect<void, ClauseFailure, Scope.Scope>
}

/** Asks for every row of a table. */
export const everyRow = (table: Table.TableName, limit = 1000): TradeRepository.PageQuery => ({
  table,
  where: [],
  orderBy: Books.tables[table].key,
  descending: false,
  after: undefined,
  limit
})

/** Asks for the entries of a journal. */
export const entriesOf = (account: string, afterSeq = 0) => ({ account, afterSeq, entity: undefined, limit: 1000 })

/** A plan that writes nothing. */
export const nothing = <A>(answer: A): TradeRepository.Plan<A> => ({
  _tag: "Planned",
  journals: [],
  changes: [],
  answer
})

/** Writes a sound row of every table. */
export const filled = (repository: TradeRepository.TradeRepositoryService) =>
  repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))

/** What is kept by account, in order of their names. */
export const byAccount = <A>(map: ReadonlyMap<string, A>): ReadonlyArray<readonly [string, A]> =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))

/** All that a store shows, for comparing before and after. */
export const everything = (
  repository: TradeRepository.TradeRepositoryService
): Effect.Effect<unknown, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const kept = yield* Effect.forEach(Object.values(Books.tables), ({ name }) => repository.page(everyRow(name)))
    const feed = yield* repository.feed(0, 1000)
    return { kept, feed, heads: yield* repository.heads, entries: yield* repository.entries(entriesOf("main")) }
  })

/** The rows of a table that changes insert. */
export const rowsOf = (
  changes: ReadonlyArray<Books.TableChanges>,
  table: Table.TableName
): ReadonlyArray<Table.EncodedRow> => changes.flatMap((change) => (change.table === table ? change.inserts : []))

/** What an effect fails with, as plain fields. */
export const refusalOf = <A, E extends object>(effect: Effect.Effect<A, E>): Effect.Effect<unknown> =>
  Effect.match(effect, {
    onFailure: (error) => Object.fromEntries(Object.entries(error)),
    onSuccess: () => "it was not refused"
  })
