import { Effect } from "effect"

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
