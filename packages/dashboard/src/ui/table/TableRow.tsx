import type { Row } from "@tanstack/react-table"
import type { KeyboardEvent, MouseEvent, ReactNode } from "react"
import type { Fractions } from "./alignment.ts"
import { type Column, isDollars } from "./Column.ts"
import { Figure, Time } from "../parts/Figure.tsx"
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

interface TableRowProps<A extends object> {
  readonly row: Row<A>
  /** Its place among all rows. */
  readonly index: number
  readonly fractions: Fractions
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
  const { fractions, index, isLeft, isSelecting, isStop, onBlur, onFocus, onKey, onOpen, onTurn, row } = props
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
          <td key={id} className={given.kind === "figure" ? "right" : undefined}>
            {at === 0 && onTurn !== undefined ? (
              <input
                type="checkbox"
                className="box"
                aria-label={texts.select({ row: row.id })}
                checked={row.getIsSelected()}
                onChange={() => onTurn(row.original)}
              />
            ) : null}
            {cellOf(given, row.original, fractions.get(given.term) ?? 0)}
            {at === 0 && isLeft ? <span className="mark"> {texts.noLongerMatches}</span> : null}
          </td>
        )
      })}
    </tr>
  )
}
