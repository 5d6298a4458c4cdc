/** The fields of a trade that a column of a file can be. */
export const FIELDS = ["source_id", "timestamp", "symbol", "side", "quantity", "price"] as const

/** How a row that is executed is ordered. */
export const TERMS = ["limit_price", "stop_price", "time_in_force", "good_till", "session"] as const

/** Fields that a file may lack. */
export const OPTIONAL: ReadonlySet<string> = new Set(["price", "source_id", "timestamp", ...TERMS])

/** What may stand between the columns of a file, and what it is called. */
export const separators = [
  [",", "comma"],
  [";", "semicolon"],
  ["\t", "tab"],
  ["|", "bar"]
] as const

/** What stands between the columns of a file. */
export type Separator = (typeof separators)[number][0]

/** The separator that a line has most of. */
const sniffed = (line: string): Separator => {
  const counts = separators.map(([separator]) => [separator, line.split(separator).length] as const)
  return counts.toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? ","
}

/** Splits a line where no quotes are open: the cells as they are written. */
const writtenCells = (line: string, separator: string): ReadonlyArray<string> =>
  line.split(new RegExp(`[${separator}](?=(?:[^"]*"[^"]*")*[^"]*$)`))

/** Returns the values of a line's cells. The daemon reads the file itself. */
export const cellsOf = (line: string, separator: string): ReadonlyArray<string> =>
  writtenCells(line, separator).map((cell) => {
    const text = cell.trim()
    return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text
  })

const isQuoted = (text: string, separator: string): boolean => text.includes('"') || text.includes(separator)

/** Returns a line with other values in some of its cells; the others stay as they are written. */
export const withCells = (line: string, separator: string, values: ReadonlyMap<number, string>): string =>
  writtenCells(line, separator)
    .map((cell, at) => {
      const text = values.get(at)
      if (text === undefined) return cell
      return isQuoted(text, separator) ? `"${text.replaceAll('"', '""')}"` : text
    })
    .join(separator)

/** Among so many first lines the names of the columns are looked for. */
const MOST_BEFORE = 20

const hasNames = (names: ReadonlyArray<string>): boolean => {
  const found = guessed(names)
  return FIELDS.every((field) => OPTIONAL.has(field) || found[field] !== undefined)
}

const linesBefore = (csv: string): ReadonlyArray<string> => csv.split(/\r?\n/, MOST_BEFORE)

/** Returns what stands between the columns of a file. */
export const separatorIn = (csv: string): Separator => {
  const lines = linesBefore(csv)
  return sniffed(lines.find((line) => hasNames(cellsOf(line, sniffed(line)))) ?? lines[0] ?? "")
}

/** Returns the line with the names of a file's columns, from 0: the first line, unless a later one has all that are needed. */
export const headerOf = (csv: string, separator: string): number =>
  Math.max(
    0,
    linesBefore(csv).findIndex((line) => hasNames(cellsOf(line, separator)))
  )

/** Returns the names of a file's columns. */
export const namesIn = (csv: string, separator: string): ReadonlyArray<string> =>
  cellsOf(linesBefore(csv)[headerOf(csv, separator)] ?? "", separator)

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, "")

/** Names that files give to fields beside ours. */
const otherNames: Readonly<Record<string, ReadonlyArray<string>>> = {
  symbol: ["ticker"],
  side: ["buysell", "action"],
  quantity: ["qty", "shares"],
  price: ["px"],
  limit_price: ["limit", "lmt"],
  stop_price: ["stop"],
  time_in_force: ["tif"]
}

/** Returns which column each field is, of those whose names say so; of two that could be one field, neither. */
export const guessed = (names: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...FIELDS, ...TERMS].flatMap((field) => {
      const same = names.find((name) => plain(name) === plain(field))
      const others = names.filter((name) => otherNames[field]?.includes(plain(name)))
      const found = same ?? (others.length === 1 ? others[0] : undefined)
      return found === undefined ? [] : [[field, found] as const]
    })
  )

/** Returns the lines of a file by their numbers, those that are a row by themselves: in some a quoted field goes on in the next one. */
export const wholeLines = (csv: string, numbers: ReadonlyArray<number>): ReadonlyMap<number, string> => {
  const lines = csv.split("\n")
  return new Map(
    numbers.flatMap((number) => {
      const line = lines[number - 1]?.replace(/\r$/, "")
      return line === undefined || line.split('"').length % 2 === 0 ? [] : [[number, line] as const]
    })
  )
}

/** Returns a file with other lines in the place of some; their ends stay. */
export const withLines = (csv: string, corrected: ReadonlyMap<number, string>): string =>
  csv
    .split("\n")
    .map((line, at) => {
      const text = corrected.get(at + 1)
      return text === undefined ? line : `${text}${line.endsWith("\r") ? "\r" : ""}`
    })
    .join("\n")
