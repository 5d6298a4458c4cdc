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

/** The separator that the first line has most of. */
export const sniffed = (text: string): Separator => {
  const [line = ""] = text.split(/\r?\n/, 1)
  const counts = separators.map(([separator]) => [separator, line.split(separator).length] as const)
  return counts.toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? ","
}

/** The cells of a line, for a look at it only: the daemon reads the file itself. */
export const cellsOf = (line: string, separator: string): ReadonlyArray<string> =>
  line.split(separator).map((cell) => cell.trim().replaceAll(/^"|"$/g, ""))

/** The names of a file's columns. */
export const namesIn = (csv: string, separator: string): ReadonlyArray<string> =>
  cellsOf(csv.split(/\r?\n/, 1)[0] ?? "", separator)

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, "")

/** Which column each field is, of those whose names say so. */
export const guessed = (names: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...FIELDS, ...TERMS].flatMap((field) => {
      const found = names.find((name) => plain(name) === plain(field))
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
