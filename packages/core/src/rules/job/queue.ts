import * as Instant from "../../values/Instant.ts"
import type { Job, JobNote, Worker } from "../../records/Job.ts"

/** What a job is made of. */
export interface JobRequest {
  readonly id: string
  readonly type: string
  readonly key: string
  readonly payload: unknown
  readonly runAt: Instant.Instant
  readonly everyMs: number | undefined
  readonly mostTries: number
}

/** Which claim of a job it is that speaks. */
export interface Claim {
  readonly id: string
  readonly token: number
}

/** For how long a claim stands that is not renewed, and how long a try that failed is waited after. */
export const LEASE_MS = 30_000
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 10 * 60_000
const MOST_NOTES = 40

const noted = (job: Job, at: Instant.Instant, what: string, detail = ""): ReadonlyArray<JobNote> =>
  [...job.history, { at: Number(at), what, detail }].slice(-MOST_NOTES)

const unclaimed = { workerHost: undefined, workerPid: undefined, leaseUntil: undefined } as const

const fresh = (request: JobRequest, at: Instant.Instant): Job => ({
  ...request,
  ...unclaimed,
  status: "queued",
  isAskedAgain: false,
  tries: 0,
  token: 0,
  progress: undefined,
  result: undefined,
  failure: undefined,
  enqueuedAt: at,
  startedAt: undefined,
  endedAt: undefined,
  history: [{ at: Number(at), what: "enqueued", detail: "" }]
})

const queuedAgain = (job: Job, runAt: Instant.Instant, history: ReadonlyArray<JobNote>): Job => ({
  ...job,
  ...unclaimed,
  status: "queued",
  runAt,
  isAskedAgain: false,
  tries: 0,
  progress: undefined,
  startedAt: undefined,
  endedAt: undefined,
  history
})

/** Is a job that is known asked for once more? One that has `ended` alone, or one that waits or is under way as well. */
export type Again = boolean | "ended"

const isUnderWay = ({ status }: Job): boolean => status === "queued" || status === "running"

/**
 * A job that was asked for: new, as it was, or once more. `again`: one that has ended runs once more, one under way runs again after
 * it, and one that waits has all its tries again.
 */
export const enqueued = (known: Job | undefined, request: JobRequest, again: Again, at: Instant.Instant): Job => {
  if (known === undefined) return fresh(request, at)
  if (again === false || (again === "ended" && isUnderWay(known))) return known
  const asked = { ...known, payload: request.payload, everyMs: request.everyMs, mostTries: request.mostTries }
  if (known.status === "running") return { ...asked, isAskedAgain: true }
  if (known.status === "queued") {
    return { ...asked, tries: 0, runAt: known.runAt <= request.runAt ? known.runAt : request.runAt }
  }
  return queuedAgain(asked, request.runAt, noted(known, at, "enqueued", "run again"))
}

/** May the job be taken up now? `isGone` says of a worker that its process has ended. */
export const isDue = (job: Job, at: Instant.Instant, isGone: (worker: Worker) => boolean): boolean => {
  if (job.status === "queued") return job.runAt <= at
  if (job.status !== "running") return false
  const { leaseUntil, workerHost: host, workerPid: pid } = job
  if (leaseUntil === undefined || leaseUntil <= at) return true
  return host !== undefined && pid !== undefined && isGone({ host, pid })
}

/** The job in the hands of a worker. One that a worker left behind at its last try is given up. */
export const claimed = (job: Job, worker: Worker, at: Instant.Instant): Job => {
  const wasLeft = job.status === "running"
  if (wasLeft && job.tries >= job.mostTries) return ended(job, "dead", at, "its worker ended during the attempt")
  const history = wasLeft ? noted(job, at, "taken up again", "its worker ended during the attempt") : job.history
  return {
    ...job,
    status: "running",
    // What it was given last is what is done now.
    isAskedAgain: false,
    tries: job.tries + 1,
    token: job.token + 1,
    workerHost: worker.host,
    workerPid: worker.pid,
    leaseUntil: Instant.addMillis(at, LEASE_MS),
    progress: undefined,
    startedAt: at,
    endedAt: undefined,
    history: noted(
      { ...job, history },
      at,
      "begun",
      `attempt ${job.tries + 1} by process ${worker.pid} on ${worker.host}`
    )
  }
}

/** Is this the claim that stands? */
export const isHeld = (job: Job | undefined, { token }: Claim): job is Job =>
  job?.status === "running" && job.token === token

/** The claim stands for longer. */
export const renewed = (job: Job, at: Instant.Instant): Job => ({
  ...job,
  leaseUntil: Instant.addMillis(at, LEASE_MS)
})

/** How long a failed try is waited after, in milliseconds: a second, doubling to ten minutes. */
export const waitAfter = (tries: number): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, Math.min(tries - 1, 20)))

const ended = (job: Job, status: "done" | "dead" | "cancelled", at: Instant.Instant, detail: string): Job => ({
  ...job,
  ...unclaimed,
  status,
  isAskedAgain: false,
  failure: status === "done" ? undefined : status === "dead" ? detail : job.failure,
  endedAt: at,
  history: noted(job, at, status, status === "done" ? "" : detail)
})

/** The job was done: it has ended, or comes again. */
export const succeeded = (job: Job, result: unknown, at: Instant.Instant): Job => {
  const done = { ...ended(job, "done", at, ""), result }
  return following(job, done, at) ?? done
}

const following = (job: Job, after: Job, at: Instant.Instant): Job | undefined => {
  if (job.isAskedAgain) return queuedAgain(after, at, noted(after, at, "enqueued", "run again"))
  if (job.everyMs === undefined) return undefined
  return queuedAgain(after, nextOf(job.runAt, job.everyMs, at), after.history)
}

/** The next time of a schedule that has not passed: what was missed is not made up for. */
const nextOf = (runAt: Instant.Instant, everyMs: number, at: Instant.Instant): Instant.Instant => {
  const missed = Math.floor(Instant.millisBetween(runAt, at) / everyMs)
  return Instant.addMillis(runAt, (Math.max(0, missed) + 1) * everyMs)
}

/** A try failed: the job waits for the next, or has ended; one on a schedule waits for its next time. */
export const failed = (job: Job, detail: string, isFinal: boolean, at: Instant.Instant): Job => {
  if (!isFinal && job.tries < job.mostTries) {
    return {
      ...job,
      ...unclaimed,
      status: "queued",
      runAt: Instant.addMillis(at, waitAfter(job.tries)),
      failure: detail,
      history: noted(job, at, "failed", detail)
    }
  }
  const dead = ended(job, "dead", at, detail)
  return following(job, dead, at) ?? dead
}

/** The worker ends before the job does: another try, which counts as none, takes it up. */
export const released = (job: Job, at: Instant.Instant): Job => ({
  ...job,
  ...unclaimed,
  status: "queued",
  runAt: at,
  tries: Math.max(0, job.tries - 1),
  history: noted(job, at, "released", "its worker was shut down")
})

/** Called off; `undefined` where it has ended. */
export const calledOff = (job: Job, reason: string, at: Instant.Instant): Job | undefined =>
  isUnderWay(job) ? ended(job, "cancelled", at, reason) : undefined

/** Tried again from the beginning; `undefined` where it is under way or was done. */
export const revived = (job: Job, reason: string, at: Instant.Instant): Job | undefined =>
  job.status === "dead" || job.status === "cancelled"
    ? queuedAgain(job, at, noted(job, at, "enqueued", `retried: ${reason}`))
    : undefined
