import { Effect, Either, ParseResult, Schema } from "effect"
import type { WriteError } from "../ports/TradeRepository.ts"
import type { Job } from "../records/Job.ts"

/** A kind of background work: its name, what it is given, and how often it is tried. */
export interface JobType<P = unknown> {
  readonly name: string
  /** Reads what a job is given; unknown fields are refused, as are values that do not fit. */
  readonly decode: (payload: unknown) => Either.Either<P, BadJob>
  /** Tries in all, before a person has to look. */
  readonly mostTries: number
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
