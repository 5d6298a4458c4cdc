import { useEffect, useRef } from "react"
import { useLocation } from "wouter"
import { pages } from "./navigation.ts"
import { choose, chosen, turnTheme } from "../parts/settings.ts"
import { siblingOf } from "../parts/siblings.ts"

/** What only the frame can do. */
interface Does {
  readonly onSearch: () => void
  readonly onHalt: () => void
  readonly onHelp: () => void
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches("input, select, textarea") || target.isContentEditable)

const first = (selector: string): HTMLElement | null => document.querySelector<HTMLElement>(`main ${selector}`)

/** What has a key of its own says so: `data-key`. */
const press = (key: string): void => {
  const keyed = first(`[data-key="${key}"]`)
  const button = keyed?.querySelector("button") ?? keyed
  button?.click()
}

/** Nothing is done by a letter: what can be done is brought to the hand. */
const reach = (selector: string): void => first(`${selector} :is(button, a):not(:disabled)`)?.focus()

/** Brings the first filter of a list to the hand, where one is shown. */
const focusFilter = (): boolean => {
  const filter = first("[aria-label=Filters] :is(input, select)")
  filter?.focus()
  return filter !== null
}

const reachActions = (): void => {
  const row = document.activeElement?.closest("tr[data-row]")
  const own = row?.querySelector<HTMLElement>("button[aria-haspopup]:not(:disabled)")
  if (own === null || own === undefined) reach(".page-head .actions")
  else own.focus()
}

/** What moves does nothing, and is left to the browser, where there is nothing to move in. */
const MOVES: ReadonlySet<string> = new Set(["j", "k", "ArrowDown", "ArrowUp"])

const isCase = (path: string): boolean => path.startsWith("/attention/")
const isInTable = (target: EventTarget | null): boolean => target instanceof Element && target.closest("tr") !== null

/** Brings the current row of the page's first table to the hand, from where the rows have their own keys. */
const focusRow = (event: KeyboardEvent): void => {
  const row = first("tr[data-row][tabindex='0']")
  if (row === null) return
  event.preventDefault()
  row.focus()
}

/** An arrow key scrolls, or is for what has the focus: only where nothing has it does it lead into the table. */
const focusRowFromNowhere = (event: KeyboardEvent): void => {
  if (event.target === document.body || event.target === document.querySelector("#main")) focusRow(event)
}

/** What single letters do, wherever the focus is but in a field. */
const lettersOf = (does: Does, go: (to: string) => void): Readonly<Record<string, (event: KeyboardEvent) => void>> => {
  const goBy = (by: -1 | 1): void => {
    const to = siblingOf(location.pathname, by)
    if (to !== undefined) go(to)
  }
  const nextCase =
    (by: -1 | 1) =>
    (event: KeyboardEvent): void => {
      if (isInTable(event.target)) return
      if (isCase(location.pathname)) goBy(by)
      else focusRow(event)
    }
  return {
    H: does.onHalt,
    "?": does.onHelp,
    z: () => choose({ utc: !chosen().utc }),
    Z: () => choose({ utc: !chosen().utc }),
    T: turnTheme,
    "/": () => {
      if (focusFilter()) return
      if (first("[data-key='/']") === null) return does.onSearch()
      press("/")
      requestAnimationFrame(focusFilter)
    },
    "[": () => goBy(-1),
    "]": () => goBy(1),
    j: nextCase(1),
    k: nextCase(-1),
    ArrowDown: focusRowFromNowhere,
    ArrowUp: focusRowFromNowhere,
    ".": reachActions,
    v: () => reach("[data-verdicts]"),
    a: () => press("a"),
    e: () => press("e"),
    r: () => press("r"),
    s: () => press("s")
  }
}

/** The keys that hold on every page. A field keeps its letters, and whoever wants none has none. */
export const useKeys = (given: Does): void => {
  const [, go] = useLocation()
  const handlers = useRef({ ...given, go })
  handlers.current = { ...given, go }
  useEffect(() => {
    let isGoing = false
    const pressed = (event: KeyboardEvent): void => {
      const { go: goTo, ...does } = handlers.current
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault()
        does.onSearch()
        return
      }
      if (!chosen().shortcuts || isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return
      if (document.querySelector("[role=dialog]") !== null) return
      if (isGoing) {
        isGoing = false
        const page = pages.find(([, , key]) => key === event.key)
        if (page !== undefined) goTo(page[0])
        return
      }
      if (event.key === "g") {
        isGoing = true
        return
      }
      const letter = lettersOf(does, goTo)[event.key]
      if (letter === undefined || event.defaultPrevented) return
      if (!MOVES.has(event.key)) event.preventDefault()
      letter(event)
    }
    addEventListener("keydown", pressed)
    return () => removeEventListener("keydown", pressed)
  }, [])
}
