import type { Documents } from "@roundlot/api"
import { useEffect, useRef, type ReactNode, type RefObject } from "react"
import { useLocation } from "wouter"
import type { Sight } from "../../api/asking.ts"
import type { Term } from "../../words/glossary.ts"
import { useFractions } from "./alignment.ts"
import { openApart } from "../parts/asOf.ts"
import type { Card, Column } from "./Column.ts"
import { Extent } from "./Extent.tsx"
import { FoldedColumns } from "./FoldedColumns.tsx"
import { useFit } from "./fit.ts"
import { type Held, useHolding } from "./holding.ts"
import { useInView } from "./inView.ts"
import { columnsOf, type Sorting, useModel } from "./model.ts"
import { Empty } from "../parts/Panel.tsx"
import { Pills } from "./Pills.tsx"
import { useRowFocus } from "./rowFocus.ts"
import { type HrefOf, useRowKeys } from "./rowKeys.ts"
import { useSelection } from "./Selection.tsx"
import { Sums } from "./Sums.tsx"
import { TableHead } from "./TableHead.tsx"
import { TableRow } from "./TableRow.tsx"
import { usePhone } from "../parts/usePhone.ts"

/** What a table shows. */
export interface DataTableProps<A> extends Held<A> {
  readonly label: string
  readonly columns: ReadonlyArray<Column<A>>
  /** Columns that are not shown. */
  readonly hidden?: ReadonlyArray<Term> | undefined
  /** Where a row leads; some may lead nowhere. */
  readonly hrefOf?: HrefOf<A> | undefined
  /** The end is near: more rows are wanted. */
  readonly onEnd?: (() => void) | undefined
  /** How many rows there are in all, those too that were not read yet. */
  readonly count?: Documents.Count | undefined
  /** Is told what is on screen, and whether somebody reads there. */
  readonly onSight?: ((sight: Sight) => void) | undefined
  /** What is said where there are no rows. */
  readonly empty?: ReactNode
  /** Rows that fit are shown whole, without scrolling inside. */
  readonly isShort?: boolean | undefined
  /** All columns are shown, however wide they are: somebody chose them. */
  readonly isChosen?: boolean | undefined
  readonly sorting?: Sorting | undefined
  /** Each row is a card of these, and no table. */
  readonly card?: Card | undefined
  /** What stands below the rows. */
  readonly below?: ReactNode
}

/** So near the end of what was read more is wanted. */
const NEAR = 20

const rowsInAll = <A,>({ count, hasMore = false }: DataTableProps<A>, shown: number): number | undefined => {
  if (count?.kind === "exactly") return count.rows
  return hasMore ? undefined : shown
}

type Holding<A extends object> = ReturnType<typeof useHolding<A>>
type InView<A extends object> = ReturnType<typeof useInView<A>>

/** Tells of what is on screen whoever gives the rows, and asks for more near their end. */
const useTelling = <A extends object>(props: DataTableProps<A>, held: Holding<A>, { end, rows }: InView<A>): void => {
  const { hasMore = false, idOf, onEnd, onSight } = props
  const { isKept, isWhole, shown } = held
  useEffect(() => {
    if (hasMore && !isWhole && end > shown.length - NEAR) onEnd?.()
  }, [hasMore, isWhole, end, shown, onEnd])
  const tell = useRef(onSight)
  tell.current = onSight
  useEffect(() => {
    tell.current?.({ ids: new Set(rows.map(idOf)), isKept })
  }, [rows, isKept, idOf])
}

