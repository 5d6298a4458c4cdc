import { Clock, Duration, Effect, Scheduler } from "effect"
import { subscribe } from "node:diagnostics_channel"
import { Socket } from "node:net"
import process from "node:process"

/** Turns of the event loop in which nothing happened, after which it is taken that nothing is on its way over a socket. */
const QUIET_TURNS = 8
/** The library at TWS paces itself by timers of the machine, so many at most: below that nothing waits for its turn. */
const PACING_TIMERS = 4

/** Reads and writes of files, and connections that are being made: each ends by itself, soon. */
const isRequest = (resource: string): boolean => /^FSReq|ConnectWrap$|^GetAddrInfo/.test(resource)

const countsNow = () => {
  const resources = process.getActiveResourcesInfo()
  return {
    timers: resources.filter((each) => each === "Timeout").length,
    requests: resources.filter(isRequest).length
  }
}

/** The open ends, in this process, of its own connections. */
const ends = new Set<Socket>()

const note = (message: unknown): void => {
  if (typeof message !== "object" || message === null || !("socket" in message)) return
  const { socket } = message
  if (!(socket instanceof Socket)) return
  ends.add(socket)
  socket.once("close", () => ends.delete(socket))
}
subscribe("net.client.socket", note)
subscribe("net.server.socket", note)

/** Has one end of a connection written what the other has not read? On a busy machine that takes many turns of the event loop. */
const areBytesUnderWay = (): boolean => {
  const byPorts = new Map([...ends].map((end) => [`${end.localPort} ${end.remotePort}`, end] as const))
  return [...ends].some((end) => {
    const other = byPorts.get(`${end.remotePort} ${end.localPort}`)
    return other !== undefined && end.bytesWritten > other.bytesRead
  })
}

/** An end that reads no more holds up nothing for longer, in milliseconds of the machine. */
const LONGEST_UNDER_WAY_MS = 500

/** Timers that run in this process anyway are no reason to wait. */
let others = Infinity

interface Timer {
  readonly atMs: number
  readonly wake: () => void
}

/** A clock that does not tick, for programs that talk over real sockets. */
export interface Leaping {
  readonly clock: Clock.Clock
  readonly scheduler: Scheduler.Scheduler
  readonly nowMs: () => number
  /** Calls back when so much of this clock's time has passed. */
  readonly after: (ms: number, wake: () => void) => void
  /** Something was heard: it goes on now. */
  readonly heard: () => void
  /** Keeps the clock where it is, until the answer is called: somebody is asked. */
  readonly hold: () => () => void
  /** Ends it: no timer wakes anybody any more. */
  readonly stop: () => void
}

/**
 * It leaps to the next timer when nothing happens any more: no task of a fiber ran for some turns of the event loop, no bytes came,
 * nothing waits for a timer of the machine, nobody who was asked still owes an answer. An hour of waiting takes as long as what is done in it.
 */
export const leaping = (startMs: number): Leaping => {
  const timers = new Set<Timer>()
  let nowMs = startMs
  let happened = 0
  let seen = 0
  let quiet = 0
  let held = 0
  let pending = 0
  let isOver = false
  let underWaySinceMs: number | undefined
  /** Is it too early to leap, since bytes are on their way? */
  const isUnderWay = (): boolean => {
    if (!areBytesUnderWay()) underWaySinceMs = undefined
    else underWaySinceMs ??= performance.now()
    return underWaySinceMs !== undefined && performance.now() - underWaySinceMs < LONGEST_UNDER_WAY_MS
  }
  const after = (ms: number, wake: () => void): Timer => {
    const timer = { atMs: nowMs + Math.max(0, Math.ceil(ms)), wake }
    timers.add(timer)
    return timer
  }
  const leap = (): void => {
    const next = Math.min(...[...timers].map(({ atMs }) => atMs))
    if (next === Infinity) return
    nowMs = Math.max(nowMs, next)
    for (const timer of timers) {
      if (timer.atMs > nowMs) continue
      timers.delete(timer)
      timer.wake()
    }
  }
  const look = (): void => {
    if (isOver) return
    const { requests, timers: running } = countsNow()
    others = Math.min(others, running)
    quiet = held > 0 || pending > 0 || requests > 0 || happened !== seen ? 0 : quiet + 1
    seen = happened
    if (quiet > QUIET_TURNS && running < others + PACING_TIMERS && !isUnderWay()) {
      quiet = 0
      leap()
    }
    setImmediate(look)
  }
  setImmediate(look)
  return {
    clock: {
      [Clock.ClockTypeId]: Clock.ClockTypeId,
      unsafeCurrentTimeMillis: () => nowMs,
      unsafeCurrentTimeNanos: () => BigInt(nowMs) * 1_000_000n,
      currentTimeMillis: Effect.sync(() => nowMs),
      currentTimeNanos: Effect.sync(() => BigInt(nowMs) * 1_000_000n),
      sleep: (duration) =>
        Effect.async<void>((resume) => {
          const timer = after(Duration.toMillis(duration), () => resume(Effect.void))
          return Effect.sync(() => void timers.delete(timer))
        })
    },
    scheduler: {
      shouldYield: (fiber) => Scheduler.defaultScheduler.shouldYield(fiber),
      scheduleTask: (task, priority, fiber) => {
        // It may run a millisecond later: now and then the scheduler lets timers of the machine have a turn.
        pending += 1
        const run = () => {
          pending -= 1
          happened += 1
          task()
        }
        Scheduler.defaultScheduler.scheduleTask(run, priority, fiber)
      }
    },
    nowMs: () => nowMs,
    after: (ms, wake) => void after(ms, wake),
    heard: () => void (happened += 1),
    hold: () => {
      held += 1
      let isHeld = true
      return () => {
        if (isHeld) held -= 1
        isHeld = false
        happened += 1
      }
    },
    stop: () => {
      isOver = true
      timers.clear()
    }
  }
}
