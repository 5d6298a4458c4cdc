import { Array, Effect, Either, Option, ParseResult, Predicate, Schema } from "effect"
import { Answer } from "../records/Report.ts"
import { BrokerReadFailed, type CancelAnswer } from "./Broker.ts"

/**
 * What came of a request over HTTP. `Answered` whatever the status; `NotSent`: no byte of it left; `Lost`: it may have arrived, and
 * no whole answer came.
 */
export type HttpOutcome =
  | {
      readonly _tag: "Answered"
      readonly status: number
      readonly text: string
      readonly contentType: string
      /** What is kept of the answer's headers: an allow-list. */
      readonly headers: ReadonlyMap<string, string>
      readonly retryAfterMs: number | undefined
    }
  | {
      readonly _tag: "NotSent"
      readonly why: string
      readonly retryAfterMs: number | undefined
      /** For want of a login. */
      readonly needsLogin?: boolean
    }
  | { readonly _tag: "Lost"; readonly why: string }

/** An answer of whatever status. */
export type Answered = Extract<HttpOutcome, { readonly _tag: "Answered" }>

/** Headers by their names in small letters. */
export type Headers = Readonly<Record<string, string | undefined>>

/** An answer, with those of its headers that are `kept`. `retryAfterMs` is the wait that it asks for. */
export const answered = (
  { headers, status }: { readonly status: number; readonly headers: Headers },
  text: string,
  kept: ReadonlyArray<string>,
  retryAfterMs: number | undefined
): Answered => ({
  _tag: "Answered",
  status,
  text,
  contentType: headers["content-type"] ?? "text/plain",
  headers: new Map(kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))),
  retryAfterMs
})

/** No wait that a broker asks for is longer: an order, and its cancel, would never leave. */
export const LONGEST_WAIT_MS = 15 * 60_000

/** The wait of a `retry-after`, seconds or a date, in milliseconds from `now`, 15 minutes at most; none where it is neither, or is over. */
export const retryAfterOf = (said: string | undefined, now: number): number | undefined => {
  if (said === undefined) return undefined
  const waitMs = /^\d+(\.\d+)?$/.test(said) ? Math.ceil(Number(said) * 1000) : Date.parse(said) - now
  return waitMs > 0 ? Math.min(LONGEST_WAIT_MS, waitMs) : undefined
}

/** Nothing was sent over a connection that was never made. */
const unconnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT"
])

/** A client's failure: of a connection that was never made, of one that broke, or of an answer that had begun (`ResponseError`). */
export const failed = (error: { readonly _tag: string; readonly cause?: unknown }): HttpOutcome => {
  const code = codeOf(error.cause)
  if (error._tag === "ResponseError") return { _tag: "Lost", why: `the answer broke off (${code})` }
  return unconnected.has(code)
    ? { _tag: "NotSent", why: `no connection (${code})`, retryAfterMs: undefined }
    : { _tag: "Lost", why: `the connection broke (${code})` }
}

/** The system's code of a failure, such as `ECONNRESET`, however deep it stands. */
export const codeOf = (cause: unknown): string => {
  if (Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code)) return cause.code
  if (Predicate.hasProperty(cause, "errors") && Array.isArray(cause.errors)) return codeOf(cause.errors[0])
  return Predicate.hasProperty(cause, "cause") && cause.cause !== cause ? codeOf(cause.cause) : "unknown"
}

/** No answer came within the time that a request has. */
export const late: HttpOutcome = { _tag: "Lost", why: "no answer in time" }

/** What our own limit of requests kept back. */
export const keptBack = (retryAfterMs: number): HttpOutcome => ({
  _tag: "NotSent",
  why: "rate limit exceeded (local)",
  retryAfterMs
})

/** AUD-10: what `redact` takes out is gone from an answer before anything reads it or keeps it. */
export const redacted = (outcome: HttpOutcome, redact: (text: string) => string): HttpOutcome =>
  outcome._tag === "Answered"
    ? {
        ...outcome,
        text: redact(outcome.text),
        headers: new Map([...outcome.headers].map(([name, value]) => [name, redact(value)]))
      }
    : outcome

