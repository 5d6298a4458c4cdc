import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Access, Signature } from "@roundlot/api"
import { Clock, Instant } from "@roundlot/core"
import { Jobs } from "@roundlot/core/ledger"
import { Effect, Redacted } from "effect"

/** An address that is posted to, and what its bodies are signed with. */
export interface Target {
  /** What failures name it by: the address may itself be a secret. */
  readonly name: string
  readonly url: Redacted.Redacted
  readonly secret: Redacted.Redacted | undefined
}

const LONGEST = "10 seconds"

/** Posts JSON once, signed where there is a secret; what is not answered with a success in ten seconds has failed. Redirects are not followed. */
export const post = (
  { name, secret, url }: Target,
  content: object
): Effect.Effect<{ readonly status: number }, Jobs.JobFailed, Clock.Clock | HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const seconds = Math.floor(Instant.toMillis(now) / 1000)
    const body = JSON.stringify(content)
    const request = HttpClientRequest.post(Redacted.value(url)).pipe(
      HttpClientRequest.bodyText(body, "application/json"),
      secret === undefined
        ? (plain) => plain
        : HttpClientRequest.setHeader(Access.SIGNATURE, Signature.sign(secret, seconds, body))
    )
    const client = yield* HttpClient.HttpClient
    const { status } = yield* Effect.scoped(client.execute(request)).pipe(
      // What a client says of a request names its address.
      Effect.mapError(() => "it cannot be reached"),
      Effect.timeoutFail({ duration: LONGEST, onTimeout: () => `no answer in ${LONGEST}` })
    )
    return status < 200 || status > 299 ? yield* Effect.fail(`it answered ${status}`) : { status }
  }).pipe(Effect.mapError((why) => new Jobs.JobFailed({ detail: `${name}: ${why}`, final: false })))
