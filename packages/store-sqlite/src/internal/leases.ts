import { AccountName, Instant } from "@roundlot/core"
import { Lease, LeaseEnding, type TradeRepository } from "@roundlot/core/adapter"
import { Sqlite } from "@roundlot/sqlite"
import { Ddl, Identity } from "@roundlot/store-sql"
import { Clock, Effect, Random, Schema } from "effect"
import { failureOrIo } from "./failure.ts"
import { rmSync } from "node:fs"
import { ensureFile } from "./connection.ts"

const Row = Schema.Struct({
  account: AccountName.AccountName,
  token: Schema.Int,
  session: Schema.NullOr(Schema.String),
  host: Schema.String,
  pid: Schema.Int,
  takenAt: Schema.Int,
  renewedAt: Schema.Int
})

type Row = typeof Row.Type

const decode = Schema.decodeUnknownSync(Row)

const table = Ddl.nameOf("ops_leases")

const columns = `"account", "token", "session", "host", "pid", "takenAt", "renewedAt"`

const texts = {
  one: `SELECT ${columns} FROM ${table} WHERE "account" = ?`,
  held: `SELECT ${columns} FROM ${table} WHERE "session" IS NOT NULL ORDER BY "account"`,
  put: `INSERT OR REPLACE INTO ${table} (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  renew: `UPDATE ${table} SET "renewedAt" = ? WHERE "session" = ?`,
  release: `UPDATE ${table} SET "session" = NULL WHERE "session" = ? AND "account" = ?`,
  token: `SELECT "token" FROM ${table} WHERE "account" = ?`
}

/** Throws `Fenced` where a commit's lease is not the newest of its account; asked in the commit's own transaction. */
export const fencing = (db: Sqlite.Database) => {
  const newest = Sqlite.scalar<number>(db, texts.token)
  return (fences: ReadonlyArray<Lease.Fence>): void => {
    for (const { account, token } of fences) {
      if (newest(account) !== token) throw new Lease.Fenced({ account, token })
    }
  }
}

const SESSION_BYTES = 4

const newSession = Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, 256), SESSION_BYTES), (bytes) =>
  bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")
)

const nowUs = Effect.map(Clock.currentTimeMillis, (millis) => Math.floor(millis * 1000))

const refused = ({ account, host, pid, takenAt }: Row, now: number) =>
  new Lease.LeaseHeld({ account, host, pid, sinceMs: Math.max(0, now - takenAt) / 1000 })

/** What leases are kept with. */
interface Keeping {
  readonly file: string
  readonly db: Sqlite.Database
  readonly durationMs: number
  readonly rows: ReturnType<typeof leaseRows>
  /** Does what throws, and waits where the file is locked. */
  readonly attempt: <A, E = never>(
    run: () => A,
    isExpected?: (error: unknown) => error is E
  ) => Effect.Effect<A, E | TradeRepository.StoreError>
}

/** A session of a process, and what becomes of its leases. */
interface Session {
  readonly id: string
  readonly ending: LeaseEnding.LeaseEnding
}

/** The statements of leases, prepared once. */
const leaseRows = (file: string, db: Sqlite.Database) => {
  const find = db.prepare(texts.one)
  const held = db.prepare(texts.held)
  const put = db.prepare(texts.put)
  const renew = db.prepare(texts.renew)
  const release = db.prepare(texts.release)
  const state = Sqlite.scalar<Identity.Standing>(db, Identity.selectState)
  return {
    find: (account: AccountName.AccountName): Row | undefined => {
      const row = find.get(account)
      return row === undefined ? undefined : decode(row)
    },
    held: (): ReadonlyArray<Row> => held.all().map((row) => decode(row)),
    put: ({ account, host, pid, renewedAt, session, takenAt, token }: Row): void =>
      void put.run(account, token, session, host, pid, takenAt, renewedAt),
    renew: (now: number, session: string): void => void renew.run(now, session),
    release: (session: string, account: AccountName.AccountName): void => void release.run(session, account),
    check: fencing(db),
    mustDrive: (): void => {
      const refused = Identity.drivingRefusal(file, state() ?? "active")
      if (refused !== undefined) throw refused
    }
  }
}

/** A clock that was set back would keep a lease standing for as long as it was: it is no older than it is young. */
const isInTime = ({ durationMs }: Keeping, row: Row, now: number): boolean =>
  Math.abs(now - row.renewedAt) < durationMs * 1000

const isLive = (keeping: Keeping, row: Row, host: string, now: number): boolean =>
  row.session !== null && isInTime(keeping, row, now) && !(row.host === host && isOver(keeping.file, row.session))

/** Looks before it locks, so that who waits for a lease does not stand in the writer's way. */
const take = (
  keeping: Keeping,
  { host, pid }: Lease.Holder,
  { ending, id: session }: Session,
  account: AccountName.AccountName,
  now: number
): number => {
  const { db, file, rows } = keeping
  const before = rows.find(account)
  if (before?.session === session) return before.token
  if (before !== undefined && isLive(keeping, before, host, now)) throw refused(before, now)
  return Sqlite.transaction(db, () => {
    const row = rows.find(account)
    if (row !== undefined && isLive(keeping, row, host, now)) throw refused(row, now)
    rows.mustDrive()
    const token = (row?.token ?? 0) + 1
    rows.put({ account, token, session, host, pid, takenAt: now, renewedAt: now })
    const left = row?.session ?? undefined
    ending.took(account, left !== undefined)
    if (left !== undefined && row?.host === host && isOver(file, left)) clear(file, left)
    return token
  })
}

const sessionOf = (keeping: Keeping, holder: Lease.Holder, session: Session): Lease.LeaseSession => {
  const { attempt, db, rows } = keeping
  const taken: Array<Lease.Fence> = []
  return {
    take: (account) =>
      Effect.flatMap(nowUs, (now) =>
        attempt(
          () => {
            const token = take(keeping, holder, session, account, now)
            if (!taken.some((each) => each.account === account)) taken.push({ account, token })
            return token
          },
          (error) => error instanceof Lease.LeaseHeld
        )
      ),
    renew: Effect.flatMap(nowUs, (now) =>
      attempt(
        () =>
          Sqlite.transaction(db, () => {
            rows.check(taken)
            rows.renew(now, session.id)
          }),
        (error) => error instanceof Lease.Fenced
      )
    ),
    drives: (account) => Effect.sync(() => session.ending.drives(account)),
    fails: Effect.sync(session.ending.fails)
  }
}

/** The leases of the store in `file`: rows of its own beside the books, and a lock for each session that drives. */
export const make = (
  file: string,
  db: Sqlite.Database,
  durationMs: number,
  patiently: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
): Lease.Leases => {
  const attempt: Keeping["attempt"] = (run, isExpected) =>
    patiently(
      Effect.suspend(() => {
        try {
          return Effect.succeed(run())
        } catch (error) {
          return Effect.fail(isExpected?.(error) === true ? error : failureOrIo(file, error))
        }
      })
    )
  const rows = leaseRows(file, db)
  const keeping: Keeping = { file, db, durationMs, rows, attempt }
  return {
    durationMs,
    open: (holder) =>
      Effect.gen(function* () {
        const session: Session = { id: yield* newSession, ending: LeaseEnding.make() }
        const { id } = session
        // The file of a lock that is left shows that its session is over; who takes a lease of it removes it.
        const isLeft = attempt(() => rows.held().some((row) => row.session === id))
        const remove = Effect.sync(() => clear(file, id))
        yield* Effect.addFinalizer(() =>
          Effect.unlessEffect(
            remove,
            Effect.orElseSucceed(isLeft, () => true)
          )
        )
        const release = attempt(() => {
          for (const account of session.ending.released()) rows.release(id, account)
        })
        yield* Effect.acquireRelease(
          attempt(() => begin(file, id)),
          (end) => Effect.zipRight(Effect.ignore(release), Effect.sync(end))
        )
        return sessionOf(keeping, holder, session)
      }),
    held: Effect.flatMap(nowUs, (now) =>
      attempt(() =>
        rows.held().map((row) => ({
          account: row.account,
          token: row.token,
          host: row.host,
          pid: row.pid,
          takenAt: Instant.make(BigInt(row.takenAt)),
          renewedAt: Instant.make(BigInt(row.renewedAt)),
          isLive: isInTime(keeping, row, now) && !isOver(file, row.session ?? "")
        }))
      )
    )
  }
}

/** The lock database of a session: beside the store, empty, held in an exclusive transaction for as long as its process lives. */
const placeOf = (file: string, session: string): string => `${file}.lease-${session}`

/** Without a journal beside it: nothing is ever written. */
const lock = (db: Sqlite.Database): void => {
  db.exec("PRAGMA journal_mode = MEMORY")
  db.exec("BEGIN EXCLUSIVE")
}

/** Takes the lock of a new session; what it gives frees it again. The kernel does so when the process dies. Throws. */
const begin = (file: string, session: string): (() => void) => {
  const place = placeOf(file, session)
  ensureFile(place)
  const db = Sqlite.open(place, { timeout: 0 })
  lock(db)
  return () => db.close()
}

/** Is the process of a session gone for certain? Its lock can be had then. Where the lock itself is gone, nobody knows. */
const isOver = (file: string, session: string): boolean => {
  try {
    Sqlite.using(placeOf(file, session), { timeout: 0, mustExist: true }, lock)
    return true
  } catch {
    return false
  }
}

/** Removes what a session that is over has left. */
const clear = (file: string, session: string): void => rmSync(placeOf(file, session), { force: true })
