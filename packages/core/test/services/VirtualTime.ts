import { Chunk, Clock, Duration, Effect, Fiber, FiberRef, type Scheduler, type TestClock } from "effect"

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly wake: () => void
}

/**
 * Runs a program in virtual time, which `TestClock` moves: as Effect's own test clock, but who moves time knows from the scheduler that
 * nothing is left to do, where that one asks every fiber and waits a millisecond for each timer.
 */
export const run = <A, E>(program: Effect.Effect<A, E>): Promise<A> => {
  let ready: Array<() => void> = []
  let isDrained = true
  let waiting: Array<() => void> = []
  const timers = new Set<Timer>()
  let nowMs = 0
  let order = 0

  const drain = (): void => {
    const tasks = ready
    ready = []
    for (const task of tasks) task()
    if (ready.length > 0) return void setImmediate(drain)
    isDrained = true
    // What a promise hands on comes before the next turn.
    setImmediate(() => {
      if (ready.length > 0 || !isDrained) return
      const heard = waiting
      waiting = []
      for (const each of heard) each()
    })
  }
  const scheduler: Scheduler.Scheduler = {
    shouldYield: (fiber) =>
      fiber.currentOpCount > 2048 ? fiber.getFiberRef(FiberRef.currentSchedulingPriority) : false,
    scheduleTask: (task) => {
      ready.push(task)
      if (!isDrained) return
      isDrained = false
      setImmediate(drain)
    }
  }
  /** When nothing is left to do at this moment. */
  const idle = Effect.async<void>((resume) => {
    waiting.push(() => resume(Effect.void))
    if (isDrained) setImmediate(drain)
  })

  const due = (untilMs: number): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers) {
      if (timer.atMs > untilMs) continue
      if (first === undefined || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order))
        first = timer
    }
    return first
  }
  const moveTo = (untilMs: number): Effect.Effect<void> =>
    Effect.gen(function* () {
      for (;;) {
        yield* idle
        const timer = due(untilMs)
        if (timer === undefined) break
        timers.delete(timer)
        nowMs = timer.atMs
        timer.wake()
      }
      nowMs = untilMs
    })
  const adjust = (duration: Duration.DurationInput) => Effect.suspend(() => moveTo(nowMs + Duration.toMillis(duration)))
  const clock: TestClock.TestClock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => nowMs,
    unsafeCurrentTimeNanos: () => BigInt(Math.floor(nowMs * 1_000_000)),
    currentTimeMillis: Effect.sync(() => nowMs),
    currentTimeNanos: Effect.sync(() => BigInt(Math.floor(nowMs * 1_000_000))),
    sleep: (duration) =>
      Effect.async<void>((resume) => {
        if (Duration.toMillis(duration) <= 0) return resume(Effect.void)
        const timer = { atMs: nowMs + Duration.toMillis(duration), order: order++, wake: () => resume(Effect.void) }
        timers.add(timer)
        return Effect.sync(() => void timers.delete(timer))
      }),
    adjust,
    adjustWith: (duration) => (effect) => Effect.zipLeft(effect, adjust(duration)),
    setTime: (time) => moveTo(time),
    sleeps: Effect.sync(() => Chunk.fromIterable([...timers].map(({ atMs }) => atMs))),
    save: Effect.sync(() => {
      const savedMs = nowMs
      return Effect.sync(() => void (nowMs = savedMs))
    })
  }
  const fiber = Effect.runFork(Effect.withClock(program, clock), { scheduler })
  return Effect.runPromise(Fiber.join(fiber))
}
