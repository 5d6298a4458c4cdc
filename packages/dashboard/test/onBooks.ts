import { Effect, type Layer, type Scope } from "effect"
import { books } from "../../runner/test/serve/serving.ts"

/** Plays on books of their own, which a server of the API and its pages serves without any daemon: nothing closes what is open there. */
export const onBooks = <E>(
  played: Effect.Effect<void, E, Layer.Layer.Success<typeof books> | Scope.Scope>,
  on = books
) => Effect.runPromise(played.pipe(Effect.scoped, Effect.provide(on)))
