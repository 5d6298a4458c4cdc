import { Context, Deferred, Effect, Exit, Layer, Ref, Schedule, Schema, Scope } from "effect"
import { Clock, Instant } from "@roundlot/core"
import { Entropy, TradeRepository } from "@roundlot/core/adapter"
import { Health, type Job, Jobs, queue } from "@roundlot/core/ledger"

/** What the clauses are tried on: an empty store, opened twice as two processes would. */
export interface Ground {
  readonly one: TradeRepository.TradeRepositoryService
  readonly two: TradeRepository.TradeRepositoryService
}

/** What every store must do for jobs: `run` answers with what it saw, which has to equal `expected`. */
export interface Clause {
  readonly name: string
  readonly run: (ground: Ground) => Effect.Effect<unknown, unknown, Scope.Scope>
  readonly expected: unknown
}

const MOST_TRIES = 3

const counting = Jobs.jobType({ name: "count", payload: Schema.Struct({ n: Schema.Int }), mostTries: MOST_TRIES })

/** Work that none of these workers does. */
const elsewhere = Jobs.jobType({ name: "elsewhere", payload: Schema.Struct({}) })

/** Two processes that share a store and a clock, which `pass` moves on. */
const processes = ({ one, two }: Ground) =>
  Effect.gen(function* () {
    const time = yield* Ref.make(Instant.make(1_700_000_000_000_000n))
    const jobsOn = (repository: TradeRepository.TradeRepositoryService) =>
      Effect.gen(function* () {
        const market = Context.get(yield* Layer.build(Clock.layerAlwaysOpen), Clock.Clock)
        const clock = Layer.succeed(Clock.Clock, { ...market, now: Ref.get(time) })
        const below = Layer.mergeAll(
          Layer.succeed(TradeRepository.TradeRepository, repository),
          clock,
          Entropy.layerSecure
        )
        const built = yield* Layer.build(
          Layer.merge(Jobs.layer([counting, elsewhere]), Health.layer).pipe(Layer.provide(below))
        )
        return { jobs: Context.get(built, Jobs.Jobs), built }
      })
    const first = yield* jobsOn(one)
    const second = yield* jobsOn(two)
    const pass = (milliseconds: number) => Ref.update(time, (at) => Instant.addMillis(at, milliseconds))
    return { first, second, pass }
  })

interface Process {
  readonly jobs: Jobs.JobsService
  readonly built: Context.Context<Health.Health | Jobs.Jobs>
}

const here: Job.Worker = { host: "here", pid: 1 }
const there: Job.Worker = { host: "here", pid: 2 }

const working = (
  { built, jobs }: Process,
  worker: Job.Worker,
  run: (n: number) => Effect.Effect<unknown, Jobs.JobFailed>,
  isGone?: (worker: Job.Worker) => boolean
) => Effect.forkScoped(Effect.provide(jobs.work([Jobs.handler(counting, ({ n }) => run(n))], worker, isGone), built))

const enqueue = (jobs: Jobs.JobsService, n: number, key = `k-${n}`) =>
  jobs.enqueue({ type: counting.name, key, payload: { n } })

/** Waits for a job to stand so; the fact is read again every few milliseconds. */
const until = (jobs: Jobs.JobsService, id: string, status: string) =>
  jobs.find(id).pipe(
    Effect.flatMap((job) => (job.status === status ? Effect.succeed(job) : Effect.fail("not yet"))),
    Effect.retry({ while: (error) => error === "not yet", schedule: spaced })
  )

const spaced = Schedule.spaced("5 millis")

const clause = (
  name: string,
  expected: unknown,
  run: (ground: Ground) => Effect.Effect<unknown, unknown, Scope.Scope>
): Clause => ({ name, run, expected })

