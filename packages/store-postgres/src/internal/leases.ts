import type { SqlError } from "@effect/sql/SqlError"
import { type AccountName, Instant } from "@roundlot/core"
import { Lease, LeaseEnding, type TradeRepository } from "@roundlot/core/adapter"
import { Ddl, Identity } from "@roundlot/store-sql"
import { Effect, ExecutionStrategy, Exit, Random, Ref, Scope } from "effect"
import { type Ask, askingOn, askOne, type Send } from "./asking.ts"
import type { Connections } from "./connection.ts"
import { failureOrIo } from "./failure.ts"
import { begin, CommitUnanswered, inTransaction } from "./transaction.ts"

const table = Ddl.nameOf("ops_leases")

interface Row {
  readonly account: AccountName.AccountName
  readonly token: number
  readonly session: string | null
  readonly host: string
  readonly pid: number
  readonly takenAt: number
  readonly renewedAt: number
  /** By the server's clock, in milliseconds. */
  readonly heldMs: number
  readonly silentMs: number
}

const msSince = (column: string): string => `(extract(epoch from clock_timestamp() - "${column}") * 1000)::float8`

const columns =
  `"account", "token", "session", "host", "pid", "takenAt", "renewedAt", ` +
  `${msSince("takenAt")} AS "heldMs", ${msSince("renewedAt")} AS "silentMs"`

/** The lock that stands for the life of a session: its connection holds it, and the server frees it with the connection. */
const LIFE = "hashtextextended($1, 7237091)"

const texts = {
  one: `SELECT ${columns} FROM ${table} WHERE "account" = $1`,
  held: `SELECT ${columns} FROM ${table} WHERE "session" IS NOT NULL ORDER BY "account"`,
  make:
    `INSERT INTO ${table} ("account", "token", "host", "pid", "takenAt", "renewedAt")` +
    ` VALUES ($1, 0, '', 0, clock_timestamp(), clock_timestamp()) ON CONFLICT DO NOTHING`,
  take:
    `UPDATE ${table} SET "token" = "token" + 1, "session" = $2, "host" = $3, "pid" = $4,` +
    ` "takenAt" = clock_timestamp(), "renewedAt" = clock_timestamp() WHERE "account" = $1 RETURNING "token"`,
  renew: `UPDATE ${table} SET "renewedAt" = clock_timestamp() WHERE "session" = $1 RETURNING "account", "token"`,
  release: `UPDATE ${table} SET "session" = NULL WHERE "session" = $1 AND "account" = ANY($2::text[])`,
  newest: `SELECT "account", "token" FROM ${table} WHERE "account" = ANY($1::text[]) ORDER BY "account" FOR SHARE`,
  live: `SELECT pg_advisory_lock(${LIFE})`,
  liveAgain: `SELECT pg_try_advisory_lock(${LIFE}) AS "isHeld"`,
  isOver: `SELECT pg_try_advisory_xact_lock(${LIFE}) AS "isOver"`
}

type Known = Pick<Row, "account" | "token">

const outdated = (fences: ReadonlyArray<Lease.Fence>, rows: ReadonlyArray<Known>): Lease.Fence | undefined =>
  fences.find(({ account, token }) => rows.find((row) => row.account === account)?.token !== token)

/** Asks for the newest leases of a commit's accounts; until the transaction ends nobody takes them. */
export const askFences = (send: Send, fences: ReadonlyArray<Lease.Fence> = []) =>
  fences.length === 0
    ? Effect.succeed(Effect.succeed<ReadonlyArray<Known>>([]))
    : send<Known>(texts.newest, [fences.map(({ account }) => account)])

/** Fails where a commit's lease is not the newest of its account. */
export const judgeFences = <E>(
  answer: Effect.Effect<ReadonlyArray<Known>, E>,
  fences: ReadonlyArray<Lease.Fence> = []
): Effect.Effect<void, E | Lease.Fenced> =>
  Effect.flatMap(answer, (rows) => {
    const found = outdated(fences, rows)
    return found === undefined ? Effect.void : Effect.fail(new Lease.Fenced(found))
  })

const isFree = (ask: Ask, { session, silentMs }: Row, durationMs: number) =>
  session === null || silentMs >= durationMs
    ? Effect.succeed(true)
    : Effect.map(askOne<{ readonly isOver: boolean }>(ask, texts.isOver, [session]), ({ isOver }) => isOver)

const SESSION_BYTES = 8

const newSession = Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, 256), SESSION_BYTES), (bytes) =>
  bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")
)

/** A session of a process, and what becomes of its leases. */
interface Session {
  readonly id: string
  readonly ending: LeaseEnding.LeaseEnding
}

/** Where leases are kept, and how long each stands that is not renewed. */
interface Keeping {
  readonly place: string
  readonly durationMs: number
}

/** Looks before it locks, so that who waits for a lease does not stand in the writer's way. */
const take = (
  ask: Ask,
  { durationMs, place }: Keeping,
  holder: Lease.Holder,
  { ending, id: session }: Session,
  account: AccountName.AccountName
) =>
  Effect.gen(function* () {
    const refusedBy = (row: Row) =>
      new Lease.LeaseHeld({ account, host: row.host, pid: row.pid, sinceMs: Math.max(0, row.heldMs) })
    const [before] = yield* ask<Row>(texts.one, [account])
    if (before?.session === session) return before.token
    if (before !== undefined && !(yield* isFree(ask, before, durationMs))) return yield* refusedBy(before)
    yield* ask(texts.make, [account])
    const row = yield* askOne<Row>(ask, `${texts.one} FOR UPDATE`, [account])
    if (!(yield* isFree(ask, row, durationMs))) return yield* refusedBy(row)
    const { state } = yield* askOne<{ readonly state: Identity.Standing }>(ask, Identity.selectState, [])
    const refused = Identity.drivingRefusal(place, state)
    if (refused !== undefined) return yield* refused
    const { token } = yield* askOne<Known>(ask, texts.take, [account, session, holder.host, holder.pid])
    ending.took(account, row.session !== null)
    return token
  })

