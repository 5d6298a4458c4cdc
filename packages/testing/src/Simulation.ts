import {
  Clock,
  Duration,
  Effect,
  Exit,
  Fiber,
  FiberId,
  FiberRef,
  Random,
  RuntimeFlags,
  RuntimeFlagsPatch,
  Schema,
  type Scheduler
} from "effect"

/** Everything waits for something that never comes: no task is ready and no timer runs. */
export class Deadlock extends Schema.TaggedError<Deadlock>()("Deadlock", { atMs: Schema.Number }) {
  override get message() {
    return `everything waits since ${this.atMs} ms of simulated time, and nothing will wake it`
  }
}

/** It goes on and on: so much simulated or real time has passed, or so many tasks have run at one moment, and it has not come to an end. */
export class Endless extends Schema.TaggedError<Endless>()("Endless", {
  atMs: Schema.Number,
  passed: Schema.Literal("time", "tasks", "real time")
}) {
  override get message() {
    return `it has not ended at ${this.atMs} ms of simulated time: ${endless[this.passed]}`
  }
}

const endless = {
  time: "timers go on and on",
  tasks: "tasks go on and on at one moment",
  "real time": "it takes longer than it may"
} as const

/** How a simulated program runs. */
export interface SimulationOptions {
  /** Says which ready task runs next, and what `Random` gives: the same seed, the same run. */
  readonly seed: string
  /** Milliseconds since 1970 at the beginning. */
  readonly startMs: number
  /** Milliseconds of simulated time after which it must have ended; a hundred days where nothing is said. */
  readonly longestMs?: number
  /** Milliseconds of real time after which it must have ended; without a limit where nothing is said. */
  readonly longestRealMs?: number
}

const HUNDRED_DAYS_MS = 100 * 24 * 3_600_000
/** So many tasks run between two looks at how long it has taken. */
const TASKS_A_LOOK = 1_000
const MOST_TASKS_AT_ONE_MOMENT = 5_000_000

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

/** Nobody reads how many fibers a simulated program has had. */
const UNCOUNTED = RuntimeFlagsPatch.disable(RuntimeFlags.RuntimeMetrics)

/**
 * Runs a program to its end on a scheduler that picks any of the ready tasks, by the seed, and on a clock that does not tick: it
 * jumps to the next timer when nothing is ready. The same seed gives the same run, and a day of waiting takes no time. Native
 * promises, timers and sockets escape both, so nothing that is simulated may use them. Any order means that a fiber may be
 * interrupted before those are begun that it has just forked: Effect's own concurrent loops wait for ever then, which its own
 * scheduler, that keeps the order, hardly ever lets happen. Who ends a simulated program by interruption should not wait for its end.
 *
 * @example
 * const exit = Simulation.run(Effect.sleep("1 day"), { seed: "7", startMs: 0 })
 */
export const run = <A, E>(
  program: Effect.Effect<A, E>,
  { longestMs = HUNDRED_DAYS_MS, longestRealMs = Infinity, seed, startMs }: SimulationOptions
): Exit.Exit<A, E | Deadlock | Endless> => {
  const chance = chances(numberOf(seed))
  const mostSteps = 200 + Math.floor(chance() * 2_000)
  const ready: Array<() => void> = []
  const sleeping = timers()
  let nowMs = startMs
  let set = 0
  let tasksNow = 0
  let tasks = 0
  const real = Clock.make()
  const begunAtMs = real.unsafeCurrentTimeMillis()

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
      // Who was interrupted meanwhile hears nothing of his timer: it need not be taken back.
      Effect.async<void>((resume) => {
        const atMs = nowMs + Math.max(0, Math.ceil(Duration.toMillis(duration)))
        sleeping.add({ atMs, order: set++, wake: () => resume(Effect.void) })
      })
  }

  const fiber = Effect.runFork(
    program.pipe(
      Effect.withClock(clock),
      Effect.withRandom(Random.make(seed)),
      Effect.withTracerEnabled(false),
      Effect.withRuntimeFlagsPatch(UNCOUNTED)
    ),
    {
      scheduler
    }
  )
  for (let ended = fiber.unsafePoll(); ; ended = fiber.unsafePoll()) {
    if (ended !== null) {
      letGo(scheduler, ready)
      return ended
    }
    const task = taken(ready, chance)
    if (tasks++ % TASKS_A_LOOK === 0 && real.unsafeCurrentTimeMillis() - begunAtMs > longestRealMs)
      return abandoned(fiber, new Endless({ atMs: nowMs, passed: "real time" }))
    if (task !== undefined) {
      if (tasksNow++ > MOST_TASKS_AT_ONE_MOMENT) return abandoned(fiber, new Endless({ atMs: nowMs, passed: "tasks" }))
      task()
      continue
    }
    const timer = sleeping.next()
    if (timer === undefined) return abandoned(fiber, new Deadlock({ atMs: nowMs }))
    if (timer.atMs > startMs + longestMs) return abandoned(fiber, new Endless({ atMs: nowMs, passed: "time" }))
    if (timer.atMs > nowMs) tasksNow = 0
    nowMs = Math.max(nowMs, timer.atMs)
    timer.wake()
  }
}

/**
 * The runtime remembers every fiber that nobody is the parent of until it ends, with all that it holds. Those of a run that is over
 * are never woken again: they end here, so that a process can play any number of runs.
 */
const letGo = (scheduler: Scheduler.Scheduler, ready: Array<() => void>): void => {
  for (const root of Fiber.unsafeRoots()) {
    if (root.getFiberRef(FiberRef.currentScheduler) === scheduler) root.unsafeInterruptAsFork(FiberId.none)
  }
  for (let task = ready.pop(); task !== undefined; task = ready.pop()) task()
}

/** Any of the ready tasks; the last one takes its place. */
const taken = (ready: Array<() => void>, chance: () => number): (() => void) | undefined => {
  const index = Math.floor(chance() * ready.length)
  const task = ready[index]
  const last = ready.pop()
  if (last !== undefined && index < ready.length) ready[index] = last
  return task
}

const abandoned = <E>(fiber: Fiber.RuntimeFiber<unknown, unknown>, why: E): Exit.Exit<never, E> => {
  Effect.runFork(Fiber.interruptFork(fiber))
  return Exit.fail(why)
}
