import { Effect } from "effect"

/** How a connection proves that it is alive: asked so often, answered within so long. Milliseconds. */
export interface Heartbeat {
  readonly everyMs: number
  readonly withinMs: number
}

/**
 * Asks again and again whether the other side is there; fails with `silent` once it does not answer in time: a dead peer closes nothing.
 *
 * @example
 * yield* Effect.forkScoped(Heartbeat.beating({ everyMs: 10_000, withinMs: 5_000 }, ping, () => new Ended({ why: "no sign of life" })))
 */
export const beating = <E, E2, R>(
  { everyMs, withinMs }: Heartbeat,
  ask: Effect.Effect<void, E, R>,
  silent: () => E2
): Effect.Effect<never, E | E2, R> => {
  const beat = Effect.timeoutFail(ask, { duration: withinMs, onTimeout: silent })
  return Effect.forever(Effect.zipRight(Effect.sleep(everyMs), beat))
}
