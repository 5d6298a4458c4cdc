import { Tracking } from "@roundlot/core/ledger"
import { Either, Option } from "effect"
import { duration } from "@roundlot/commands"
import { SettingsError } from "@roundlot/commands/errors"

/** The two flags of the poller. */
export interface PollingFlags {
  readonly interval: Option.Option<string>
  readonly maxJitter: Option.Option<string>
}

/** The same two, as the configuration has them. */
export interface PollingSettings {
  readonly orderPollingInterval: string | undefined
  readonly orderPollingMaxJitter: string | undefined
}

/** A duration, and the name under which it was said. */
interface Said {
  readonly place: string
  readonly ms: number
}

/** Flag over variable over file; none where none of them says it. */
const said = (
  ...places: ReadonlyArray<readonly [place: string, value: string | undefined]>
): Either.Either<Said | undefined, SettingsError> => {
  const [place, value] = places.find(([, each]) => each !== undefined) ?? []
  if (place === undefined || value === undefined) return Either.right(undefined)
  return Either.map(duration.secondsMs(value, place), (ms) => ({ place, ms }))
}

const refused = (place: string, problem: string, remedy: string) =>
  Either.left(new SettingsError({ place, problem, remedy }))

/** How often open orders are read: flag over variable over file over default (FILL-4). What cannot be is refused by its name. */
export const polling = (
  flags: PollingFlags,
  variable: (name: string) => string | undefined,
  file: PollingSettings
): Either.Either<Tracking.PollingOptions, SettingsError> =>
  Either.gen(function* () {
    const { defaultPolling } = Tracking
    const interval = yield* said(
      ["--order-polling-interval", Option.getOrUndefined(flags.interval)],
      ["ORDER_POLLING_INTERVAL", variable("ORDER_POLLING_INTERVAL")],
      ["orderPollingInterval", file.orderPollingInterval]
    )
    const jitter = yield* said(
      ["--order-polling-max-jitter", Option.getOrUndefined(flags.maxJitter)],
      ["ORDER_POLLING_MAX_JITTER", variable("ORDER_POLLING_MAX_JITTER")],
      ["orderPollingMaxJitter", file.orderPollingMaxJitter]
    )
    const intervalMs = interval?.ms ?? defaultPolling.intervalMs
    if (interval !== undefined && intervalMs < 1) return yield* refused(interval.place, "is zero", "Write 15s, or less")
    if (jitter !== undefined && jitter.ms > intervalMs) {
      const problem = `${jitter.ms} ms is more than the interval of ${intervalMs} ms that it is taken off`
      return yield* refused(jitter.place, problem, "Make it smaller")
    }
    return { intervalMs, maxJitterMs: jitter?.ms ?? Math.min(defaultPolling.maxJitterMs, intervalMs) }
  })
