import { Effect, Either } from "effect"
import { AccountTable, type Account } from "../records/Account.ts"
import type { Cell } from "../tables/Column.ts"
import type { BadRow, Table } from "../tables/Table.ts"
import {
  TradeRepository,
  type Count,
  type Filter,
  type Page,
  type StoreError,
  type TradeRepositoryService
} from "../ports/TradeRepository.ts"

/** Which rows of a table, in which order, how many, and after which. */
export interface Question {
  readonly where?: ReadonlyArray<Filter>
  readonly orderBy?: ReadonlyArray<string>
  readonly descending?: boolean
  readonly after?: ReadonlyArray<Cell> | undefined
  readonly limit: number
}

const PAGE = 500

/** A row as it is stored. */
type Row = Parameters<Table<unknown>["decode"]>[0]

/** A page of decoded records. Fails with `BadRow` where a row cannot be read. Rows that are not `meant` are left out before that. */
export const page = <R>(
  table: Table<R>,
  question: Question,
  isMeant?: (row: Row) => boolean
): Effect.Effect<Page<R>, StoreError, TradeRepository> =>
  Effect.flatMap(TradeRepository, (repository) => asked(repository, table, question, isMeant))

/** Nearly all that a daemon does in its passes is to ask: each question is few steps of the runtime. */
const asked = <R>(
  repository: TradeRepositoryService,
  table: Table<R>,
  { after, descending = false, limit, orderBy = table.key, where = [] }: Question,
  isMeant: ((row: Row) => boolean) | undefined
): Effect.Effect<Page<R>, StoreError> =>
  Effect.flatMap(repository.page({ table: table.name, where, orderBy, descending, after, limit }), (rows) => {
    const last = rows.length < limit ? undefined : rows.at(-1)
    const next = last === undefined ? undefined : orderBy.map((column) => last[column] ?? null)
    return Either.map(decoded(table, isMeant === undefined ? rows : rows.filter(isMeant)), (items) => ({ items, next }))
  })

const decoded = <R>(table: Table<R>, rows: ReadonlyArray<Row>): Either.Either<ReadonlyArray<R>, BadRow> => {
  const records: Array<R> = []
  for (const row of rows) {
    const record = table.read(row)
    if (Either.isLeft(record)) return Either.left(record.left)
    records.push(record.right)
  }
  return Either.right(records)
}

/** Of which rows a count is: those that meet all filters of one of `anyOf`. */
export interface Counted {
  readonly anyOf: ReadonlyArray<ReadonlyArray<Filter>>
  /** So many are counted one by one at most. */
  readonly upTo: number
}

/** How many records there are beside a page: exactly up to a bound, beyond it as far as the store can tell without counting. */
export const count = <R>(
  table: Table<R>,
  { anyOf, upTo }: Counted
): Effect.Effect<Count, StoreError, TradeRepository> =>
  Effect.flatMap(TradeRepository, (repository) => repository.count({ table: table.name, anyOf, upTo }))

/** All records that a question finds, page by page; of many rows those alone are decoded that are `meant`. */
export const all = <R>(
  table: Table<R>,
  question: Omit<Question, "limit" | "after"> = {},
  isMeant?: (row: Row) => boolean
): Effect.Effect<ReadonlyArray<R>, StoreError, TradeRepository> =>
  Effect.flatMap(page(table, { ...question, limit: PAGE }, isMeant), (first) =>
    first.next === undefined ? Effect.succeed(first.items) : readOn(table, question, isMeant, first)
  )

/** The pages after the first. */
const readOn = <R>(
  table: Table<R>,
  question: Omit<Question, "limit" | "after">,
  isMeant: ((row: Row) => boolean) | undefined,
  first: Page<R>
): Effect.Effect<ReadonlyArray<R>, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const items = [...first.items]
    let after = first.next
    while (after !== undefined) {
      const next: Page<R> = yield* page(table, { ...question, after, limit: PAGE }, isMeant)
      items.push(...next.items)
      after = next.next
    }
    return items
  })

/** The first record that a question finds. */
export const first = <R>(
  table: Table<R>,
  question: Omit<Question, "limit">
): Effect.Effect<R | undefined, StoreError, TradeRepository> =>
  Effect.map(page(table, { ...question, limit: 1 }), ({ items }) => items[0])

/** The record of an account, by its name. */
export const account = (name: string): Effect.Effect<Account | undefined, StoreError, TradeRepository> =>
  first(AccountTable, { where: [{ column: "name", in: [name] }] })

const MOST_CELLS = 500

/** All records of an account that have one of these cells in a column, and meet what else is asked for; read for in parts that a database takes. */
export const among = <R>(
  table: Table<R>,
  account: string,
  column: string,
  cells: ReadonlyArray<Cell>,
  also: ReadonlyArray<Filter> = []
): Effect.Effect<ReadonlyArray<R>, StoreError, TradeRepository> =>
  Effect.map(
    Effect.forEach(
      Array.from({ length: Math.ceil(cells.length / MOST_CELLS) }, (_, i) =>
        cells.slice(i * MOST_CELLS, (i + 1) * MOST_CELLS)
      ),
      (part) =>
        all(table, {
          where: [{ column: "account", in: [account] }, { column, in: part }, ...also]
        })
    ),
    (parts) => parts.flat()
  )
