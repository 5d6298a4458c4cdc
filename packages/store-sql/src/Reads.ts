import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Books, type Entry, pageFault, type Table, TradeRepository } from "@roundlot/core/adapter"
import { Effect, Option, Schema } from "effect"
import { nameOf } from "./Ddl.ts"
import { type Dialect, quote } from "./Dialect.ts"
import * as Pages from "./Pages.ts"
import { faultOf } from "./Rules.ts"
import * as Segments from "./Segments.ts"
import { feedColumns, selectJournals } from "./Statements.ts"

/** How a store's own failures become typed ones. */
export type Classify = (error: SqlError) => TradeRepository.StoreError

/** The reading half of a repository. */
export type Reads = Pick<
  TradeRepository.TradeRepositoryService,
  "page" | "count" | "entries" | "feed" | "heads" | "headsAt"
>

/** A question that cannot be asked of a table: it names the table and says what is wrong. */
const refused = (table: string, problem: string) =>
  new TradeRepository.ConstraintRefused({ table, constraint: `the query ${problem}` })

const listed = (columns: ReadonlyArray<string>): string => columns.map(quote).join(", ")

/** The statement of a page of the feed. */
export const feedStatement = (sql: SqlClient.SqlClient, after: number, limit: number) =>
  sql<Entry.FeedRow>`SELECT ${sql.literal(listed(feedColumns))} FROM ${sql(nameOf("feed"))} WHERE ${sql("position")} > ${after} ORDER BY ${sql(
    "position"
  )} LIMIT ${limit}`

const sound = (table: Books.AnyTable, rows: ReadonlyArray<Table.EncodedRow>) => {
  const fault = rows.map((row) => faultOf(table.name, table.key, row)).find((each) => each !== undefined)
  return fault === undefined ? Effect.succeed(rows) : Effect.fail(fault)
}

const checked = <A>(
  table: string,
  fault: string | undefined,
  read: Effect.Effect<A, TradeRepository.StoreError>
): Effect.Effect<A, TradeRepository.StoreError> => (fault === undefined ? read : Effect.fail(refused(table, fault)))

const decodeCounted = Schema.decodeUnknownSync(Schema.Tuple(Schema.Struct({ rows: Schema.Number })))

const decodeExplained = Schema.decodeUnknownOption(
  Schema.Tuple(
    Schema.Struct({
      "QUERY PLAN": Schema.Tuple(Schema.Struct({ Plan: Schema.Struct({ "Plan Rows": Schema.Number }) }))
    })
  )
)

/** What a planner expects; nothing where it does not say so in the way that we know. */
const expectedOf = (answer: unknown): number | undefined =>
  Option.getOrUndefined(Option.map(decodeExplained(answer), ([row]) => row["QUERY PLAN"][0].Plan["Plan Rows"]))

/** Forgets, where that may be asked for. */
export const forgetting = <E>(
  query: TradeRepository.ForgetQuery,
  forget: Effect.Effect<number, E>
): Effect.Effect<number, E | TradeRepository.ConstraintRefused> => {
  const fault = pageFault.ofForgetting(Books.tables[query.table], query)
  return fault === undefined ? forget : Effect.fail(refused(query.table, fault))
}

