import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Broker } from "@roundlot/core"
import { type Address, type HttpOutcome } from "@roundlot/core/adapter"
import { Effect, Redacted } from "effect"
import { createHmac } from "node:crypto"
import type { Credentials } from "./Credentials.ts"
import type { Exchange } from "./Http.ts"

/** Where a simulator is asked to prove that it is one; Schwab has nothing there. */
export const PATH = "/roundlot/challenge"

/** What only those that share the secret can answer to a nonce: its HMAC, SHA-256 in hex. */
export const answerTo = (secret: Redacted.Redacted, nonce: string): string =>
  createHmac("sha256", Redacted.value(secret)).update(`roundlot simulator ${nonce}`).digest("hex")

const unproven = (seen: string): Broker.Proof => ({
  _tag: "Unproven",
  seen,
  remedy: "Schwab has no paper accounts: use its simulator ('roundlot simulate schwab') and the env file that it writes"
})

/**
 * Asks an address for the proof that a simulator is behind it, with a new nonce each time and without a login. Schwab's own address
 * is not asked; one on this machine proves nothing by itself, since a tunnel may begin there.
 */
export const proofOf = (
  { environment, origin }: Address.Address,
  { challenge }: Pick<Credentials, "challenge">,
  exchange: Exchange,
  nonces: Effect.Effect<string>
): Effect.Effect<Broker.Proof, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    if (environment === "live") return unproven(`its address is ${origin}, which is for real money`)
    if (challenge === undefined) return unproven(`ROUNDLOT_SIMULATOR_CHALLENGE is not set for ${origin}`)
    const nonce = yield* nonces
    const outcome = yield* exchange(HttpClientRequest.get(`${origin}${PATH}?nonce=${nonce}`), "10 seconds")
    return yield* judge(outcome, answerTo(challenge, nonce), origin)
  })

const judge = (
  outcome: HttpOutcome.HttpOutcome,
  expected: string,
  origin: string
): Effect.Effect<Broker.Proof, Broker.BrokerReadFailed> => {
  if (outcome._tag !== "Answered")
    return Effect.fail(new Broker.BrokerReadFailed({ operation: "challenge", kind: "network", detail: outcome.why }))
  const isProven = outcome.status === 200 && outcome.text === expected
  return Effect.succeed(
    isProven
      ? { _tag: "Paper" }
      : unproven(`${origin} does not answer the challenge of a simulator (${outcome.status})`)
  )
}
