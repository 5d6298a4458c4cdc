import { Instant } from "@roundlot/core"
import { Template } from "@roundlot/core/ledger"
import { Either, Option } from "effect"
import { namesOf, type Columns, isNumeric, isTime, type Field } from "./TradeRow.ts"
import * as Csv from "./Csv.ts"
import { type DateOrder, type Dialect, isLocal, zoneOf } from "./Dialect.ts"
import { fail, type ImportFileError } from "./ImportFileError.ts"
import * as Line from "./Line.ts"

/** A value that a file has, with its line. */
interface Seen {
  readonly line: number
  readonly text: string
}

/** What the values of a file say of how it is written: the first that says each. */
export interface Survey {
  readonly take: (field: Field, text: string, line: number) => void
  /** The first value that says so. */
  readonly first: (sign: Sign) => Seen | undefined
}

type Sign =
  /** A number whose point, or comma, can only stand before its decimals. */
  | "point"
  | "comma"
  /** `1.234` or `1,234`: a thousand and more, or one and a bit. */
  | "pointOrThousand"
  | "commaOrThousand"
  /** A number whose thousands are grouped, beyond doubt. */
  | "groupedByComma"
  | "groupedByPoint"
  | "zoned"
  /** A time without a zone: in our order, the day first, the month first, or either. */
  | "local"
  | "dayFirst"
  | "monthFirst"
  | "dayOrMonthFirst"

const signsOfNumber: ReadonlyArray<readonly [shape: RegExp, sign: Sign]> = [
  [/^\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})$/, "groupedByComma"],
  [/^\d{1,3}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})$/, "groupedByPoint"],
  [/^[1-9]\d{0,2}\.\d{3}$/, "pointOrThousand"],
  [/^[1-9]\d{0,2},\d{3}$/, "commaOrThousand"],
  [/^\d+\.\d+$/, "point"],
  [/^\d+,\d+$/, "comma"]
]

const signOfTime = (text: string): Sign | undefined => {
  if (Instant.parse(text) !== undefined) return "zoned"
  if (isLocal(text, "iso")) return "local"
  const isDayFirst = isLocal(text, "dmy")
  const isMonthFirst = isLocal(text, "mdy")
  if (isDayFirst && isMonthFirst) return "dayOrMonthFirst"
  if (isDayFirst) return "dayFirst"
  return isMonthFirst ? "monthFirst" : undefined
}

/** A survey of a file of which nothing was read yet. */
export const begin = (): Survey => {
  const signs = new Map<Sign, Seen>()
  return {
    take: (field, text, line) => {
      const sign = isNumeric(field)
        ? signsOfNumber.find(([shape]) => shape.test(text))?.[1]
        : isTime(field)
          ? signOfTime(text)
          : undefined
      if (sign !== undefined && !signs.has(sign)) signs.set(sign, { line, text })
    },
    first: (sign) => signs.get(sign)
  }
}

type Decided<A> = Either.Either<A, ImportFileError>

const asked = (file: string, { line, text }: Seen, what: string, remedy: string) =>
  Either.left(fail(file, "Ambiguous", `is ambiguous: ${what} is not clear (line ${line}: "${text}")`, remedy))

const DECIMAL = "give decimal=point or decimal=comma (--decimal)"

/** In a file like ours a number is as ours are, or grouped; in one of another separator, all that is said must agree. */
const decimalOf = (
  file: string,
  survey: Survey,
  { decimal, separator = "," }: Dialect
): Decided<Dialect["decimal"]> => {
  if (decimal !== undefined) return Either.right(decimal)
  const first = (...signs: ReadonlyArray<Sign>) => signs.map(survey.first).find((seen) => seen !== undefined)
  const point = first("point", "groupedByComma")
  const comma = first("comma", "groupedByPoint")
  const unclear = first("commaOrThousand", "pointOrThousand")
  const what = "whether its decimal sign is a point or a comma"
  if (separator === ",") {
    const open = first("commaOrThousand", "groupedByPoint")
    if (open !== undefined && point === undefined) return asked(file, open, what, DECIMAL)
    return Either.right(first("groupedByComma", "commaOrThousand") === undefined ? undefined : "point")
  }
  if (point !== undefined && comma !== undefined) return asked(file, comma, what, DECIMAL)
  if (point !== undefined) return Either.right("point")
  if (comma !== undefined) return Either.right("comma")
  return unclear === undefined ? Either.right(undefined) : asked(file, unclear, what, DECIMAL)
}

