import { Health } from "@roundlot/core"
import { Cause, Effect, Schedule, type Scope } from "effect"
import type { Writing } from "../App.ts"
import { failureOf, running, type OwnPartFailed } from "../settings/OwnParts.ts"
import type { Settings } from "../settings/Settings.ts"

const afterFailures = Schedule.exponential("1 second").pipe(
  Schedule.union(Schedule.spaced("1 minute")),
  Schedule.resetAfter("5 minutes")
)

/** How a part of one's own is called in messages, and as a part of the program's health. */
interface Named {
  readonly name: string
  readonly part: string
}

/**
 * Runs a part of one's own in a scope of its own until it ends, again where it fails or breaks: after a second at first, after a minute
 * later. Health says how it is; `failed` hears of each failure.
 */
export const supervised = <A, E, R>(
  { name, part }: Named,
  work: Effect.Effect<A, E, R>,
  failed: (failure: OwnPartFailed) => Effect.Effect<unknown> = () => Effect.void
): Effect.Effect<A, never, Exclude<R, Scope.Scope> | Health.Health> =>
  Effect.flatMap(Health.Health, (health) =>
    Effect.scoped(work).pipe(
      Effect.sandbox,
      Effect.tapError((cause) => {
        if (Cause.isInterruptedOnly(cause)) return Effect.void
        const failure = failureOf(name, cause)
        return Effect.zipRight(health.failed(part, failure.detail), failed(failure))
      }),
      Effect.tap(() => health.succeeded(part)),
      Effect.retry({ schedule: afterFailures, while: (cause) => !Cause.isInterruptedOnly(cause) }),
      Effect.unsandbox,
      Effect.orDie
    )
  )

/** Runs the apps that a configuration brings, with all that a daemon has, until each ends or the daemon does. */
export const runApps = (settings: Settings): Effect.Effect<void, never, Scope.Scope | Writing> =>
  Effect.forEach(
    settings.configuration.own.apps,
    ([name, app]) =>
      Effect.forkScoped(
        supervised({ name: `app ${name}`, part: `app ${name}` }, running(`app ${name}`, settings)(app))
      ),
    { discard: true }
  )
