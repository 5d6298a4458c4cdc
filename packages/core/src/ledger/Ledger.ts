import { Cause, Context, Deferred, Effect, Layer, Option, PubSub, Queue, Schema, Stream } from "effect"
import type { World } from "../journal/Recorder.ts"
import * as ClientOrderId from "../identity/ClientOrderId.ts"
import type { Need } from "../books/Need.ts"
import { isTicker, type Ticker } from "../instrument/Ticker.ts"
import { Reference } from "../money/Reference.ts"
import { PriceReference } from "../ports/PriceReference.ts"
import { Clock } from "../ports/Clock.ts"
import { within } from "../ports/deadline.ts"
import { Entropy } from "../ports/Entropy.ts"
import { TradeRepository, type State, type StoreError } from "../ports/TradeRepository.ts"
import * as Instant from "../time/Instant.ts"
import { noteGroup } from "./metrics.ts"
import { planGroup, type Member } from "./plan.ts"

/** A rule of ours threw while a member was planned; it was taken out of its group and nothing of it was kept. */
export class PlanningFailed extends Schema.TaggedError<PlanningFailed>()("PlanningFailed", { detail: Schema.String }) {
  override get message() {
    return `the ledger could not plan this: ${this.detail}`
  }
}

/** What a submission to the ledger can fail with. Nothing of a failed member is kept. */
export type LedgerError = StoreError | PlanningFailed

/** The lanes of the ledger's queue, in the order in which they are served; intake is what pushes back. */
export const lanes = ["command", "report", "send", "intake"] as const

/** One of the lanes. */
export type Lane = (typeof lanes)[number]

/** The one place where facts enter: it groups what is submitted, plans it purely and commits it. */
export interface LedgerService {
  /** Commits one member, and answers once it is durable. */
  readonly submit: <A>(lane: Lane, member: Member<A>) => Effect.Effect<A, LedgerError>
  /**
   * Commits members in their order, each a logical commit of its own. Where one fails, its failure is the answer, and the others
   * are kept all the same: members are made so that submitting them again is safe.
   */
  readonly submitAll: <A>(lane: Lane, members: ReadonlyArray<Member<A>>) => Effect.Effect<ReadonlyArray<A>, LedgerError>
  /** How many jobs wait, by lane. */
  readonly depths: Effect.Effect<{ readonly [L in Lane]: number }>
  /** Where the feed stood after each commit that wrote entries: wakes those who look for work. */
  readonly commits: Stream.Stream<number>
}

/** The one writer. */
export class Ledger extends Context.Tag("@roundlot/core/Ledger")<Ledger, LedgerService>() {}

interface Job {
  readonly members: ReadonlyArray<Member<void>>
  readonly done: Deferred.Deferred<void, LedgerError>
}

const LANE_CAPACITY = 4096
const GROUP_MEMBERS = 256

