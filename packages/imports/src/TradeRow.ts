import { Decimal, Instant, OwnerId, Price, Quantity, Side, type Trade } from "@roundlot/core"
import { OrderTerms, TradeSource } from "@roundlot/core/adapter"
import { Either } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"
import { shown } from "@roundlot/api/text"

/** What a trade instruction says, by the names that a file's header has unless it is mapped. */
export const fields = ["source_id", "timestamp", "symbol", "side", "quantity", "price"] as const

/** What a trade may say beside: how it is to be ordered. A limit price makes a limit order of it, a stop price a stop order, both a stop limit one; a time until which it is good one that works until then. */
export const extras = ["limit_price", "stop_price", "time_in_force", "good_till", "session"] as const

/** All columns that a file may have: what it says of a trade, its beneficial owner, and how it is to be ordered. */
export const known = [...fields, "owner", ...extras] as const

/** What a trade instruction says. */
export type Field = (typeof known)[number]

/** The file's own names of its columns, `{ source_id: "Id" }`; `{ price: "" }` says that it has no price. */
export type Columns = Partial<Readonly<Record<Field, string>>>

const camelCase = (field: string): string => field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The names by which a file may have `field`: the mapped one, else ours in snake or camel case; none where there is no such. */
export const namesOf = (field: Field, columns: Columns): ReadonlyArray<string> => {
  const mapped = columns[field]
  if (mapped === "") return []
  return mapped === undefined ? [...new Set([field, camelCase(field)])] : [mapped]
}

/** Is it written as a number? */
export const isNumeric = (field: Field): boolean => field === "quantity" || field.endsWith("price")

/** Is it written as a time? */
export const isTime = (field: Field): boolean => field === "timestamp" || field === "good_till"

/** May a row leave it empty? */
export const mayBeEmpty = (field: Field): boolean =>
  field === "price" || field === "owner" || extras.some((extra) => extra === field)

/** A row that is a trade, its symbol as the file has it; whether it may be taken is the ledger's word (B5). `line` counts from 1, the header included. */
export interface Parsed {
  readonly _tag: "Parsed"
  readonly line: number
  readonly input: Trade.TradeInput
  /** As it stands in the file; of one that is very long its hash and length. */
  readonly raw: string
  /** The header of its file, where it has one. */
  readonly head: string | undefined
}

/** A row that is no trade (B5): its place, the value found there (at most 80 characters), why, and the row as it stands. */
export interface Bad {
  readonly _tag: "Bad"
  readonly line: number
  /** As the file names it; absent where the row as a whole is meant. */
  readonly column: string | undefined
  readonly value: string
  readonly reason: string
  readonly raw: string
}

/** A row of a file of trades. */
export type Row = Parsed | Bad

/** What a file holds in one place: a text, or something that cannot be one. */
export type Cell = Either.Either<string, Refused>

/** A value that is refused, and why. */
interface Refused {
  readonly value: string
  readonly reason: string
}

/** Where a row stands and how its cells are found. */
export interface RowSource {
  readonly line: number
  readonly raw: string
  readonly head?: string | undefined
  readonly cell: (field: Field) => Cell
  readonly columnName: (field: Field) => string
}

/** What all rows of a file share. */
export interface RowSettings {
  readonly source: string
  readonly identity: NonEmptyReadonlyArray<Field>
  /** What a row is taken to say where it says nothing, of the fields that a file may leave out. */
  readonly usual?: Usual | undefined
  /** What a row says of how it is ordered: the terms of its order, or out of place. Nothing looks for it where nothing is said. */
  readonly terms?: "taken" | "refused" | undefined
}

/** What a row is taken to say where it says nothing, or why that is refused. */
export type Usual = { readonly [F in "source_id" | "timestamp"]?: (line: number) => Cell }

/** Reads and checks one row; the first fault is the one that is told. */
export const read = (row: RowSource, settings: RowSettings): Row =>
  Either.match(inputOf(row, settings), {
    onLeft: ({ field, reason, value }) =>
      bad({ line: row.line, column: row.columnName(field), value, reason, raw: row.raw }),
    onRight: (input): Row => ({ _tag: "Parsed", line: row.line, input, raw: kept(row.raw), head: row.head })
  })

const LONGEST_KEPT = 16_384

