import {
  type Stream,
  Cause,
  Context,
  Effect,
  Either,
  Layer,
  Option,
  Schema,
  type MetricLabel,
  type Scope
} from "effect"
import * as ClientOrderId from "../values/ClientOrderId.ts"
import { PriceReference } from "../ports/PriceReference.ts"
import { requireEach } from "../ports/AccountScope.ts"
import { Clock, turn } from "../ports/Clock.ts"
import { Entropy } from "../ports/Entropy.ts"
import type { Fenced } from "../ports/Lease.ts"
import { TradeRepository, type State, type StoreError, type TradeRepositoryService } from "../ports/TradeRepository.ts"
import type * as Instant from "../values/Instant.ts"
import * as world from "./world.ts"
import * as HeldLeases from "./HeldLeases.ts"
import * as Lanes from "./Lanes.ts"
import { noteGroup } from "./metrics.ts"
import { defaultLimits, paceOn, type GroupLimits, type Pace } from "./pace.ts"
import { planInSlices, planSteps, type Member, type Outcome } from "./plan.ts"
import { positionsOf, tellWatchers, watchIn, type Done, type News, type Topic, type Watcher } from "./watching.ts"

export { defaultLimits, type GroupLimits } from "./pace.ts"
export type { Topic } from "./watching.ts"

/** A rule of ours threw while a member was planned; it was taken out of its group and nothing of it was kept. */
export class PlanningFailed extends Schema.TaggedError<PlanningFailed>()("PlanningFailed", { detail: Schema.String }) {
  override get message() {
    return `the ledger could not plan this: ${this.detail}`
  }
}

/** What a submission to the ledger can fail with. Nothing of a failed member is kept. */
export type LedgerError = StoreError | PlanningFailed | Fenced

/** The one place where facts enter: it groups what is submitted, plans it purely and commits it. */
export interface LedgerService {
  /** Commits one member, and answers once it is durable. */
  readonly submit: <A>(lane: Lanes.Lane, member: Member<A>) => Effect.Effect<A, LedgerError>
  /**
   * Commits members in their order, each a logical commit of its own. Where one fails, its failure is the answer, and the others
   * are kept all the same: members are made so that submitting them again is safe.
   */
  readonly submitAll: <A>(
    lane: Lanes.Lane,
    members: ReadonlyArray<Member<A>>
  ) => Effect.Effect<ReadonlyArray<A>, LedgerError>
  /** The same, with an answer or a failure for each: for members whose answers are acted upon one by one. */
  readonly submitEach: <A>(
    lane: Lanes.Lane,
    members: ReadonlyArray<Member<A>>
  ) => Effect.Effect<ReadonlyArray<Either.Either<A, LedgerError>>>
  /** How many members wait, by lane. */
  readonly depths: Effect.Effect<{ readonly [L in Lanes.Lane]: number }>
  /** Where the feed stood after each commit that wrote entries. */
  readonly commits: Stream.Stream<number>
  /**
   * Tells of each commit that touched one of these, or that wrote any entry where nothing is named, until the scope closes: wakes
   * those who look for work. `tell` runs on the writer's thread, and must not wait.
   */
  readonly watch: (
    topics: ReadonlyArray<Topic> | undefined,
    tell: (feedPosition: number) => void
  ) => Effect.Effect<void, never, Scope.Scope>
  /** What time it is for the books: what waits in them are measured by. Never behind what is written (`BookTime`). */
  readonly now: Effect.Effect<Instant.Instant>
  /** The leases that this process holds: what is committed in the lanes `report` and `send` carries its account's. */
  readonly leases: HeldLeases.HeldLeases
  /** What this process has read of accounts to make their orders ready; nothing that was read before its own last change of one. */
  readonly accounts: world.KeptAccounts
  /** What brokers quoted of late; planning judges by it. */
  readonly quotes: world.KnownQuotes
  /** What accounts may spend, as their brokers said of late; planning judges by it. */
  readonly buyingPower: world.KnownBuyingPower
  /** What brokers said of late of halts and of lending; planning judges by it. */
  readonly trading: world.KnownTrading
}

