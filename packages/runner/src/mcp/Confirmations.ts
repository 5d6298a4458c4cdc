import { Clock, Entropy } from "@roundlot/core"
import { Effect, Ref } from "effect"

/** What a code is good for, and until when. */
interface Issued {
  readonly terms: string
  readonly untilMs: number
}

/** One-time codes: what was shown is what is done, once, and soon. */
export interface Confirmations {
  /** A code for exactly these terms. */
  readonly issue: (terms: string) => Effect.Effect<string>
  /** Takes a code in; says why it is not good where it is not. Whatever it was, it is used up. */
  readonly redeem: (code: string, terms: string) => Effect.Effect<"good" | "unknown" | "expired" | "other terms">
}

/** How long a code is good, in milliseconds. */
export const LIFE_MS = 60_000
const MOST_OPEN = 100
const DIGITS = 12

/** Codes of this process: none outlives it. */
export const make: Effect.Effect<Confirmations, never, Clock.Clock | Entropy.Entropy> = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const entropy = yield* Entropy.Entropy
  const open = yield* Ref.make<ReadonlyMap<string, Issued>>(new Map())
  return {
    issue: (terms) =>
      Effect.gen(function* () {
        const code = (yield* entropy.hex).slice(0, DIGITS)
        const untilMs = (yield* clock.monotonicMs) + LIFE_MS
        yield* Ref.update(open, (known) => new Map([...known].slice(-MOST_OPEN).concat([[code, { terms, untilMs }]])))
        return code
      }),
    redeem: (code, terms) =>
      Effect.gen(function* () {
        const nowMs = yield* clock.monotonicMs
        const issued = yield* Ref.modify(open, (known) => {
          const left = new Map(known)
          left.delete(code)
          return [known.get(code), left]
        })
        if (issued === undefined) return "unknown"
        if (issued.untilMs < nowMs) return "expired"
        return issued.terms === terms ? "good" : "other terms"
      })
  }
})
