import { useMemo, useRef, useState } from "react"

/** Where a row that comes takes its place: above the others, nowhere until it is asked for, or wherever it is given. */
export type Coming = "above" | "waiting" | "anywhere"

/** Rows in an order, and whether they are all that there are. */
export interface Laid<A> {
  readonly rows: ReadonlyArray<A>
  readonly isWhole: boolean
}

interface Laying<A> {
  readonly shown: Laid<A>
  readonly given: Laid<A>
  readonly idOf: (row: A) => string
  /** Its reader has frozen it, reads further down, or is at its top: then a row that comes is put above, or it waits. */
  readonly hold: "frozen" | "reading" | "above" | "waiting"
}

/** What is shown, and what is not: which rows left, how many wait, and how many would have changed. */
interface Outcome<A> {
  readonly shown: Laid<A>
  readonly left: ReadonlySet<string>
  readonly waiting: number
  readonly changed: number
}

const as = <A>(shown: Laid<A>): Outcome<A> => ({ shown, left: new Set(), waiting: 0, changed: 0 })

/** Does nothing but come above the rows that are shown, or below them, so that what is given is what is to be shown? Nearly always. */
const isGrown = <A>({ given, idOf, shown }: Laying<A>): boolean => {
  const [top] = shown.rows
  if (top === undefined) return false
  const at = given.rows.findIndex((row) => idOf(row) === idOf(top))
  const common = Math.min(shown.rows.length, given.rows.length - at)
  if (at < 0 || (shown.rows.length > common && given.isWhole)) return false
  // A list that had ended goes on below its end, or is cut there: that is to be looked at row by row.
  if (shown.isWhole && given.rows.length - at !== shown.rows.length) return false
  return shown.rows.every((row, i) => i >= common || isOf(given.rows[at + i], idOf(row), idOf))
}

const isOf = <A>(row: A | undefined, id: string, idOf: (row: A) => string): boolean =>
  row !== undefined && idOf(row) === id

/** Rows as they are given, under whoever reads those that are shown: they change in place, and none moves, goes or comes between them. */
export const laid = <A extends object>(laying: Laying<A>): Outcome<A> => {
  const { given, hold, idOf, shown } = laying
  if (hold === "above" && isGrown(laying)) return as({ ...given, isWhole: shown.isWhole || given.isWhole })
  const newest = new Map(given.rows.map((row) => [idOf(row), row]))
  // Of what follows the last known row nothing was said: it may have left, or stand further down.
  const said = given.isWhole ? shown.rows.length : shown.rows.findLastIndex((row) => newest.has(idOf(row))) + 1
  const isHeld = hold === "frozen" || hold === "reading"
  const kept = isHeld ? shown.rows : shown.rows.slice(0, said)
  if (kept.length === 0) return as(given)
  const ids = new Set(kept.map(idOf))
  const isKnown = (row: A): boolean => ids.has(idOf(row))
  const first = given.rows.findIndex(isKnown)
  const last = given.rows.findLastIndex(isKnown)
  // What stands below all that there was is as new as what stands above it.
  const wasWhole = shown.isWhole && kept.length === shown.rows.length
  const below = wasWhole || last < 0 ? [] : given.rows.slice(last + 1)
  const above = hold === "above" ? given.rows.slice(0, first < 0 ? undefined : first) : []
  const isChanged = (row: A): boolean => {
    const now = newest.get(idOf(row)) ?? row
    return now !== row && JSON.stringify(now) !== JSON.stringify(row)
  }
  const standing = hold === "frozen" ? kept : kept.map((row) => newest.get(idOf(row)) ?? row)
  return {
    shown: { rows: [...above, ...standing, ...below], isWhole: wasWhole || given.isWhole },
    left: new Set(kept.slice(0, said).flatMap((row) => (newest.has(idOf(row)) ? [] : [idOf(row)]))),
    waiting: given.rows.filter((row) => !isKnown(row)).length - above.length - below.length,
    changed: hold === "frozen" ? kept.filter(isChanged).length : 0
  }
}

interface Reading<A> {
  readonly rows: ReadonlyArray<A>
  readonly hasMore: boolean
  readonly idOf: (row: A) => string
  readonly coming: Coming
  readonly isFrozen: boolean
  readonly isAtTop: boolean
}

/** The rows of a table as its reader sees them, until he asks for them as they are. */
export const useLaying = <A extends object>({ coming, hasMore, idOf, isAtTop, isFrozen, rows }: Reading<A>) => {
  const given = useMemo(() => ({ rows, isWhole: !hasMore }), [rows, hasMore])
  const base = useRef(given)
  const [asked, setAsked] = useState(0)
  const hold = isFrozen ? "frozen" : isAtTop ? coming : "reading"
  const outcome = useMemo(
    () => (hold === "anywhere" ? as(given) : laid({ shown: base.current, given, idOf, hold })),
    [given, hold, idOf, asked]
  )
  base.current = outcome.shown
  return {
    ...outcome,
    /** Shows the rows as they are given now. */
    refresh: (): void => {
      base.current = given
      setAsked(asked + 1)
    }
  }
}
