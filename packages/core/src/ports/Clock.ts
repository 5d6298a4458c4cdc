import { Clock as EffectClock, Context, DefaultServices, Duration, Effect, Layer } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import * as Instant from "../values/Instant.ts"
import type { MarketHours } from "../values/MarketHours.ts"
import type { TradingWindow } from "../values/TradingWindow.ts"
import * as XnysCalendar from "../values/XnysCalendar.ts"

/** What time it is, and whether the market takes orders. It rests on Effect's own clock, so a test clock moves it. */
export interface ClockService {
  readonly now: Effect.Effect<Instant.Instant>
  /** Milliseconds of a clock that never jumps: for how long something took, never for when it was. */
  readonly monotonicMs: Effect.Effect<number>
  /** Does the market take orders of a window at this moment, of the regular session unless said? Of an account whose broker has said its hours, by those. */
  readonly isOpenAt: (at: Instant.Instant, account?: AccountName, window?: TradingWindow) => boolean
  /** When the market opens the next time after it was closed; `undefined` where it never closes, or for no end in sight. */
  readonly nextOpeningAfter: (
    at: Instant.Instant,
    account?: AccountName,
    window?: TradingWindow
  ) => Instant.Instant | undefined
  /** From now on the hours of an account are these: a broker's own win over ours. */
  readonly learn: (account: AccountName, hours: MarketHours) => Effect.Effect<void>
  /** The hours that an account's broker has said; `undefined` where it has said none. */
  readonly hoursOf: (account: AccountName) => MarketHours | undefined
}

/** The clock with the market's view of it (SDK-1). */
export class Clock extends Context.Tag("@roundlot/core/Clock")<Clock, ClockService>() {}

/** Whole microseconds, cut: a test clock may stand between two of them. */
const nowOf = (clock: EffectClock.Clock): Instant.Instant =>
  Instant.make(BigInt(Math.floor(clock.unsafeCurrentTimeMillis() * 1000)))

/** Effect's nanoseconds never jump; whole microseconds of them. */
const monotonicMsOf = (clock: EffectClock.Clock): number => Number(clock.unsafeCurrentTimeNanos() / 1000n) / 1000

// Both are read some twenty times an attempt: one step of the runtime finds the clock, one gives what it says.
const now = Effect.clockWith((clock) => Effect.succeed(nowOf(clock)))

const monotonicMs = Effect.clockWith((clock) => Effect.succeed(monotonicMsOf(clock)))

const machine = Context.get(DefaultServices.liveServices, EffectClock.Clock)

// oxlint-disable-next-line eslint/no-restricted-globals -- asked for by the machine's own clock alone, which no simulation has
const turnOfTheLoop = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

/**
 * Lets timers and sockets have their turn, and goes on at once: by the machine's clock a timer of no time takes a millisecond. A clock
 * that somebody else moves has its own order.
 */
export const turn: Effect.Effect<void> = Effect.clockWith((clock) =>
  clock === machine ? turnOfTheLoop : clock.sleep(Duration.zero)
)

const LONGEST_LOOK_MINUTES = 11 * 24 * 60

/** By looking at every minute of eleven days: longer than a market is open, and then closed, without a change. */
const openingOf =
  (isOpenAt: MarketHours["isOpenAt"]): MarketHours["nextOpeningAfter"] =>
  (at, window) => {
    let hasClosed = false
    for (let minute = 0; minute <= LONGEST_LOOK_MINUTES; minute++) {
      const then = Instant.addMillis(at, minute * 60_000)
      const isOpen = isOpenAt(then, window)
      if (hasClosed && isOpen) return then
      hasClosed ||= !isOpen
    }
    return undefined
  }

/** A market with the given sessions. When it opens next is found to the minute, unless that is given too. */
export const layer = (
  isOpenAt: MarketHours["isOpenAt"],
  nextOpeningAfter: MarketHours["nextOpeningAfter"] = openingOf(isOpenAt)
): Layer.Layer<Clock> =>
  Layer.sync(Clock, () => {
    const learnt = new Map<AccountName, MarketHours>()
    const hoursOf = (account: AccountName | undefined): Pick<MarketHours, "isOpenAt" | "nextOpeningAfter"> =>
      (account === undefined ? undefined : learnt.get(account)) ?? { isOpenAt, nextOpeningAfter }
    return {
      now,
      monotonicMs,
      isOpenAt: (at, account, window) => hoursOf(account).isOpenAt(at, window),
      nextOpeningAfter: (at, account, window) => hoursOf(account).nextOpeningAfter(at, window),
      learn: (account, hours) => Effect.sync(() => void learnt.set(account, hours)),
      hoursOf: (account) => learnt.get(account)
    }
  })

/** A market that never closes. */
export const layerAlwaysOpen: Layer.Layer<Clock> = layer(
  () => true,
  () => undefined
)

/** The sessions of the New York Stock Exchange; closed beyond the calendar's horizon. */
export const layerXnys: Layer.Layer<Clock> = layer(XnysCalendar.isOpenAt, XnysCalendar.nextOpeningAfter)
