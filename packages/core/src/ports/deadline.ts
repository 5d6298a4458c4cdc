import { Deferred, Effect, Fiber, type Duration } from "effect"

/**
 * Runs what an adapter gave, and goes on with `otherwise` when it is not done in time: also where we may not be interrupted
 * ourselves, and where the adapter's own effect cannot be. It runs beside us, not as our child, so that our interruption reaches
 * it only through our own waiting: what may not be interrupted here is not interrupted there.
 */
export const within = <A, E, R, B>(
  effect: Effect.Effect<A, E, R>,
  longest: Duration.DurationInput,
  otherwise: () => Effect.Effect<B, E, R>
): Effect.Effect<A | B, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const outcome = yield* Deferred.make<A | B, E>()
      const beside = <C extends A | B>(part: Effect.Effect<C, E, R>) =>
        Effect.forkDaemon(Effect.interruptible(Effect.intoDeferred(part, outcome)))
      const running = yield* beside(effect)
      const timer = yield* beside(Effect.delay(Effect.suspend(otherwise), longest))
      return yield* restore(Deferred.await(outcome)).pipe(
        Effect.ensuring(Effect.zipRight(Fiber.interruptFork(running), Fiber.interruptFork(timer)))
      )
    })
  )
