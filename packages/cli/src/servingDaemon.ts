import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import { Client } from "@roundlot/api"
import { Instant } from "@roundlot/core"
import { Health } from "@roundlot/core/ledger"
import type { cases } from "@roundlot/queries"
import { type Duration, Effect, Option, type Redacted, Schema } from "effect"
import type { Served, Settings } from "./Program.ts"

/** The daemon that serves the store did not answer a question; the message says why, and what to do. */
class NotAnswered extends Schema.TaggedError<NotAnswered>()("NotAnswered", {
  /** What does not come of it. */
  what: Schema.String,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.what}: ${this.problem}. ${this.remedy}`
  }
}

type Api = Effect.Effect.Success<ReturnType<typeof Client.make>>

/** What is asked of a daemon, and what is said not to come where there is no answer. */
interface Question<A, E> {
  readonly what: string
  /** Is the operator's token needed by a daemon that checks none too? */
  readonly needsToken?: boolean
  readonly ask: (api: Api) => Effect.Effect<A, E, HttpClient.HttpClient>
}

const LONGEST_ANSWER = "10 seconds"

/** Asks the daemon that serves a store, with the operator's token. */
export const askDaemon = <A, E extends object>(
  { operatorToken, served: serving }: Pick<Settings, "operatorToken" | "served">,
  { ask, needsToken = false, what }: Question<A, E>
) =>
  Effect.gen(function* () {
    const served = Option.getOrUndefined(yield* serving)
    if (served === undefined) return yield* new NotAnswered({ what, ...noDaemon })
    const token = yield* operatorToken.read
    if (Option.isNone(token) && (needsToken || !served.open))
      return yield* new NotAnswered({ what, ...noToken(operatorToken.file) })
    return yield* Effect.mapError(
      answerOf(served, ask, { within: LONGEST_ANSWER, token: Option.getOrUndefined(token) }),
      (error) =>
        "detail" in error
          ? new NotAnswered({ what, problem: String(error.detail), remedy: "See 'roundlot tokens list'" })
          : new NotAnswered({ what, ...noAnswer(served) })
    )
  })

const noDaemon = {
  problem: "no daemon serves this store",
  remedy: "Start one with 'roundlot start --port 8080', or name its store with --store"
}

const noToken = (file: string) => ({
  problem: `there is no operator token at ${file}`,
  remedy: "Sign in with a token that 'roundlot tokens create NAME --role operate' shows"
})

const noAnswer = ({ url }: Served) => ({
  problem: `the daemon at ${url} does not answer`,
  remedy: "See 'roundlot doctor'"
})

/** How long an answer is waited for, and with which token it is asked for. */
interface Asking {
  readonly within: Duration.DurationInput
  readonly token?: Redacted.Redacted | undefined
}

/** What a daemon answers in time. */
const answerOf = <A, E>({ url: baseUrl }: Pick<Served, "url">, ask: Question<A, E>["ask"], { token, within }: Asking) =>
  Effect.flatMap(Client.make(token === undefined ? { baseUrl } : { baseUrl, token }), ask).pipe(
    Effect.timeout(within),
    Effect.provide(FetchHttpClient.layer)
  )

/** The daemon that said last that it serves the store: whether it answers, and which of its parts fail. */
export interface Daemon {
  readonly url: string
  readonly answers: boolean
  readonly failing: ReadonlyArray<cases.FailingPart>
}

const LONGEST_LOOK = "2 seconds"

const timeOf = (text: string | null): Instant.Instant | undefined => (text === null ? undefined : Instant.parse(text))

/** Asks a daemon how its parts are; no token is needed. */
export const healthOf = ({ url }: Pick<Served, "url">): Effect.Effect<Daemon> =>
  answerOf({ url }, (api) => api.health(), { within: LONGEST_LOOK }).pipe(
    Effect.map(({ parts }) => ({
      url,
      answers: true,
      failing: parts
        .filter(({ ok, part }) => !ok && part !== Health.TRADING)
        .map(({ alert, detail, lastFailureAt, part }) => ({
          part,
          detail,
          isAlert: alert,
          failingSince: undefined,
          lastFailureAt: timeOf(lastFailureAt)
        }))
    })),
    Effect.orElseSucceed(() => ({ url, answers: false, failing: [] }))
  )
