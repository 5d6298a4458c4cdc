import { type RefObject, useEffect } from "react"

const SHOWN_MS = 900

/** Did something come into what was empty? It is read for the first time, and has not changed. */
const isFirst = ({ addedNodes, removedNodes, target, type }: MutationRecord): boolean =>
  type === "childList" && removedNodes.length === 0 && addedNodes.length === target.childNodes.length

/** The cell of a table that a change happened in; none for a clock that ticks, and none for rows that come and go. */
const cellOf = (change: MutationRecord): HTMLElement | undefined => {
  const { target } = change
  if (isFirst(change)) return undefined
  const element = target instanceof Element ? target : target.parentElement
  if (element === null || element.closest("time") !== null) return undefined
  return element.closest<HTMLElement>("tbody td") ?? undefined
}

/** Underlines, for a moment, what changed in a cell under the reader. */
export const useChangedCells = (within: RefObject<HTMLElement | null>): void => {
  useEffect(() => {
    const ends = new Map<HTMLElement, ReturnType<typeof setTimeout>>()
    const observer = new MutationObserver((changes) => {
      for (const cell of new Set(changes.flatMap((change) => cellOf(change) ?? []))) {
        clearTimeout(ends.get(cell))
        cell.dataset["changed"] = ""
        ends.set(
          cell,
          setTimeout(() => {
            delete cell.dataset["changed"]
            ends.delete(cell)
          }, SHOWN_MS)
        )
      }
    })
    if (within.current !== null)
      observer.observe(within.current, { subtree: true, childList: true, characterData: true })
    return () => {
      observer.disconnect()
      for (const end of ends.values()) clearTimeout(end)
    }
  }, [within])
}
