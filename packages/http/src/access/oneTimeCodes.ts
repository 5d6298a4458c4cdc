import { Clock } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { Effect, Either, Ref } from "effect"

/** Codes that are good once, and soon: each stands for what was said when it was issued. */
export interface OneTimeCodes<A> {
  readonly issue: (meant: A) => Effect.Effect<string>
  /** Takes a code in, and gives what it stands for; says why it is not good where it is not. Whatever it was, it is used up. */
  readonly redeem: (code: string) => Effect.Effect<Either.Either<A, "unknown" | "expired">>
}

interface Issued<A> {
  readonly meant: A
  readonly untilMs: number
}

const MOST_OPEN = 100

/**
 * Makes codes of this process, none of which outlives it: of so many characters (32 at most), good for so many milliseconds. Of more than
 * are open at a time (100 where nothing is said) the oldest is good no more.
 */
export const make = <A>(options: {
  readonly length: number
  readonly lifeMs: number
  readonly most?: number
}): Effect.Effect<OneTimeCodes<A>, never, Clock.Clock | Entropy.Entropy> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const entropy = yield* Entropy.Entropy
    const { most = MOST_OPEN } = options
    const open = yield* Ref.make<ReadonlyMap<string, Issued<A>>>(new Map())
    return {
      issue: (meant) =>
        Effect.gen(function* () {
          const code = (yield* entropy.hex).slice(0, options.length)
          const untilMs = (yield* clock.monotonicMs) + options.lifeMs
          yield* Ref.update(open, (known) => new Map([...known].slice(1 - most).concat([[code, { meant, untilMs }]])))
          return code
        }),
      redeem: (code) =>
        Effect.gen(function* () {
          const nowMs = yield* clock.monotonicMs
          const issued = yield* Ref.modify(open, (known) => {
            const left = new Map(known)
            left.delete(code)
            return [known.get(code), left]
          })
          if (issued === undefined) return Either.left("unknown" as const)
          return issued.untilMs < nowMs ? Either.left("expired" as const) : Either.right(issued.meant)
        })
    }
  })
