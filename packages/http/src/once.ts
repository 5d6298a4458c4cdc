import { createHash } from "node:crypto"
import * as HttpApp from "@effect/platform/HttpApp"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Access, Idempotency } from "@roundlot/api"
import { type Clock, type Instant } from "@roundlot/core"
import { type Entropy, type TradeRepository } from "@roundlot/core/adapter"
import { Requests } from "@roundlot/core/ledger"
import { Effect, Schema } from "effect"

const hash = (text: string): string => createHash("sha256").update(text).digest("hex")

/** A key of a caller's own, and when it was used first. */
export interface First {
  readonly key: string
  readonly at: Instant.Instant
}

/** A call that changes something: what it is made to, its key where it has one, and what it says. */
export interface Call {
  readonly request: Pick<HttpServerRequest.HttpServerRequest, "method" | "url">
  readonly headers: { readonly "idempotency-key"?: string | undefined }
  readonly payload?: unknown
}

/** A key as its caller's own: two callers that give the same one do not meet. No name of a caller has a slash. */
export const ownKey = ({ name }: Access.CallerService, key: string): string => `${name}/${key}`

/**
 * Acts once for each key that a caller gives: the same again is answered with what was answered first, and the key with another path,
 * query or body is refused. What acts takes ids and times from it where there is one, so that it does the same when it is done again.
 */
export const once = <A, I, E, R>(
  schema: Schema.Schema<A, I>,
  { headers, payload, request: { method, url } }: Call,
  act: (first: First | undefined) => Effect.Effect<A, E, R>
): Effect.Effect<
  A,
  E | Requests.KeyReused | TradeRepository.WriteError,
  | R
  | Access.Caller
  | TradeRepository.TradeRepository
  | Clock.Clock
  | Entropy.Entropy
  | HttpServerRequest.HttpServerRequest
> => {
  const key = headers["idempotency-key"]
  if (key === undefined) return act(undefined)
  const { decode, encode } = textOf(schema)
  return Effect.gen(function* () {
    const own = ownKey(yield* Access.Caller, key)
    let isReplayed = true
    const answer = yield* Requests.once(own, hash(JSON.stringify([method, url, payload])), (at) => {
      isReplayed = false
      return Effect.map(act({ key: own, at }), encode)
    })
    if (isReplayed) yield* sayReplayed
    return decode(answer)
  })
}

/** Says with the answer that it was given before, and that nothing was done for it now. */
const sayReplayed = HttpApp.appendPreResponseHandler((_, response) =>
  Effect.succeed(HttpServerResponse.setHeader(response, Idempotency.REPLAYED, "true"))
)

/** The key of a job that is asked for by a call: done again for the same one, it is the same job. */
export const jobKeyOf = (first: First | undefined): string | undefined =>
  first === undefined ? undefined : `call-${hash(first.key).slice(0, 32)}`

const textOf = <A, I>(schema: Schema.Schema<A, I>) => {
  const text = Schema.parseJson(schema)
  return { encode: Schema.encodeSync(text), decode: Schema.decodeSync(text) }
}
