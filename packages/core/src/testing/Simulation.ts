import { Clock, Duration, Effect, Exit, Fiber, FiberRef, Random, Schema, type Scheduler } from "effect"

/** Everything waits for something that never comes: no task is ready and no timer runs. */
export class Deadlock extends Schema.TaggedError<Deadlock>()("Deadlock", { atMs: Schema.Number }) {
  override get message() {
    return `everything waits since ${this.atMs} ms of simulated time, and nothing will wake it`
  }
}

/** How a simulated program runs. */
export interface SimulationOptions {
  /** Says which ready task runs next, and what `Random` gives: the same seed, the same run. */
  readonly seed: string
  /** Milliseconds since 1970 at the beginning. */
  readonly startMs: number
}

/** A generator of numbers from 0 to 1 (mulberry32), for choices between tasks: quicker than a service, and as repeatable. */
const chances = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const numberOf = (text: string): number => {
  let value = 2_166_136_261
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 16_777_619)
  return value >>> 0
}

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly wake: () => void
}

/** The timers that run, the next one first; timers of one moment in the order in which they were set. */
const timers = () => {
  const heap: Array<Timer> = []
  const isBefore = (a: Timer, b: Timer) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
  const swap = (i: number, j: number) => {
    const [a, b] = [heap[i], heap[j]]
    if (a === undefined || b === undefined) return false
    if (!isBefore(b, a)) return false
    heap[i] = b
    heap[j] = a
    return true
  }
  const sink = (i: number): void => {
    const [left, right] = [heap[2 * i + 1], heap[2 * i + 2]]
    const child = left !== undefined && right !== undefined && isBefore(right, left) ? 2 * i + 2 : 2 * i + 1
    if (swap(i, child)) sink(child)
  }
  const rise = (i: number): void => {
    const parent = (i - 1) >> 1
    if (i > 0 && swap(parent, i)) rise(parent)
  }
  return {
    add: (timer: Timer) => rise(heap.push(timer) - 1),
    next: (): Timer | undefined => {
      const [first] = heap
      const last = heap.pop()
      if (first === last || last === undefined) return first
      heap[0] = last
      sink(0)
      return first
    }
  }
}

/**
 * Runs a program to its end on a scheduler that picks any of the ready tasks, by the seed, and on a clock that does not tick: it
 * jumps to the next timer when nothing is ready. The same seed gives the same run, and a day of waiting takes no time. Native
 * promises, timers and sockets escape both, so nothing that is simulated may use them.
 *
 * @example
 * const exit = Simulation.run(Effect.sleep("1 day"), { seed: "7", startMs: 0 })
 */
export const run = <A, E>(
  program: Effect.Effect<A, E>,
  { seed, startMs }: SimulationOptions
): Exit.Exit<A, E | Deadlock> => {
  const chance = chances(numberOf(seed))
  const mostSteps = 200 + Math.floor(chance() * 2_000)
  const ready: Array<() => void> = []
  const sleeping = timers()
  let nowMs = startMs
  let set = 0

  const scheduler: Scheduler.Scheduler = {
    shouldYield: (fiber) =>
      fiber.currentOpCount > mostSteps ? fiber.getFiberRef(FiberRef.currentSchedulingPriority) : false,
    scheduleTask: (task) => void ready.push(task)
  }
  const clock: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => nowMs,
    unsafeCurrentTimeNanos: () => BigInt(nowMs) * 1_000_000n,
    currentTimeMillis: Effect.sync(() => nowMs),
    currentTimeNanos: Effect.sync(() => BigInt(nowMs) * 1_000_000n),
    sleep: (duration) =>
      Effect.async<void>((resume) => {
        const atMs = nowMs + Math.max(0, Math.ceil(Duration.toMillis(duration)))
        let isOver = false
        sleeping.add({ atMs, order: set++, wake: () => (isOver ? undefined : resume(Effect.void)) })
        return Effect.sync(() => {
          isOver = true
        })
      })
  }

  const fiber = Effect.runFork(
    program.pipe(Effect.withClock(clock), Effect.withRandom(Random.make(seed)), Effect.withTracerEnabled(false)),
    {
      scheduler
    }
  )
  for (let ended = fiber.unsafePoll(); ; ended = fiber.unsafePoll()) {
    if (ended !== null) return ended
    const task = taken(ready, chance)
    if (task !== undefined) {
      task()
      continue
    }
    const timer = sleeping.next()
    if (timer === undefined) return abandoned(fiber, nowMs)
    nowMs = Math.max(nowMs, timer.atMs)
    timer.wake()
  }
}

/** Any of the ready tasks; the last one takes its place. */
const taken = (ready: Array<() => void>, chance: () => number): (() => void) | undefined => {
  const index = Math.floor(chance() * ready.length)
  const task = ready[index]
  const last = ready.pop()
  if (last !== undefined && index < ready.length) ready[index] = last
  return task
}

const abandoned = (fiber: Fiber.RuntimeFiber<unknown, unknown>, atMs: number): Exit.Exit<never, Deadlock> => {
  Effect.runFork(Fiber.interruptFork(fiber))
  return Exit.fail(new Deadlock({ atMs }))
}
