import { useEffect, useLayoutEffect, useReducer, useRef, useState, type RefObject } from "react"
import type { Term } from "../../words/glossary.ts"
import type { Column } from "./Column.ts"

/** Columns that give way where a table is wider than its box, the least important first; all others stay. */
const givingWay: ReadonlyArray<Term> = [
  "hash",
  "execId",
  "revision",
  "delay",
  "closed",
  "priceAt",
  "turnover",
  "sourceId",
  "beneficialOwner",
  "brokerOrderId",
  "source",
  "origin",
  "mode",
  "done",
  "rationale",
  "owner",
  "batch",
  "insteadOf",
  "actor",
  "averageCost",
  "marketPrice",
  "requests",
  "answerTime",
  "stream",
  "loginEnds",
  "lag",
  "lastSuccess",
  "letters",
  "tries",
  "nextEvent",
  "orderType",
  "environment",
  "holds",
  "subject",
  "evidence",
  "jobEnded",
  "runAt",
  "broker",
  "positions",
  "openOrders",
  "limitSource",
  "waitingForLimit",
  "tradesWithFills",
  "atOwnPrices",
  "commission",
  "fees",
  "held",
  "marketValue",
  "account",
  "notional",
  "averagePrice",
  "updated",
  "executed",
  "received",
  "created",
  "opened",
  "open",
  "filled",
  "price"
]

interface Fitting<A> {
  readonly scroller: RefObject<HTMLElement | null>
  readonly columns: ReadonlyArray<Column<A>>
  readonly hidden: ReadonlyArray<Term>
  /** Somebody chose the columns: none gives way. */
  readonly isChosen: boolean
}

/** Which columns gave way, and whether all are shown all the same. */
export type Fit = ReturnType<typeof useFit>

/** Which columns a table leaves out so that none of it is cut, and a way to have all of them; a wider window brings them back. */
export const useFit = <A>({ columns, hidden, isChosen, scroller }: Fitting<A>) => {
  const [count, setCount] = useState(0)
  const [isUnfolded, setUnfolded] = useState(false)
  const [, measure] = useReducer((times: number) => times + 1, 0)
  const width = useRef(0)
  const shown = columns.slice(1).filter(({ term }) => !hidden.includes(term))
  const foldable = isChosen ? [] : givingWay.filter((term) => shown.some((column) => column.term === term))
  useLayoutEffect(() => {
    const box = scroller.current
    if (box !== null && !isUnfolded && count < foldable.length && box.scrollWidth > box.clientWidth) setCount(count + 1)
  })
  useEffect(() => {
    const box = scroller.current
    if (box === null) return
    const observer = new ResizeObserver(() => {
      if (box.clientWidth > width.current) setCount(0)
      width.current = box.clientWidth
      measure()
    })
    // Its rows may need more room later, as when its letters come.
    for (const each of [box, ...box.children]) observer.observe(each)
    return () => observer.disconnect()
  }, [scroller])
  const folded = foldable.slice(0, count)
  return { folded: isUnfolded ? [] : folded, gaveWay: folded, isUnfolded, setUnfolded }
}
