import { Context, Effect, Layer, Ref } from "effect"
import { Clock } from "../ports/Clock.ts"
import type { Instant } from "../time/Instant.ts"

/** How a part of the program is: its last success and failure, and what the failure was. */
export interface PartHealth {
  readonly part: string
  readonly isWell: boolean
  readonly lastSuccessAt: Instant | undefined
  readonly lastFailureAt: Instant | undefined
  readonly detail: string
  /** Failures since the last success. */
  readonly failures: number
}

/** Where every part of the program says how it is (FILL-13). */
export interface HealthService {
  readonly succeeded: (part: string) => Effect.Effect<void>
  readonly failed: (part: string, detail: string) => Effect.Effect<void>
  readonly all: Effect.Effect<ReadonlyArray<PartHealth>>
}

/** The health registry. */
export class Health extends Context.Tag("@roundlot/core/Health")<Health, HealthService>() {}

const unknown = (part: string): PartHealth => ({
  part,
  isWell: true,
  lastSuccessAt: undefined,
  lastFailureAt: undefined,
  detail: "",
  failures: 0
})

/** A registry in memory. A failure is logged when it begins, its end when it is over: once each (FILL-15). */
export const layer: Layer.Layer<Health, never, Clock> = Layer.effect(
  Health,
  Effect.gen(function* () {
    const clock = yield* Clock
    const parts = yield* Ref.make<ReadonlyMap<string, PartHealth>>(new Map())
    const change = (part: string, next: (before: PartHealth, at: Instant) => PartHealth) =>
      Effect.flatMap(clock.now, (at) =>
        Ref.modify(parts, (known) => {
          const before = known.get(part) ?? unknown(part)
          return [before, new Map(known).set(part, next(before, at))]
        })
      )
    return {
      succeeded: (part) =>
        change(part, (before, at) => ({ ...before, isWell: true, lastSuccessAt: at, detail: "", failures: 0 })).pipe(
          Effect.flatMap((before) =>
            before.isWell
              ? Effect.void
              : Effect.logInfo("recovered").pipe(Effect.annotateLogs({ part, failures: before.failures }))
          )
        ),
      failed: (part, detail) =>
        change(part, (before, at) => ({
          ...before,
          isWell: false,
          lastFailureAt: at,
          detail,
          failures: before.failures + 1
        })).pipe(
          Effect.flatMap((before) =>
            before.isWell ? Effect.logWarning("failing").pipe(Effect.annotateLogs({ part, detail })) : Effect.void
          )
        ),
      all: Effect.map(Ref.get(parts), (known) => [...known.values()])
    }
  })
)
