import { Books, Cache, type load, type Need, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { type Lengths, makeSources, noteFound } from "./sources.ts"

/** What one write works on, and what becomes of it. */
export interface Lent {
  /** The records that planning works on, those of the last write among them where nobody has changed them since. */
  readonly loaded: () => load.Loaded
  readonly bring: (needs: ReadonlyArray<Need.Need>) => load.Asking
  /** What the store answered to a question of planning's. */
  readonly found: (request: load.LookupRequest, rows: ReadonlyArray<Table.EncodedRow>) => void
  /**
   * The store stands at so many entries, and these journals, which are held, at their lengths. Is what is remembered what the last
   * write left? Where it is not, another process has written, and `judge` needs the lengths of `journals`.
   */
  readonly standing: (entries: number, held: Lengths) => boolean
  /** The journals that anything of what is remembered stands in; where these are too many to ask for, what is remembered is forgotten. */
  readonly journals: () => ReadonlyArray<string>
  /** Forgets what others may have changed: all of it, where they have appended to one of `journals`, which are so long. */
  readonly judge: (journals: Lengths) => void
  /** These journals are appended to, and these rows changed. */
  readonly wrote: (
    journals: ReadonlyArray<TradeRepository.JournalPart>,
    changes: ReadonlyArray<Books.TableChanges>
  ) => void
  /** The write is over: it was committed, or it was not. */
  readonly end: (isCommitted: boolean) => void
}

/** What a process remembers of its own last write, for the next one. Of writes at the same time only one is lent it. */
export interface Memory {
  readonly lend: () => Lent
}

/** What commits may change without an entry: of those nobody can tell that others wrote. */
const untold: ReadonlyArray<Need.Need["_tag"]> = ["Mark", "JobById", "JobByKey", "RequestByKey"]
/** To ask for the lengths of more costs more than to read again what a write needs. */
const MOST_JOURNALS = 1_000

const isUntold = ({ _tag }: Need.Need): boolean => untold.includes(_tag)

/** An empty memory. */
export const make = (): Memory => {
  const kept = Cache.make()
  const sources = makeSources()
  let isLent = false
  let left: number | undefined
  const forget = () => {
    kept.drop()
    sources.clear()
    left = undefined
  }
  const lendOwn = (): Lent => {
    let isKeepable = true
    let stands: number | undefined
    let lengths: Lengths = new Map()
    isLent = true
    const forgetAll = () => {
      forget()
      sources.read(lengths)
    }
    return {
      loaded: kept.loaded,
      bring: (needs) => {
        if (needs.some((need) => isUntold(need))) isKeepable = false
        return kept.bring(needs)
      },
      found: (request, rows) => noteFound(sources, request, rows),
      standing: (entries, held) => {
        stands = entries
        lengths = held
        const isOurs = left === undefined || left === entries
        if (isOurs) sources.read(held)
        return isOurs
      },
      journals: () => {
        if (sources.names().length > MOST_JOURNALS) forgetAll()
        return sources.names()
      },
      judge: (journals) => {
        if (!sources.areAsLongIn(journals)) forgetAll()
        sources.read(journals)
        sources.read(lengths)
      },
      wrote: (journals, changes) => {
        for (const { account, entries, head } of journals) {
          stands = stands === undefined ? undefined : stands + entries.length
          sources.note(account)
          sources.read(new Map([[account, head.seq]]))
        }
        // What did not come out of the books of this planning is not in them.
        if (!Books.areOf(changes, kept.loaded().books)) isKeepable = false
      },
      end: (isCommitted) => {
        isLent = false
        left = isCommitted && isKeepable ? stands : undefined
        if (left === undefined) forget()
        else kept.keep()
      }
    }
  }
  return { lend: () => (isLent ? lendOther() : lendOwn()) }
}

/** For a write beside the one that has the memory. */
const lendOther = (): Lent => {
  const cache = Cache.make()
  return {
    loaded: cache.loaded,
    bring: cache.bring,
    found: () => undefined,
    standing: () => true,
    journals: () => [],
    judge: () => undefined,
    wrote: () => undefined,
    end: () => undefined
  }
}