const renew = (ask: Ask, session: string, taken: ReadonlyArray<Lease.Fence>) =>
  Effect.gen(function* () {
    const lost = outdated(taken, yield* ask<Known>(texts.renew, [session]))
    if (lost !== undefined) return yield* new Lease.Fenced(lost)
  })

/** So long the proof of a session's life may take, in milliseconds: a renewal does not wait for a connection that does not answer. */
const LONGEST_PROOF_MS = 1_000

const soon = <A, E>(effect: Effect.Effect<A, E>) => Effect.timeout(Effect.disconnect(effect), LONGEST_PROOF_MS)

/**
 * Holds the lock of a session on a connection over which nothing else is asked. Where that broke (a restart of the server, a network that ends idle
 * connections) another one takes the lock at the next proof, as soon as the server has let it go.
 */
const holdLife = ({ sql }: Connections, place: string, id: string) =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const heldOn = (text: string) =>
      Effect.gen(function* () {
        const own = yield* Scope.fork(scope, ExecutionStrategy.sequential)
        const line = yield* Scope.extend(sql.reserve, own)
        const [row] = yield* askingOn(line)<{ readonly isHeld: boolean | null }>(text, [id])
        if (row?.isHeld !== false) return { line, own }
        return yield* Effect.zipRight(Scope.close(own, Exit.void), Effect.fail("held"))
      })
    const life = yield* Ref.make(yield* Effect.mapError(heldOn(texts.live), (error) => failureOrIo(place, error)))
    const again = Effect.gen(function* () {
      const before = yield* Ref.getAndSet(life, yield* heldOn(texts.liveAgain))
      yield* Scope.close(before.own, Exit.void)
    })
    const proof = soon(Effect.flatMap(Ref.get(life), ({ line }) => askingOn(line)("SELECT 1", [])))
    return {
      prove: Effect.ignore(Effect.catchAll(proof, () => soon(again))),
      end: Effect.ignore(
        Effect.flatMap(Ref.get(life), ({ line }) => askingOn(line)(`SELECT pg_advisory_unlock(${LIFE})`, [id]))
      )
    }
  })

/** The leases of the store at `place`, judged by the server's clock and by its view of who is still connected. */
export const make = (place: string, connections: Connections, durationMs: number): Lease.Leases => {
  const { sql } = connections
  const transaction = <A, E>(body: (ask: Ask) => Effect.Effect<A, E>) =>
    inTransaction(connections, begin(), ({ ask }) => Effect.map(body(ask), (value) => ({ value, keep: true })))

  const failed = (error: SqlError | CommitUnanswered | TradeRepository.StoreUnavailable): TradeRepository.StoreError =>
    failureOrIo(place, error instanceof CommitUnanswered ? error.error : error)

  const asked = <R extends object>(text: string, parameters: ReadonlyArray<unknown>) =>
    Effect.mapError(
      Effect.scoped(Effect.flatMap(sql.reserve, (connection) => askingOn(connection)<R>(text, parameters))),
      (error) => failureOrIo(place, error)
    )

  return {
    durationMs,
    open: (holder) =>
      Effect.gen(function* () {
        const session: Session = { id: yield* newSession, ending: LeaseEnding.make() }
        const { ending, id } = session
        const life = yield* holdLife(connections, place, id)
        yield* Effect.addFinalizer(() =>
          Effect.zipRight(Effect.ignore(Effect.suspend(() => asked(texts.release, [id, ending.released()]))), life.end)
        )
        const taken: Array<Lease.Fence> = []
        return {
          take: (account) =>
            transaction((ask) => take(ask, { place, durationMs }, holder, session, account)).pipe(
              Effect.mapError((error) => (error instanceof Lease.LeaseHeld ? error : failed(error))),
              Effect.tap((token) =>
                Effect.sync(() => {
                  if (!taken.some((each) => each.account === account)) taken.push({ account, token })
                })
              )
            ),
          renew: Effect.zipLeft(
            Effect.mapError(
              transaction((ask) => renew(ask, id, taken)),
              (error) => (error instanceof Lease.Fenced ? error : failed(error))
            ),
            life.prove
          ),
          drives: (account) => Effect.sync(() => ending.drives(account)),
          fails: Effect.sync(ending.fails)
        }
      }),
    held: Effect.flatMap(asked<Row>(texts.held, []), (rows) =>
      Effect.forEach(rows, (row) =>
        Effect.map(asked<{ readonly isOver: boolean }>(texts.isOver, [row.session]), ([life]) => ({
          account: row.account,
          token: row.token,
          host: row.host,
          pid: row.pid,
          takenAt: Instant.make(BigInt(row.takenAt)),
          renewedAt: Instant.make(BigInt(row.renewedAt)),
          isLive: row.silentMs < durationMs && life?.isOver !== true
        }))
      )
    )
  }
}