const orderOf = (file: string, survey: Survey, { dates }: Dialect): Decided<DateOrder | undefined> => {
  if (dates !== undefined) return Either.right(dates)
  const day = survey.first("dayFirst")
  const month = survey.first("monthFirst")
  const unclear = survey.first("dayOrMonthFirst") ?? (day !== undefined && month !== undefined ? month : undefined)
  if ((day === undefined) !== (month === undefined)) return Either.right(day === undefined ? "mdy" : "dmy")
  if (unclear === undefined) return Either.right(undefined)
  return asked(file, unclear, "whether the day or the month comes first", "give dates=dmy or dates=mdy (--dates)")
}

const timesOf = (file: string, survey: Survey, dialect: Dialect): Decided<Pick<Dialect, "dates" | "zone">> =>
  Either.gen(function* () {
    const { zone } = dialect
    const signs = ["local", "dayFirst", "monthFirst", "dayOrMonthFirst"] as const
    const local = signs.map(survey.first).find((seen) => seen !== undefined)
    if (zone !== undefined && Option.isNone(zoneOf(zone))) {
      return yield* Either.left(
        fail(file, "Ambiguous", `cannot be read with the zone "${zone}": there is no such zone`, ZONE)
      )
    }
    // One that says its zone is written as ours are: a time without one is a fault of its row.
    const isOurs = local === undefined || (survey.first("zoned") !== undefined && zone === undefined)
    if (isOurs) return { dates: dialect.dates, zone }
    const dates = yield* orderOf(file, survey, dialect)
    if (zone === undefined) return yield* asked(file, local, "the time zone", ZONE)
    return { dates, zone }
  })

const ZONE = "give zone=Europe/Berlin, or another zone, or an offset such as -05:00 (--zone)"

/** How a file is written, by what was told of it and by what all of its values say; what they leave open is asked for, never guessed. */
export const decide = (file: string, survey: Survey, dialect: Dialect): Decided<Dialect> =>
  Either.gen(function* () {
    const decimal = yield* decimalOf(file, survey, dialect)
    return { ...dialect, decimal, ...(yield* timesOf(file, survey, dialect)) }
  })

// Where the header is, and what separates its fields

const needed = ["symbol", "side", "quantity"] as const

const isHeader = (line: Line.Line, separator: string, columns: Columns): boolean => {
  const record = Csv.assembler(separator).take(line)
  if (record === undefined || record.fault !== undefined) return false
  return needed.every((field) => namesOf(field, columns).some((name) => record.fields.includes(name)))
}

/** How many lines are looked through for a header. */
const MOST_LINES = 100

/**
 * Finds the header of a file in its first bytes: the first line that names the columns of a trade with one of the separators. What
 * was told stands; where none is found, the file is read as ours are, and says what it lacks.
 */
export const headerIn = (head: Uint8Array, columns: Columns, dialect: Dialect): Dialect => {
  if (dialect.separator !== undefined && (dialect.skip ?? 0) > 0) return dialect
  const splitter = Line.splitter()
  const last = [...splitter.take(head)]
  const lines = [...last, ...[splitter.end()].flatMap((line) => line ?? [])].slice(0, MOST_LINES)
  const from = dialect.skip ?? 0
  for (const line of lines.filter(({ number }) => number > from)) {
    const text = line._tag === "Text" && line.number === 1 ? { ...line, text: line.text.replace(/^\uFEFF/, "") } : line
    const separator = Template.separators
      .filter((each) => dialect.separator === undefined || each === dialect.separator)
      .find((each) => isHeader(text, each, columns))
    if (separator !== undefined) return { ...dialect, separator, skip: line.number - 1 }
  }
  return dialect
}
