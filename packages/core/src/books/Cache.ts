import type { Lot } from "../records/Lot.ts"
import * as Books from "./Books.ts"
import { load, nothing, type Asking, type Loaded } from "./load.ts"
import { LOTS_AT_FIRST, moreLots, Need } from "./Need.ts"
import { joinKey } from "../tables/Table.ts"

/**
 * What one writer has read of its store and keeps for its next write: records as they are after its last commit. It is the
 * store's to say whether another writer has come between; then, and after any failure, everything is dropped and read again.
 *
 * Records that were not asked for during a whole generation are forgotten, so that it does not grow with the store.
 */
export interface Cache {
  /** The records that a planning works on. */
  readonly loaded: () => Loaded
  /** Brings what is needed, asking only for what is not known. */
  readonly bring: (needs: Iterable<Need>) => Asking
  /** What planning changed is committed. */
  readonly keep: () => void
  /** Forgets everything. */
  readonly drop: () => void
}

/**
 * How many records a generation has at most. It must hold what is asked for again and again with room to spare: 2,000 positions with
 * their instruments, open lots and what these belong to are some 19,000.
 */
const GENERATION = 36_000

/** A position with so many lots loaded begins again with its oldest ones. */
const LONGEST_QUEUE = 512

/** An empty cache; `generation` is how many records it keeps before the oldest go. */
export const make = (generation = GENERATION): Cache => {
  let current = nothing()
  let earlier = nothing()
  return {
    loaded: () => current,
    bring: (needs) => load(current, needs, earlier),
    keep: () => {
      const long = keepMade(current).filter((lot) => isLong(current, lot))
      if (long.length === 0 && Books.sizeOf(current.books) < generation) return
      for (const lot of long) forgetPosition(current, lot)
      earlier = current
      current = nothing()
    },
    drop: () => {
      current = nothing()
      earlier = nothing()
    }
  }
}

/** Whatever was made here is known with all that belongs to it. Gives the lots among it. */
const keepMade = ({ books, met }: Loaded): ReadonlyArray<Lot> => {
  const made = Books.keep(books)
  for (const { id } of made.orders) met.add(Need.OrderById({ id }))
  for (const { id } of made.attempts) met.add(Need.AttemptById({ id }))
  for (const { id } of made.decisions) met.add(Need.DecisionById({ id }))
  for (const { id } of made.trades) met.add(Need.TradeById({ id }))
  return made.lots
}

const isLong = ({ books, horizons }: Loaded, { account, symbol }: Lot): boolean =>
  books.lots.count("open", [account, symbol]) > LONGEST_QUEUE ||
  (horizons.get(joinKey([account, symbol]))?.asked ?? 0) > LONGEST_QUEUE

/** As if the position and its queue had not been asked for. */
const forgetPosition = ({ horizons, met }: Loaded, { account, symbol }: Lot): void => {
  const key = joinKey([account, symbol])
  met.delete(Need.Position({ account, symbol }))
  for (const most of stepsTo(horizons.get(key)?.asked ?? 0)) met.delete(Need.Lots({ account, symbol, most }))
  horizons.delete(key)
}

/** How many lots were asked for on the way to `asked`. */
const stepsTo = (asked: number): ReadonlyArray<number> => {
  const steps: Array<number> = []
  for (let most = moreLots(LOTS_AT_FIRST); most <= asked; most = moreLots(most)) steps.push(most)
  return steps
}