/** Makes the ledger of a store. One writer fiber runs in the scope; when it closes, what is queued is committed first. */
export const make = Effect.gen(function* () {
  const repository = yield* TradeRepository
  const clock = yield* Clock
  const entropy = yield* (yield* Entropy).hex
  const priceReference = yield* Effect.serviceOption(PriceReference)
  const queues = yield* Effect.forEach(lanes, () => Queue.bounded<Job>(LANE_CAPACITY))
  const wake = yield* Queue.sliding<void>(1)
  const commits = yield* PubSub.sliding<number>(16)
  const storeTag = ClientOrderId.storeTag(repository.identity.id)
  let group = 0
  let isClosed = false

  /** Reads clock and prices once a group. A clock that went back, here or between processes, stands still at the journal's head. */
  const surveyed = Effect.fn("Ledger.surveyed")(function* (needs: ReadonlyArray<Need>) {
    const prices = yield* pricesFor(needs, priceReference)
    const now = yield* clock.now
    const priceOf = (symbol: string) => prices.get(symbol) ?? Reference.NoPrice()
    return (newestAt: number): World => {
      const at = Instant.later(now, Instant.make(BigInt(newestAt)))
      return {
        at,
        isSessionOpen: clock.isOpenAt(at),
        nextOpening: () => clock.nextOpeningAfter(at),
        priceOf,
        storeTag,
        entropy
      }
    }
  })

  const commit = Effect.fn("Ledger.commit")(function* (members: ReadonlyArray<Member<void>>) {
    const needs = members.flatMap((member) => member.needs)
    const worldFrom = yield* surveyed(needs)
    group += 1
    const commitId = `${entropy.slice(0, 12)}-${group}`
    const accounts = [...new Set(members.map((member) => member.account))]
    let isNews = false
    const planned = (state: State) => {
      const plan = planGroup(state, commitId, worldFrom(state.newestAt), members)
      isNews = plan._tag === "Planned" && plan.journals.length > 0
      return plan
    }
    // The ledger makes every id anew: one that was there is a fault of ours.
    const written = yield* Effect.catchTag(
      repository.write({ commitId, accounts, needs }, planned),
      "AlreadyCommitted",
      Effect.die
    ).pipe(noteGroup(members.length, clock.monotonicMs))
    if (isNews) yield* PubSub.publish(commits, written.feedPosition)
    return written.answer
  })

  const serve = (jobs: ReadonlyArray<Job>): Effect.Effect<void> => {
    const members = jobs.flatMap((job) => job.members)
    return commit(members).pipe(
      Effect.matchCauseEffect({
        onSuccess: (outcomes) => {
          let from = 0
          return Effect.forEach(
            jobs,
            (job) => {
              const own = outcomes.slice(from, from + job.members.length)
              from += job.members.length
              const poisoned = own.find((outcome) => outcome._tag === "Poisoned")
              return poisoned === undefined
                ? Deferred.succeed(job.done, undefined)
                : Deferred.fail(job.done, new PlanningFailed({ detail: describe(poisoned) }))
            },
            { discard: true }
          )
        },
        onFailure: (cause) => apart(jobs, cause, serve)
      })
    )
  }

  const take = Effect.gen(function* () {
    const jobs: Array<Job> = []
    let room = GROUP_MEMBERS
    for (const queue of queues) {
      while (room > 0) {
        const next = yield* Queue.poll(queue)
        if (next._tag === "None") break
        jobs.push(next.value)
        room -= next.value.members.length
      }
    }
    return jobs
  })

  const drain: Effect.Effect<void> = Effect.flatMap(take, (jobs) =>
    jobs.length === 0
      ? Effect.void
      : Effect.zipRight(
          serve(jobs),
          Effect.suspend(() => drain)
        )
  )

  yield* Effect.addFinalizer(() => {
    isClosed = true
    return drain
  })
  yield* Effect.forkScoped(Effect.forever(Effect.uninterruptible(drain).pipe(Effect.zipLeft(Queue.take(wake)))))

  const submitAll = <A>(lane: Lane, members: ReadonlyArray<Member<A>>): Effect.Effect<ReadonlyArray<A>, LedgerError> =>
    Effect.gen(function* () {
      if (members.length === 0) return []
      if (isClosed) return yield* new PlanningFailed({ detail: "the ledger is closed" })
      const answers = new Map<number, A>()
      const done = yield* Deferred.make<void, LedgerError>()
      const queue = queues[lanes.indexOf(lane)]
      if (queue === undefined) return []
      const collecting = members.map((member, index) => ({
        ...member,
        apply: (recorder: Parameters<typeof member.apply>[0]) => {
          answers.set(index, member.apply(recorder))
        }
      }))
      yield* Queue.offer(queue, { members: collecting, done })
      yield* Queue.offer(wake, undefined)
      yield* Deferred.await(done)
      return [...answers].toSorted(([a], [b]) => a - b).map(([, answer]) => answer)
    })

  return Ledger.of({
    submitAll,
    depths: Effect.map(Effect.all(queues.map(Queue.size)), ([command = 0, report = 0, send = 0, intake = 0]) => ({
      command,
      report,
      send,
      intake
    })),
    submit: (lane, member) =>
      Effect.flatMap(submitAll(lane, [boxed(member)]), ([answer]) =>
        answer === undefined
          ? Effect.fail(new PlanningFailed({ detail: "the group gave no answer" }))
          : Effect.succeed(answer.value)
      ),
    commits: Stream.fromPubSub(commits)
  })
})