/** How a broker says what is wrong. */
export interface Wording {
  /** Whose answers they are, as it stands in `what … documents`. */
  readonly broker: string
  readonly wordsOf: (answer: Answered) => string
  /** What to do where it takes no login or no key. */
  readonly remedy: string
}

/** A read that failed, in the broker's words where there are any. 404 is no failure where something is looked for. */
const failedRead = ({ remedy, wordsOf }: Wording, operation: string, outcome: HttpOutcome): BrokerReadFailed => {
  const failed = (kind: BrokerReadFailed["kind"], detail: string, retryAfterMs?: number) =>
    new BrokerReadFailed({ operation, kind, detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
  if (outcome._tag === "Lost") return failed("network", outcome.why)
  if (outcome._tag === "NotSent") {
    if (outcome.needsLogin === true) return failed("unauthorised", outcome.why)
    return failed(outcome.retryAfterMs === undefined ? "network" : "rate_limited", outcome.why, outcome.retryAfterMs)
  }
  const words = wordsOf(outcome)
  const { retryAfterMs, status } = outcome
  if (status === 401 || status === 403) return failed("unauthorised", `${words} (${status}): ${remedy}`)
  if (status === 429) return failed("rate_limited", `${words} (429)`, retryAfterMs)
  if (status === 408 || status >= 500) return failed("server", `${words} (${status})`, retryAfterMs)
  return failed("unreadable", `${words} (${status})`)
}

/** The answer to a read, whatever its status; a read that none came to has failed. */
export const answerIn = (
  wording: Wording,
  operation: string,
  outcome: HttpOutcome
): Either.Either<Answered, BrokerReadFailed> =>
  outcome._tag === "Answered" ? Either.right(outcome) : Either.left(failedRead(wording, operation, outcome))

/** An answer that is not what it should be. */
export const unreadable = ({ broker }: Wording, operation: string, { contentType, text }: Answered): BrokerReadFailed =>
  new BrokerReadFailed({
    operation,
    kind: "unreadable",
    detail: `the answer is not what ${broker} documents (${contentType}, ${text.length} characters)`
  })

/** The text of an answer of 200. */
export const textOf = (
  wording: Wording,
  operation: string,
  outcome: Answered
): Either.Either<string, BrokerReadFailed> =>
  outcome.status === 200 ? Either.right(outcome.text) : Either.left(failedRead(wording, operation, outcome))

/** The JSON of an answer of 200; `prepared` makes of its text what is parsed. */
export const contentsOf = <A, I>(
  wording: Wording,
  operation: string,
  schema: Schema.Schema<A, I>,
  outcome: Answered,
  prepared: (text: string) => string = (text) => text
): Either.Either<A, BrokerReadFailed> =>
  Either.flatMap(textOf(wording, operation, outcome), (text) =>
    Either.mapLeft(Schema.decodeUnknownEither(Schema.parseJson(schema))(prepared(text)), () =>
      unreadable(wording, operation, outcome)
    )
  )

/** One row of a listing, and its text. */
export interface Row<A> {
  readonly value: A
  readonly text: string
}

/** Rows of a listing; not `complete` where a row could not be read. */
export interface Rows<A> {
  readonly complete: boolean
  readonly rows: ReadonlyArray<Row<A>>
}

/** The rows of a page that can be read, by themselves; the log says how many cannot be, and what is wrong with the first. */
export const rowsOf = <A, I>(
  { broker }: Wording,
  operation: string,
  schema: Schema.Schema<A, I>,
  page: ReadonlyArray<unknown>
): Effect.Effect<Rows<A>> => {
  const decode = Schema.decodeUnknownEither(schema)
  const read = page.map((value) =>
    Either.mapBoth(decode(value), {
      onLeft: (error) => `${nameOf(value)}: ${wrongIn(error)}`.slice(0, MOST_LOGGED),
      onRight: (decoded) => ({ value: decoded, text: JSON.stringify(value) })
    })
  )
  const [unread, rows] = Array.separate(read)
  const warning = `${unread.length} rows of ${broker}'s ${operation} cannot be read (${unread[0]}); the others are accepted`
  const complete = unread.length === 0
  return Effect.as(complete ? Effect.void : Effect.logWarning(warning), { complete, rows })
}

/** A row has what its broker put in it: of that a line of the log has so many characters. */
const MOST_LOGGED = 500

const Named = Schema.Struct({ symbol: Schema.String })
const decodeName = Schema.decodeUnknownOption(Schema.Union(Named, Schema.Struct({ instrument: Named })))

/** What a row that cannot be read is of, where it says that. */
const nameOf = (row: unknown): string =>
  Option.match(decodeName(row), {
    onNone: () => "one without a symbol",
    onSome: (named) => ("symbol" in named ? named.symbol : named.instrument.symbol)
  })

const wrongIn = (error: ParseResult.ParseError): string => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  return issue === undefined ? error.message : `${issue.path.join(".")}: ${issue.message}`
}

/** How a broker answers new orders. */
export interface SendReading<A> {
  /** An answer of 200 or 201. */
  readonly taken: (answer: Answered) => A
  readonly wordsOf: Wording["wordsOf"]
  /** How long a login may take that is refused now, in milliseconds; none where it is not waited for. */
  readonly loginWaitMs?: number
  /** Any other status: a refusal only where the broker documents that the order is not created. */
  readonly otherwise: (answer: Answered, words: string) => Exclude<Answer, { _tag: "Accepted" }>
}

/** What an answer to a new order means. 401 and 429 were not processed; what broke off is `Unknown`. */
export const sendAnswerOf = <A>(
  outcome: HttpOutcome,
  { loginWaitMs, otherwise, taken, wordsOf }: SendReading<A>
): A | Exclude<Answer, { _tag: "Accepted" }> => {
  if (outcome._tag === "NotSent") return Answer.NotSent({ why: outcome.why, retryAfterMs: outcome.retryAfterMs })
  if (outcome._tag === "Lost") return Answer.Unknown({ why: outcome.why, candidate: undefined })
  const { retryAfterMs, status } = outcome
  if (status === 200 || status === 201) return taken(outcome)
  const words = wordsOf(outcome)
  if (status === 401) return Answer.NotSent({ why: `not authorised: ${words} (401)`, retryAfterMs: loginWaitMs })
  if (status === 429) return Answer.NotSent({ why: `too many requests: ${words} (429)`, retryAfterMs })
  return otherwise(outcome, words)
}

/** May an answer of this status say that the order is not created? After 408 and 409 the request may have been taken all the same. */
export const mayRefuse = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 409

/**
 * What an answer to a cancel or a replacement means. `taken` are the statuses of a request that was taken; `refusedIn` finds the
 * refusal in an answer that the broker documents as changing nothing. 401 and 429 were not processed; whatever else comes is `Unknown`.
 */
export const cancelAnswerOf = (
  outcome: HttpOutcome,
  taken: ReadonlySet<number>,
  wordsOf: Wording["wordsOf"],
  refusedIn: (answer: Answered) => { readonly code: string; readonly hasEnded: boolean } | undefined
): CancelAnswer => {
  if (outcome._tag === "NotSent") return { _tag: "NotSent", why: outcome.why }
  if (outcome._tag === "Lost") return { _tag: "Unknown", why: outcome.why }
  const { status } = outcome
  if (taken.has(status)) return { _tag: "Requested" }
  const words = wordsOf(outcome)
  if (status === 401 || status === 429) return { _tag: "NotSent", why: `${words} (${status})` }
  const refusal = refusedIn(outcome)
  return refusal === undefined
    ? { _tag: "Unknown", why: `${words} (${status})` }
    : { _tag: "Refused", words, ...refusal }
}
