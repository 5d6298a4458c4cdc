import { createHash } from "node:crypto"
import { Cause, Context, Duration, Effect, Either, Exit, Layer, Queue, Ref, Schedule, Schema, type Scope } from "effect"
import * as Books from "../books/Books.ts"
import { Need } from "../books/Need.ts"
import { canonicalJson } from "../events/Entry.ts"
import { JobTable, type Job, type Worker } from "../records/Job.ts"
import * as queue from "../rules/job/queue.ts"
import { Clock } from "../ports/Clock.ts"
import { Entropy } from "../ports/Entropy.ts"
import { TradeRepository, type StoreError, type WriteError } from "../ports/TradeRepository.ts"
import type * as Instant from "../values/Instant.ts"
import type { Health } from "./Health.ts"
import { BadJob, type Handler, JobFailed, JobLost, type JobType } from "./JobType.ts"
import * as Reads from "./Reads.ts"
import { reported } from "./work.ts"

export { BadJob, handler, type Handler, type JobContext, JobFailed, JobLost, jobType, type JobType } from "./JobType.ts"

/** No such kind of job is known here. */
export class UnknownJobType extends Schema.TaggedError<UnknownJobType>()("UnknownJobType", {
  type: Schema.String,
  known: Schema.Array(Schema.String)
}) {
  override get message() {
    const known = this.known.length === 0 ? "no background jobs run here" : `known types: ${this.known.join(", ")}`
    return `job type '${this.type}' does not exist; ${known}`
  }
}

/** The key is that of a job of the type that was given another payload. Nothing was enqueued. */
export class JobKeyTaken extends Schema.TaggedError<JobKeyTaken>()("JobKeyTaken", {
  type: Schema.String,
  key: Schema.String,
  id: Schema.String
}) {
  override get message() {
    return `a job ${this.type} cannot be enqueued: key '${this.key}' belongs to job ${this.id} with another payload; use a new key`
  }
}

/** No job has this id. */
export class NoJob extends Schema.TaggedError<NoJob>()("NoJob", { id: Schema.String }) {
  override get message() {
    return `job ${this.id} does not exist`
  }
}

/** A job may not be changed so as it stands. */
export class JobStands extends Schema.TaggedError<JobStands>()("JobStands", {
  id: Schema.String,
  status: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `job ${this.id} is ${this.status}: ${this.problem}`
  }
}

/** What is asked for. */
export interface Enqueue {
  readonly type: string
  /** The same type and key is the same job; without one it is a job of its own. */
  readonly key?: string | undefined
  readonly payload?: unknown
  /** Not before then; now where nothing is said. */
  readonly runAt?: Instant.Instant | undefined
  /** Comes again every so many milliseconds. */
  readonly everyMs?: number | undefined
  /** A job of this key that has ended runs once more, one that is being done runs again after it; with `ended` the first alone. */
  readonly again?: queue.Again
}

/** A job that was asked for; `isNew` says that it was not there before. */
export interface Enqueued {
  readonly job: Job
  readonly isNew: boolean
}

/** What can be wrong with a job that is asked for. */
export type EnqueueError = UnknownJobType | BadJob | JobKeyTaken | WriteError

/** Background work that outlives the process that asked for it: kept in the store, done once by whoever works. */
export interface JobsService {
  readonly types: ReadonlyArray<JobType>
  /** Keeps a job, once for its type and key. */
  readonly enqueue: (asked: Enqueue) => Effect.Effect<Enqueued, EnqueueError>
  readonly find: (id: string) => Effect.Effect<Job, NoJob | StoreError>
  /** Calls a job off; one that is being done is interrupted by its worker. */
  readonly cancel: (id: string, reason: string) => Effect.Effect<Job, NoJob | JobStands | WriteError>
  /** Tries a job that was given up or called off again, from the beginning. */
  readonly retry: (id: string, reason: string) => Effect.Effect<Job, NoJob | JobStands | WriteError>
  /** Jobs that could be taken up at this moment. */
  readonly due: Effect.Effect<ReadonlyArray<Job>, StoreError>
  /**
   * Takes jobs up and does them, for as long as the scope is open; ends none of them when it closes: those are released to the
   * next worker. `isGone` says of another worker that its process has ended.
   */
  readonly work: <R>(
    handlers: ReadonlyArray<Handler<R>>,
    worker: Worker,
    isGone?: (worker: Worker) => boolean
  ) => Effect.Effect<never, never, R | Health | Scope.Scope>
}

