import { Clock, Effect, Schedule, type Scope } from "effect"
import { Instant } from "@roundlot/core"
import { Sqlite } from "@roundlot/sqlite"
import { closeSync, existsSync, openSync } from "node:fs"
import { ExchangeFailed } from "../ExchangeFile.ts"

/** One connection to an exchange's file. */
export interface ExchangeFile {
  readonly database: Sqlite.Database
  readonly name: string
  /**
   * Runs `body` in one immediate transaction. What it throws undoes all of it, and so does an answer that `keeps` says no to.
   * `now` is our clock at its start.
   */
  readonly transact: <A>(
    body: (now: Instant.Instant) => A,
    keeps?: (answer: A) => boolean
  ) => Effect.Effect<A, ExchangeFailed>
  /** One statement that only reads: it waits for nobody. */
  readonly read: <A>(body: (now: Instant.Instant) => A) => Effect.Effect<A, ExchangeFailed>
}

const LAYOUT = 3
/** The layout before orders were good until a moment, and waited for a price. */
const BEFORE = 2
const BUSY_TIMEOUT_MS = 20
/** What is kept of the file in memory, in kibibytes. */
const CACHE_KIB = 16_000
const APPLICATION_ID = 0x524c5058

const WORKING =
  "CREATE INDEX orders_working ON orders (symbol, number) WHERE status IN ('new', 'unpriced', 'partially_filled');"

const UPGRADE = `ALTER TABLE orders ADD COLUMN goodTill TEXT; DROP INDEX orders_limit; DROP INDEX orders_working; ${WORKING}`

const DDL = `
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE accounts (account TEXT PRIMARY KEY, buyingPower TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE orders (
  number INTEGER PRIMARY KEY, brokerOrderId TEXT NOT NULL UNIQUE, account TEXT NOT NULL, clientOrderId TEXT,
  symbol TEXT NOT NULL, side TEXT NOT NULL, quantity TEXT NOT NULL, type TEXT NOT NULL, limitPrice TEXT, stopPrice TEXT,
  timeInForce TEXT NOT NULL, goodTill TEXT, session TEXT NOT NULL, status TEXT NOT NULL, reason TEXT, filledQuantity TEXT NOT NULL, notional TEXT NOT NULL,
  enteredAt TEXT NOT NULL, updatedAt TEXT NOT NULL, referencePrice TEXT, triggered INTEGER NOT NULL, hiddenUntil TEXT,
  silentUntil TEXT, fillsAtRequest INTEGER, UNIQUE (account, clientOrderId)) STRICT;
CREATE INDEX orders_entered ON orders (account, enteredAt);
${WORKING}
CREATE INDEX orders_due ON orders (fillsAtRequest, number) WHERE fillsAtRequest IS NOT NULL;
CREATE TABLE executions (
  number INTEGER PRIMARY KEY, execId TEXT NOT NULL UNIQUE, execIdBase TEXT NOT NULL, revision INTEGER NOT NULL,
  brokerOrderId TEXT NOT NULL REFERENCES orders (brokerOrderId), clientOrderId TEXT, account TEXT NOT NULL,
  symbol TEXT NOT NULL, side TEXT NOT NULL, quantity TEXT NOT NULL, price TEXT NOT NULL, executedAt TEXT NOT NULL,
  UNIQUE (execIdBase, revision)) STRICT;
CREATE INDEX executions_of_order ON executions (brokerOrderId);
CREATE INDEX executions_at ON executions (account, executedAt);
CREATE TABLE holdings (account TEXT, symbol TEXT, quantity TEXT NOT NULL, PRIMARY KEY (account, symbol)) STRICT, WITHOUT ROWID;
CREATE TABLE prices (symbol TEXT PRIMARY KEY, price TEXT NOT NULL, source TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE requests (
  number INTEGER PRIMARY KEY, at TEXT NOT NULL, account TEXT NOT NULL, operation TEXT NOT NULL, payload TEXT NOT NULL,
  answer TEXT NOT NULL) STRICT;
CREATE TABLE instructions (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, operation TEXT, seen INTEGER NOT NULL,
  remaining INTEGER NOT NULL, did TEXT NOT NULL) STRICT;
CREATE INDEX instructions_waiting ON instructions (operation) WHERE remaining > 0;
CREATE TABLE events (number INTEGER PRIMARY KEY, account TEXT, kind TEXT NOT NULL, body TEXT NOT NULL) STRICT;
`

/**
 * Opens an exchange's file, and makes it where there is none; without a name, a temporary one of this process alone. Closed with
 * the scope. Fails where the file is no exchange's or of a newer layout.
 */
