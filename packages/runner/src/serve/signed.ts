import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Access, Problem, Signature } from "@roundlot/api"
import { Clock, Instant } from "@roundlot/core"
import { Effect, Either, Layer } from "effect"
import { secretsOf, sendersOf } from "../settings/senders.ts"
import type { Settings } from "../settings/Settings.ts"

const remedies: { readonly [F in Signature.SignatureFault]: string } = {
  missing: `sign the body: ${Signature.SIGNATURE}: t=SECONDS,v1=HEX`,
  malformed: `write the signature as t=SECONDS,v1=HEX, with the time in seconds and 64 small hexadecimal digits`,
  expired: `it is signed for a time that is more than ${Signature.MOST_SECONDS} s from now: sign it again, by a clock that is right`,
  wrong:
    "no such source signs so: HEX is the HMAC-SHA256 of SECONDS.BODY with the source's secret, of the body byte by byte"
}

const { unauthorized } = Problem.failures

/** Who handed a request over, where it is signed by a source that may. Sources that are not there are answered like a wrong signature. */
const signed = (settings: Pick<Settings, "configuration" | "variable">) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { params } = yield* HttpRouter.RouteContext
    const sender = sendersOf(settings.configuration).find(({ name }) => name === params["source"])
    const secrets = sender === undefined ? [] : Either.getOrElse(secretsOf(sender.name, settings), () => [])
    // What cannot be read is answered as on every route.
    const body = yield* Effect.orDie(request.text)
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const seconds = Math.floor(Instant.toMillis(now) / 1000)
    const fault = Signature.faultOf(secrets, request.headers[Signature.SIGNATURE], body, seconds)
    if (fault !== undefined || sender === undefined)
      return yield* Effect.fail(unauthorized(remedies[fault ?? "wrong"], Signature.SIGNATURE))
    return { source: sender.name, account: sender.account }
  })

/** Takes what sources of a configuration sign. */
export const layer = (
  settings: Pick<Settings, "configuration" | "variable">
): Layer.Layer<Access.Signed, never, Clock.Clock> =>
  Layer.effect(
    Access.Signed,
    Effect.map(Clock.Clock, (clock) => Effect.provideService(signed(settings), Clock.Clock, clock))
  )