/** A row or header as it is kept: rows are held until many are taken together. */
export const kept = (raw: string): string => (raw.length > LONGEST_KEPT ? TradeSource.standIn(raw) : raw)

/** A bad row; its value is cut and made fit to be shown. */
export const bad = (row: Omit<Bad, "_tag">): Bad => ({ ...row, _tag: "Bad", value: shown(row.value) })

const inputOf = (row: RowSource, settings: RowSettings) =>
  Either.gen(function* () {
    const id = yield* checked(orUsual(row, "source_id", settings), "source_id", name(LONGEST_ID))
    const tradedAt = yield* checked(orUsual(row, "timestamp", settings), "timestamp", instant)
    const symbol = yield* checked(row, "symbol", name(LONGEST_SYMBOL))
    const side = yield* checked(row, "side", sideOf)
    const quantity = yield* checked(row, "quantity", quantityOf)
    const price = yield* checked(row, "price", priceOf)
    const owner = yield* checked(row, "owner", ownerOf)
    const direct = settings.terms === undefined ? undefined : yield* termsIn(row, settings.terms)
    const parts = { id, tradedAt, symbol, side, quantity, price, owner, direct }
    const sourceId = yield* identityOf(parts, settings)
    const { source } = settings
    const input: Trade.TradeInput = {
      source,
      sourceId,
      occurrence: "0",
      symbol,
      side,
      quantity,
      price,
      tradedAt,
      reverses: undefined,
      ...(owner === undefined ? {} : { owner }),
      ...(direct === undefined ? {} : { direct })
    }
    return input
  })

const orUsual = (row: RowSource, field: "source_id" | "timestamp", { usual }: RowSettings): RowSource => {
  const say = usual?.[field]
  if (say === undefined) return row
  return {
    ...row,
    cell: (asked) => {
      const cell = row.cell(asked)
      const isSilent = Either.match(cell, {
        onLeft: ({ reason }) => reason === "is missing",
        onRight: (text) => text === ""
      })
      return asked === field && isSilent ? say(row.line) : cell
    }
  }
}

/** A value, or the reason why the text is none. */
type Check<A> = (text: string) => Either.Either<A, string>

const checked = <A>(row: RowSource, field: Field, check: Check<A>) => {
  const cell = row.cell(field)
  if (Either.isLeft(cell)) return Either.left({ field, ...cell.left })
  return Either.mapLeft(check(cell.right), (reason) => ({ field, value: cell.right, reason }))
}

interface Parts {
  readonly id: string
  readonly tradedAt: Instant.Instant
  readonly symbol: string
  readonly side: Side.Side
  readonly quantity: Quantity.Quantity
  readonly price: Price.Price | undefined
  readonly owner: OwnerId.OwnerId | undefined
  readonly direct: OrderTerms.Instruction | undefined
}

/** One spelling a value (0.30 and 0.3 are one trade), and no `/` but the id's own, so that no two joins are alike. */
const identityPart: { readonly [F in Field]: (parts: Parts) => string } = {
  source_id: ({ id }) => id,
  timestamp: ({ tradedAt }) => Instant.format(tradedAt),
  symbol: ({ symbol }) => symbol.replaceAll("%", "%25").replaceAll("/", "%2F"),
  side: ({ side }) => side.toUpperCase(),
  quantity: ({ quantity }) => Decimal.format(quantity),
  price: ({ price }) => (price === undefined ? "" : Decimal.format(price)),
  owner: ({ owner }) => owner ?? "",
  limit_price: ({ direct }) => (direct?.limitPrice === undefined ? "" : Decimal.format(direct.limitPrice)),
  stop_price: ({ direct }) => (direct?.stopPrice === undefined ? "" : Decimal.format(direct.stopPrice)),
  time_in_force: ({ direct }) => direct?.timeInForce ?? "",
  good_till: ({ direct }) => (direct?.goodTill === undefined ? "" : Instant.format(direct.goodTill)),
  session: ({ direct }) => direct?.session ?? ""
}

const LONGEST_ID = 512

const identityOf = (
  parts: Parts,
  { identity }: RowSettings
): Either.Either<string, Refused & { readonly field: Field }> => {
  const joined = identity.map((field) => identityPart[field](parts)).join("/")
  if (joined.length <= LONGEST_ID) return Either.right(joined)
  return Either.left({ field: "source_id", value: joined, reason: `has more than ${LONGEST_ID} characters` })
}