/** The job queue of a store. */
export class Jobs extends Context.Tag("@roundlot/core/Jobs")<Jobs, JobsService>() {}

/** How often the queue is looked at for what others enqueued or the clock has brought. */
const PASS = "1 second"
/** How often a claim is renewed. */
const RENEWAL = Duration.millis(queue.LEASE_MS / 3)
/** How many jobs one process does at a time. */
const MOST_AT_ONCE = 4
const MOST_DUE = 50

/** Whoever changes the queue locks this journal, which has no entries: so that of two workers one claims. */
const QUEUE = "_jobs"

const keyShape = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}$/

const nothing: unknown = {}

const nobodyIsGone = (): boolean => false

/** Ids in the order of asking; two of the same microsecond differ by what they are. */
const idOf = (type: string, key: string, at: Instant.Instant): string => {
  const TIME_DIGITS = 11
  const HASH_DIGITS = 6
  const hash = createHash("sha256").update(`${type}\u0000${key}`).digest("hex").slice(0, HASH_DIGITS)
  return `J${at.toString(36).padStart(TIME_DIGITS, "0")}-${hash}`
}

/** The queue of these kinds of jobs. */
export const layer = (types: ReadonlyArray<JobType>): Layer.Layer<Jobs, never, TradeRepository | Clock | Entropy> =>
  Layer.effect(Jobs, make(types))

/** What a queue works with. */
interface JobQueue {
  readonly types: ReadonlyArray<JobType>
  readonly repository: Context.Tag.Service<typeof TradeRepository>
  readonly clock: Context.Tag.Service<typeof Clock>
  readonly entropy: Context.Tag.Service<typeof Entropy>
  /** Somebody here enqueued, or has a hand free. */
  readonly wake: Queue.Queue<void>
}

const make = (types: ReadonlyArray<JobType>) =>
  Effect.gen(function* () {
    const jobs: JobQueue = {
      types,
      repository: yield* TradeRepository,
      clock: yield* Clock,
      entropy: yield* Entropy,
      wake: yield* Queue.sliding<void>(1)
    }
    return Jobs.of({
      types,
      enqueue: (asked) => enqueue(jobs, asked),
      find: (id) => find(jobs, id),
      due: due(jobs),
      cancel: (id, reason) =>
        judged(jobs, id, "it has ended and cannot be cancelled", (job, at) => queue.calledOff(job, reason, at)),
      retry: (id, reason) =>
        judged(jobs, id, "only a given-up or cancelled job can be retried", (job, at) =>
          queue.revived(job, reason, at)
        ),
      work: (handlers, worker, isGone = nobodyIsGone) =>
        Effect.flatMap(Ref.make<ReadonlySet<string>>(new Set()), (busy) =>
          takeUp(jobs, { handlers, worker, isGone, busy })
        ).pipe(Effect.scoped)
    })
  })

/** Changes one job by a rule, which sees it as it stands under the queue's lock; `undefined` leaves it so. */
const change = <A>(
  jobs: JobQueue,
  need: Need,
  rule: (known: Job | undefined) => { readonly job?: Job; readonly answer: A }
) =>
  Effect.flatMap(jobs.entropy.hex, (commitId) =>
    jobs.repository.write({ commitId: `job-${commitId}`, accounts: [QUEUE], needs: [need] }, ({ books, met }) => {
      if (!met.has(need)) return { _tag: "NeedMore", needs: [need] }
      const { answer, job } = rule(knownIn(books, need))
      if (job !== undefined) books.ops_jobs.put(job)
      return { _tag: "Planned", journals: [], changes: Books.changes(books), answer }
    })
  ).pipe(Effect.map(({ answer }) => answer))

const knownIn = (books: Books.Books, need: Need): Job | undefined => {
  if (need._tag === "JobById") return books.ops_jobs.get(need.id)
  return need._tag === "JobByKey" ? books.ops_jobs.find("key", [need.type, need.key])[0] : undefined
}

