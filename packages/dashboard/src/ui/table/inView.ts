import { useVirtualizer } from "@tanstack/react-virtual"
import { useMemo, type RefObject } from "react"
import { rowHeights, useSettings } from "../parts/settings.ts"

/** Rows that are made above and below those on screen. */
const BESIDE = 12

interface Viewed<A> {
  readonly scroller: RefObject<HTMLElement | null>
  readonly shown: ReadonlyArray<A>
  /** All of them are, without scrolling inside. */
  readonly isShort: boolean
}

/** Which rows are on screen: how many are above, and the number of the last one. The head of the table is as high as a row. */
const sightOf = (rowHeight: number, offset: number, height: number, rows: number) => ({
  above: Math.min(Math.floor(offset / rowHeight), Math.max(0, rows - 1)),
  last: Math.min(Math.max(1, Math.ceil((offset + height) / rowHeight) - 1), rows)
})

/** The rows of many that are made, from the first to before the end, and how high all that stands above and below them is. */
export const useInView = <A>({ isShort, scroller, shown }: Viewed<A>) => {
  const rowHeight = rowHeights[useSettings().density]
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: BESIDE,
    enabled: !isShort
  })
  const items = virtual.getVirtualItems()
  const first = isShort ? 0 : (items[0]?.index ?? 0)
  const end = isShort ? shown.length : (items.at(-1)?.index ?? -1) + 1
  return {
    first,
    end,
    rows: useMemo(() => shown.slice(first, end), [shown, first, end]),
    before: isShort ? 0 : (items[0]?.start ?? 0),
    after: isShort ? 0 : virtual.getTotalSize() - (items.at(-1)?.end ?? 0),
    rowHeight,
    sight: sightOf(rowHeight, virtual.scrollOffset ?? 0, virtual.scrollRect?.height ?? 0, shown.length),
    scrollTo: (index: number): void => {
      if (!isShort) virtual.scrollToIndex(index)
    }
  }
}
