import type { Documents } from "@roundlot/api"
import { useVirtualizer } from "@tanstack/react-virtual"
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react"
import type { Sight } from "../api/asking.ts"
import { useLocation } from "wouter"
import { fractionDigits, grouped } from "../format/figure.ts"
import { zoneName } from "../format/time.ts"
import { glossary, type Term } from "../words/glossary.ts"
import { sizes } from "../words/rows.ts"
import { carried } from "./asOf.ts"
import type { Column } from "./Column.ts"
import { Figure, Time } from "./Figure.tsx"
import { Head } from "./Help.tsx"
import { type Coming, useLaying } from "./laying.ts"
import { Empty } from "./Panel.tsx"
import { along, useRowFocus } from "./rowFocus.ts"
import { Chosen, useSelection } from "./Selection.tsx"
import { chosen, rowHeights, useSettings } from "./settings.ts"
import { type SumsOf, Sums } from "./Sums.tsx"

/** What a table shows. */
export interface DataTableProps<A> {
  readonly label: string
  readonly columns: ReadonlyArray<Column<A>>
  readonly rows: ReadonlyArray<A>
  readonly idOf: (row: A) => string
  readonly hrefOf?: ((row: A) => string) | undefined
  /** The end is near: more rows are wanted. */
  readonly onEnd?: (() => void) | undefined
  readonly hasMore?: boolean | undefined
  /** How many rows there are in all, those too that were not read yet. */
  readonly count?: Documents.Count | undefined
  /** Is told what is on screen, and whether somebody reads there. */
  readonly onSight?: ((sight: Sight) => void) | undefined
  /** Rows that came in above while somebody reads, and whether there may be more. */
  readonly news?: { readonly count: number; readonly isMore: boolean } | undefined
  /** Where a row that comes takes its place. */
  readonly coming?: Coming | undefined
  /** What is said where there are no rows. */
  readonly empty?: ReactNode
  /** Rows that fit are shown whole, without scrolling inside. */
  readonly isShort?: boolean | undefined
  readonly sums?: SumsOf | undefined
  /** How it is sorted, the columns that it may be sorted by, and what sorts it by one. */
  readonly sorted?: Sorted | undefined
  readonly sortable?: ReadonlyArray<Term> | undefined
  readonly onSort?: ((term: Term) => void) | undefined
}

/** By which column a table is sorted, and which way. */
export interface Sorted {
  readonly term: Term
  readonly direction: "ascending" | "descending"
}

const NEAR = 20

const longestFraction = <A,>(column: Column<A>, rows: ReadonlyArray<A>): number =>
  column.kind === "figure" ? rows.reduce((longest, row) => Math.max(longest, fractionDigits(column.of(row))), 0) : 0

const cellOf = <A,>(column: Column<A>, row: A, align: number): ReactNode => {
  if (column.kind === "node") return column.of(row)
  if (column.kind === "time") return <Time at={column.of(row)} />
  const figure = (
    <Figure of={column.of(row)} signed={column.signed} money={column.money} isAbout={column.isAbout} align={align} />
  )
  return column.isStruck?.(row) === true ? <s>{figure}</s> : figure
}

/** Which rows are on screen: how many are above, and the number of the last one. The head of the table is as high as a row. */
const inSight = (rowHeight: number, offset: number, height: number, rows: number) => ({
  above: Math.min(Math.floor(offset / rowHeight), Math.max(0, rows - 1)),
  last: Math.min(Math.max(1, Math.ceil((offset + height) / rowHeight) - 1), rows)
})

interface ExtentProps {
  /** The numbers of the first and the last row on screen. */
  readonly first: number
  readonly last: number
  readonly count: Documents.Count
}

/** Where in the list the reader is, and how long it is. */
const Extent = ({ count: { kind, rows }, first, last }: ExtentProps) => (
  <p className="extent">
    <Head term="inView" /> {grouped(String(first))}–{grouped(String(last))} of {sizes[kind]}
    {grouped(String(rows))}
  </p>
)

interface SortProps {
  readonly term: Term
  readonly direction: Sorted["direction"] | undefined
  readonly onSort: (term: Term) => void
}

/** Sorts by a column, or turns it round; what it is sorted by now, the column says. */
const SortButton = ({ direction, onSort, term }: SortProps) => (
  <button
    type="button"
    className="sort"
    aria-label={`Sort by ${glossary[term].head}`}
    aria-pressed={direction !== undefined}
    onClick={() => onSort(term)}
  >
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path
        d={direction === "ascending" ? "M8 13V3M4 7l4-4 4 4" : "M8 3v10M4 9l4 4 4-4"}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
      />
    </svg>
  </button>
)