const typeOf = (types: ReadonlyArray<JobType>, name: string): Either.Either<JobType, UnknownJobType> => {
  const found = types.find((each) => each.name === name)
  return found === undefined
    ? Either.left(new UnknownJobType({ type: name, known: types.map((each) => each.name) }))
    : Either.right(found)
}

const enqueue = (jobs: JobQueue, asked: Enqueue): Effect.Effect<Enqueued, EnqueueError> =>
  Effect.gen(function* () {
    const type = yield* typeOf(jobs.types, asked.type)
    const payload = asked.payload ?? nothing
    yield* type.decode(payload)
    const key = asked.key ?? (yield* jobs.entropy.hex)
    if (!keyShape.test(key)) {
      const problem = `'${key}' is not a valid key: use up to 200 letters, digits and '._:/@+-', starting with a letter or digit`
      return yield* new BadJob({ type: asked.type, place: "key", problem })
    }
    const at = yield* jobs.clock.now
    const request: queue.JobRequest = {
      id: idOf(asked.type, key, at),
      type: asked.type,
      key,
      payload,
      runAt: asked.runAt ?? at,
      everyMs: asked.everyMs,
      mostTries: type.mostTries
    }
    const again = asked.again ?? false
    const answer = yield* change(jobs, Need.JobByKey({ type: asked.type, key }), (known) => {
      const job = queue.enqueued(known, request, again, at)
      return { ...(job === known ? {} : { job }), answer: { job, isNew: known === undefined } }
    })
    if (!answer.isNew && again === false && canonicalJson(answer.job.payload) !== canonicalJson(payload)) {
      return yield* new JobKeyTaken({ type: asked.type, key, id: answer.job.id })
    }
    yield* Queue.offer(jobs.wake, undefined)
    return answer
  })

const find = ({ repository }: JobQueue, id: string) =>
  Reads.first(JobTable, { where: [{ column: "id", in: [id] }] }).pipe(
    Effect.flatMap((job) => (job === undefined ? Effect.fail(new NoJob({ id })) : Effect.succeed(job))),
    Effect.provideService(TradeRepository, repository)
  )

/** An operator's change, where the job stands so that it can be made. */
const judged = (
  jobs: JobQueue,
  id: string,
  problem: string,
  rule: (job: Job, at: Instant.Instant) => Job | undefined
) =>
  Effect.gen(function* () {
    const at = yield* jobs.clock.now
    const answer = yield* change(jobs, Need.JobById({ id }), (known) => {
      const job = known === undefined ? undefined : rule(known, at)
      return { ...(job === undefined ? {} : { job }), answer: { known, job } }
    })
    if (answer.known === undefined) return yield* new NoJob({ id })
    if (answer.job === undefined) return yield* new JobStands({ id, status: answer.known.status, problem })
    yield* Queue.offer(jobs.wake, undefined)
    return answer.job
  })

const due = (jobs: JobQueue) =>
  Effect.gen(function* () {
    const at = yield* jobs.clock.now
    const found = yield* dueOf(
      jobs,
      jobs.types.map(({ name }) => name)
    )
    return found.filter((job) => queue.isDue(job, at, nobodyIsGone))
  })

/** Of these types alone: what nobody here can do keeps none from its turn. */
const dueOf = ({ clock, repository }: JobQueue, types: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const at = yield* clock.now
    const waiting = yield* Reads.page(JobTable, {
      where: [
        { column: "type", in: types },
        { column: "status", in: ["queued"] },
        { column: "runAt", below: Number(at) + 1 }
      ],
      orderBy: ["runAt", "id"],
      limit: MOST_DUE
    })
    const running = yield* Reads.page(JobTable, {
      where: [
        { column: "type", in: types },
        { column: "status", in: ["running"] }
      ],
      orderBy: ["runAt", "id"],
      limit: MOST_DUE
    })
    return [...waiting.items, ...running.items]
  }).pipe(Effect.provideService(TradeRepository, repository))

/** Who does jobs here, and which of them are under way. */
interface Hands<R> {
  readonly handlers: ReadonlyArray<Handler<R>>
  readonly worker: Worker
  readonly isGone: (worker: Worker) => boolean
  readonly busy: Ref.Ref<ReadonlySet<string>>
}

