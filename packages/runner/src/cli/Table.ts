const isNumeric = (cell: string): boolean => /^[-−]?\d[\d.]*$/.test(cell) || cell === ""

/** Rows under a header as aligned text; columns of numbers stand to the right. */
export const format = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const columns = header.map((name, index) => {
    const cells = rows.map((row) => row[index] ?? "")
    const isRight = rows.length > 0 && cells.every(isNumeric) && cells.some((cell) => cell !== "")
    return { width: Math.max(name.length, ...cells.map((cell) => cell.length)), isRight }
  })
  const lineOf = (row: ReadonlyArray<string>) =>
    columns
      .map(({ isRight, width }, index) =>
        isRight ? (row[index] ?? "").padStart(width) : (row[index] ?? "").padEnd(width)
      )
      .join("  ")
      .trimEnd()
  return [lineOf(header), ...rows.map(lineOf)].join("\n")
}
