import { Books, Cache, type Entry, type TradeRepository } from "@roundlot/core/adapter"
import type { Ground, Writing } from "./rows.ts"

/** What stands in the store beside the books: the ground of a planning, and the newest row of the feed. */
interface Standing extends Ground {
  readonly feed: Entry.FeedRow | undefined
  /** The version of the file's contents, as this connection sees it. */
  readonly version: number | undefined
}

/** What a writer remembers of its own last commit. All of it is published after COMMIT and dropped on any failure. */
export interface Memory {
  readonly cache: Cache.Cache
  /** What stands now: as remembered where no other connection has written since, else as read. Within a transaction. */
  readonly standing: () => Standing
  /** A commit has been made on what stood: its ids and its row of the feed stand now, and what it planned. */
  readonly publish: (
    stood: Standing,
    made: Pick<Standing, "counters" | "feed">,
    planned: Pick<TradeRepository.Planned<unknown>, "changes" | "journals">
  ) => void
  readonly drop: () => void
}

/** The memory of one connection's writer. */
export const make = (write: Writing): Memory => {
  const cache = Cache.make()
  let remembered: Standing | undefined
  const drop = () => {
    cache.drop()
    remembered = undefined
  }
  return {
    cache,
    drop,
    standing: () => {
      const version = write.version()
      if (remembered !== undefined && remembered.version === version) return remembered
      drop()
      return { ...write.ground(), feed: write.lastFeed(), version }
    },
    publish: ({ newestAt, version }, { counters, feed }, { changes, journals }) => {
      // What did not come out of the books of this planning is not in them.
      if (Books.areOf(changes, cache.loaded().books)) cache.keep()
      else cache.drop()
      const newest = Math.max(newestAt, ...journals.map(({ entries }) => entries.at(-1)?.at ?? 0))
      remembered = { counters, newestAt: newest, feed, version }
    }
  }
}
