import { Schema } from "effect"
import { play, type History } from "./history.ts"
import { troubles } from "./Weather.ts"

/** The same seed with less in it, and still a fault. */
export const Smallest = Schema.Struct({
  fault: Schema.String,
  without: Schema.Array(Schema.Literal(...troubles)),
  mostTrades: Schema.Int,
  story: Schema.Array(Schema.String)
})

/** See the schema of the same name. */
export type Smallest = typeof Smallest.Type

/** Takes troubles and trades out of a history that failed, one after the other, as long as it still fails. */
export const smallest = ({ fault, seed, store, story }: History): Smallest => {
  let found: Smallest = { fault: fault ?? "", without: [], mostTrades: 40, story }
  const tryWith = (without: Smallest["without"], mostTrades: number): boolean => {
    const again = play({ seed, store, without: new Set(without), mostTrades })
    if (again.fault === undefined) return false
    found = { fault: again.fault, without, mostTrades, story: again.story }
    return true
  }
  for (const trouble of troubles) tryWith([...found.without, trouble], found.mostTrades)
  for (let fewer = 20; fewer >= 1; fewer = Math.floor(fewer / 2)) if (!tryWith(found.without, fewer)) break
  return found
}
