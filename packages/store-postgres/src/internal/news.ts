import { Effect, PubSub, Schedule, type Scope, Stream } from "effect"
import type { PostgresStoreConfig } from "./config.ts"
import { type Heard, listen } from "./connection.ts"
import { CHANNEL } from "./feed.ts"

/** How long a listener that lost its connection waits before it tries again. */
const AGAIN = Schedule.jittered(Schedule.spaced("250 millis"))

/** Says once that nothing is heard, and once that it is again. */
const speaking = (place: string) => {
  let isDeaf = false
  const turned = (now: boolean, said: Effect.Effect<void>) =>
    Effect.suspend(() => {
      const isNews = isDeaf !== now
      isDeaf = now
      return isNews ? said : Effect.void
    })
  return {
    lost: turned(true, Effect.logWarning(`cannot hear what others commit to ${place}: looks by the clock meanwhile`)),
    heard: (what: Heard) =>
      what === "begun" ? turned(false, Effect.logInfo(`hears again what others commit to ${place}`)) : Effect.void
  }
}

/**
 * Tells whoever listens that the feed was appended to, by any process. One connection, opened with the first listener; where it
 * breaks it is made again, and what was missed meanwhile is told once.
 */
export const make = (
  config: PostgresStoreConfig,
  place: string
): Effect.Effect<Stream.Stream<void>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const hub = yield* PubSub.sliding<void>(1)
    const { heard, lost } = speaking(place)
    const listening = listen(config, CHANNEL).pipe(
      Stream.runForEach((what) => Effect.zipRight(heard(what), PubSub.publish(hub, undefined))),
      Effect.tapError(() => lost),
      Effect.retry(AGAIN),
      Effect.ignore
    )
    const begun = yield* Effect.cached(Effect.forkIn(listening, scope))
    return Stream.unwrap(Effect.as(begun, Stream.fromPubSub(hub)))
  })
