import { Clock, Effect, Ref } from "effect"
import { Output } from "./Output.ts"

/** How far something long is. */
export interface Reached {
  /** So many are done. */
  readonly done: number
  /** Of so many; undefined where that is not known. */
  readonly total?: number | undefined
}

/** A line at the terminal that says how far something long is: how many, what share, and how long it will take. */
export interface Progress {
  readonly at: (reached: Reached) => Effect.Effect<void>
}

/** A line is read, not watched. */
const EVERY_MS = 200
/** Before that nobody can say how long it will take. */
const SOON_MS = 2_000

const figures = new Intl.NumberFormat("en-US")

/** A duration as people say it: `40 s`, `3 min 12 s`, `2 h 05 min`. */
export const durationText = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`
}

/** What the line says: `Importing 12,000 of 40,000 rows, 30 %, 12 s left`. A total that was passed was an estimate. */
export const progressText = (what: string, unit: string, { done, total }: Reached, elapsedMs: number): string => {
  if (total === undefined || total <= 0 || done > total) return `${what} ${figures.format(done)} ${unit}`
  const counted = `${what} ${figures.format(done)} of ${figures.format(total)} ${unit}, ${Math.floor((done / total) * 100)} %`
  const isKnown = elapsedMs >= SOON_MS && done > 0
  return isKnown ? `${counted}, ${durationText((elapsedMs / done) * (total - done))} left` : counted
}

/**
 * Begins a line about something long: `what` is done to its `unit`s. It stands on the standard error of a terminal, is written over
 * at most five times a second, and goes when anything else is printed. Elsewhere nothing is printed.
 */
export const make = (what: string, unit: string): Effect.Effect<Progress, never, Output> =>
  Effect.gen(function* () {
    const { status } = yield* Output
    const began = yield* Clock.currentTimeMillis
    const shown = yield* Ref.make<number | undefined>(undefined)
    const at = (reached: Reached) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const before = yield* Ref.get(shown)
        if (before !== undefined && now - before < EVERY_MS) return
        yield* Ref.set(shown, now)
        yield* status(progressText(what, unit, reached, now - began))
      })
    return { at }
  })
