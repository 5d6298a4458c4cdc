import type { Documents } from "@roundlot/api"
import { Figure } from "../ui/parts/Figure.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"

type ProfitRow = Documents.ProfitRow

/** By which fill a tax lot was opened, and when. */
export const opened: ReadonlyArray<Column<ProfitRow>> = [
  columns.linked("openedBy", "/fills", (row) => row.openedBy),
  columns.node("lotOpened", (row) => row.opened),
  columns.node("side", ({ side }) => side)
]

/** What was closed of tax lots. */
export const closings: ReadonlyArray<Column<ProfitRow>> = [
  columns.node("lotClosed", ({ date }) => date),
  columns.linked("closedBy", "/fills", ({ closedBy }) => closedBy),
  ...opened,
  columns.figure("quantity", ({ quantity }) => quantity),
  columns.figure("cost", ({ cost }) => cost),
  columns.figure("proceeds", ({ proceeds }) => proceeds),
  columns.signed("realised", ({ profit }) => profit),
  columns.node("holdingTerm", ({ term }) => term),
  {
    term: "washed",
    kind: "node",
    of: ({ washDisallowed }) => (washDisallowed === null ? null : <Figure of={washDisallowed} cents />),
    isShown: (rows) => rows.some(({ washDisallowed }) => washDisallowed !== null)
  }
]
