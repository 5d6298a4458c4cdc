import { Clock, Instant, type Trade } from "@roundlot/core"
import { TradeSource } from "@roundlot/core/adapter"
import { Deferred, Duration, Effect, Either, type Redacted, Ref, Stream } from "effect"
import { connect, type Cells, type Connection } from "./internal/connection.ts"
import { type OutboxError, PassedOver } from "./internal/failures.ts"
import { after, format, judge, type Position, resume } from "./internal/position.ts"
import { atOneMoment, type Columns, describe, type FitTable, type Page, type Row } from "./internal/table.ts"

export type { OutboxError } from "./internal/failures.ts"
export type { Cells } from "./internal/connection.ts"
export type { Columns } from "./internal/table.ts"

/** Where an outbox is, and how its rows are read. */
export interface OutboxConfig<E> {
  /** The address of the database, `postgres://user:password@host:5432/database`. */
  readonly url: Redacted.Redacted
  /** The table, with its schema where it is not found without. */
  readonly table: string
  /** The columns whose names are others than `usualColumns`. */
  readonly columns?: Partial<Columns> | undefined
  /** The table that is taken for the one of before: a failure of `AnotherTable` names it. */
  readonly accept?: string | undefined
  /** Makes a trade of a row's cells `sourceId`, `symbol`, `side`, `quantity`, `price`, `tradedAt` and, where its column is named, `owner`, or says why it is none. */
  readonly read: (cells: Cells) => Either.Either<Trade.TradeInput, string>
  /** Keeps rows that are no trades; the source goes on once it has. */
  readonly reject: (rows: ReadonlyArray<TradeSource.Rejected>) => Effect.Effect<void, E>
  /** How often the table is looked at beside notifications; 5 seconds where nothing is said. */
  readonly pollingInterval?: Duration.DurationInput | undefined
}

/** A source that stays connected. */
export interface Outbox<E> extends Omit<TradeSource.TradeSourceService<E>, "name" | "policy"> {
  readonly caughtUp: Effect.Effect<ReadonlyArray<string>>
}

/** The names of an outbox's columns. A row's id is its trade's. */
export const usualColumns: Columns = {
  id: "id",
  xid: "xid",
  sourceId: "id",
  symbol: "symbol",
  side: "side",
  quantity: "quantity",
  price: "price",
  tradedAt: "traded_at"
}

/** What a trigger of the table notifies. */
export const CHANNEL = "trade_outbox"

/** Rows that wait for an older transaction are looked at so often: its end notifies nobody. */
const HELD_UP = Duration.millis(200)

/**
 * Trades that an app writes as rows of a table in its own Postgres, in the transactions of its own business. It reads with `SELECT` alone.
 * Rows come in the order of their transactions, and only once no older transaction can bring one any more: none is passed over.
 * What is changed or deleted after it was read stays as it was read.
 *
 * @example
 * const outbox = yield* OutboxSource.make({ url, table: "trade_outbox", read, reject })
 * yield* Sources.follow(account, { name: "app", policy, ...outbox })
 */
export const make = <E>(config: OutboxConfig<E>): Effect.Effect<Outbox<E | OutboxError>, never, Clock.Clock> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const heardAt = yield* Ref.make(yield* clock.now)
    const caughtUp = yield* Deferred.make<void>()
    const noteHeard = Effect.flatMap(clock.now, (now) => Ref.set(heardAt, now))
    const following: Following<E> = { config, noteHeard, caughtUp }
    return {
      deliveries: (cursor) =>
        Stream.unwrapScoped(
          Effect.gen(function* () {
            const connection = yield* connect(config.url)
            const fit = yield* describe(connection, {
              table: config.table,
              columns: { ...usualColumns, ...config.columns }
            })
            yield* listen(connection)
            const begun = yield* atOneMoment(connection, fit, ({ standing }) =>
              resume(cursor, standing, config.table, config.accept)
            )
            return Stream.flattenIterables(
              Stream.unfoldEffect(begun, (position) => Effect.asSome(nextOf(following, connection, fit, position)))
            )
          })
        ),
      ageMs: Effect.gen(function* () {
        return Instant.millisBetween(yield* Ref.get(heardAt), yield* clock.now)
      }),
      caughtUp: Effect.as(Deferred.await(caughtUp), [])
    }
  })

interface Following<E> {
  readonly config: OutboxConfig<E>
  readonly noteHeard: Effect.Effect<void>
  readonly caughtUp: Deferred.Deferred<void>
}

/** A replica takes no listeners: there the table is looked at by the clock alone. */
const listen = ({ query }: Connection) =>
  Effect.gen(function* () {
    const [row] = yield* query("SELECT pg_is_in_recovery()::int AS replica")
    if (row?.["replica"] === "0") yield* query(`LISTEN ${CHANNEL}`)
  })

/** What a look at the table found. */
interface Found {
  readonly from: Position
  readonly rows: ReadonlyArray<Row>
  readonly isWaiting: boolean
}

const look = (connection: Connection, fit: FitTable, position: Position): Effect.Effect<Found, OutboxError> =>
  atOneMoment(connection, fit, ({ isWaiting, passedOver, rows, standing }: Page) =>
    Effect.gen(function* () {
      const from = yield* judge(position, standing, fit.table)
      const row = yield* passedOver(from)
      if (row !== undefined) return yield* new PassedOver({ table: fit.table, row, column: fit.columns.xid })
      const found = yield* rows(from)
      return { from, rows: found, isWaiting: found.length === 0 && (yield* isWaiting) }
    })
  )

/** The next delivery, none where there are no rows yet, and the position after it. (Who waits long must not nest.) */
const nextOf = <E>(
  following: Following<E>,
  connection: Connection,
  fit: FitTable,
  position: Position
): Effect.Effect<readonly [ReadonlyArray<TradeSource.Delivery>, Position], E | OutboxError> =>
  Effect.gen(function* () {
    const { config, caughtUp, noteHeard } = following
    const { from, isWaiting, rows } = yield* look(connection, fit, position)
    if (!isWaiting) yield* noteHeard
    if (rows.length > 0) return yield* deliveryOf(config, from, rows)
    if (!isWaiting) yield* Deferred.succeed(caughtUp, undefined)
    const interval = isWaiting ? HELD_UP : (config.pollingInterval ?? "5 seconds")
    yield* Effect.raceFirst(Effect.timeoutOption(connection.notified, interval), connection.broken)
    return [[], from] as const
  })

const deliveryOf = <E>({ read, reject, table }: OutboxConfig<E>, from: Position, rows: ReadonlyArray<Row>) =>
  Effect.gen(function* () {
    const items: Array<TradeSource.Item> = []
    const rejected: Array<TradeSource.Rejected> = []
    for (const { cells, id } of rows) {
      const trade = read(cells)
      const bytes = JSON.stringify(cells)
      if (Either.isRight(trade)) items.push({ trades: [trade.right], bytes })
      else rejected.push({ place: `row ${id}`, reason: trade.left, raw: bytes })
    }
    if (rejected.length > 0) yield* reject(rejected)
    const position = rows.reduce(after, from)
    const { trades, raw } = TradeSource.delivered(items, { contentType: "application/x-ndjson", endpoint: table })
    return [[{ trades, raw, cursor: format(position) }], position] as const
  })
