import { type Instant, Reads } from "@roundlot/core"
import type { Table, TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import type { Conditions } from "./criteria.ts"

/** A record by its id, and whether it is among those that are looked for: all after the first of them are. */
interface Seen {
  readonly id: number
  readonly isMeant: boolean
}

/**
 * The least id from which on all records are meant, given the first record at or after an id. It looks backwards from the newest in
 * growing steps, so that few of the newest are found in few reads, however many there are; beyond the newest where none is meant.
 */
export const leastId = <E, R>(
  newest: number,
  at: (id: number) => Effect.Effect<Seen | undefined, E, R>
): Effect.Effect<number, E, R> =>
  Effect.gen(function* () {
    let high = newest + 1
    let low = 0
    for (let step = 1; high > low; step *= 2) {
      const probe = Math.max(low, high - step)
      const seen = yield* at(probe)
      if (seen === undefined || seen.isMeant) high = probe
      else {
        low = seen.id + 1
        break
      }
    }
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const seen = yield* at(middle)
      if (seen === undefined || seen.isMeant) high = middle
      else low = seen.id + 1
    }
    return low
  })

/** How far ids may be out of the order of time, where several processes write: what one commit takes, several times over. */
const SLACK = 5_000

interface Numbered {
  readonly id: number
}

/** When a record was made. */
type MomentOf<R> = (record: R) => Instant.Instant

/** The least id from which on records were made since a moment, in the order of ids. */
const leastSince = <R extends Numbered>(table: Table.Table<R>, momentOf: MomentOf<R>, since: Instant.Instant) =>
  Effect.gen(function* () {
    const newest = yield* Reads.first(table, { descending: true })
    return yield* leastId(newest?.id ?? 0, (id) =>
      Effect.map(Reads.first(table, { where: [{ column: "id", atLeast: id }] }), (found) =>
        found === undefined ? undefined : { id: found.id, isMeant: momentOf(found) >= since }
      )
    )
  })

/** Narrows a table to the ids of a period, and some before and after them: a page in the order of ids reads no others. */
export const idsWithinOf = <R extends Numbered>(
  table: Table.Table<R>,
  momentOf: MomentOf<R>,
  since: Instant.Instant | undefined,
  until?: Instant.Instant
): Effect.Effect<Conditions, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const least = since === undefined ? undefined : yield* leastSince(table, momentOf, since)
    const end = until === undefined ? undefined : yield* leastSince(table, momentOf, until)
    const from: Conditions = least === undefined ? [] : [{ column: "id", atLeast: Math.max(0, least - SLACK) }]
    const to: Conditions = end === undefined ? [] : [{ column: "id", below: end + SLACK }]
    return [...from, ...to]
  })

/** The same of records that say when they were created. */
export const idsWithin = <R extends Numbered & { readonly createdAt: Instant.Instant }>(
  table: Table.Table<R>,
  since: Instant.Instant | undefined,
  until?: Instant.Instant
): ReturnType<typeof idsWithinOf> => idsWithinOf(table, ({ createdAt }) => createdAt, since, until)
