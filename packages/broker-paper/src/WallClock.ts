import { Instant } from "@roundlot/core"

/**
 * What a clock on the wall shows in a zone, digit by digit, to the second.
 *
 * @example
 * const [year, month, day, hour, minute, second] = WallClock.digitsOf(at, "America/New_York")
 */
export const digitsOf = (at: Instant.Instant, timeZone: string): ReadonlyArray<string> =>
  new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit"
  })
    .formatToParts(Instant.toMillis(at))
    .filter(({ type }) => type !== "literal")
    .map(({ value }) => value)
