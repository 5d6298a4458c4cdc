import type { SqlError } from "@effect/sql/SqlError"
import {
  AccountName,
  Books,
  Clock,
  type Entry,
  type Id,
  Lease,
  type load,
  type Need,
  type Table,
  TradeRepository
} from "@roundlot/core"
import { Dialect, Migrations, Pages } from "@roundlot/store-sql"
import { Duration, Effect, Exit, Option, Schedule } from "effect"
import { type Ask, askOne, type Line, type Send, theOne } from "./asking.ts"
import type { Connections } from "./connection.ts"
import { failureOf, isConflict, isDisconnect, isUniqueRefusal, unavailable } from "./failure.ts"
import { beginAt, taken } from "./ids.ts"
import { askFences, judgeFences } from "./leases.ts"
import * as Memory from "./memory.ts"
import type { Lent } from "./memory.ts"
import { type Ground, type Planned, planning, replan } from "./planning.ts"
import * as statements from "./statements.ts"
import { begin, CommitUnanswered, type Ending, inTransaction } from "./transaction.ts"

type Plan<A> = (state: TradeRepository.State) => TradeRepository.Plan<A>

/** How long a write waits for others, goes on trying, and which version of the tables it writes. */
export interface Patience {
  readonly version: number
  readonly lockTimeout: Duration.DurationInput
  readonly retryFor: Duration.DurationInput
}

const steps = statements.steps(Books.tables)

/** Reads of the store's controls hold this together; whoever changes what is no account's holds it alone. */
const STORE_LOCK = 7_237_090

/**
 * Index scans alone: a young database has no statistics, and the plans that it makes without them read whole tables. All that a
 * write asks for is found by an index.
 */
const opening = (patience: Patience, accounts: ReadonlySet<string>): string =>
  [
    "BEGIN",
    `SET LOCAL lock_timeout = ${Duration.toMillis(patience.lockTimeout)}`,
    "SET LOCAL jit = off",
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
    `SELECT pg_advisory_xact_lock${accounts.has(AccountName.STORE) ? "" : "_shared"}(${STORE_LOCK})`
  ].join("; ")

const accountsOf = ({ accounts = [], needs }: TradeRepository.Scope): ReadonlySet<string> =>
  new Set([...accounts, ...needs.flatMap(accountOf)])

const accountOf = (need: Need.Need): ReadonlyArray<string> =>
  "account" in need && need.account !== "" ? [need.account] : []

type HeadRow = Entry.Head & { readonly account: string }

const askHeads = (send: Send, names: ReadonlyArray<string>) => send<HeadRow>(statements.lockHeads, [names])

const askGround = (send: Send, commitId: string) =>
  Effect.map(send<GroundRow>(statements.ground, [commitId]), (answer) => theOne(statements.ground, answer))

const askLengths = (ask: Ask) =>
  Effect.map(
    ask<Pick<HeadRow, "account" | "seq">>(statements.allHeads, []),
    (rows) => new Map(rows.map(({ account, seq }) => [account, seq]))
  )

const namesOf = (accounts: ReadonlySet<string>): ReadonlyArray<string> => [...accounts].toSorted()

/** Takes the heads' locks in key order; where one is not there yet, makes it. */
const holdHeads = ({ ask, send }: Line, accounts: ReadonlySet<string>) =>
  Effect.gen(function* () {
    const names = namesOf(accounts)
    const held = yield* Effect.flatten(askHeads(send, names))
    if (held.length === names.length) return held
    yield* ask(statements.makeHeads, [names])
    return yield* Effect.flatten(askHeads(send, names))
  })

type GroundRow = Id.Counters & {
  readonly newestAt: number | null
  readonly did: string | null
  readonly version: number
  /** The length of all journals together, which each commit with entries makes greater. */
  readonly entries: number
}

const countersOf = (row: Id.Counters): Id.Counters => ({
  trade: row.trade,
  order: row.order,
  lot: row.lot,
  allocation: row.allocation,
  fill: row.fill,
  attempt: row.attempt,
  decision: row.decision,
  payload: row.payload,
  break: row.break,
  batch: row.batch
})

/** Takes the ids that a planning used. Where others took some meanwhile, it is planned again with those that are ours. */
const settleIds = <A>(ask: Ask, desk: load.Loaded, planned: Planned<A>, ground: Ground, plan: Plan<A>) =>
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

/** What was sent for a table, and how to wait for it. */
interface Sent {
  readonly table: string
  readonly done: Effect.Effect<void, SqlError>
}

const sendRows = (
  send: Send,
  { columns, kind, table, text }: statements.WriteStep,
  rows: ReadonlyArray<Table.EncodedRow>
) =>
  Effect.gen(function* () {
    const cells = columns.map((column) => statements.cellsOf(Books.tables[table], column, rows))
    const counted = theOne(text, yield* send<{ readonly count: number }>(text, cells))
    const done = Effect.filterOrDieMessage(
      counted,
      ({ count }) => count === rows.length,
      `${kind} of ${table} did not find each of the ${rows.length} rows that were to be changed`
    )
    return { table, done }
  })

const sendJournals = (send: Send, parts: ReadonlyArray<TradeRepository.JournalPart>) =>
  Effect.gen(function* () {
    const entries = parts.flatMap((part) => part.entries)
    const appended = yield* send(statements.appendEntries, statements.entryCells(entries))
    const set = yield* send(statements.setHeads, [
      parts.map(({ account }) => account),
      parts.map(({ head }) => head.seq),
      parts.map(({ head }) => head.hash)
    ])
    return { table: "journal", done: Effect.zipRight(appended, set) }
  })