const LONGEST_SYMBOL = 128

const name =
  (longest: number): Check<string> =>
  (text) => {
    if (text.trim() === "") return Either.left("is empty")
    if (/[\p{Cc}\p{Cs}]/u.test(text)) return Either.left("has a control character")
    if (text.length > longest) return Either.left(`has more than ${longest} characters`)
    return Either.right(text)
  }

const ZONE = "is not an ISO 8601 time with a zone, such as 2026-11-20T14:30:00Z"

const LATEST = Instant.format(Instant.latest)

/** Would it be a time that is taken in a year that has every day? */
const isLater = (text: string): boolean =>
  text.slice(0, 4) >= LATEST.slice(0, 4) && Instant.parse(`2000${text.slice(4)}`) !== undefined

const instant: Check<Instant.Instant> = (text) => {
  const moment = Instant.parse(text)
  if (moment !== undefined) return Either.right(moment)
  if (text === "") return Either.left("is empty")
  if (isLater(text)) return Either.left(`is later than ${LATEST}`)
  const isNaive = Instant.parse(`${text}Z`) !== undefined
  return Either.left(isNaive ? "has no zone: end it with Z or with an offset such as -05:00" : ZONE)
}

const sideOf: Check<Side.Side> = (text) =>
  Either.fromNullable(Side.inAnyCase(text), () => (text === "" ? "is empty" : "is neither buy nor sell"))

const positive: Check<Decimal.Decimal> = (text) => {
  const fault = Decimal.faultOf(text)
  if (fault !== undefined) return Either.left(fault)
  const decimal = Decimal.unsafe(text)
  if (Decimal.isPositive(decimal)) return Either.right(decimal)
  return Either.left(Decimal.isZero(decimal) ? "is zero" : "is negative")
}

const quantityOf: Check<Quantity.Quantity> = (text) => Either.map(positive(text), Quantity.make)

const priceOf: Check<Price.Price | undefined> = (text) =>
  text === "" ? Either.right(undefined) : Either.map(positive(text), Price.make)

const ownerOf: Check<OwnerId.OwnerId | undefined> = (text) => {
  if (text === "" || OwnerId.isOwnerId(text)) return Either.right(text === "" ? undefined : OwnerId.OwnerId.make(text))
  return Either.left("is not an identifier of 1 to 64 letters, digits, '-', '_', '.' and ':'")
}

const oneOf =
  <const W extends readonly [string, ...ReadonlyArray<string>]>(words: W): Check<W[number] | undefined> =>
  (text) => {
    const word = words.find((each) => each === text.toLowerCase())
    return text === "" || word !== undefined ? Either.right(word) : Either.left(`is not one of ${words.join(", ")}`)
  }

const outOfPlace: Check<undefined> = (text) =>
  text === ""
    ? Either.right(undefined)
    : Either.left("applies only where each row is an order of its own: use a batch with mode execute")

/** How a row is ordered, where it says anything of that. */
const termsIn = (row: RowSource, terms: "taken" | "refused") =>
  Either.gen(function* () {
    if (terms === "refused") {
      for (const extra of extras) yield* checked(row, extra, outOfPlace)
      return undefined
    }
    const limitPrice = yield* checked(row, "limit_price", priceOf)
    const stopPrice = yield* checked(row, "stop_price", priceOf)
    const said = yield* checked(row, "time_in_force", oneOf(OrderTerms.timesInForce))
    const goodTill = yield* checked(row, "good_till", (text) => (text === "" ? Either.right(undefined) : instant(text)))
    const timeInForce = said ?? (goodTill === undefined ? undefined : "gtd")
    const session = yield* checked(row, "session", oneOf(OrderTerms.sessions))
    const isSilent = [limitPrice, stopPrice, timeInForce, session].every((each) => each === undefined)
    const type = OrderTerms.typeOf(limitPrice, stopPrice)
    const direct: OrderTerms.Instruction = { type, limitPrice, stopPrice, timeInForce, goodTill, session }
    const fault = OrderTerms.termFaultOf(direct)
    if (fault !== undefined)
      return yield* Either.left({
        field: "good_till",
        value: said ?? "",
        reason: `is invalid: ${fault.words}`
      } as const)
    return isSilent ? undefined : direct
  })