/** Takes up what is due, over and over. Jobs end after this loop, or it would take up again what they release. */
const takeUp = <R>(jobs: JobQueue, hands: Hands<R>) =>
  Effect.forever(
    Effect.zipRight(reported("jobs", pass(jobs, hands)), Effect.raceFirst(Queue.take(jobs.wake), Effect.sleep(PASS)))
  )

/** Begins as many due jobs as there are hands free. */
const pass = <R>(jobs: JobQueue, hands: Hands<R>) =>
  Effect.gen(function* () {
    const { busy, handlers, isGone } = hands
    const at = yield* jobs.clock.now
    for (const job of yield* dueOf(
      jobs,
      handlers.map(({ type }) => type)
    )) {
      const underWay = yield* Ref.get(busy)
      const able = handlers.find(({ type }) => type === job.type)
      if (able === undefined || underWay.has(job.id) || !queue.isDue(job, at, isGone)) continue
      if (underWay.size < MOST_AT_ONCE) yield* begin(jobs, hands, able, job)
    }
  })

/** Claims a job, and does it beside the others where the claim holds. */
const begin = <R>(jobs: JobQueue, { busy, isGone, worker }: Hands<R>, able: Handler<R>, { id }: Job) =>
  Effect.gen(function* () {
    const at = yield* jobs.clock.now
    const claimed = yield* change(jobs, Need.JobById({ id }), (known) => {
      if (known === undefined || !queue.isDue(known, at, isGone)) return { answer: undefined }
      const job = queue.claimed(known, worker, at)
      return { job, answer: job.status === "running" ? job : undefined }
    })
    if (claimed === undefined) return
    yield* Ref.update(busy, (ids) => new Set(ids).add(id))
    const done = Effect.zipRight(
      Ref.update(busy, (ids) => new Set([...ids].filter((each) => each !== id))),
      Queue.offer(jobs.wake, undefined)
    )
    yield* Effect.forkScoped(Effect.ensuring(perform(jobs, able, claimed), done))
  })

/** Changes a job that is ours; fails where it is not any more. */
const held = (jobs: JobQueue, claim: queue.Claim, rule: (job: Job, at: Instant.Instant) => Job) =>
  Effect.gen(function* () {
    const at = yield* jobs.clock.now
    const isOurs = yield* change(jobs, Need.JobById({ id: claim.id }), (known) =>
      queue.isHeld(known, claim) ? { job: rule(known, at), answer: true } : { answer: false }
    )
    if (!isOurs) return yield* new JobLost({ id: claim.id })
  })

/** Does a job that is ours, renewing the claim meanwhile: who loses it is interrupted. */
const perform = <R>(jobs: JobQueue, { run }: Handler<R>, job: Job): Effect.Effect<void, never, R | Health> => {
  const claim = { id: job.id, token: job.token }
  const progress = (value: unknown) => held(jobs, claim, (known) => ({ ...known, progress: value }))
  const renewing = Effect.repeat(
    Effect.delay(Effect.catchTags(held(jobs, claim, queue.renewed), { StoreUnavailable: () => Effect.void }), RENEWAL),
    Schedule.forever
  ).pipe(Effect.zipRight(Effect.never))
  return Effect.raceFirst(run(job.payload, { job, progress }), renewing).pipe(
    Effect.exit,
    Effect.flatMap((exit) => settle(jobs, claim, exit)),
    Effect.onInterrupt(() => Effect.ignore(held(jobs, claim, queue.released))),
    (done) => reported(`job ${job.type}`, done)
  )
}

/** Writes down what a try came to, unless the job is not ours any more. */
const settle = <E>(jobs: JobQueue, claim: queue.Claim, exit: Exit.Exit<unknown, E>) =>
  Exit.match(exit, {
    onSuccess: (result) => held(jobs, claim, (job, at) => queue.succeeded(job, result ?? null, at)),
    onFailure: (cause) => {
      const failure = Cause.failureOption(cause)
      const error: unknown = failure._tag === "Some" ? failure.value : undefined
      if (error instanceof JobLost) return Effect.void
      if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
      const detail = error instanceof Error ? error.message : (Cause.pretty(cause).split("\n")[0] ?? "")
      const isFinal = error instanceof JobFailed && error.final
      return Effect.zipRight(
        held(jobs, claim, (job, at) => queue.failed(job, detail, isFinal, at)),
        Effect.fail(new JobFailed({ detail, final: isFinal }))
      )
    }
  })
