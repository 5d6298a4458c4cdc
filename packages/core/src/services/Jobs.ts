import { createHash } from "node:crypto"
import {
  Cause,
  Context,
  Duration,
  Effect,
  Either,
  Exit,
  Layer,
  ParseResult,
  Queue,
  Ref,
  Schedule,
  Schema
} from "effect"
import type { Scope } from "effect"
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
import * as Reads from "./Reads.ts"
import { reported } from "./work.ts"

/** A kind of background work: its name, what it is given, and how often it is tried. */
export interface JobType<P = unknown> {
  readonly name: string
  /** Reads what a job is given; unknown fields are refused, as are values that do not fit. */
  readonly decode: (payload: unknown) => Either.Either<P, BadJob>
  /** Tries in all, before a person has to look. */
  readonly mostTries: number
}

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

/** What a job was to be given does not fit its type. Nothing was enqueued. */
export class BadJob extends Schema.TaggedError<BadJob>()("BadJob", {
  type: Schema.String,
  place: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `a job ${this.type} cannot be enqueued: ${this.place} ${this.problem}`
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
    return `job ${this.id} does not exist; list them with 'roundlot jobs list'`
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

/** Another worker has the job now, or it was called off: what this one came to is not kept. */
export class JobLost extends Schema.TaggedError<JobLost>()("JobLost", { id: Schema.String }) {
  override get message() {
    return `job ${this.id} no longer belongs to this worker: it was cancelled, or its lease expired and another worker took it`
  }
}

/** A try failed, and why; a `final` one is not tried again. */
export class JobFailed extends Schema.TaggedError<JobFailed>()("JobFailed", {
  detail: Schema.String,
  final: Schema.Boolean
}) {
  override get message() {
    return this.detail
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

/** What a handler may do beside its work. */
export interface JobContext {
  readonly job: Job
  /** Says how far it is: JSON, shown by `jobs show`. Fails where the job is not ours any more. */
  readonly progress: (value: unknown) => Effect.Effect<void, JobLost | WriteError>
}

/** Who does the jobs of a type: what it answers is kept as the job's result, as JSON. */
export interface Handler<R = never> {
  readonly type: string
  readonly run: (payload: unknown, context: JobContext) => Effect.Effect<unknown, JobFailed | JobLost | WriteError, R>
}

/**
 * A kind of background work. `mostTries` is 5 where nothing is said.
 *
 * @example
 * const report = Jobs.jobType({ name: "report", payload: Schema.Struct({ day: Schema.String }) })
 */
export const jobType = <P, I>(options: {
  readonly name: string
  readonly payload: Schema.Schema<P, I>
  readonly mostTries?: number
}): JobType<P> => {
  const decode = Schema.decodeUnknownEither(options.payload, { onExcessProperty: "error" })
  return {
    name: options.name,
    decode: (payload) => Either.mapLeft(decode(payload), (error) => badPayload(options.name, error)),
    mostTries: options.mostTries ?? MOST_TRIES
  }
}

const MOST_TRIES = 5

const badPayload = (type: string, error: ParseResult.ParseError): BadJob => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  const place = ["payload", ...(issue?.path ?? [])].map(String).join(".")
  return new BadJob({ type, place, problem: issue?.message ?? "cannot be read" })
}

/** The handler of a type, which is given its payload decoded. */
export const handler = <P, R>(
  type: JobType<P>,
  run: (payload: P, context: JobContext) => Effect.Effect<unknown, JobFailed | JobLost | WriteError, R>
): Handler<R> => ({
  type: type.name,
  run: (payload, context) =>
    Either.match(type.decode(payload), {
      onLeft: (bad) => Effect.fail(new JobFailed({ detail: bad.message, final: true })),
      onRight: (decoded) => run(decoded, context)
    })
})

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

const make = (types: ReadonlyArray<JobType>) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const clock = yield* Clock
    const entropy = yield* Entropy
    /** Somebody here enqueued, or has a hand free. */
    const wake = yield* Queue.sliding<void>(1)
    const typeOf = (name: string): Either.Either<JobType, UnknownJobType> => {
      const found = types.find((each) => each.name === name)
      return found === undefined
        ? Either.left(new UnknownJobType({ type: name, known: types.map((each) => each.name) }))
        : Either.right(found)
    }

    /** Changes one job by a rule, which sees it as it stands under the queue's lock; `undefined` leaves it so. */
    const change = <A>(need: Need, rule: (known: Job | undefined) => { readonly job?: Job; readonly answer: A }) =>
      Effect.flatMap(entropy.hex, (commitId) =>
        repository.write({ commitId: `job-${commitId}`, accounts: [QUEUE], needs: [need] }, ({ books, met }) => {
          if (!met.has(need)) return { _tag: "NeedMore", needs: [need] }
          const { answer, job } = rule(knownIn(books, need))
          if (job !== undefined) books.ops_jobs.put(job)
          return { _tag: "Planned", journals: [], changes: Books.changes(books), answer }
        })
      ).pipe(Effect.map(({ answer }) => answer))

    const enqueue = (asked: Enqueue): Effect.Effect<Enqueued, EnqueueError> =>
      Effect.gen(function* () {
        const type = yield* typeOf(asked.type)
        const payload = asked.payload ?? nothing
        yield* type.decode(payload)
        const key = asked.key ?? (yield* entropy.hex)
        if (!keyShape.test(key)) {
          const problem = `'${key}' is not a valid key: use up to 200 letters, digits and '._:/@+-', starting with a letter or digit`
          return yield* new BadJob({ type: asked.type, place: "key", problem })
        }
        const at = yield* clock.now
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
        const answer = yield* change(Need.JobByKey({ type: asked.type, key }), (known) => {
          const job = queue.enqueued(known, request, again, at)
          return { ...(job === known ? {} : { job }), answer: { job, isNew: known === undefined } }
        })
        if (!answer.isNew && again === false && canonicalJson(answer.job.payload) !== canonicalJson(payload)) {
          return yield* new JobKeyTaken({ type: asked.type, key, id: answer.job.id })
        }
        yield* Queue.offer(wake, undefined)
        return answer
      })

    const find = (id: string) =>
      Reads.first(JobTable, { where: [{ column: "id", in: [id] }] }).pipe(
        Effect.flatMap((job) => (job === undefined ? Effect.fail(new NoJob({ id })) : Effect.succeed(job))),
        Effect.provideService(TradeRepository, repository)
      )

    /** An operator's change, where the job stands so that it can be made. */
    const judged = (id: string, problem: string, rule: (job: Job, at: Instant.Instant) => Job | undefined) =>
      Effect.gen(function* () {
        const at = yield* clock.now
        const answer = yield* change(Need.JobById({ id }), (known) => {
          const job = known === undefined ? undefined : rule(known, at)
          return { ...(job === undefined ? {} : { job }), answer: { known, job } }
        })
        if (answer.known === undefined) return yield* new NoJob({ id })
        if (answer.job === undefined) return yield* new JobStands({ id, status: answer.known.status, problem })
        yield* Queue.offer(wake, undefined)
        return answer.job
      })

    /** Of these types alone: what nobody here can do keeps none from its turn. */
    const dueOf = (types: ReadonlyArray<string>) =>
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

    const held = (claim: queue.Claim, rule: (job: Job, at: Instant.Instant) => Job) =>
      Effect.gen(function* () {
        const at = yield* clock.now
        const isOurs = yield* change(Need.JobById({ id: claim.id }), (known) =>
          queue.isHeld(known, claim) ? { job: rule(known, at), answer: true } : { answer: false }
        )
        if (!isOurs) return yield* new JobLost({ id: claim.id })
      })

    /** Does a job that is ours, renewing the claim meanwhile: who loses it is interrupted. */
    const perform = <R>({ run }: Handler<R>, job: Job): Effect.Effect<void, never, R | Health> => {
      const claim = { id: job.id, token: job.token }
      const progress = (value: unknown) => held(claim, (known) => ({ ...known, progress: value }))
      const renewing = Effect.repeat(
        Effect.delay(Effect.catchTags(held(claim, queue.renewed), { StoreUnavailable: () => Effect.void }), RENEWAL),
        Schedule.forever
      ).pipe(Effect.zipRight(Effect.never))
      return Effect.raceFirst(run(job.payload, { job, progress }), renewing).pipe(
        Effect.exit,
        Effect.flatMap((exit) => settle(claim, exit)),
        Effect.onInterrupt(() => Effect.ignore(held(claim, queue.released))),
        (done) => reported(`job ${job.type}`, done)
      )
    }

    /** Writes down what a try came to, unless the job is not ours any more. */
    const settle = <E>(claim: queue.Claim, exit: Exit.Exit<unknown, E>) =>
      Exit.match(exit, {
        onSuccess: (result) => held(claim, (job, at) => queue.succeeded(job, result ?? null, at)),
        onFailure: (cause) => {
          const failure = Cause.failureOption(cause)
          const error: unknown = failure._tag === "Some" ? failure.value : undefined
          if (error instanceof JobLost) return Effect.void
          if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
          const detail = error instanceof Error ? error.message : (Cause.pretty(cause).split("\n")[0] ?? "")
          const isFinal = error instanceof JobFailed && error.final
          return Effect.zipRight(
            held(claim, (job, at) => queue.failed(job, detail, isFinal, at)),
            Effect.fail(new JobFailed({ detail, final: isFinal }))
          )
        }
      })

    const work = <R>(
      handlers: ReadonlyArray<Handler<R>>,
      worker: Worker,
      isGone: (worker: Worker) => boolean = nobodyIsGone
    ) =>
      Effect.gen(function* () {
        const busy = yield* Ref.make<ReadonlySet<string>>(new Set())
        const begin = (each: Handler<R>, found: Job) =>
          Effect.gen(function* () {
            const at = yield* clock.now
            const claimed = yield* change(Need.JobById({ id: found.id }), (known) => {
              if (known === undefined || !queue.isDue(known, at, isGone)) return { answer: undefined }
              const job = queue.claimed(known, worker, at)
              return { job, answer: job.status === "running" ? job : undefined }
            })
            if (claimed === undefined) return
            yield* Ref.update(busy, (ids) => new Set(ids).add(claimed.id))
            const done = Effect.zipRight(
              Ref.update(busy, (ids) => new Set([...ids].filter((id) => id !== claimed.id))),
              Queue.offer(wake, undefined)
            )
            yield* Effect.forkScoped(Effect.ensuring(perform(each, claimed), done))
          })
        const pass = Effect.gen(function* () {
          const at = yield* clock.now
          for (const job of yield* dueOf(handlers.map(({ type }) => type))) {
            const underWay = yield* Ref.get(busy)
            const able = handlers.find(({ type }) => type === job.type)
            if (able === undefined || underWay.has(job.id) || !queue.isDue(job, at, isGone)) continue
            if (underWay.size < MOST_AT_ONCE) yield* begin(able, job)
          }
        })
        return yield* Effect.forever(
          Effect.zipRight(reported("jobs", pass), Effect.raceFirst(Queue.take(wake), Effect.sleep(PASS)))
        )
        // Jobs end after the loop that takes them up, or it would take up again what they release.
      }).pipe(Effect.scoped)

    return Jobs.of({
      types,
      enqueue,
      find,
      due: Effect.flatMap(clock.now, (at) =>
        Effect.map(dueOf(types.map(({ name }) => name)), (jobs) =>
          jobs.filter((job) => queue.isDue(job, at, nobodyIsGone))
        )
      ),
      cancel: (id, reason) =>
        judged(id, "it has ended and cannot be cancelled", (job, at) => queue.calledOff(job, reason, at)),
      retry: (id, reason) =>
        judged(id, "only a given-up or cancelled job can be retried", (job, at) => queue.revived(job, reason, at)),
      work
    })
  })

const knownIn = (books: Books.Books, need: Need): Job | undefined => {
  if (need._tag === "JobById") return books.ops_jobs.get(need.id)
  return need._tag === "JobByKey" ? books.ops_jobs.find("key", [need.type, need.key])[0] : undefined
}
