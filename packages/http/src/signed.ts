import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Access, Problem, Signature } from "@roundlot/api"
import { type AccountName, Clock, Instant } from "@roundlot/core"
import { Effect, Layer, type Redacted } from "effect"

/** The sources that hand their trades over themselves, the account that those of each are for, and the secrets by which it signs. */
export interface Senders {
  readonly all: ReadonlyArray<{ readonly name: string; readonly account: AccountName.AccountName }>
  /** None where nothing is taken from it. */
  readonly secretsOf: (source: string) => ReadonlyArray<Redacted.Redacted>
}

const remedies: { readonly [F in Signature.SignatureFault]: string } = {
  missing: `sign the body: ${Access.SIGNATURE}: t=SECONDS,v1=HEX`,
  malformed: `write the signature as t=SECONDS,v1=HEX, with the time in seconds and 64 small hexadecimal digits`,
  expired: `it is signed for a time that is more than ${Signature.MOST_SECONDS} s from now: correct the clock, and sign it again`,
  wrong:
    "the source is unknown, or the signature does not match: HEX is the HMAC-SHA256 of SECONDS.BODY with the source's secret, of the body as UTF-8"
}

const { unauthorized } = Problem.failures

const refused = (fault: Signature.SignatureFault) => Effect.fail(unauthorized(remedies[fault], Access.SIGNATURE))

const LONGEST_BODY = "5 seconds"

/** What cannot be read is answered as on every route; who sends drop by drop is hung up on. */
const bodyOf = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.orDie(request.text).pipe(
    Effect.timeoutFail({
      duration: LONGEST_BODY,
      onTimeout: () => unauthorized(`the body was not received in time: send it within ${LONGEST_BODY}`, "body")
    })
  )

/** Who handed a request over, where it is signed by a source that may. Sources that are not there are answered like a wrong signature. */
const signed = (senders: Senders) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { params } = yield* HttpRouter.RouteContext
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const seconds = Math.floor(Instant.toMillis(now) / 1000)
    const header = request.headers[Access.SIGNATURE]
    const sender = senders.all.find(({ name }) => name === params["source"])
    const secrets = sender === undefined ? [] : senders.secretsOf(sender.name)
    // Nobody's body is read before as much is known: it keeps a seat.
    const early = Signature.headerFaultOf(header, seconds) ?? (secrets.length === 0 ? "wrong" : undefined)
    if (early !== undefined) return yield* refused(early)
    const body = yield* bodyOf(request)
    const fault = Signature.faultOf(secrets, header, body, seconds)
    if (fault !== undefined || sender === undefined) return yield* refused(fault ?? "wrong")
    return { source: sender.name, account: sender.account }
  })

/** Takes what sources of a configuration sign. */
export const layer = (senders: Senders): Layer.Layer<Access.Signed, never, Clock.Clock> =>
  Layer.effect(
    Access.Signed,
    Effect.map(Clock.Clock, (clock) => Effect.provideService(signed(senders), Clock.Clock, clock))
  )