/** The rows of a table on screen, their columns, which of them are selected, and what keys do in them. */
const useRows = <A extends object>(props: DataTableProps<A>, scroller: RefObject<HTMLElement | null>) => {
  const { card, columns, hidden = [], hrefOf, idOf, isChosen = false, isShort = false, sorting } = props
  const held = useHolding(props)
  const { shown, turnFrozen } = held
  const inView = useInView({ scroller, shown, isShort, isOfCards: card !== undefined })
  useTelling(props, held, inView)
  const fractions = useFractions(columns, inView.rows, held.sums)
  const fit = useFit({ columns, hidden, scroller, isChosen })
  const model = useModel({ columns, hidden: [...hidden, ...fit.folded], inView: inView.rows, idOf, sorting })
  const selection = useSelection({ model, shown, idOf })
  const focus = useRowFocus({ scroller, shown, idOf })
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(shown.length - 1, to))
    focus.setAt(next)
    inView.scrollTo(next)
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus())
  }
  const onKey = useRowKeys({ shown, hrefOf, selection, move, turnFrozen })
  return { held, inView, fractions, fit, model, selection, focus, move, onKey }
}

type Rows<A extends object> = ReturnType<typeof useRows<A>>

/** What stands for rows that are not made: as high as they are. */
const Gap = ({ height }: { readonly height: number }) =>
  height <= 0 ? null : <tr aria-hidden="true" style={{ height }} />

interface BodyProps<A extends object> {
  readonly rows: Rows<A>
  readonly hrefOf: HrefOf<A> | undefined
  readonly card: Card | undefined
  /** A box in each row selects it: where no keys do. */
  readonly isTouched: boolean
}

const Body = <A extends object>({
  card,
  hrefOf,
  isTouched,
  rows: { focus, fractions, held, inView, model, onKey, selection }
}: BodyProps<A>) => {
  const [, go] = useLocation()
  const stop = Math.min(focus.at, held.shown.length - 1)
  return (
    <tbody>
      <Gap height={inView.before} />
      {model.getRowModel().rows.map((row) => (
        <TableRow
          key={row.id}
          row={row}
          index={inView.first + row.index}
          fractions={fractions}
          isLeft={held.left.has(row.id)}
          isStop={inView.first + row.index === stop}
          isSelecting={selection.count > 0}
          card={card}
          onTurn={isTouched ? selection.turn : undefined}
          onFocus={focus.onFocus}
          onBlur={focus.onBlur}
          onKey={onKey}
          onOpen={(opened, isApart) => {
            const to = hrefOf?.(opened)
            if (to !== undefined) (isApart ? openApart : go)(to)
          }}
        />
      ))}
      <Gap height={inView.after} />
    </tbody>
  )
}

/** A table that shows a window of many rows, stays where its reader is, and is moved through by keys. */
export const DataTable = <A extends object>(props: DataTableProps<A>) => {
  const { below, card, count, empty, hrefOf, isShort = false, label } = props
  const isPhone = usePhone()
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useRows(props, scroller)
  const { fit, focus, fractions, held, inView, model, move, selection } = rows
  const className = ["table", ...(isShort ? ["short"] : []), ...(card === undefined ? [] : ["cards"])].join(" ")
  if (held.shown.length === 0 && empty !== undefined) {
    return (
      <div className={className}>
        <Empty>{empty}</Empty>
      </div>
    )
  }
  const inAll = rowsInAll(props, held.shown.length)
  const { above, last } = inView.sight
  return (
    <div className={className}>
      <Pills
        held={held}
        selection={selection}
        said={focus.said}
        onRelease={() => {
          held.release()
          move(0)
        }}
      />
      <div
        className="scroller"
        ref={scroller}
        onScroll={({ currentTarget }) => held.setAtTop(currentTarget.scrollTop < inView.rowHeight / 2)}
      >
        <table aria-label={label} aria-rowcount={inAll === undefined ? -1 : inAll + 1}>
          <TableHead model={model} />
          <Body rows={rows} hrefOf={hrefOf} card={card} isTouched={isPhone && !isShort} />
          {held.sums === undefined ? null : (
            <Sums columns={columnsOf(model)} sums={held.sums} fractions={fractions} isOnCard={card !== undefined} />
          )}
        </table>
      </div>
      <FoldedColumns fit={fit} />
      {count === undefined ? null : <Extent count={count} first={held.above + above + 1} last={held.above + last} />}
      {below}
    </div>
  )
}
