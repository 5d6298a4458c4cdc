import { Chunk, Duration, Effect, Stream } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Brokers, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { Health } from "./Health.ts"
import { bookAll } from "./Booking.ts"
import { reported } from "./work.ts"
import { sweep } from "./Sweep.ts"
import { ofAccount } from "./OrderReading.ts"
import { pollAllOf } from "./Tracking.ts"

/**
 * Follows a broker's stream for an account: catches up by reading whenever it connects, and connects again when it breaks, ever
 * later while it does not hold. `afterCatchUp` runs once after each catching up.
 */
export const follow = Effect.fn("Following.follow")(function* <R = never>(
  account: AccountName,
  afterCatchUp: Effect.Effect<void, never, R> = Effect.void
) {
  const clock = yield* Clock
  let waitMs = FIRST_WAIT_MS
  for (;;) {
    const begunMs = yield* clock.monotonicMs
    yield* reported(`stream ${account}`, connect(account, afterCatchUp))
    const heldMs = (yield* clock.monotonicMs) - begunMs
    waitMs = heldMs >= STEADY_MS ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, waitMs * GROWTH)
    yield* Effect.sleep(Duration.millis(waitMs))
  }
})

/** A connection is a success while it stands, not when it ends: once it has stood longer than adapters try to make one. */
const tellThatItHolds = (account: AccountName) =>
  Effect.flatMap(Health, (health) => Effect.delay(health.succeeded(`stream ${account}`), HOLDS_AFTER))

const HOLDS_AFTER = "15 seconds"

const FIRST_WAIT_MS = 125

/** Each connection is a whole catching up: one that breaks at once again is made seldom soon. */
const GROWTH = 4

const LONGEST_WAIT_MS = 30_000

/** A connection that held for so long was a good one. */
const STEADY_MS = 60_000

const connect = Effect.fn("Following.connect")(function* <R>(
  account: AccountName,
  afterCatchUp: Effect.Effect<void, never, R>
) {
  const brokers = yield* Brokers
  const { updates } = yield* brokers.get(account)
  return updates === undefined ? yield* Effect.never : yield* followOnce(account, updates, afterCatchUp)
})

const followOnce = <R>(
  account: AccountName,
  updates: NonNullable<BrokerService["updates"]>,
  afterCatchUp: Effect.Effect<void, never, R>
) =>
  Effect.gen(function* () {
    yield* Effect.all(
      [
        Stream.runForEachChunk(updates, (chunk) =>
          Effect.flatMap(ofAccount(account, Chunk.toReadonlyArray(chunk)), (received) => bookAll(received))
        ),
        Effect.all([sweep(account), pollAllOf(account), afterCatchUp, tellThatItHolds(account)], { discard: true })
      ],
      { concurrency: 2, discard: true }
    )
  })
