import type { Clock, Entropy } from "@roundlot/core"
import { Effect, Either } from "effect"
import * as oneTimeCodes from "../access/oneTimeCodes.ts"

/** One-time codes: what was shown is what is done, once, and soon. */
export interface Confirmations {
  /** A code for exactly these terms. */
  readonly issue: (terms: string) => Effect.Effect<string>
  /** Takes a code in; says why it is not good where it is not. Whatever it was, it is used up. */
  readonly redeem: (code: string, terms: string) => Effect.Effect<"good" | "unknown" | "expired" | "other terms">
}

/** How long a code is good, in milliseconds. */
export const LIFE_MS = 60_000
const DIGITS = 12

/** Codes of this process: none outlives it. */
export const make: Effect.Effect<Confirmations, never, Clock.Clock | Entropy.Entropy> = Effect.map(
  oneTimeCodes.make<string>({ length: DIGITS, lifeMs: LIFE_MS }),
  ({ issue, redeem }) => ({
    issue,
    redeem: (code, terms) =>
      Effect.map(
        redeem(code),
        Either.match({ onLeft: (why) => why, onRight: (shown) => (shown === terms ? "good" : "other terms") })
      )
  })
)
