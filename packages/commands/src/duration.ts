import { Either } from "effect"
import { SettingsError } from "./SettingsError.ts"

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Milliseconds of a duration with its unit (`ms`, `s`, `m`, `min`, `h`, `d`); `place` is where it was written.
 *
 * @example
 * durationMs("15s", "--order-polling-interval") // 15000
 */
export const durationMs = (text: string, place: string): Either.Either<number, SettingsError> => {
  const [, digits = "", unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?) ?(ms|s|m|min|h|d)$/.exec(text.trim()) ?? []
  const factor = UNITS[unit]
  if (factor !== undefined) return Either.right(Math.round(Number(digits) * factor))
  const remedy = "Write a number and a unit, such as 500ms, 15s or 10m"
  return Either.left(new SettingsError({ place, problem: `'${text}' is not a valid duration`, remedy }))
}

/** The same where a number without a unit is one of seconds. */
export const secondsMs = (text: string, place: string): Either.Either<number, SettingsError> =>
  durationMs(/^\d+(\.\d+)?$/.test(text.trim()) ? `${text.trim()}s` : text, place)
