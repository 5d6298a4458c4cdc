import { Books, Cache, type load, type Need } from "@roundlot/core"

/** What one write works on, and what becomes of it. */
export interface Lent {
  /** The records that planning works on, those of the last write among them where nobody has committed since. */
  readonly loaded: () => load.Loaded
  readonly bring: (needs: ReadonlyArray<Need.Need>) => load.Asking
  /** The store stands at so many entries: where that is not what the last write left, others have come between. */
  readonly standing: (entries: number) => void
  /** So many entries are written, and these changes. */
  readonly wrote: (entries: number, changes: ReadonlyArray<Books.TableChanges>) => void
  /** The write is over: it was committed, or it was not. */
  readonly end: (isCommitted: boolean) => void
}

/** What a process remembers of its own last write, for the next one. Of writes at the same time only one is lent it. */
export interface Memory {
  readonly lend: () => Lent
}

/** What commits may change without an entry: of those nobody can tell that others wrote. */
const untold: ReadonlyArray<Need.Need["_tag"]> = [
  "Cursor",
  "Command",
  "JobById",
  "JobByKey",
  "TokenByName",
  "RequestByKey"
]
const isUntold = ({ _tag }: Need.Need): boolean => untold.includes(_tag)

/** An empty memory. */
export const make = (): Memory => {
  const kept = Cache.make()
  let isLent = false
  let left: number | undefined
  return {
    lend: () => {
      const isOwn = !isLent
      if (isOwn) isLent = true
      const cache = isOwn ? kept : Cache.make()
      let isKeepable = isOwn
      let stands: number | undefined
      return {
        loaded: cache.loaded,
        bring: (needs) => {
          if (needs.some((need) => isUntold(need))) isKeepable = false
          return cache.bring(needs)
        },
        standing: (entries) => {
          if (isOwn && left !== entries) cache.drop()
          stands = entries
        },
        wrote: (entries, changes) => {
          stands = stands === undefined ? undefined : stands + entries
          // What did not come out of the books of this planning is not in them.
          if (!Books.areOf(changes, cache.loaded().books)) isKeepable = false
        },
        end: (isCommitted) => {
          if (!isOwn) return
          isLent = false
          left = isCommitted && isKeepable ? stands : undefined
          if (left === undefined) cache.drop()
          else cache.keep()
        }
      }
    }
  }
}
