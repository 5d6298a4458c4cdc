import { useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react"
import { texts } from "../../words/text/tables.ts"

/** What can be reached in a row: the row is one stop of the Tab key, arrows go along it. */
const INSIDE = "tr[data-row] :is(a, button, summary, time, input)"

/** From the row to what stands in it, from one to the next, and back to the row: whether the key was one for that. */
export const along = (event: KeyboardEvent<HTMLElement>): boolean => {
  if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return false
  const inside = [...event.currentTarget.querySelectorAll<HTMLElement>(INSIDE)]
  const at = inside.findIndex((each) => each === event.target)
  const next = inside[at + (event.key === "ArrowRight" ? 1 : -1)]
  if (next !== undefined) next.focus()
  else if (event.key === "ArrowLeft") event.currentTarget.focus()
  return true
}

interface Rows<A> {
  readonly scroller: RefObject<HTMLElement | null>
  readonly shown: ReadonlyArray<A>
  readonly idOf: (row: A) => string
}

/** The row of a table that the Tab key stops at; one that goes while it has the focus leaves it to its neighbour, and that is said. */
export const useRowFocus = <A>({ idOf, scroller, shown }: Rows<A>) => {
  const [at, setAt] = useState(0)
  const [said, setSaid] = useState("")
  const held = useRef<string>(undefined)
  useLayoutEffect(() => {
    for (const each of scroller.current?.querySelectorAll<HTMLElement>(INSIDE) ?? []) each.tabIndex = -1
  })
  useLayoutEffect(() => {
    const lost = held.current
    if (lost === undefined || document.activeElement !== document.body) return
    if (shown.some((row) => idOf(row) === lost)) return
    held.current = undefined
    setSaid(texts.rowGone({ row: lost }))
    scroller.current?.querySelector<HTMLElement>(`[data-row="${Math.min(at, shown.length - 1)}"]`)?.focus()
  }, [scroller, shown, idOf, at])
  return {
    at,
    said,
    setAt,
    onFocus: (id: string, index: number): void => {
      held.current = id
      setAt(index)
    },
    /** A row that goes is not left by its reader. */
    onBlur: (to: EventTarget | null): void => {
      if (to !== null) held.current = undefined
    }
  }
}
