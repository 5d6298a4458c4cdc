import * as Reactivity from "@effect/experimental/Reactivity"
import * as PgClient from "@effect/sql-pg/PgClient"
import { SqlError } from "@effect/sql/SqlError"
import { Duration, Effect, Redacted, type Scope, Stream } from "effect"
import { Client, type ClientConfig, type CustomTypesConfig, Pool, type PoolClient, types as standard } from "pg"
import type { PostgresStoreConfig } from "./config.ts"

const TYPE = { bytea: 17, int8: 20, timestamptz: 1184 }

const INSTANT = /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/

/** A `timestamptz` as microseconds since 1970; a text that is none is left as it is, for the decoding of its row to refuse. */
const microsOf = (text: string): number | string => {
  const [, year, month, day, hour, minute, second, fraction = "", sign, hours, minutes = "0", seconds = "0"] =
    INSTANT.exec(text) ?? []
  if (year === undefined) return text
  const whole = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)
  return (whole / 1000 + (sign === "-" ? offset : -offset)) * 1_000_000 + Number(fraction.padEnd(6, "0"))
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.slice(2), "hex"))

const parsers = new Map<number, (text: string) => unknown>([
  [TYPE.int8, Number],
  [TYPE.timestamptz, microsOf],
  [TYPE.bytea, bytesOf]
])

/** Cells as the tables describe them: whole numbers, microseconds, plain bytes; decimals stay text. */
const types: CustomTypesConfig = {
  getTypeParser: (oid, format) => parsers.get(oid) ?? standard.getTypeParser(oid, format)
}

/** What every connection is told: how it writes moments and bytes, and how long it may stand still. */
const SESSION =
  "SET DateStyle = 'ISO'; SET TimeZone = 'UTC'; SET bytea_output = 'hex'; SET idle_in_transaction_session_timeout = 60000"

/** How a connection is made. */
const optionsOf = (config: PostgresStoreConfig): ClientConfig => {
  const { connectTimeout = "5 seconds", statementTimeout = "30 seconds" } = config
  const statement = Duration.toMillis(statementTimeout)
  return {
    connectionString: Redacted.value(config.url),
    ...(config.ssl === undefined ? {} : { ssl: config.ssl }),
    connectionTimeoutMillis: Duration.toMillis(connectTimeout),
    statement_timeout: statement,
    // Where the network swallows an answer, nobody else ends the wait.
    query_timeout: statement + 5000,
    keepAlive: true,
    application_name: "roundlot",
    types
  }
}

const poolOf = (config: PostgresStoreConfig): Pool => {
  const pool = new Pool({
    ...optionsOf(config),
    // A write sends what it has to send without waiting for each answer.
    pipeline: true,
    max: config.maxConnections ?? 10,
    allowExitOnIdle: true,
    verify: (client, done) => client.query(SESSION, (error) => done(error))
  })
  // A connection that breaks while nobody uses it is replaced; whoever uses one is told by its query.
  pool.on("error", () => undefined)
  // The moment between being handed out and being used is nobody's: an error there would end the process.
  pool.on("connect", (client) => void client.on("error", () => undefined))
  return pool
}

/** What a listener is told: that it has begun to listen, and then every notification. */
export type Heard = "begun" | "notified"

/** Listens to a channel on a connection of its own; fails when that is gone. */
export const listen = (config: PostgresStoreConfig, channel: string): Stream.Stream<Heard, SqlError> =>
  Stream.asyncPush<Heard, SqlError>((emit) => {
    const gone = (cause: unknown) => emit.fail(new SqlError({ cause }))
    return Effect.acquireRelease(
      Effect.sync(() => {
        const client = new Client(optionsOf(config))
        client.on("error", gone)
        client.on("end", () => gone(new Error("the connection was closed")))
        client.on("notification", () => emit.single("notified"))
        client
          .connect()
          .then(() => client.query(`LISTEN ${channel}`))
          .then(() => emit.single("begun"), gone)
        return client
      }),
      (client) =>
        Effect.promise(() => client.end().catch(() => undefined)).pipe(
          Effect.interruptible,
          Effect.timeoutOption("1 second")
        )
    )
  })

/** The connections to a database, none of them opened yet. */
export interface Connections {
  /** For reads. */
  readonly sql: PgClient.PgClient
  /** For a transaction: a connection that is nobody else's until the scope ends. */
  readonly lend: Effect.Effect<PoolClient, SqlError, Scope.Scope>
}

const lending = (pool: Pool): Effect.Effect<PoolClient, SqlError, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<Lent, SqlError>((resume) =>
        pool.connect((cause, client) =>
          resume(
            client === undefined
              ? Effect.fail(new SqlError({ cause, message: "Failed to acquire connection for transaction" }))
              : Effect.succeed(watched(client))
          )
        )
      ),
      ({ giveBack }) => Effect.sync(giveBack)
    ),
    ({ client }) => client
  )

interface Lent {
  readonly client: PoolClient
  readonly giveBack: () => void
}

/** A connection that broke while it was lent is not given back to be lent again. */
const watched = (client: PoolClient): Lent => {
  let broken: Error | undefined
  const note = (error: Error) => (broken = error)
  client.on("error", note)
  return {
    client,
    giveBack: () => {
      client.off("error", note)
      client.release(broken)
    }
  }
}

/** Connects to a database with a pool of connections of its own. */
export const connect = (config: PostgresStoreConfig): Effect.Effect<Connections, SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const pool = yield* Effect.acquireRelease(
      Effect.try({ try: () => poolOf(config), catch: (cause) => new SqlError({ cause }) }),
      (opened) => Effect.promise(() => opened.end()).pipe(Effect.interruptible, Effect.timeoutOption("1 second"))
    )
    const sql = yield* Effect.provide(PgClient.fromPool({ acquire: Effect.succeed(pool) }), Reactivity.layer)
    return { sql, lend: lending(pool) }
  })

/** The address as it may be shown: without its password. */
export const shownPlace = (url: Redacted.Redacted): string => {
  try {
    const { hostname, pathname, port } = new URL(Redacted.value(url))
    return `postgres://${hostname}${port === "" ? "" : `:${port}`}${pathname}`
  } catch {
    return "postgres"
  }
}

/** What an address says of how TLS is used: names of files, and no secret. */
const OF_TLS = new Set(["sslmode", "sslrootcert", "sslcert", "sslkey"])

/** The address as it may be kept to connect by it again: with its user and how TLS is used, without its password. */
export const keptAddress = (url: Redacted.Redacted): string => {
  if (!URL.canParse(Redacted.value(url))) return shownPlace(url)
  const kept = new URL(Redacted.value(url))
  kept.password = ""
  kept.hash = ""
  for (const name of new Set(kept.searchParams.keys())) if (!OF_TLS.has(name)) kept.searchParams.delete(name)
  return kept.href
}
