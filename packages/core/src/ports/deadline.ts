import { Deferred, Effect, Either, type Exit, Fiber, Runtime, type Duration } from "effect"

/** What was begun: what it came to, where that was there at once, or an effect that waits for it. */
export type Begun<A, E, R> = Either.Either<Exit.Exit<A, E>, Effect.Effect<A, E, R>>

/**
 * Begins what an adapter gave, and goes on with `otherwise` when it is not done in time: also where we may not be interrupted
 * ourselves, and where the adapter's own effect cannot be. It runs beside us, not as our child, so that our interruption reaches
 * it only through our own waiting: what may not be interrupted here is not interrupted there. What answers at once costs neither
 * a timer nor a turn of the scheduler. Whoever begins must not be interrupted before he waits.
 */
export const begin = <A, E, R, B>(
  effect: Effect.Effect<A, E, R>,
  longest: Duration.DurationInput,
  otherwise: () => Effect.Effect<B, E, R>
): Effect.Effect<Begun<A | B, E, R>, never, R> =>
  Effect.map(Effect.runtime<R>(), (runtime) => {
    const running = Runtime.runFork(runtime)(Effect.interruptible(effect))
    const ended = running.unsafePoll()
    return ended === null ? Either.left(atLongest(running, longest, otherwise)) : Either.right(ended)
  })

const atLongest = <A, E, R, B>(
  running: Fiber.RuntimeFiber<A, E>,
  longest: Duration.DurationInput,
  otherwise: () => Effect.Effect<B, E, R>
): Effect.Effect<A | B, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const outcome = yield* Deferred.make<A | B, E>()
      running.addObserver((exit) => Deferred.unsafeDone(outcome, exit))
      const timer = yield* Effect.forkDaemon(
        Effect.interruptible(Effect.intoDeferred(Effect.delay(Effect.suspend(otherwise), longest), outcome))
      )
      return yield* restore(Deferred.await(outcome)).pipe(
        Effect.ensuring(Effect.zipRight(Fiber.interruptFork(running), Fiber.interruptFork(timer)))
      )
    })
  )

/** Does it, and waits. */
export const within = <A, E, R, B>(
  effect: Effect.Effect<A, E, R>,
  longest: Duration.DurationInput,
  otherwise: () => Effect.Effect<B, E, R>
): Effect.Effect<A | B, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(begin(effect, longest, otherwise), Either.match({ onLeft: restore, onRight: (exit) => exit }))
  )