/** The one writer. */
export class Ledger extends Context.Tag("@roundlot/core/Ledger")<Ledger, LedgerService>() {}

/** The lanes of what drives a broker or was said by one: only the holder of the account's lease commits there. */
const drivingLanes: ReadonlyArray<Lanes.Lane> = ["report", "send"]

/** A member, and whether it came by a lane of those. */
interface Queued extends Member<void> {
  readonly isDriving: boolean
}

/** What was submitted together. Its members may be committed in several groups; it is answered when all of them are. */
interface Job {
  readonly members: ReadonlyArray<Queued>
  /** What the member at this place failed with; it is committed where nothing was said. */
  readonly failed: (place: number, error: LedgerError) => void
  /** All members have been committed or have failed. */
  readonly ended: () => void
}

type Part = Lanes.Part<Job>

const LANE_CAPACITY = 4096

/** How long the writer goes on before timers and sockets have their turn, in milliseconds. */
const LONGEST_BREATH_MS = 2

/**
 * Makes the ledger of a store. One writer fiber runs in the scope; it commits whatever waits as soon as it is idle, so a lone
 * caller waits for nobody and many share a transaction. When the scope closes, what is queued is committed first.
 */
export const make = (limits: GroupLimits = defaultLimits) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const ticks = yield* Effect.clock
    const writing: Writing = {
      repository,
      clock: yield* Clock,
      entropy: yield* (yield* Entropy).hex,
      priceReference: Option.getOrUndefined(yield* Effect.serviceOption(PriceReference)),
      labels: yield* Effect.metricLabels,
      pace: paceOn(repository, limits),
      time: yield* world.makeBookTime,
      leases: HeldLeases.make(),
      accounts: world.makeKeptAccounts(),
      quotes: world.makeQuotes(),
      buyingPower: world.makeBuyingPower(),
      trading: world.makeTrading(),
      storeTag: ClientOrderId.storeTag(repository.identity.id),
      tickMs: () => Number(ticks.unsafeCurrentTimeNanos()) / 1_000_000
    }
    const watchers = new Set<Watcher>()
    const { depths, drain, idle, put } = makeWriter(writing, watchers)
    let isClosed = false

    yield* Effect.addFinalizer(() => {
      isClosed = true
      return drain
    })
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.uninterruptible(drain), idle)))

    const submitEach = <A>(
      lane: Lanes.Lane,
      members: ReadonlyArray<Member<A>>
    ): Effect.Effect<ReadonlyArray<Either.Either<A, LedgerError>>> =>
      Effect.zipRight(
        requireEach(members.map(({ account }) => account)),
        Effect.async<ReadonlyArray<Either.Either<A, LedgerError>>>((resume) => {
          if (isClosed) return resume(Effect.succeed(members.map(() => Either.left(closed))))
          if (members.length === 0) return resume(Effect.succeed([]))
          const job = collecting(members, drivingLanes.includes(lane), (outcomes) => resume(Effect.succeed(outcomes)))
          return put(lane, job)
        })
      )

    const watch = watchIn(watchers)
    return Ledger.of({
      submitAll: (lane, members) => Effect.flatMap(submitEach(lane, members), Either.all),
      submitEach,
      depths: Effect.sync(depths),
      submit: <A>(lane: Lanes.Lane, member: Member<A>) =>
        Effect.zipRight(
          requireEach([member.account]),
          Effect.async<A, LedgerError>((resume) => {
            if (isClosed) return resume(Effect.fail(closed))
            return put(lane, alone(member, drivingLanes.includes(lane), resume))
          })
        ),
      watch,
      commits: positionsOf(watch),
      now: writing.time.now,
      leases: writing.leases,
      accounts: writing.accounts,
      quotes: writing.quotes,
      buyingPower: writing.buyingPower,
      trading: writing.trading
    })
  })

/** What a ledger writes with. */
interface Writing extends world.Surroundings {
  readonly repository: TradeRepositoryService
  readonly priceReference: Context.Tag.Service<typeof PriceReference> | undefined
  readonly labels: ReadonlyArray<MetricLabel.MetricLabel>
  readonly pace: Pace
  readonly time: world.BookTime
  readonly leases: HeldLeases.HeldLeases
  readonly accounts: world.KeptAccounts
  /** By the clock that never jumps. Who only wants to know how long something took asks without a step of the runtime. */
  readonly tickMs: () => number
}

