import { type Screen, table as Columns } from "@roundlot/queries"

const isNumeric = (cell: string): boolean => /^[-−]?\d[\d.]*$/.test(cell) || cell === ""

type Row = ReadonlyArray<string>

/** A column of this name; one of numbers stands to the right. */
const columnOf = (name: string, index: number, rows: ReadonlyArray<Row>): Columns.TableColumn<Row> => {
  const cells = rows.map((row) => row[index] ?? "")
  const isRight = cells.every(isNumeric) && cells.some((cell) => cell !== "")
  return (isRight ? Columns.numbers : Columns.words)(name, (row: Row) => row[index] ?? "")
}

/** Rows under a header as aligned text; columns of numbers stand to the right. */
export const format = (header: ReadonlyArray<string>, rows: ReadonlyArray<Row>, screen?: Screen.Screen): string =>
  Columns.render(
    header.map((name, index) => columnOf(name, index, rows)),
    rows,
    screen
  )
