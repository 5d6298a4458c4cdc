import type { SqlError } from "@effect/sql/SqlError"
import { Books, Lease, type load, type Need, TradeRepository, type Id } from "@roundlot/core/adapter"
import { Dialect, Identity, Migrations, Pages } from "@roundlot/store-sql"
import { type Duration, Effect, Exit, Option, Schedule } from "effect"
import { type Ask, askOne, type Line } from "./asking.ts"
import type { Patience } from "./config.ts"
import type { Connections } from "./connection.ts"
import { failureOf, isConflict, isDisconnect, isUniqueRefusal, unavailable } from "./failure.ts"
import {
  type Asked,
  askLengths,
  beginning,
  groundOf,
  holdHeads,
  lengthsOf,
  letGo,
  opening,
  standingOn
} from "./ground.ts"
import { judgeFences } from "./leases.ts"
import * as Memory from "./memory.ts"
import { type Ground, planning, replan } from "./planning.ts"
import { makeReady, sendAll } from "./rows.ts"
import * as statements from "./statements.ts"
import { begin, CommitUnanswered, type Ending, inTransaction } from "./transaction.ts"

const accountsOf = ({ accounts = [], needs }: TradeRepository.Scope): ReadonlySet<string> =>
  new Set([...accounts, ...needs.flatMap(accountOf)])

const accountOf = (need: Need.Need): ReadonlyArray<string> =>
  "account" in need && need.account !== "" ? [need.account] : []

/** Takes the ids that a planning used. Where others took some meanwhile, it is planned again with those that are ours. */
const settleIds = <A>(
  ask: Ask,
  desk: load.Loaded,
  planned: TradeRepository.Planned<A>,
  ground: Ground,
  plan: TradeRepository.Planning<A>
) =>
  Effect.gen(function* () {
    const counts = taken(ground.counters, planned.changes)
    if (counts.size === 0) return planned
    const { firsts } = yield* askOne<{ readonly firsts: ReadonlyArray<string> }>(ask, statements.takeIds, [
      [...counts.keys()],
      [...counts.values()]
    ])
    const runs = new Map([...counts.keys()].map((kind, i) => [kind, Number(firsts[i])]))
    if (beginAt(ground.counters, runs)) return planned
    const counters = { ...ground.counters, ...Object.fromEntries(runs) }
    const again = yield* replan(desk, { ...ground, counters }, plan)
    for (const [kind, count] of taken(counters, again.changes)) {
      if (count > (counts.get(kind) ?? 0)) return yield* Effect.dieMessage(`planning took more ids of a ${kind}`)
    }
    return again
  })

/** What one write knows over all its tries. */
interface Course<A> {
  readonly place: string
  /** Of the tables that it writes. */
  readonly version: number
  readonly scope: TradeRepository.Scope
  readonly plan: TradeRepository.Planning<A>
  /** The journals whose heads it holds. */
  accounts: ReadonlySet<string>
  /** The table that it was writing, for the words of a refusal. */
  table: string
  /** The answer of the last try that came to its COMMIT. */
  answer: Option.Option<A>
  /** Did nobody answer that COMMIT, so that it must be looked up whether it was made? */
  isUnanswered: boolean
}

/** One try: what it answered, or nothing where it must begin again with more heads held. */
const attempt = <A>(line: Line, asked: Asked, course: Course<A>, memory: Memory.Lent) =>
  Effect.gen(function* () {
    const { ask, send } = line
    const { plan, scope } = course
    const standing = yield* standingOn(line, scope.commitId, course.accounts, asked)
    const { held, row } = standing
    if (row.did !== null) {
      // This is how a lost COMMIT is looked up: behind the locks that its transaction held, so that the answer stands.
      if (Option.isNone(course.answer)) return yield* TradeRepository.alreadyCommitted(scope.commitId, row.did)
      return ended(course.answer, false)
    }
    course.isUnanswered = false
    if (row.version !== course.version)
      return yield* Migrations.versionChanged(course.place, course.version, row.version)
    yield* judgeFences(asked.fences, scope.fences)
    const refused = Identity.drivingRefusal(course.place, row.state)
    if (refused !== undefined) return yield* refused
    if (!memory.standing(row.entries, lengthsOf(held))) memory.judge(yield* askLengths(ask, memory.journals()))
    const ground = groundOf(standing)
    const planned = yield* planning(send, memory, scope.needs, ground, plan)
    const missing = planned.journals.map(({ account }) => account).filter((name) => !course.accounts.has(name))
    if (missing.length > 0) {
      course.accounts = new Set([...course.accounts, ...missing])
      return ended(Option.none<A>(), false)
    }
    yield* makeReady(planned.changes)
    const { answer, changes, journals } = yield* settleIds(ask, memory.loaded(), planned, ground, plan)
    if (changes.length === 0 && journals.length === 0) return ended(Option.some(answer), false)
    for (const { done, table } of yield* sendAll(send, scope.commitId, { changes, journals })) {
      course.table = table
      yield* done
    }
    yield* letGo(ask, held, new Set(journals.map(({ account }) => account)))
    memory.wrote(journals, changes)
    course.answer = Option.some(answer)
    return ended(course.answer, true)
  })