/** Plans and commits a group; what each of its members came to. */
const committing = (writing: Writing, onNews: (news: News) => void) => {
  const { accounts, entropy, labels, leases, pace, priceReference, repository, tickMs, time } = writing
  let group = 0
  return Effect.fnUntraced(function* (members: ReadonlyArray<Queued>) {
    const fences = HeldLeases.fencesOf(leases, members)
    const needs = members.flatMap((member) => member.needs)
    const prices = priceReference === undefined ? world.noPrices : yield* world.pricesFor(needs, priceReference)
    const reading = yield* time.reading
    const begunMs = tickMs()
    const worldAt = world.worldFrom(writing, prices, reading)
    group += 1
    const commitId = `${entropy.slice(0, 12)}-${group}`
    const named = [...new Set(members.map((member) => member.account))]
    let plannedMs = 0
    let sinceMs = begunMs
    let done: Done = { journals: [], changes: [] }
    const isSliceOver = pace.sliceMs === Infinity ? () => false : () => tickMs() - sinceMs > pace.sliceMs
    const inSlices = planInSlices((state) => planSteps(state, commitId, worldAt(state.newestAt), members), isSliceOver)
    const planned = (state: State) => {
      sinceMs = tickMs()
      const plan = inSlices(state)
      plannedMs += tickMs() - sinceMs
      if (plan._tag === "Planned") done = plan
      return plan
    }
    // The ledger makes every id anew: one that was there is a fault of ours.
    const written = yield* Effect.catchTag(
      repository.write({ commitId, accounts: named, needs, fences }, planned),
      "AlreadyCommitted",
      Effect.die
    )
    const tookMs = tickMs() - begunMs
    noteGroup(members.length, tookMs, labels)
    pace.took(members.length, plannedMs, tookMs)
    if (done.changes.some(({ table }) => table === "accounts")) accounts.forgetAll()
    const { changes, journals } = done
    if (journals.length > 0) onNews({ changes, journals, feedPosition: written.feedPosition })
    return written.answer
  })
}

/** What waits to be committed, and the work on it: one group after another. */
const makeWriter = (writing: Writing, watchers: Iterable<Watcher>) => {
  const { pace, tickMs } = writing
  const queue = Lanes.make<Job>(LANE_CAPACITY)
  const news: Array<News> = []
  const commit = committing(writing, (each) => void news.push(each))
  let wake: (() => void) | undefined
  let breathedMs = 0

  const serve = (parts: ReadonlyArray<Part>): Effect.Effect<void> => {
    const members = parts.flatMap(({ from, job, to }) => job.members.slice(from, to))
    return commit(members).pipe(
      Effect.matchCauseEffect({
        onSuccess: (outcomes) => Effect.sync(() => tell(parts, outcomes)),
        onFailure: (cause) => apart(parts, members.length, cause, serve)
      })
    )
  }

  /** Who waits for an answer goes on before those who look for work that it may have made. */
  const serveNext = Effect.gen(function* () {
    const parts = queue.take(pace.room())
    yield* serve(parts)
    for (const { job, to } of parts) if (to === job.members.length) job.ended()
    for (const each of news.splice(0)) tellWatchers(watchers, each)
    yield* breathe
  })

  /**
   * Those who were answered may have more, which then goes into the next group. Yielding lets other fibers go on, but neither
   * timers nor sockets: a writer that always has work lets them in every few milliseconds.
   */
  const breathe = Effect.gen(function* () {
    if (tickMs() - breathedMs < LONGEST_BREATH_MS) return yield* Effect.yieldNow()
    yield* turn
    breathedMs = tickMs()
  })

  const drain: Effect.Effect<void> = Effect.suspend(() =>
    queue.isEmpty() ? Effect.void : Effect.zipRight(serveNext, drain)
  )

  const idle = Effect.async<void>((resume) => {
    if (queue.isEmpty()) wake = () => resume(Effect.void)
    else resume(Effect.void)
  })

  /** What is interrupted while it waits outside is never submitted. */
  const put = (lane: Lanes.Lane, job: Job): Effect.Effect<void> | void => {
    const takeBack = queue.put(lane, job)
    wake?.()
    wake = undefined
    return takeBack && Effect.sync(takeBack)
  }

  return { depths: queue.depths, drain, idle, put }
}

