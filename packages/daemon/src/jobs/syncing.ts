import { Account, AccountName, Clock, Instant, Reads, type Broker } from "@roundlot/core"
import { Need } from "@roundlot/core/adapter"
import { Attempt, Jobs, Ledger, Mark, moveMark, Sync, work } from "@roundlot/core/ledger"
import { synced as views } from "@roundlot/queries"
import { Effect, Either, Schema, type Scope } from "effect"
import type { Surroundings } from "./Surroundings.ts"

const LONGEST_LOOK_BACK_DAYS = 30
const LONGEST_CONNECT_SECONDS = 300
const LAST_PORT = 65_535
const LAST_CLIENT_ID = 2_147_483_647

/** Another connection than the account's own, for one sync. */
const connection = {
  account: Schema.optional(AccountName.AccountName),
  host: Schema.optional(Schema.NonEmptyTrimmedString),
  port: Schema.optional(Schema.Int.pipe(Schema.between(1, LAST_PORT))),
  clientId: Schema.optional(Schema.Int.pipe(Schema.between(0, LAST_CLIENT_ID))),
  connectTimeoutSeconds: Schema.optional(Schema.Number.pipe(Schema.between(1, LONGEST_CONNECT_SECONDS)))
}

const TradesPayload = Schema.Struct({
  ...connection,
  lookbackDays: Schema.optional(Schema.Int.pipe(Schema.between(1, LONGEST_LOOK_BACK_DAYS)))
})

const PositionsPayload = Schema.Struct(connection)

/** Reads executions and orders of a broker into the books (SYNC-9). */
export const tradesSync = Jobs.jobType({ name: "trades.sync", payload: TradesPayload })

/** Keeps a broker's positions as a dated snapshot (SYNC-9, SYNC-15). */
export const positionsSync = Jobs.jobType({ name: "positions.sync", payload: PositionsPayload })

/** What is wrong with the host that a job names; nothing where it may. */
export type HostFault = (asked: Pick<Connection, "host" | "port">) => string | undefined

/** The syncs as they are asked for here: a host that no job may name is refused before it is queued. */
export const syncTypes = (hostFault: HostFault): ReadonlyArray<Jobs.JobType> =>
  [tradesSync, positionsSync].map((type) => ({
    ...type,
    decode: (payload) =>
      Either.flatMap(type.decode(payload), (asked) => {
        const problem = hostFault(asked)
        return problem === undefined
          ? Either.right(asked)
          : Either.left(new Jobs.BadJob({ type: type.name, place: "payload.host", problem }))
      })
  }))

/** The connection that a sync asks for. */
export type Connection = typeof PositionsPayload.Type

/** A job that is refused for good, and why. */
export const refused = (detail: string) => new Jobs.JobFailed({ detail, final: true })

/** What trying again does not mend. */
const final = [
  "NotReady",
  "EnvironmentMismatch",
  "EnvironmentUnproven",
  "LiveRefused",
  "OtherBrokerAccount",
  "SettingsError"
]

/** What a job has failed with; for good, where trying again does not help. */
export const failed = (error: { readonly _tag: string; readonly message: string; readonly problem?: string }) =>
  new Jobs.JobFailed({ detail: error.message, final: final.includes(error._tag) || error.problem === "accounts" })

/** The account that is meant: the named one, else the only one. */
const accountOf = (named: AccountName.AccountName | undefined) =>
  Effect.gen(function* () {
    const accounts = yield* Effect.mapError(Reads.all(Account.AccountTable), failed)
    const [only, ...others] = accounts.filter(({ name }) => named === undefined || name === named)
    if (only !== undefined && others.length === 0) return only
    const names = accounts.map(({ name }) => name).join(", ")
    return yield* refused(
      named === undefined
        ? `there are ${accounts.length} accounts (${names}): set account in the payload`
        : `account ${named} does not exist`
    )
  })

/** The connection that a sync asks for, for as long as its scope is open; `undefined` where it is the account's own. */
export type Connect = (
  account: Account.Account,
  asked: Connection
) => Effect.Effect<Broker.BrokerService | undefined, Jobs.JobFailed, Scope.Scope | Surroundings>

/** Who does both in a daemon. */
export const syncingHandlers = (connect: Connect): ReadonlyArray<Jobs.Handler<Surroundings>> => [
  Jobs.handler(tradesSync, (asked, { progress }) =>
    Effect.gen(function* () {
      const account = yield* accountOf(asked.account)
      yield* progress({ step: "connecting" })
      const broker = yield* connect(account, asked)
      yield* progress({ step: "reading" })
      const { lookbackDays } = asked
      return yield* Sync.syncTradesOnce({ account: account.name, lookbackDays, broker }).pipe(
        Effect.map(views.tradesDocument),
        Effect.mapError(failed)
      )
    }).pipe(Effect.scoped)
  ),
  Jobs.handler(positionsSync, (asked) =>
    Effect.gen(function* () {
      const account = yield* accountOf(asked.account)
      const broker = yield* connect(account, asked)
      return yield* Sync.syncPositionsOnce({ account: account.name, broker }).pipe(
        Effect.map(views.positionsDocument),
        Effect.mapError(failed)
      )
    }).pipe(Effect.scoped)
  )
]

type Failure = Ledger.LedgerError | Effect.Effect.Error<ReturnType<Jobs.JobsService["enqueue"]>>

const SOON_MS = 1000

/**
 * SYNC-10: after orders of an account at Interactive Brokers were worked, both syncs are enqueued, once for any number of them. What
 * was worked is known by the newest attempt that has an answer; it is noted with the job, so that no restart passes over it.
 */
export const enqueueAfterOrders: Effect.Effect<void, Failure, Jobs.Jobs | Surroundings> = Effect.gen(function* () {
  const jobs = yield* Jobs.Jobs
  const accounts = yield* Reads.all(Account.AccountTable, { where: [{ column: "broker", in: ["ibkr"] }] })
  yield* Effect.forEach(accounts, ({ name }) => enqueueFor(jobs, name), { discard: true })
})

/** The name under which the books keep which attempt was the newest when syncs were enqueued last. */
const WORKED = "roundlot/after-orders"

const enqueueFor = (jobs: Jobs.JobsService, account: AccountName.AccountName) =>
  Effect.gen(function* () {
    const newest = yield* Reads.first(Attempt.AttemptTable, {
      where: [
        { column: "account", in: [account] },
        { column: "outcome", in: ["accepted", "unknown"] }
      ],
      descending: true
    })
    if (newest === undefined) return
    const worked = String(newest.id)
    const noted = yield* Reads.first(Mark.MarkTable, {
      where: [
        { column: "account", in: [account] },
        { column: "name", in: [WORKED] }
      ]
    })
    if (noted?.mark === worked) return
    const runAt = Instant.addMillis(yield* (yield* Clock.Clock).now, SOON_MS)
    const asked = { key: `after-orders/${account}`, payload: { account }, runAt, again: true }
    yield* jobs.enqueue({ ...asked, type: tradesSync.name })
    yield* jobs.enqueue({ ...asked, type: positionsSync.name })
    const ledger = yield* Ledger.Ledger
    yield* ledger.submit("report", {
      account,
      cause: { kind: "report", actor: "roundlot" },
      needs: [Need.Need.Mark({ account, name: WORKED })],
      apply: (recorder) => moveMark.moveMark(recorder, WORKED, worked)
    })
  })

/** Looks every second whether orders were worked: the syncs wait for longer anyway. */
export const watchOrders: Effect.Effect<never, never, Jobs.Jobs | Surroundings> = work.every(
  "syncs after orders",
  "1 second",
  enqueueAfterOrders
)
