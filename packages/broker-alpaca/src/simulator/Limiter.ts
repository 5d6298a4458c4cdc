import { Clock, Effect, Ref } from "effect"

/** What the simulator's limit lets through, with the headers that tell of it. */
export interface Passed {
  readonly isWithin: boolean
  readonly headers: { readonly [name: string]: string }
}

/** Alpaca's own (docs.alpaca.markets, usage limit of API calls). */
export const REQUESTS_A_MINUTE = 200

const WINDOW_MS = 60_000

/** A limit of so many requests in each minute of the clock, as Alpaca counts them. */
export const make = (perMinute: number): Effect.Effect<Effect.Effect<Passed>> =>
  Effect.map(Ref.make({ minute: -1, taken: 0 }), (ref) =>
    Effect.gen(function* () {
      const minute = Math.floor((yield* Clock.currentTimeMillis) / WINDOW_MS)
      const { taken } = yield* Ref.updateAndGet(ref, (before) =>
        before.minute === minute ? { minute, taken: before.taken + 1 } : { minute, taken: 1 }
      )
      return {
        isWithin: taken <= perMinute,
        headers: {
          "x-ratelimit-limit": String(perMinute),
          "x-ratelimit-remaining": String(Math.max(0, perMinute - taken)),
          "x-ratelimit-reset": String(((minute + 1) * WINDOW_MS) / 1000)
        }
      }
    })
  )
