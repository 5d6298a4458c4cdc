import { play, type History } from "./history.ts"
import { troubles, type Trouble } from "./Weather.ts"

/** The same seed with less in it, and still a fault. */
export interface Smallest {
  readonly fault: string
  readonly without: ReadonlyArray<Trouble>
  readonly mostTrades: number
  readonly story: ReadonlyArray<string>
}

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