const rowsInAll = (count: Documents.Count | undefined): number | undefined =>
  count?.kind === "exactly" ? count.rows : undefined

interface PillProps {
  readonly counts: ReadonlyArray<readonly [count: number, what: string]>
  readonly onClick: () => void
}

/** What is not shown, or only still shown; pressed, it is. */
const Pill = ({ counts, onClick }: PillProps) => {
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${grouped(String(count))} ${what}`)
  return told.length === 0 ? null : (
    <button type="button" className="pill" title="Show the rows as they are now" onClick={onClick}>
      {told.join(", ")}
    </button>
  )
}

/** A table that shows a window of many rows, stays where its reader is, and is moved through by keys. */
export const DataTable = <A extends object>(props: DataTableProps<A>) => {
  const { columns, count, empty, hasMore = false, hrefOf, idOf, isShort, label, news, onEnd, onSight, rows } = props
  const { coming = "anywhere", onSort, sortable = [], sorted } = props
  const [, go] = useLocation()
  const { utc } = useSettings()
  const scroller = useRef<HTMLDivElement>(null)
  const [isFrozen, setFrozen] = useState(false)
  const [isAtTop, setAtTop] = useState(true)
  const laying = useLaying({ rows, hasMore, idOf, coming, isFrozen, isAtTop })
  const { changed, left, refresh, waiting } = laying
  const shown = laying.shown.rows
  const heldSums = useRef(props.sums)
  if (!isFrozen) heldSums.current = props.sums
  const sums = heldSums.current
  // A list whose rows wait wherever they belong is held here alone.
  const isKept = coming !== "waiting" && (isFrozen || !isAtTop)

  const selection = useSelection(shown, idOf)
  const focus = useRowFocus({ scroller, shown, idOf })
  const rowHeight = rowHeights[useSettings().density]
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    enabled: isShort !== true
  })
  const items =
    isShort === true
      ? shown.map((_, index) => ({ index, start: index * rowHeight, end: (index + 1) * rowHeight }))
      : virtual.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = (isShort === true ? shown.length * rowHeight : virtual.getTotalSize()) - (items.at(-1)?.end ?? 0)
  const lastIndex = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && !laying.shown.isWhole && lastIndex >= shown.length - NEAR) onEnd?.()
  }, [hasMore, lastIndex, laying.shown, shown.length, onEnd])

  const firstIndex = items[0]?.index ?? 0
  const tell = useRef(onSight)
  tell.current = onSight
  useEffect(() => {
    tell.current?.({ ids: new Set(shown.slice(firstIndex, lastIndex + 1).map(idOf)), isKept })
  }, [firstIndex, lastIndex, isKept, shown, idOf])

  // Points line up with all that was in view: they do not move back where rows with shorter figures come.
  const longest = useRef<ReadonlyArray<number>>([])
  const inView = items.flatMap(({ index }) => shown[index] ?? [])
  longest.current = columns.map((column, at) =>
    Math.max(longest.current[at] ?? 0, longestFraction(column, inView), fractionDigits(sums?.[column.term] ?? null))
  )
  const fractions = longest.current
  const ahead = isKept ? (news?.count ?? 0) : 0
  const above = isKept ? Math.max(waiting, ahead) : 0
  const sight = inSight(rowHeight, virtual.scrollOffset ?? 0, virtual.scrollRect?.height ?? 0, shown.length)
  const inAll = rowsInAll(count) ?? (hasMore ? undefined : shown.length)
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(shown.length - 1, to))
    focus.setAt(next)
    if (isShort !== true) virtual.scrollToIndex(next)
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus())
  }
  const extend = (index: number, by: -1 | 1): void => {
    selection.add([shown[index], shown[index + by]].filter((row) => row !== undefined))
    move(index + by)
  }
  const turnFrozen = (): void => {
    if (isFrozen && isAtTop) refresh()
    setFrozen(!isFrozen)
  }
  const keysOf = (index: number, row: A): Readonly<Record<string, () => void>> => ({
    ArrowDown: () => move(index + 1),
    ArrowUp: () => move(index - 1),
    Home: () => move(0),
    End: () => move(shown.length - 1),
    ...(hrefOf === undefined ? {} : { Enter: () => go(hrefOf(row)) }),
    ...(selection.count === 0 ? {} : { Escape: selection.clear }),
    ...(chosen().shortcuts
      ? {
          j: () => move(index + 1),
          k: () => move(index - 1),
          J: () => extend(index, 1),
          K: () => extend(index, -1),
          x: () => selection.turn(row),
          c: () => selection.copy(row),
          f: turnFrozen
        }
      : {})
  })
  const onKey = (event: KeyboardEvent<HTMLElement>, index: number): void => {
    const row = shown[index]
    if (row === undefined || event.altKey) return
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== "Enter" || hrefOf === undefined || event.target !== event.currentTarget) return
      window.open(carried(hrefOf(row)), "_blank", "noopener")
    } else if (!along(event)) {
      const doing = event.target === event.currentTarget ? keysOf(index, row)[event.key] : undefined
      if (doing === undefined) return
      doing()
    }
    event.preventDefault()
  }

  if (shown.length === 0 && empty !== undefined) return <Empty>{empty}</Empty>
  return (
    <div className={isShort === true ? "table short" : "table"}>
      <div className="pills">
        <Pill
          counts={[
            [changed, "changed"],
            [Math.max(waiting, ahead), ahead > 0 && news?.isMore === true ? "or more new" : "new"],
            [left.size, "left"]
          ]}
          onClick={() => {
            refresh()
            setFrozen(false)
            setAtTop(true)
            move(0)
          }}
        />
        {isFrozen ? (
          <button type="button" className="pill" onClick={turnFrozen}>
            Frozen: go on
          </button>
        ) : null}
        <Chosen count={selection.count} onCopy={() => selection.copy()} onClear={selection.clear} />
        {[focus.said, selection.said].map((said, at) => (
          <span key={at} role="status" className="hidden">
            {said}
          </span>
        ))}
      </div>
      <div
        className="scroller"
        ref={scroller}
        onScroll={(event) => setAtTop(event.currentTarget.scrollTop < rowHeight / 2)}
      >
        <table aria-label={label} aria-rowcount={inAll === undefined ? -1 : inAll + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {columns.map((column) => (
                <th
                  key={column.term}
                  scope="col"
                  className={column.kind === "figure" ? "right" : undefined}
                  aria-sort={sorted?.term === column.term ? sorted.direction : undefined}
                >
                  <Head term={column.term} tail={column.kind === "time" ? zoneName(utc) : undefined} />
                  {onSort === undefined || !sortable.includes(column.term) ? null : (
                    <SortButton
                      term={column.term}
                      direction={sorted?.term === column.term ? sorted.direction : undefined}
                      onSort={onSort}
                    />
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {before <= 0 ? null : <tr aria-hidden="true" style={{ height: before }} />}
            {items.map(({ index }) => {
              const row = shown[index]
              if (row === undefined) return null
              const id = idOf(row)
              return (
                <tr
                  key={id}
                  data-row={index}
                  aria-rowindex={index + 2}
                  tabIndex={index === Math.min(focus.at, shown.length - 1) ? 0 : -1}
                  aria-selected={selection.count === 0 ? undefined : selection.has(row)}
                  className={left.has(id) ? "left" : undefined}
                  onFocus={() => focus.onFocus(id, index)}
                  onBlur={({ relatedTarget }) => focus.onBlur(relatedTarget)}
                  onKeyDown={(event) => onKey(event, index)}
                  onClick={(event) => {
                    if (
                      hrefOf === undefined ||
                      (event.target instanceof Element && event.target.closest("a,button,summary"))
                    )
                      return
                    if (getSelection()?.isCollapsed !== false) go(hrefOf(row))
                  }}
                >
                  {columns.map((column, at) => (
                    <td key={column.term} className={column.kind === "figure" ? "right" : undefined}>
                      {cellOf(column, row, fractions[at] ?? 0)}
                      {at === 0 && left.has(id) ? <span className="mark"> left this view</span> : null}
                    </td>
                  ))}
                </tr>
              )
            })}
            {after <= 0 ? null : <tr aria-hidden="true" style={{ height: after }} />}
          </tbody>
          {sums === undefined ? null : <Sums columns={columns} sums={sums} fractions={fractions} />}
        </table>
      </div>
      {count === undefined ? null : <Extent count={count} first={above + sight.above + 1} last={above + sight.last} />}
    </div>
  )
}
