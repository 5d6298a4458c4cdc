import type { TradeRepositoryService } from "../ports/TradeRepository.ts"

/** How far a group may go. */
export interface GroupLimits {
  readonly members: number
  /**
   * How long a group may hold the thread, in milliseconds: how many members that is, is learnt from the last groups. Where another
   * process writes the rows, planning leaves the thread to others before it has held it for so long, and may take ten times as long.
   */
  readonly holdMs: number
}

/** A thousand members, or fifteen milliseconds. */
export const defaultLimits: GroupLimits = { members: 1000, holdMs: 15 }

/** How groups are bounded; shares are those of `holdMs`. */
interface Bounds {
  /** So much of it a group may be planned for. */
  readonly planning: number
  /** After so much of it planning leaves the thread to others. */
  readonly slice: number
  /** So long a group may take with all that it waits for. */
  readonly longestMs: number
}

/** Planning takes so much of what a group holds the thread; the disk's part says nothing of how many members are too many. */
const writtenHere: Bounds = { planning: 0.27, slice: Infinity, longestMs: Infinity }

/** A halt, and what is to be sent, wait behind a group, and an attempt must not grow old there. */
const writtenElsewhere: Bounds = { planning: 10, slice: 0.4, longestMs: 500 }

/** A slow or busy machine must not make a transaction of every few members: that would make it slower still. */
const FEWEST_MEMBERS = 64

/** How much the newest group counts for in what is learnt. */
const NEWEST = 0.3

/** What something takes a member, in milliseconds, learnt from groups. */
const learning = () => {
  let each = 0
  return {
    learn: (count: number, ms: number): void => {
      each = each === 0 ? ms / count : each * (1 - NEWEST) + (ms / count) * NEWEST
    },
    fitting: (ms: number): number => (each <= 0 ? Infinity : Math.floor(ms / each))
  }
}

/** How large a group may be, and how long it is planned in one go. */
export interface Pace {
  /** How many members the next group may have. */
  readonly room: () => number
  /** Learns from a group of so many members: what planning it took, and what all of it took. */
  readonly took: (count: number, plannedMs: number, tookMs: number) => void
  /** So long planning goes on before others have the thread, in milliseconds. */
  readonly sliceMs: number
}

/** The pace of a ledger on a store. */
export const paceOn = (
  { writesElsewhere = false }: Pick<TradeRepositoryService, "writesElsewhere">,
  { holdMs, members }: GroupLimits
): Pace => {
  const bounds = writesElsewhere ? writtenElsewhere : writtenHere
  const planning = learning()
  const whole = learning()
  return {
    room: () => {
      const wanted = Math.min(planning.fitting(holdMs * bounds.planning), whole.fitting(bounds.longestMs))
      return Math.min(members, Math.max(FEWEST_MEMBERS, wanted))
    },
    took: (count, plannedMs, tookMs) => {
      if (count < FEWEST_MEMBERS) return
      planning.learn(count, plannedMs)
      whole.learn(count, tookMs)
    },
    sliceMs: holdMs * bounds.slice
  }
}
