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
  /** Each is a card, without heads above them. */
  readonly isOfCards: boolean
}

/** Two lines of text, with room above and below them, in pixels. */
const CARD_HEIGHT = 68

interface Window {
  readonly rowHeight: number
  /** How high the heads above the rows are. */
  readonly headHeight: number
  readonly offset: number
  readonly height: number
  readonly rows: number
}

/** Which rows are on screen: how many are above, and the number of the last one. */
const sightOf = ({ headHeight, height, offset, rowHeight, rows }: Window) => ({
  above: Math.min(Math.floor(offset / rowHeight), Math.max(0, rows - 1)),
  last: Math.min(Math.max(1, Math.ceil((offset + height - headHeight) / rowHeight)), rows)
})

/** The rows of many that are made, from the first to before the end, and how high all that stands above and below them is. */
export const useInView = <A>({ isOfCards, isShort, scroller, shown }: Viewed<A>) => {
  const inTable = rowHeights[useSettings().density]
  const rowHeight = isOfCards ? CARD_HEIGHT : inTable
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
    sight: sightOf({
      rowHeight,
      headHeight: isOfCards ? 0 : rowHeight,
      offset: virtual.scrollOffset ?? 0,
      height: virtual.scrollRect?.height ?? 0,
      rows: shown.length
    }),
    scrollTo: (index: number): void => {
      if (!isShort) virtual.scrollToIndex(index)
    }
  }
}