/** Asks a statement, again where that may help. */
export type Ask = <A>(statement: Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>

const once: Ask = (statement) => statement

interface NamedHead extends Entry.Head {
  readonly account: string
}

const byName = (found: ReadonlyArray<NamedHead>): ReadonlyMap<string, Entry.Head> =>
  new Map(found.map(({ account, hash, seq }) => [account, { seq, hash }]))

/** The rows that a page finds. */
export type RowsOf = (asked: Pages.Asked) => Effect.Effect<ReadonlyArray<Table.EncodedRow>, TradeRepository.StoreError>

/** How a store asks its database. */
export interface Asking {
  readonly dialect: Dialect
  readonly classify: Classify
  readonly ask?: Ask
  /** A shorter way to the rows of a page than the client's, which it falls back on. */
  readonly rowsOf?: (byClient: RowsOf) => RowsOf
}

/** So many segments are read at first where it is not known how many of their entries are asked for. */
const FEW = 8

const isOf = (entry: Entry.Entry, entity: TradeRepository.EntryQuery["entity"]): boolean =>
  entity === undefined || (entry.entityKind === entity.kind && entry.entityId === entity.id)

/**
 * A page of a journal. Its numbers have no gaps, so that the segments with the next entries of all are known by where they begin; where that
 * is too few, a gap that somebody made is passed. Of a record's, more are read until there are enough.
 */
const entriesOf = (
  dialect: Dialect,
  rowsOf: RowsOf,
  { account, afterSeq, entity, limit }: TradeRepository.EntryQuery
): Effect.Effect<ReadonlyArray<Entry.Entry>, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const found: Array<Entry.Entry> = []
    let start: Pages.SegmentQuery["start"] = { holding: afterSeq + 1 }
    let upTo = entity === undefined ? afterSeq + limit : undefined
    let atMost = entity === undefined ? limit : FEW
    for (;;) {
      const rows: ReadonlyArray<Table.EncodedRow> = yield* rowsOf(
        Pages.segments(dialect, { account, entity, start, upTo, atMost })
      )
      for (const entry of rows.flatMap(Segments.entriesOf))
        if (entry.seq > afterSeq && isOf(entry, entity)) found.push(entry)
      const isEnd = upTo === undefined && rows.length < atMost
      if (isEnd || found.length >= limit) return found.slice(0, limit)
      const last = rows.at(-1)
      if (last !== undefined) start = { behind: Number(last["firstSeq"]) }
      atMost = upTo === undefined ? atMost * 4 : FEW
      upTo = undefined
    }
  })

/** The reads of a repository on the connected database. */
export const make = ({
  ask = once,
  classify,
  dialect,
  rowsOf = (byClient) => byClient
}: Asking): Effect.Effect<Reads, never, SqlClient.SqlClient> =>
  Effect.map(SqlClient.SqlClient, (sql) => {
    const rows = rowsOf(({ cells, text }) => Effect.mapError(ask(sql.unsafe<Table.EncodedRow>(text, cells)), classify))
    const headsOf = (text: string, cells: Pages.Asked["cells"] = []) =>
      Effect.mapBoth(ask(sql.unsafe<NamedHead>(text, cells)), { onFailure: classify, onSuccess: byName })
    /** Counts up to the bound, and only beyond it asks for what the planner expects. */
    const countOf = (table: Books.AnyTable, query: TradeRepository.CountQuery) =>
      Effect.gen(function* () {
        const [counted] = decodeCounted(yield* rows(Pages.count(dialect, table, query)))
        const estimate = counted.rows > query.upTo ? Pages.estimate(dialect, table, query) : undefined
        const expected = estimate === undefined ? undefined : expectedOf(yield* rows(estimate))
        return TradeRepository.countOf(query.upTo, counted.rows, expected)
      })
    return {
      count: (query: TradeRepository.CountQuery) => {
        const table = Books.tables[query.table]
        return checked(
          query.table,
          pageFault.ofCount(table, query),
          Effect.suspend(() => countOf(table, query))
        )
      },
      page: (query: TradeRepository.PageQuery) => {
        const table = Books.tables[query.table]
        const read = Effect.suspend(() => rows(Pages.page(dialect, table, query)))
        const asked = query.asTheyStand === true ? read : Effect.flatMap(read, (found) => sound(table, found))
        return checked(query.table, pageFault.of(table, query), asked)
      },
      entries: Effect.fn("TradeRepository.entries")((query: TradeRepository.EntryQuery) =>
        checked("journal", pageFault.ofLimit(query.limit), entriesOf(dialect, rows, query))
      ),
      feed: Effect.fn("TradeRepository.feed")((after: number, limit: number) =>
        checked("feed", pageFault.ofLimit(limit), Effect.mapError(ask(feedStatement(sql, after, limit)), classify))
      ),
      heads: headsOf(selectJournals),
      headsAt: (query: TradeRepository.HeadsQuery) => {
        const { cells, text } = Pages.headsAt(dialect, query)
        return query.accounts.length === 0
          ? Effect.succeed(new Map())
          : checked("feed", pageFault.ofLimit(query.accounts.length), headsOf(text, cells))
      }
    }
  })