const closed = new PlanningFailed({ detail: "the ledger is closed" })

const noAnswer = new PlanningFailed({ detail: "the group gave no answer" })

/** The job of these members, which keeps what each answers or fails with until all have. */
const collecting = <A>(
  members: ReadonlyArray<Member<A>>,
  isDriving: boolean,
  done: (outcomes: ReadonlyArray<Either.Either<A, LedgerError>>) => void
): Job => {
  const outcomes: Array<Either.Either<A, LedgerError>> = members.map(() => Either.left(noAnswer))
  return {
    members: members.map(({ account, apply, cause, needs, rehearse }, place) => ({
      account,
      cause,
      needs,
      isDriving,
      rehearse,
      apply: (recorder) => {
        outcomes[place] = Either.right(apply(recorder))
      }
    })),
    failed: (place, error) => {
      outcomes[place] = Either.left(error)
    },
    ended: () => done(outcomes)
  }
}

/** The job of one member: most callers bring one. */
const alone = <A>(
  { account, apply, cause, needs, rehearse }: Member<A>,
  isDriving: boolean,
  done: (outcome: Effect.Effect<A, LedgerError>) => void
): Job => {
  let outcome: Effect.Effect<A, LedgerError> = Effect.fail(noAnswer)
  return {
    members: [
      {
        account,
        cause,
        needs,
        isDriving,
        rehearse,
        apply: (recorder) => {
          outcome = Effect.succeed(apply(recorder))
        }
      }
    ],
    failed: (_, error) => {
      outcome = Effect.fail(error)
    },
    ended: () => done(outcome)
  }
}

/** Says to each member's job what became of it, where it was taken out of its group. */
const tell = (parts: ReadonlyArray<Part>, outcomes: ReadonlyArray<Outcome<void>>): void => {
  let at = 0
  for (const { from, job, to } of parts) {
    for (let place = from; place < to; place++) {
      const outcome = outcomes[at++]
      if (outcome?._tag === "Poisoned") job.failed(place, new PlanningFailed({ detail: describe(outcome) }))
    }
  }
}

const describe = (outcome: { readonly cause: unknown }): string =>
  outcome.cause instanceof Error ? outcome.cause.message : String(outcome.cause)

/**
 * A group that the store refused, or that died in it, is tried again in halves, so that one member does not fail the others, and
 * all stay in their order. Nothing of a store that cannot be used is tried again here.
 */
const apart = (
  parts: ReadonlyArray<Part>,
  size: number,
  cause: Cause.Cause<StoreError | Fenced>,
  serve: (parts: ReadonlyArray<Part>) => Effect.Effect<void>
): Effect.Effect<void> => {
  const failure = Cause.failureOption(cause)
  const isOfOne = failure._tag === "None" || failure.value._tag !== "StoreUnavailable"
  if (isOfOne && size > 1) {
    const [first, second] = Lanes.halves(parts, Math.ceil(size / 2))
    return Effect.zipRight(serve(first), serve(second))
  }
  const error = failure._tag === "Some" ? failure.value : new PlanningFailed({ detail: Cause.pretty(cause) })
  return Effect.sync(() => {
    for (const { from, job, to } of parts) for (let place = from; place < to; place++) job.failed(place, error)
  })
}

/** The ledger on whatever store, clock and randomness the program has. */
export const layer: Layer.Layer<Ledger, never, TradeRepository | Clock | Entropy> = Layer.scoped(Ledger, make())

/** The ledger with limits of its own for groups. */
export const layerWith = (limits: GroupLimits): Layer.Layer<Ledger, never, TradeRepository | Clock | Entropy> =>
  Layer.scoped(Ledger, make(limits))
