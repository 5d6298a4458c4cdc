import { Migrations } from "@roundlot/store-sql"
import { Clock, Effect } from "effect"
import { run } from "../../src/cli/run.ts"

type Arguments = Parameters<typeof run>

/** The clock of the machine, moved on: what waits for a time is over at once. */
const later = (ms: number): Clock.Clock => {
  const real = Clock.make()
  return {
    ...real,
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() + ms,
    unsafeCurrentTimeNanos: () => real.unsafeCurrentTimeNanos() + BigInt(ms) * 1_000_000n,
    currentTimeMillis: Effect.map(real.currentTimeMillis, (now) => now + ms),
    currentTimeNanos: Effect.map(real.currentTimeNanos, (now) => now + BigInt(ms) * 1_000_000n),
    sleep: (duration) => real.sleep(duration)
  }
}

/** When a command line is run, and by a version that knows which migrations. */
interface Surroundings {
  readonly laterMs: number
  readonly known?: ReadonlyArray<Migrations.Migration> | undefined
  /** What asks it to end, as a signal would; by itself nothing does. */
  readonly stop?: AbortSignal | undefined
}

const aborted = (signal: AbortSignal | undefined) =>
  Effect.async<void>((resume) => signal?.addEventListener("abort", () => resume(Effect.void), { once: true }))

/** Runs one command line in this process; the exit code. */
export const performed = (
  words: Arguments[0],
  variables: Arguments[1],
  streams: Arguments[2],
  { known = Migrations.ours, laterMs, stop }: Surroundings
): Promise<number> =>
  Effect.runPromise(
    run(words, variables, streams, aborted(stop)).pipe(
      Effect.withClock(later(laterMs)),
      Effect.provideService(Migrations.Known, known)
    )
  )
