import { Cache, Duration, Effect, Exit, Fiber } from "effect"

/**
 * Reads by key that are shared: whoever asks while one is under way waits for that one, and an answer serves again for a moment. A
 * poller, a stream, a look at a doubt and a reconciliation that ask for one order at once are one request.
 */
export interface SharedReads<A, E> {
  /** What is there, or on its way, or read now. */
  readonly one: (key: string) => Effect.Effect<A, E>
  /** As it is after what happened now: an answer that is already there does not do. */
  readonly afresh: (key: string) => Effect.Effect<A, E>
  /** What is remembered is no longer true. */
  readonly changed: (key: string) => Effect.Effect<void>
  /** What was read by other means serves too. */
  readonly remember: (key: string, answer: A) => Effect.Effect<void>
}

/** An answer serves whoever asks again for so long. */
const SERVES_AGAIN_FOR: Duration.DurationInput = "1 second"

/** More than any account has open at once, little enough to be held for ever. */
const MOST_REMEMBERED = 10_000

/**
 * Shares the reads of one account. A failure serves those who wait for it and nobody after them; where answers serve for no time at
 * all, only what is under way is shared.
 *
 * @example
 * const reads = yield* SharedReads.make((id) => readOrder(id))
 * yield* Effect.all([reads.one("7"), reads.one("7")], { concurrency: 2 }) // one request
 */
export const make = <A, E>(
  read: (key: string) => Effect.Effect<A, E>,
  servesAgainFor: Duration.DurationInput = SERVES_AGAIN_FOR
): Effect.Effect<SharedReads<A, E>> =>
  Effect.map(
    Cache.make({
      capacity: MOST_REMEMBERED,
      lookup: read,
      timeToLive: servesAgainFor
    }),
    (answers) => {
      const isServed = Duration.toMillis(servesAgainFor) > 0
      const get = (key: string) =>
        Effect.onExit(answers.get(key), (exit) =>
          Exit.isSuccess(exit) && isServed ? Effect.void : answers.invalidate(key)
        )
      // A fiber of its own: who asked first may leave without taking the answer from the others.
      const one = (key: string) => Effect.flatMap(Effect.forkDaemon(get(key)), Fiber.join)
      return {
        one,
        afresh: (key) => Effect.zipRight(answers.invalidate(key), one(key)),
        changed: (key) => answers.invalidate(key),
        remember: (key, answer) => answers.set(key, answer)
      }
    }
  )
