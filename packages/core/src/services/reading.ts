import { Duration, Effect, Option, Schedule } from "effect"
import { BrokerReadFailed, type BrokerService } from "../ports/Broker.ts"
import { within } from "../ports/deadline.ts"
import type * as Instant from "../values/Instant.ts"

const RETRIES = 3
const LONGEST_READ = "30 seconds"

/** A broker's wait that is longer than this is for the next pass: nothing else waits for it. In milliseconds. */
const LONGEST_WAIT_MS = 15_000

/** One request, for what is asked again anyway. One that gets no answer in 30 s has failed. */
export const once = <A, R>(read: Effect.Effect<A, BrokerReadFailed, R>): Effect.Effect<A, BrokerReadFailed, R> =>
  within(read, LONGEST_READ, unanswered)

/**
 * FILL-3: one request and up to three retries, where a retry can help, waiting as the broker says or exponentially.
 */
export const withRetries = <A, R>(read: Effect.Effect<A, BrokerReadFailed, R>): Effect.Effect<A, BrokerReadFailed, R> =>
  Effect.retry(once(read), {
    schedule: backOff,
    while: (error) => {
      const waitMs = error.retryAfterMs ?? 0
      const helps = canPass(error) && waitMs <= LONGEST_WAIT_MS
      return helps && waitMs > 0 ? Effect.as(Effect.sleep(Duration.millis(waitMs)), true) : helps
    }
  })

/** In whole milliseconds: Effect's clock for tests reads no parts of one as nanoseconds. */
const backOff = Schedule.exponential("200 millis").pipe(
  Schedule.jittered,
  Schedule.modifyDelay((_, delay) => Duration.millis(Math.round(Duration.toMillis(delay)))),
  Schedule.intersect(Schedule.recurs(RETRIES))
)

const unanswered = (): BrokerReadFailed =>
  new BrokerReadFailed({ operation: "a read", kind: "network", detail: `no answer in ${LONGEST_READ}` })

const canPass = (error: BrokerReadFailed): boolean =>
  error.kind === "server" || error.kind === "network" || error.kind === "rate_limited"

const LONGEST_CLOCK = "5 seconds"

/**
 * What time it is at the broker: by our own clock, which may be an hour ahead, until it is put right, a window of the broker's time would
 * pass over what happens there. Where the broker never says, it is ours; none where it cannot say just now.
 */
export const brokersNow = (
  { clock }: BrokerService,
  ours: Instant.Instant
): Effect.Effect<Option.Option<Instant.Instant>> =>
  clock === undefined
    ? Effect.succeed(Option.some(ours))
    : within(Effect.option(Effect.map(clock, ({ at }) => at)), LONGEST_CLOCK, () => Effect.succeed(Option.none()))