const LONGEST_FOR_A_PRICE = "250 millis"

/** A source of prices that is slow or dies is one that knows no price: it must not stop the one writer (D3). */
const priceOf = (
  source: Context.Tag.Service<typeof PriceReference>,
  ticker: Ticker
): Effect.Effect<readonly [Ticker, Reference]> =>
  within(source.of(ticker), LONGEST_FOR_A_PRICE, () => Effect.succeed(Reference.NoPrice())).pipe(
    Effect.catchAllCause(() => Effect.succeed(Reference.NoPrice())),
    Effect.map((reference) => [ticker, reference])
  )

/** What a program's source of prices knows of the instruments that a group is about; nothing where it has none. */
const pricesFor = (
  needs: ReadonlyArray<Need>,
  source: Option.Option<Context.Tag.Service<typeof PriceReference>>
): Effect.Effect<ReadonlyMap<string, Reference>> => {
  if (Option.isNone(source)) return Effect.succeed(new Map())
  const tickers = new Set(needs.flatMap((need) => (need._tag === "Position" ? [need.symbol] : [])).filter(isTicker))
  return Effect.map(
    Effect.forEach(tickers, (ticker) => priceOf(source.value, ticker), { concurrency: "unbounded" }),
    (pairs) => new Map(pairs)
  )
}

const boxed = <A>(member: Member<A>): Member<{ readonly value: A }> => ({
  ...member,
  apply: (recorder) => ({ value: member.apply(recorder) })
})

const describe = (outcome: { readonly cause: unknown }): string =>
  outcome.cause instanceof Error ? outcome.cause.message : String(outcome.cause)

/**
 * A group that the store refused, or that died in it, is tried job by job, and such a job member by member, so that one does not
 * fail the others. Nothing of a store that cannot be used is tried again here.
 */
const apart = (
  jobs: ReadonlyArray<Job>,
  cause: Cause.Cause<StoreError>,
  serve: (jobs: ReadonlyArray<Job>) => Effect.Effect<void>
): Effect.Effect<void> => {
  const failure = Cause.failureOption(cause)
  const isOfOne = failure._tag === "None" || failure.value._tag !== "StoreUnavailable"
  const [first, ...others] = jobs
  if (isOfOne && others.length > 0) return Effect.forEach(jobs, (job) => serve([job]), { discard: true })
  if (isOfOne && first !== undefined && first.members.length > 1) return memberByMember(first, serve)
  const error = failure._tag === "Some" ? failure.value : new PlanningFailed({ detail: Cause.pretty(cause) })
  return Effect.forEach(jobs, (job) => Deferred.fail(job.done, error), { discard: true })
}

const memberByMember = (job: Job, serve: (jobs: ReadonlyArray<Job>) => Effect.Effect<void>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const singles = yield* Effect.forEach(job.members, (member) =>
      Effect.map(Deferred.make<void, LedgerError>(), (done): Job => ({ members: [member], done }))
    )
    yield* Effect.forEach(singles, (single) => serve([single]), { discard: true })
    const outcome = yield* Effect.either(
      Effect.forEach(singles, (single) => Deferred.await(single.done), { discard: true })
    )
    yield* outcome._tag === "Right" ? Deferred.succeed(job.done, undefined) : Deferred.fail(job.done, outcome.left)
  })

/** The ledger on whatever store, clock and randomness the program has. */
export const layer: Layer.Layer<Ledger, never, TradeRepository | Clock | Entropy> = Layer.scoped(Ledger, make)
