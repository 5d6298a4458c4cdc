import { shown } from "@roundlot/api/text"
import { Decimal, type Instant, type Side } from "@roundlot/core"
import { Either } from "effect"
import { createHash } from "node:crypto"

/** The brokers whose files are read. */
export const brokers = ["ibkr", "alpaca", "schwab"] as const

/** One of these brokers. */
export type StatementBroker = (typeof brokers)[number]

/** Where a row is in its file: the line on which it begins, and which row it is, counted from 1. */
export interface Place {
  readonly line: number
  readonly item: number
}

/** An execution as a file has it, after its cancels and corrections; what was undone within the file has a quantity of zero. */
export interface Execution extends Place {
  /** What the books know it by; none where the file has no such id, or two rows share it. */
  readonly execId: string | undefined
  readonly orderId: string | undefined
  readonly symbol: string
  readonly side: Side.Side
  /** In shares. */
  readonly quantity: Decimal.Decimal
  /** Dollars a share. */
  readonly price: Decimal.Decimal
  /** What it cost; a rebate is below zero. */
  readonly fee: Decimal.Decimal | undefined
  readonly feeCurrency: string | undefined
  readonly at: Instant.Instant | undefined
  /** The file says that this execution, of an earlier file, counts no more. */
  readonly isUndone: boolean
}

/** A row that is an execution, or may be one, and cannot be read as one. */
export interface UnreadRow extends Place {
  readonly execId: string | undefined
  readonly reason: string
  /** Of what it says: by this it is known again where it has no id. */
  readonly digest: string
}

/** A short digest of what a row says. */
export const digestOf = (...contents: ReadonlyArray<unknown>): string =>
  createHash("sha256").update(JSON.stringify(contents)).digest("hex").slice(0, 16)

/** How often each kind of row is there that is no execution which counts. */
export type Kinds = ReadonlyMap<string, number>

/** What the rows of a file say. */
export interface Contents {
  readonly executions: ReadonlyArray<Execution>
  readonly unread: ReadonlyArray<UnreadRow>
  readonly kinds: Kinds
  /** The broker's numbers of the accounts whose rows they are, where the file says them. */
  readonly accounts: ReadonlySet<string>
  /** The first and the last date that the file says it covers, or that its rows have; none where it has no rows. */
  readonly dates: { readonly from: string; readonly to: string } | undefined
  /** When the broker made the file, where it says so: it cannot know what came later. */
  readonly madeAt: Instant.Instant | undefined
}

/** Counts rows by their kind. */
export const kindsOf = (kinds: ReadonlyArray<string>): Kinds => {
  const counts = new Map<string, number>()
  for (const kind of kinds) counts.set(shown(kind), (counts.get(shown(kind)) ?? 0) + 1)
  return counts
}

/** A field's decimal, exactly as it is written. */
export const decimalOf = (field: string, text: string | undefined): Either.Either<Decimal.Decimal, string> => {
  if (text === undefined) return Either.left(`has no ${field}`)
  const fault = Decimal.faultOf(text)
  return fault === undefined ? Either.right(Decimal.unsafe(text)) : Either.left(`${field} "${shown(text)}" ${fault}`)
}

/** A price, which is above zero. */
export const priceOf = (field: string, text: string | undefined): Either.Either<Decimal.Decimal, string> =>
  Either.filterOrLeft(
    decimalOf(field, text),
    Decimal.isPositive,
    (price) => `${field} "${Decimal.format(price)}" is not above zero`
  )

/** Things by what they have in common, in their order. */
export const groupsOf = <K, A>(all: ReadonlyArray<A>, keyOf: (each: A) => K): ReadonlyMap<K, ReadonlyArray<A>> => {
  const groups = new Map<K, Array<A>>()
  for (const each of all) {
    const group = groups.get(keyOf(each))
    if (group === undefined) groups.set(keyOf(each), [each])
    else group.push(each)
  }
  return groups
}

/** Rows under the broker's own id of a row: one that comes again with the same contents is the same row. */
export interface Once<R> {
  readonly rows: ReadonlyArray<R>
  readonly repeated: ReadonlyArray<R>
  /** Rows that share an id and differ: which of them is true, nothing says. */
  readonly contradicting: ReadonlyArray<{ readonly row: R; readonly other: R }>
}

/** Each row of a file once, by the broker's id of the row; rows without one are all kept. */
export const once = <R>(
  all: ReadonlyArray<R>,
  idOf: (row: R) => string | undefined,
  contentsOf: (row: R) => string
): Once<R> => {
  const groups = groupsOf(all, (row) => idOf(row) ?? row)
  const rows: Array<R> = []
  const repeated: Array<R> = []
  const contradicting: Array<{ readonly row: R; readonly other: R }> = []
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue
    const odd = others.find((row) => contentsOf(row) !== contentsOf(first))
    if (odd === undefined) {
      rows.push(first)
      repeated.push(...others)
    } else contradicting.push(...[first, ...others].map((row) => ({ row, other: row === first ? odd : first })))
  }
  return { rows, repeated, contradicting }
}

/** The earliest and the latest of some dates. */
export const datesOf = (dates: ReadonlyArray<string>): Contents["dates"] => {
  let [from] = dates
  let to = from
  for (const date of dates) {
    if (from === undefined || date < from) from = date
    if (to === undefined || date > to) to = date
  }
  return from === undefined || to === undefined ? undefined : { from, to }
}
