import { AccountName, Instant } from "@roundlot/core"
import { Lease, type TradeRepository } from "@roundlot/core/adapter"
import { Sqlite } from "@roundlot/sqlite"
import { Ddl, Identity } from "@roundlot/store-sql"
import { Clock, Effect, Random, Schema } from "effect"
import { failureOrIo } from "./failure.ts"
import * as Life from "./life.ts"

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
  release: `UPDATE ${table} SET "session" = NULL WHERE "session" = ?`,
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

/** The leases of the store in `file`: rows of its own beside the books, and a lock for each session that drives. */
export const make = (
  file: string,
  db: Sqlite.Database,
  durationMs: number,
  patiently: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
): Lease.Leases => {
  const find = db.prepare(texts.one)
  const findHeld = db.prepare(texts.held)
  const put = db.prepare(texts.put)
  const setRenewed = db.prepare(texts.renew)
  const setReleased = db.prepare(texts.release)
  const findState = Sqlite.scalar<Identity.Standing>(db, Identity.selectState)
  const check = fencing(db)
  const mustDrive = (): void => {
    const refused = Identity.drivingRefusal(file, findState() ?? "active")
    if (refused !== undefined) throw refused
  }

  const attempt = <A, E = never>(run: () => A, isExpected?: (error: unknown) => error is E) =>
    patiently(
      Effect.suspend((): Effect.Effect<A, E | TradeRepository.StoreError> => {
        try {
          return Effect.succeed(run())
        } catch (error) {
          return Effect.fail(isExpected?.(error) === true ? error : failureOrIo(file, error))
        }
      })
    )

  const rowOf = (account: AccountName.AccountName): Row | undefined => {
    const row = find.get(account)
    return row === undefined ? undefined : decode(row)
  }
  /** A clock that was set back would keep a lease standing for as long as it was: it is no older than it is young. */
  const isInTime = (row: Row, now: number) => Math.abs(now - row.renewedAt) < durationMs * 1000
  const isLive = (row: Row, host: string, now: number) =>
    row.session !== null && isInTime(row, now) && !(row.host === host && Life.isOver(file, row.session))

  /** Looks before it locks, so that who waits for a lease does not stand in the writer's way. */
  const take = (holder: Lease.Holder, session: string, account: AccountName.AccountName, now: number): number => {
    const before = rowOf(account)
    if (before?.session === session) return before.token
    if (before !== undefined && isLive(before, holder.host, now)) throw refused(before, now)
    return Sqlite.transaction(db, () => {
      const row = rowOf(account)
      if (row !== undefined && isLive(row, holder.host, now)) throw refused(row, now)
      mustDrive()
      const token = (row?.token ?? 0) + 1
      put.run(account, token, session, holder.host, holder.pid, now, now)
      const left = row?.session ?? undefined
      if (left !== undefined && row?.host === holder.host && Life.isOver(file, left)) Life.clear(file, left)
      return token
    })
  }

  const sessionOf = (holder: Lease.Holder, session: string): Lease.LeaseSession => {
    const taken: Array<Lease.Fence> = []
    return {
      take: (account) =>
        Effect.flatMap(nowUs, (now) =>
          attempt(
            () => {
              const token = take(holder, session, account, now)
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
              check(taken)
              setRenewed.run(now, session)
            }),
          (error) => error instanceof Lease.Fenced
        )
      )
    }
  }

  return {
    durationMs,
    open: (holder) =>
      Effect.gen(function* () {
        const session = yield* newSession
        yield* Effect.acquireRelease(
          attempt(() => Life.begin(file, session)),
          (end) => Effect.zipRight(Effect.ignore(attempt(() => setReleased.run(session))), Effect.sync(end))
        )
        return sessionOf(holder, session)
      }),
    held: Effect.flatMap(nowUs, (now) =>
      attempt(() =>
        findHeld
          .all()
          .map((row) => decode(row))
          .map((row) => ({
            account: row.account,
            token: row.token,
            host: row.host,
            pid: row.pid,
            takenAt: Instant.make(BigInt(row.takenAt)),
            isLive: isInTime(row, now) && !Life.isOver(file, row.session ?? "")
          }))
      )
    )
  }
}
