import type { Row } from "@tanstack/react-table"
import type { KeyboardEvent, MouseEvent, ReactNode } from "react"
import type { Fractions } from "./alignment.ts"
import { type Card, type Column, isDollars } from "./Column.ts"
import { Figure, Time } from "../parts/Figure.tsx"
import { glossary } from "../../words/glossary.ts"
import { texts } from "../../words/text/tables.ts"

const cellOf = <A,>(column: Column<A>, row: A, align: number): ReactNode => {
  if (column.kind === "node") return column.of(row)
  if (column.kind === "time") return <Time at={column.of(row)} />
  const figure = (
    <Figure
      of={column.of(row)}
      signed={column.signed}
      money={column.money}
      cents={isDollars(column)}
      isAbout={column.isAbout}
      align={align}
    />
  )
  return column.isStruck?.(row) === true ? <s>{figure}</s> : figure
}

/** Where a cell stands: in a column, or on the first or the second line of a card. */
const classOf = <A,>({ kind, term }: Column<A>, card: Card | undefined): string | undefined => {
  if (card !== undefined) return card.headline.includes(term) ? "headline" : "detail"
  return kind === "figure" ? "right" : undefined
}

/** A card has no heads: a figure below its headline says what it is. */
const headOf = <A,>({ kind, term }: Column<A>, card: Card | undefined): string | undefined =>
  card?.details.includes(term) === true && kind === "figure" ? `${glossary[term].head} ` : undefined

interface TableRowProps<A extends object> {
  readonly row: Row<A>
  /** Its place among all rows. */
  readonly index: number
  readonly fractions: Fractions
  readonly card: Card | undefined
  /** It is no longer among the rows that were given. */
  readonly isLeft: boolean
  /** The Tab key stops at it. */
  readonly isStop: boolean
  /** Some rows are selected: whether this one is, is said then. */
  readonly isSelecting: boolean
  /** Selects the row, or no longer; where there are keys for that, nothing. */
  readonly onTurn: ((row: A) => void) | undefined
  readonly onFocus: (id: string, index: number) => void
  readonly onBlur: (to: EventTarget | null) => void
  readonly onKey: (event: KeyboardEvent<HTMLElement>, index: number) => void
  readonly onOpen: (row: A, isApart: boolean) => void
}

/** Was something pressed that does its own, or text selected? Then the row is not opened. */
const isForOther = ({ target }: MouseEvent): boolean =>
  (target instanceof Element && target.closest("a,button,summary,input") !== null) ||
  getSelection()?.isCollapsed === false

const MIDDLE = 1

/** A row of a table. */
export const TableRow = <A extends object>(props: TableRowProps<A>) => {
  const { card, fractions, index, isLeft, isSelecting, isStop, onBlur, onFocus, onKey, onOpen, onTurn, row } = props
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      tabIndex={isStop ? 0 : -1}
      aria-selected={isSelecting ? row.getIsSelected() : undefined}
      className={isLeft ? "left" : undefined}
      onFocus={() => onFocus(row.id, index)}
      onBlur={({ relatedTarget }) => onBlur(relatedTarget)}
      onKeyDown={(event) => onKey(event, index)}
      onClick={(event) => {
        if (!isForOther(event)) onOpen(row.original, event.ctrlKey || event.metaKey)
      }}
      onAuxClick={(event) => {
        if (event.button === MIDDLE && !isForOther(event)) onOpen(row.original, true)
      }}
    >
      {row.getVisibleCells().map(({ column, id }, at) => {
        const given = column.columnDef.meta?.given
        return given === undefined ? null : (
          <td key={id} className={classOf(given, card)} data-head={headOf(given, card)}>
            {at === 0 && onTurn !== undefined ? (
              <input
                type="checkbox"
                className="box"
                aria-label={texts.select({ row: row.id })}
                checked={row.getIsSelected()}
                onChange={() => onTurn(row.original)}
              />
            ) : null}
            {cellOf(given, row.original, card === undefined ? (fractions.get(given.term) ?? 0) : 0)}
            {at === 0 && isLeft ? <span className="mark"> {texts.noLongerMatches}</span> : null}
          </td>
        )
      })}
    </tr>
  )
}