export const open = (file: string | undefined): Effect.Effect<ExchangeFile, ExchangeFailed, Scope.Scope> => {
  const name = file ?? "(temporary)"
  return Effect.acquireRelease(
    attempt(name, () => connect(file ?? "")),
    (database) => Effect.sync(() => database.close())
  ).pipe(
    Effect.map((database) => ({
      database,
      name,
      transact: transactOn(database, name),
      read: (body) => Effect.flatMap(Clock.currentTimeMillis, (ms) => attempt(name, () => body(Instant.fromMillis(ms))))
    }))
  )
}

const connect = (file: string): Sqlite.Database => {
  // One that is there is not opened: to close it would free the locks that this process has on it.
  if (file !== "" && file !== ":memory:" && !existsSync(file)) closeSync(openSync(file, "a", 0o600))
  const database = Sqlite.open(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    database.exec("PRAGMA journal_mode = WAL")
    // A killed process loses nothing; what a power cut takes from a simulation is not worth a disk flush an order.
    database.exec("PRAGMA synchronous = NORMAL")
    database.exec("PRAGMA foreign_keys = ON")
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}`)
    Sqlite.transaction(database, () => layOut(database))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

class Foreign extends Error {}

/** What SQLite keeps under a name in the head of a file. */
const numberOf = (database: Sqlite.Database, name: "application_id" | "user_version"): number =>
  Number(Sqlite.scalar(database, `PRAGMA ${name}`)())

const layOut = (database: Sqlite.Database): void => {
  const application = numberOf(database, "application_id")
  const layout = numberOf(database, "user_version")
  if (application === APPLICATION_ID) {
    if (layout === BEFORE) {
      database.exec(UPGRADE)
      database.exec(`PRAGMA user_version = ${LAYOUT}`)
    } else if (layout !== LAYOUT) throw new Foreign(`it has layout ${layout}, and this program knows ${LAYOUT}`)
    return
  }
  const tables = database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get()
  if (application !== 0 || tables !== undefined) throw new Foreign("it is a database, but no paper exchange's")
  database.exec(DDL)
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  database.exec(`PRAGMA user_version = ${LAYOUT}`)
}

/** Waits in all about five seconds for other processes. */
const patience = Schedule.exponential("5 millis").pipe(
  Schedule.union(Schedule.spaced("100 millis")),
  Schedule.jittered,
  Schedule.intersect(Schedule.recurs(60))
)

const once = <A>(name: string, body: () => A): Effect.Effect<A, ExchangeFailed> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(body())
    } catch (error) {
      return isFileFault(error) ? Effect.fail(failed(name, error)) : Effect.die(error)
    }
  })

/** Who is let in at once, as nearly all are, needs no patience. */
const attempt = <A>(name: string, body: () => A): Effect.Effect<A, ExchangeFailed> =>
  Effect.catchIf(once(name, body), isBusy, () => Effect.retry(once(name, body), { while: isBusy, schedule: patience }))

const isBusy = ({ kind }: ExchangeFailed): boolean => kind === "busy"

const transactOn = (database: Sqlite.Database, name: string): ExchangeFile["transact"] => {
  const begin = database.prepare("BEGIN IMMEDIATE")
  const commit = database.prepare("COMMIT")
  const rollback = database.prepare("ROLLBACK")
  const run = <A>(body: () => A, keeps: (answer: A) => boolean): A => {
    begin.run()
    try {
      const answer = body()
      if (keeps(answer)) commit.run()
      return answer
    } finally {
      if (database.isTransaction) rollback.run()
    }
  }
  return (body, keeps = () => true) =>
    Effect.flatMap(Clock.currentTimeMillis, (ms) => attempt(name, () => run(() => body(Instant.fromMillis(ms)), keeps)))
}

/** A broken constraint is a fault of this program, not of the file. */
const isFileFault = (error: unknown): error is Error => {
  const code = Sqlite.codeOf(error)
  return isRefusal(error) || (code !== undefined && !code.startsWith("SQLITE_CONSTRAINT"))
}

const isRefusal = (error: unknown) => error instanceof Foreign || error instanceof Sqlite.NoSqlite

const failed = (file: string, error: Error): ExchangeFailed =>
  new ExchangeFailed({
    file,
    kind: /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(Sqlite.codeOf(error) ?? "") ? "busy" : "unusable",
    detail: error instanceof Sqlite.NoSqlite ? `${error.message}. ${error.remedy}` : error.message
  })
