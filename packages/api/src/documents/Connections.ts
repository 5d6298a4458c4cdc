import { Schema } from "effect"
import { atBroker, pageOf, Time } from "./words.ts"

/** How an account's connection to its broker stands, as the daemon that serves sees it. */
export const ConnectionDocument = Schema.Struct({
  ...atBroker,
  /** `up` while all that the account is read by is well; `unknown` where this daemon has not read it yet, or does not drive it. */
  state: Schema.Literal("up", "down", "unknown"),
  /** The login; null where the broker's does not end. */
  session: Schema.NullOr(Schema.Literal("valid", "ends_soon", "needs_login")),
  /** Until when the login lasts without another one; null where that is not known. */
  sessionEndsAt: Schema.NullOr(Time),
  /** The stream of reports; null where there is none. */
  stream: Schema.NullOr(Schema.Literal("up", "down")),
  /** Seconds since open orders were last read by polling; null before the first time. */
  pollerLagSeconds: Schema.NullOr(Schema.Number),
  /** What is left of the broker's limits of requests, and how fast it answers; null where neither is known, and before the first look. */
  requests: Schema.NullOr(
    Schema.Struct({
      /** How long its answers took lately, the median and the longest, in milliseconds; null before the first. */
      answerMs: Schema.NullOr(Schema.Number),
      slowestMs: Schema.NullOr(Schema.Number),
      /** Every limit that is counted, in requests a minute, that of orders and cancels first. */
      limits: Schema.Array(Schema.Struct({ name: Schema.String, limit: Schema.Number, left: Schema.Number }))
    })
  ),
  /** How each endpoint of the broker answered in the last 15 minutes. Milliseconds; null where no answer came. */
  endpoints: Schema.Array(
    Schema.Struct({
      endpoint: Schema.String,
      requests: Schema.Int,
      /** Lost, refused for the limit, or failed at the broker (5xx). */
      errors: Schema.Int,
      p50Ms: Schema.NullOr(Schema.Number),
      p99Ms: Schema.NullOr(Schema.Number)
    })
  ),
  /** When the broker last answered anything; null before the first time. */
  lastSuccessAt: Schema.NullOr(Time),
  /** What is wrong, in words. */
  problems: Schema.Array(Schema.String)
}).annotations({ identifier: "Connection" })

/** How an account's connection to its broker stands. */
export type ConnectionDocument = typeof ConnectionDocument.Type

/** The connections of a daemon. */
export const ConnectionPage = pageOf("ConnectionPage", ConnectionDocument)
