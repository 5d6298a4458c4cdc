import { Health } from "@roundlot/core/ledger"
import { Cause, Effect, Schedule, type Scope } from "effect"
import type { Configuration } from "./configuration/Configuration.ts"
import * as ownPart from "./ownPart.ts"
import type { Services } from "@roundlot/commands"
import type { Settings } from "./Settings.ts"

const afterFailures = Schedule.exponential("1 second").pipe(
  Schedule.union(Schedule.spaced("1 minute")),
  Schedule.resetAfter("5 minutes")
)

/** A part that has run for so long is well, whatever it failed with before. */
const SETTLED = "15 seconds"

/**
 * Runs a part of one's own in a scope of its own until it ends, again where it fails or breaks: after a second at first, after a minute
 * later. Health says how it is by the name `part`; `failed` hears of each failure.
 */
export const supervised = <A, E, R>(
  part: string,
  work: Effect.Effect<A, E, R>,
  failed: (cause: Cause.Cause<E>) => Effect.Effect<unknown> = () => Effect.void
): Effect.Effect<A, never, Exclude<R, Scope.Scope> | Health.Health> =>
  Effect.flatMap(Health.Health, (health) =>
    Effect.scoped(work).pipe(
      Effect.sandbox,
      Effect.tapError((cause) =>
        Effect.zipRight(health.failed(part, ownPart.inALine(Cause.squash(cause))), failed(cause))
      ),
      Effect.tap(() => health.succeeded(part)),
      Effect.retry(afterFailures),
      Effect.orDie
    )
  )

/** Runs the apps that a configuration brings, with all that a daemon has, until each ends or the daemon does. */
export const runApps = (
  settings: Pick<Settings, "config"> & { readonly configuration: Pick<Configuration, "own"> }
): Effect.Effect<void, never, Scope.Scope | Services> =>
  Effect.forEach(
    settings.configuration.own.apps,
    ([name, app]) => {
      const part = `app ${name}`
      const settled = Effect.flatMap(Health.Health, (health) => Effect.delay(health.succeeded(part), SETTLED))
      return Effect.forkScoped(
        supervised(part, Effect.zipRight(Effect.forkScoped(settled), ownPart.running(part, settings)(app)))
      )
    },
    { discard: true }
  )