/** To make so many rows ready holds the thread for a millisecond or so. */
const MANY = 50

/** Sends all that a commit writes, one table behind the other: while the server writes one, the next one is made ready. */
const sendAll = (send: Send, commitId: string, { changes, journals }: Writing) =>
  Effect.gen(function* () {
    const sent: Array<Sent> = []
    for (const step of steps) {
      const rows = changes.flatMap((change) => (change.table === step.table ? change[step.kind] : []))
      if (rows.length === 0) continue
      sent.push(yield* sendRows(send, step, rows))
      if (rows.length > MANY) yield* Clock.turn
    }
    if (journals.length > 0) sent.push(yield* sendJournals(send, journals))
    const remembered = yield* send(statements.remember, [commitId, TradeRepository.rememberedAs(journals)])
    return [...sent, { table: "journal", done: remembered }]
  })

type Writing = Pick<Planned<unknown>, "changes" | "journals">

/** What one write knows over all its tries. */
interface Course<A> {
  readonly place: string
  /** Of the tables that it writes. */
  readonly version: number
  /** The journals whose heads it holds. */
  accounts: ReadonlySet<string>
  /** The table that it was writing, for the words of a refusal. */
  table: string
  /** The answer of the last try that came to its COMMIT. */
  answer: Option.Option<A>
  /** Did nobody answer that COMMIT, so that it must be looked up whether it was made? */
  isUnanswered: boolean
}

/** What a try asks as its transaction begins: its heads, held, before the ground that it stands on. */
const beginning = (patience: Patience, scope: TradeRepository.Scope, accounts: ReadonlySet<string>) => ({
  text: opening(patience, accounts),
  ahead: (send: Send) =>
    Effect.all({
      heads: askHeads(send, namesOf(accounts)),
      ground: askGround(send, scope.commitId),
      fences: askFences(send, scope.fences)
    })
})

type First = Effect.Effect.Success<ReturnType<ReturnType<typeof beginning>["ahead"]>>

/** The heads that a try holds, and the ground as it is behind their locks. */
const standingOn = (line: Line, scope: TradeRepository.Scope, accounts: ReadonlySet<string>, first: First) =>
  Effect.gen(function* () {
    const [held, row] = yield* Effect.all([first.heads, first.ground])
    if (held.length === accounts.size) return { held, row }
    // Where a head had to be made, others may have held it meanwhile.
    const all = yield* holdHeads(line, accounts)
    return { held: all, row: yield* Effect.flatten(askGround(line.send, scope.commitId)) }
  })

/** One try: what it answered, or nothing where it must begin again with more heads held. */
const attempt = <A>(
  line: Line,
  first: First,
  scope: TradeRepository.Scope,
  plan: Plan<A>,
  course: Course<A>,
  memory: Lent
) =>
  Effect.gen(function* () {
    const { ask, send } = line
    const { held, row } = yield* standingOn(line, scope, course.accounts, first)
    if (row.did !== null) {
      // This is how a lost COMMIT is looked up: behind the locks that its transaction held, so that the answer stands.
      if (Option.isNone(course.answer)) return yield* TradeRepository.alreadyCommitted(scope.commitId, row.did)
      return ended(course.answer, false)
    }
    course.isUnanswered = false
    if (row.version !== course.version)
      return yield* Migrations.versionChanged(course.place, course.version, row.version)
    yield* judgeFences(first.fences, scope.fences)
    const heads = new Map(held.filter(({ seq }) => seq > 0).map(({ account, hash, seq }) => [account, { seq, hash }]))
    const ground: Ground = { heads, newestAt: row.newestAt ?? 0, counters: countersOf(row) }
    const lengths = new Map(held.map(({ account, seq }) => [account, seq]))
    if (!memory.standing(row.entries, lengths)) memory.judge(yield* askLengths(ask))
    const planned = yield* planning(send, memory, scope.needs, ground, plan)
    const missing = planned.journals.map(({ account }) => account).filter((name) => !course.accounts.has(name))
    if (missing.length > 0) {
      course.accounts = new Set([...course.accounts, ...missing])
      return ended(Option.none<A>(), false)
    }
    const { answer, changes, journals } = yield* settleIds(ask, memory.loaded(), planned, ground, plan)
    if (changes.length === 0 && journals.length === 0) return ended(Option.some(answer), false)
    const written = new Set(journals.map(({ account }) => account))
    for (const { done, table } of yield* sendAll(send, scope.commitId, { changes, journals })) {
      course.table = table
      yield* done
    }
    yield* letGo(
      ask,
      held.filter(({ account, seq }) => seq === 0 && !written.has(account))
    )
    memory.wrote(journals, changes)
    course.answer = Option.some(answer)
    return ended(course.answer, true)
  })

/** A head without entries was made for its lock alone. */
const letGo = (ask: Ask, unused: ReadonlyArray<HeadRow>) =>
  unused.length === 0 ? Effect.void : ask(statements.dropHeads, [unused.map(({ account }) => account)])

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
      yield* letGo(
        ask,
        held.filter(({ seq }) => seq === 0)
      )
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
  return <A>(scope: TradeRepository.Scope, plan: Plan<A>): Effect.Effect<A, TradeRepository.WriteError> =>
    Effect.suspend(() => {
      const course: Course<A> = {
        place,
        version: patience.version,
        accounts: accountsOf(scope),
        table: "",
        answer: Option.none(),
        isUnanswered: false
      }
      const once = Effect.suspend(() => {
        const lent = memory.lend()
        return inTransaction(connections, beginning(patience, scope, course.accounts), (line, first) =>
          attempt(line, first, scope, plan, course, lent)
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
