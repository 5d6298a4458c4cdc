import { Tracking } from "@roundlot/core"
import { Either, Option } from "effect"
import { durationMs } from "../settings/duration.ts"
import { SettingsError } from "../settings/SettingsError.ts"

/** The two flags of the poller. */
export interface PollingFlags {
  readonly interval: Option.Option<string>
  readonly maxJitter: Option.Option<string>
}

const said = (
  flag: readonly [name: string, value: Option.Option<string>],
  variable: readonly [name: string, value: string | undefined],
  fallbackMs: number
): Either.Either<number, SettingsError> => {
  if (Option.isSome(flag[1])) return durationMs(flag[1].value, flag[0])
  return variable[1] === undefined ? Either.right(fallbackMs) : durationMs(variable[1], variable[0])
}

/** How often open orders are read: flag over variable over default (FILL-4). */
export const polling = (
  flags: PollingFlags,
  variable: (name: string) => string | undefined
): Either.Either<Tracking.PollingOptions, SettingsError> =>
  Either.gen(function* () {
    const { defaultPolling } = Tracking
    const name = "ORDER_POLLING_INTERVAL"
    const intervalMs = yield* said(
      ["--order-polling-interval", flags.interval],
      [name, variable(name)],
      defaultPolling.intervalMs
    )
    const jitter = "ORDER_POLLING_MAX_JITTER"
    const isSaid = Option.isSome(flags.maxJitter) || variable(jitter) !== undefined
    const fallback = Math.min(defaultPolling.maxJitterMs, intervalMs)
    const maxJitterMs = yield* said(
      ["--order-polling-max-jitter", flags.maxJitter],
      [jitter, variable(jitter)],
      fallback
    )
    if (intervalMs < 1) {
      return yield* Either.left(
        new SettingsError({ place: "--order-polling-interval", problem: "is zero", remedy: "Write 15s, or less" })
      )
    }
    if (isSaid && maxJitterMs > intervalMs) {
      const problem = `${maxJitterMs} ms is more than the interval of ${intervalMs} ms that it is taken off`
      return yield* Either.left(
        new SettingsError({ place: "--order-polling-max-jitter", problem, remedy: "Make it smaller" })
      )
    }
    return { intervalMs, maxJitterMs }
  })