/** The clauses. */
export const clauses: ReadonlyArray<Clause> = [
  clause(
    "one type and key is one job for every caller; another payload is refused",
    [true, false, true, "JobKeyTaken"],
    (ground) =>
      Effect.gen(function* () {
        const { first, second } = yield* processes(ground)
        const [a, b] = yield* Effect.all([enqueue(first.jobs, 1), enqueue(second.jobs, 1)])
        const refused = yield* Effect.flip(enqueue(second.jobs, 2, "k-1"))
        return [a.isNew, b.isNew, a.job.id === b.job.id, refused._tag]
      })
  ),
  clause(
    "unknown types, unknown fields and values that do not fit are refused, and nothing is enqueued",
    ["UnknownJobType", "payload.n is missing", "payload.m is unexpected", 0],
    (ground) =>
      Effect.gen(function* () {
        const { jobs } = (yield* processes(ground)).first
        const refusals = [
          yield* Effect.flip(jobs.enqueue({ type: "cuont" })),
          yield* Effect.flip(jobs.enqueue({ type: "count", payload: {} })),
          yield* Effect.flip(jobs.enqueue({ type: "count", payload: { n: 1, m: 2 } }))
        ]
        const told = refusals.map((each) =>
          each._tag === "BadJob"
            ? `${each.place} ${each.problem.startsWith("is missing") ? "is missing" : "is unexpected"}`
            : each._tag
        )
        return [...told, (yield* jobs.due).length]
      })
  ),
  clause(
    "what a worker has no hand for keeps nothing else from its turn, however much of it is due",
    "done",
    (ground) =>
      Effect.gen(function* () {
        const { first } = yield* processes(ground)
        yield* Effect.forEach(Array.from({ length: 60 }), (_, n) =>
          first.jobs.enqueue({ type: elsewhere.name, key: `e-${n}`, payload: {} })
        )
        const { job } = yield* enqueue(first.jobs, 1)
        yield* working(first, here, () => Effect.succeed({}))
        return (yield* until(first.jobs, job.id, "done")).status
      })
  ),
  clause("two workers on one queue do each job once", [20, 20], (ground) =>
    Effect.gen(function* () {
      const { first, second } = yield* processes(ground)
      const done = yield* Ref.make<ReadonlyArray<number>>([])
      const note = (n: number) =>
        Effect.as(
          Ref.update(done, (all) => [...all, n]),
          { n }
        )
      const jobs = yield* Effect.forEach(Array.from({ length: 20 }), (_, n) => enqueue(first.jobs, n))
      yield* working(first, here, note)
      yield* working(second, there, note)
      yield* Effect.forEach(jobs, ({ job }) => until(first.jobs, job.id, "done"))
      const all = yield* Ref.get(done)
      return [all.length, new Set(all).size]
    })
  ),
  clause(
    "a job whose worker died in the middle is taken up when its lease has run out; the dead one writes nothing any more",
    ["done", 2, "JobLost"],
    (ground) =>
      Effect.gen(function* () {
        const { first, pass, second } = yield* processes(ground)
        const lost = yield* Deferred.make<string>()
        const begun = yield* Deferred.make<void>()
        const go = yield* Deferred.make<void>()
        const stuck = Jobs.handler(counting, (_, { progress }) =>
          Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(go)).pipe(
            Effect.zipRight(progress("too late")),
            Effect.tapError((error) => Deferred.succeed(lost, error._tag))
          )
        )
        yield* Effect.forkScoped(Effect.provide(first.jobs.work([stuck], here), first.built))
        const { job } = yield* enqueue(first.jobs, 1)
        yield* Deferred.await(begun)
        yield* pass(queue.LEASE_MS)
        yield* working(second, there, () => Effect.succeed("done by the other"))
        const after = yield* until(second.jobs, job.id, "done")
        yield* Deferred.succeed(go, undefined)
        return [after.status, after.tries, yield* Deferred.await(lost)]
      })
  ),
  clause("a job whose worker's process is known to be gone is taken up at once", 2, (ground) =>
    Effect.gen(function* () {
      const { first, second } = yield* processes(ground)
      const begun = yield* Deferred.make<void>()
      yield* working(first, here, () => Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
      const { job } = yield* enqueue(first.jobs, 1)
      yield* Deferred.await(begun)
      yield* working(second, there, Effect.succeed, ({ pid }) => pid === here.pid)
      return (yield* until(second.jobs, job.id, "done")).tries
    })
  ),
  clause(
    "a worker that has to end releases what it is at, which counts as no try, and takes nothing up any more",
    ["queued", 0, "released"],
    (ground) =>
      Effect.gen(function* () {
        const { first } = yield* processes(ground)
        const begun = yield* Deferred.make<void>()
        const life = yield* Scope.make()
        const { job } = yield* enqueue(first.jobs, 1)
        yield* Scope.extend(
          working(first, here, () => Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never)),
          life
        )
        yield* Deferred.await(begun)
        yield* Scope.close(life, Exit.void)
        const { history, status, tries } = yield* first.jobs.find(job.id)
        return [status, tries, history.at(-1)?.what]
      })
  ),
  clause(
    "a try that fails is waited after, longer each time, and the last one buries the job until a person revives it",
    ["queued", 1000, "dead", 3, "done"],
    (ground) =>
      Effect.gen(function* () {
        const { first, pass } = yield* processes(ground)
        const tries = yield* Ref.make(0)
        const run = () =>
          Effect.flatMap(
            Ref.updateAndGet(tries, (n) => n + 1),
            (n) =>
              n > MOST_TRIES ? Effect.succeed(n) : Effect.fail(new Jobs.JobFailed({ detail: `no ${n}`, final: false }))
          )
        const { job } = yield* enqueue(first.jobs, 1)
        yield* working(first, here, run)
        const failedOnce = yield* Effect.retry(
          Effect.filterOrFail(first.jobs.find(job.id), ({ failure }) => failure === "no 1"),
          spaced
        )
        const waited = Instant.millisBetween(job.runAt, failedOnce.runAt)
        yield* pass(1000)
        yield* enqueue(first.jobs, 1)
        yield* Effect.retry(
          Effect.filterOrFail(first.jobs.find(job.id), ({ failure }) => failure === "no 2"),
          spaced
        )
        yield* pass(2000)
        yield* enqueue(first.jobs, 1)
        const dead = yield* until(first.jobs, job.id, "dead")
        yield* first.jobs.retry(job.id, "try again")
        const revived = yield* until(first.jobs, job.id, "done")
        return [failedOnce.status, waited, dead.status, dead.tries, revived.status]
      })
  ),
  clause("a job on a schedule comes again, and what was missed is not made up for", ["queued", 60_000], (ground) =>
    Effect.gen(function* () {
      const { first, pass } = yield* processes(ground)
      const { job } = yield* first.jobs.enqueue({ type: "count", key: "k", payload: { n: 1 }, everyMs: 20_000 })
      yield* pass(50_000)
      const done = yield* Deferred.make<void>()
      yield* working(first, here, () => Deferred.succeed(done, undefined))
      yield* Deferred.await(done)
      const after = yield* until(first.jobs, job.id, "queued")
      return [after.status, Instant.millisBetween(job.runAt, after.runAt)]
    })
  ),
  clause("a job that is asked for again while it is done runs once more", [2, "done"], (ground) =>
    Effect.gen(function* () {
      const { first } = yield* processes(ground)
      const begun = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const runs = yield* Ref.make(0)
      const run = () =>
        Ref.update(runs, (n) => n + 1).pipe(
          Effect.zipRight(Deferred.succeed(begun, undefined)),
          Effect.zipRight(Deferred.await(go))
        )
      const asked = { type: "count", key: "k", payload: { n: 1 }, again: true }
      const { job } = yield* first.jobs.enqueue(asked)
      yield* working(first, here, run)
      yield* Deferred.await(begun)
      yield* first.jobs.enqueue(asked)
      yield* first.jobs.enqueue(asked)
      yield* Deferred.succeed(go, undefined)
      yield* Effect.retry(
        Effect.filterOrFail(Ref.get(runs), (n) => n === 2),
        spaced
      )
      return [yield* Ref.get(runs), (yield* until(first.jobs, job.id, "done")).status]
    })
  ),
  clause(
    "a job that is called off is not done, and one that has ended cannot be",
    ["cancelled", 0, "JobStands"],
    (ground) =>
      Effect.gen(function* () {
        const { first } = yield* processes(ground)
        const { job } = yield* enqueue(first.jobs, 1)
        const cancelled = yield* first.jobs.cancel(job.id, "not wanted")
        const refused = yield* Effect.flip(first.jobs.cancel(job.id, "twice"))
        return [cancelled.status, (yield* first.jobs.due).length, refused._tag]
      })
  )
]
