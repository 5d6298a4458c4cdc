import { useRef, useState } from "react"
import type { SumsOf } from "./Column.ts"
import { type Coming, useLaying } from "./laying.ts"

/** Rows that a table is given, and where one that comes takes its place. */
export interface Held<A> {
  readonly rows: ReadonlyArray<A>
  readonly idOf: (row: A) => string
  readonly hasMore?: boolean | undefined
  readonly coming?: Coming | undefined
  /** Rows that came in above while somebody reads, and whether there may be more. */
  readonly news?: { readonly count: number; readonly isMore: boolean } | undefined
  readonly sums?: SumsOf | undefined
}

/** What a table shows of the rows that it is given: its reader holds them by freezing it, or by reading further down. */
export const useHolding = <A extends object>({
  coming = "anywhere",
  hasMore = false,
  idOf,
  news,
  rows,
  sums
}: Held<A>) => {
  const [isFrozen, setFrozen] = useState(false)
  const [isAtTop, setAtTop] = useState(true)
  const { refresh, shown, ...laying } = useLaying({ rows, hasMore, idOf, coming, isFrozen, isAtTop })
  const heldSums = useRef(sums)
  if (!isFrozen) heldSums.current = sums
  // A list whose rows wait wherever they belong is held here alone.
  const isKept = coming !== "waiting" && (isFrozen || !isAtTop)
  const ahead = isKept ? (news?.count ?? 0) : 0
  const waiting = Math.max(laying.waiting, ahead)
  return {
    ...laying,
    shown: shown.rows,
    isWhole: shown.isWhole,
    sums: heldSums.current,
    isFrozen,
    isKept,
    waiting,
    isMoreWaiting: ahead > 0 && news?.isMore === true,
    /** How many rows are above the first of them. */
    above: isKept ? waiting : 0,
    setAtTop,
    turnFrozen: (): void => {
      if (isFrozen && isAtTop) refresh()
      setFrozen(!isFrozen)
    },
    /** Shows the rows as they are now. */
    release: (): void => {
      refresh()
      setFrozen(false)
      setAtTop(true)
    }
  }
}
