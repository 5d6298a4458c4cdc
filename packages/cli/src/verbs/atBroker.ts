import { leases } from "@roundlot/commands"
import type { FileSystem } from "@effect/platform/FileSystem"
import { Account, type AccountName, type Broker, type Clock, Reads } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Jobs, Reconciliation, StartGate } from "@roundlot/core/ledger"
import { Effect, Schedule, Schema } from "effect"
import { queue } from "@roundlot/daemon"
import type { Writing, Settings } from "../Program.ts"
import type { VerbError } from "../terminal/Verb.ts"

/** The daemon that drives the account did not do what it was asked for. */
class NotDone extends Schema.TaggedError<NotDone>()("NotDone", { job: Schema.String, why: Schema.String }) {
  override get message() {
    return `the daemon that runs the account has not completed job ${this.job}: ${this.why}`
  }
}

/** What a daemon does instead of us, and how its result is read. */
interface Asked<A, I> {
  readonly type: string
  readonly payload: unknown
  readonly result: Schema.Schema<A, I>
}

/** The broker of an account, for a verb that asks it: that of no other is opened. */
const withBrokers =
  (account: AccountName.AccountName, settings: Settings) =>
  <A, E extends VerbError, R>(
    work: Effect.Effect<A, E, R>
  ): Effect.Effect<
    A,
    VerbError,
    Exclude<R, Broker.Brokers> | Clock.Clock | FileSystem | TradeRepository.TradeRepository
  > =>
    Effect.flatMap(Reads.all(Account.AccountTable), (accounts) =>
      Effect.provide(
        work,
        settings.brokers.of(
          accounts.filter(({ name }) => name === account),
          { sends: false }
        )
      )
    )

/** What an account's broker holds beside what the books say: read once it has shown that the account is of play money, and not kept. */
export const compared = (
  account: AccountName.AccountName,
  settings: Settings
): Effect.Effect<Effect.Effect.Success<ReturnType<typeof Reconciliation.compare>>, VerbError, FileSystem | Writing> =>
  withBrokers(account, settings)(Effect.zipRight(StartGate.ofItsEnvironment(account), Reconciliation.compare(account)))

/** Does something at an account's broker, after proving that it is of play money and the account that was driven before. */
export const proving = <A, E extends VerbError, R>(
  account: AccountName.AccountName,
  settings: Settings,
  work: Effect.Effect<A, E, R>
): Effect.Effect<A, VerbError, Exclude<R, Broker.Brokers> | FileSystem | Writing> =>
  withBrokers(account, settings)(Effect.zipRight(StartGate.prove(account), work))

/**
 * The same: here where nobody drives the account; else the daemon that drives it does it as a job, and its answer is waited for.
 */
export const atBroker = <A, I, E extends VerbError, R>(
  account: AccountName.AccountName,
  settings: Settings,
  here: Effect.Effect<A, E, R>,
  asked: Asked<A, I>
): Effect.Effect<A, VerbError, Exclude<R, Broker.Brokers> | FileSystem | Writing> =>
  Effect.flatMap(leases.open, (driving) => driving.take(account)).pipe(
    Effect.zipRight(proving(account, settings, here)),
    Effect.scoped,
    Effect.catchTag("LeaseHeld", () => Effect.provide(byDaemon(asked), queue.layerJobs))
  )

const LONGEST_WAIT = "30 seconds"
const over = ["done", "dead", "cancelled"]

const byDaemon = <A, I>({ payload, result, type }: Asked<A, I>) =>
  Effect.gen(function* () {
    const jobs = yield* Jobs.Jobs
    const { job } = yield* jobs.enqueue({ type, payload })
    yield* jobs.find(job.id).pipe(
      Effect.repeat({ schedule: Schedule.spaced("100 millis"), until: ({ status }) => over.includes(status) }),
      Effect.timeoutFail({
        duration: LONGEST_WAIT,
        onTimeout: () => new NotDone({ job: job.id, why: "no answer in time; the job stays queued" })
      })
    )
    const ended = yield* jobs.find(job.id)
    if (ended.status !== "done") return yield* new NotDone({ job: job.id, why: ended.failure ?? ended.status })
    return yield* Effect.mapError(
      Schema.decodeUnknown(result)(ended.result),
      () =>
        new NotDone({
          job: job.id,
          why: "its answer is unreadable; check that the daemon and this program have the same version"
        })
    )
  })