/** Deletes old rows, under the lock of those who change such rows. */
export const forget = (
  place: string,
  connections: Connections,
  patience: Patience,
  query: TradeRepository.ForgetQuery
): Effect.Effect<number, TradeRepository.WriteError> => {
  const queue = new Set([query.queue])
  return inTransaction(connections, begin(opening(patience, queue)), (line) =>
    Effect.gen(function* () {
      const { ask } = line
      const held = yield* holdHeads(line, queue)
      const { cells, text } = Pages.forget(Dialect.postgres, Books.tables[query.table], query)
      const { rows } = yield* askOne<{ readonly rows: number }>(
        ask,
        `WITH gone AS (${text} RETURNING 1) SELECT count(*) AS rows FROM gone`,
        cells
      )
      yield* letGo(ask, held, new Set())
      return ended(rows, true)
    })
  ).pipe(
    Effect.retry({ schedule: comingBack(patience.retryFor), while: isPassing }),
    Effect.catchAll((error) => failed(place, error, { isUnanswered: false, table: query.table }))
  )
}

const ended = <A>(value: A, keep: boolean): Ending<A> => ({ value, keep })

/** Comes back after 2 ms, then ever later up to 100 ms, for as long as is said. */
export const comingBack = (retryFor: Duration.DurationInput) =>
  Schedule.exponential("2 millis").pipe(
    Schedule.union(Schedule.spaced("100 millis")),
    Schedule.jittered,
    Schedule.upTo(retryFor)
  )

/** Is it a broken connection or a conflict, so that the same may go well in a moment? */
export const isPassing = (error: unknown): boolean =>
  error instanceof CommitUnanswered || isDisconnect(error) || isConflict(error)

/** A unique key may have been taken by a commit of another account meanwhile: planning that sees it is tried once. */
const worthAnother = () => {
  let refusals = 0
  return (error: unknown): boolean => {
    return isUniqueRefusal(error) ? ++refusals === 1 : isPassing(error)
  }
}

/** The write of a repository: one transaction on a connection of the pool, tried again where others were in its way. */
export const make = (place: string, connections: Connections, patience: Patience) => {
  const memory = Memory.make()
  return <A>(
    scope: TradeRepository.Scope,
    plan: TradeRepository.Planning<A>
  ): Effect.Effect<A, TradeRepository.WriteError> =>
    Effect.suspend(() => {
      const course: Course<A> = {
        place,
        version: patience.version,
        scope,
        plan,
        accounts: accountsOf(scope),
        table: "",
        answer: Option.none(),
        isUnanswered: false
      }
      const once = Effect.suspend(() => {
        const lent = memory.lend()
        return inTransaction(connections, beginning(patience, scope, course.accounts), (line, asked) =>
          attempt(line, asked, course, lent)
        ).pipe(Effect.onExit((exit) => Effect.sync(() => lent.end(Exit.isSuccess(exit) && Option.isSome(exit.value)))))
      })
      const completed: typeof once = Effect.flatMap(once, (answer) =>
        Option.isNone(answer) ? Effect.suspend(() => completed) : Effect.succeed(answer)
      )
      return completed.pipe(
        Effect.tapError((error) =>
          Effect.sync(() => {
            course.isUnanswered ||= error instanceof CommitUnanswered
          })
        ),
        Effect.retry({ schedule: comingBack(patience.retryFor), while: worthAnother() }),
        Effect.flatMap((answer) => answer),
        Effect.catchTag("NoSuchElementException", Effect.die),
        Effect.catchAll((error) => failed(place, error, course))
      )
    })
}

const failed = (
  place: string,
  error: SqlError | CommitUnanswered | TradeRepository.WriteError,
  { isUnanswered, table }: Pick<Course<unknown>, "isUnanswered" | "table">
): Effect.Effect<never, TradeRepository.WriteError> => {
  if (error instanceof TradeRepository.AlreadyCommitted || error instanceof Lease.Fenced) return Effect.fail(error)
  if (isUnanswered || error instanceof CommitUnanswered) {
    const detail = "the connection broke at the COMMIT, and whether it was made could not be looked up"
    return Effect.fail(
      unavailable(place, "io", detail, "Submit the same again: what was committed is known by its identity")
    )
  }
  const failure = failureOf(place, error, table)
  return failure === undefined ? Effect.die(error) : Effect.fail(failure)
}

/** How many ids of each kind changes have taken, from where they began to count. */
const taken = (from: Id.Counters, changes: ReadonlyArray<Books.TableChanges>): ReadonlyMap<Id.Kind, number> => {
  const counts = new Map<Id.Kind, number>()
  for (const { inserts, table } of changes) {
    const kind = Books.idKinds[table]
    if (kind === undefined) continue
    const highest = inserts.reduce((high, { id }) => (typeof id === "number" && id > high ? id : high), 0)
    if (highest >= from[kind]) counts.set(kind, highest - from[kind] + 1)
  }
  return counts
}

/** Do counters begin where these runs of ids do? */
const beginAt = (counters: Id.Counters, firsts: ReadonlyMap<Id.Kind, number>): boolean =>
  [...firsts].every(([kind, first]) => counters[kind] === first)
