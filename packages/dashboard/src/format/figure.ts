/** The minus that figures are shown with. */
export const MINUS = "−"
const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/
const LONGEST = 24
const SHOWN = 12
const MOST_PADDED = 8

/** Digits in threes from their end. */
const inGroups = (digits: string): string => {
  const first = digits.length % 3
  const rest = digits.slice(first).match(/\d{3}/g) ?? []
  return [...(first === 0 ? [] : [digits.slice(0, first)]), ...rest].join(",")
}

/** A figure as it is shown: the integer part in groups, the sign as a minus, nothing else changed. What is no figure stays. */
export const grouped = (text: string, signed = false): string => {
  const [, minus, whole, fraction] = PLAIN.exec(text) ?? []
  if (whole === undefined) return text
  const isZero = /^0*$/.test(whole + (fraction ?? ""))
  const sign = isZero ? "" : minus === "-" ? MINUS : signed ? "+" : ""
  return `${sign}${inGroups(whole)}${fraction === undefined ? "" : `.${fraction}`}`
}

/** A sentence with the minus of figures before each that is negative; what only looks like one, as in a date or an id, stays. */
export const withMinus = (sentence: string): string => sentence.replaceAll(/(?<![\w.-])-(?=\d)/g, MINUS)

/** How many digits stand after the point. */
export const fractionDigits = (text: string | null): number => PLAIN.exec(text ?? "")?.[3]?.length ?? 0

/** The daemon gives averages with 12 decimals at most; zeros at their end are not written. */
const FEWEST_ROUNDED = 10

/** Was an average rounded? One with fewer decimals is exact. */
const isRounded = (average: string): boolean => fractionDigits(average) >= FEWEST_ROUNDED

const ROUNDED_TO = 4

/** A rounded average as it is read: to four decimals, halves away from zero. An exact one stays as it is. */
export const asAverage = (average: string): string => {
  if (!isRounded(average)) return average
  const step = 10n ** BigInt(fractionDigits(average) - ROUNDED_TO)
  const value = scaled(magnitude(average), fractionDigits(average))
  const text = written((value + step / 2n) / step, ROUNDED_TO)
  return average.startsWith("-") && signOf(text) !== 0 ? negated(text) : text
}

/** What stands unseen behind a figure so that points of a column line up: as many digits as the longest fraction has more. */
export const padding = (text: string, longest: number): string => {
  const own = fractionDigits(text)
  const missing = Math.min(longest, MOST_PADDED) - own
  return missing <= 0 ? "" : (own === 0 ? "." : "") + "0".repeat(missing)
}

/** A number too long for its cell: its beginning and how many digits it has; nothing for one that fits. */
export const shortened = (text: string): string | undefined => {
  const digits = text.replaceAll(/\D/g, "").length
  if (digits <= LONGEST) return undefined
  const shown = grouped(text)
  let end = 0
  for (let seen = 0; end < shown.length && seen < SHOWN; end++) if (/\d/.test(shown.charAt(end))) seen++
  return `${shown.slice(0, end)}…${digits} digits`
}

/** The sign of a figure: -1, 0 or 1, by its text alone. */
export const signOf = (text: string): -1 | 0 | 1 => (/^-?0*(\.0*)?$/.test(text) ? 0 : text.startsWith("-") ? -1 : 1)

/** For pixels only, never for a figure that is read: how far a figure is on the way to another, from -1 to 1. */
export const shareOf = (part: string, whole: string): number => {
  const share = Number.parseFloat(part) / Number.parseFloat(whole)
  return Number.isFinite(share) ? Math.max(-1, Math.min(1, share)) : 0
}

/** A figure without its sign. */
export const magnitude = (text: string): string => text.replace(/^-/, "")

/** A figure of the other sign. */
export const negated = (text: string): string => (text.startsWith("-") ? text.slice(1) : `-${text}`)

/** Scaled to whole units, so that a sum is exact: a text is never made a float. */
const scaled = (text: string, scale: number): bigint => {
  const [whole = "0", fraction = ""] = magnitude(text).split(".")
  const value = BigInt(whole + fraction.padEnd(scale, "0"))
  return text.startsWith("-") ? -value : value
}

const written = (value: bigint, scale: number): string => {
  const digits = magnitude(value.toString()).padStart(scale + 1, "0")
  const point = digits.length - scale
  return `${value < 0n ? "-" : ""}${digits.slice(0, point)}${scale === 0 ? "" : `.${digits.slice(point)}`}`
}

/** The exact sum of figures, with as many decimals as the longest of them. */
export const sumOf = (figures: ReadonlyArray<string>): string => {
  const scale = Math.max(0, ...figures.map(fractionDigits))
  return written(
    figures.reduce((all, text) => all + scaled(text, scale), 0n),
    scale
  )
}

/** The exact product of two figures, with the decimals of both. */
export const productOf = (one: string, other: string): string => {
  const [first, second] = [fractionDigits(one), fractionDigits(other)]
  return written(scaled(one, first) * scaled(other, second), first + second)
}

const CENTS = 2

/** Dollars with two decimals at least; more stay as they are. What is no figure stays. */
export const withCents = (text: string): string => (PLAIN.test(text) ? text + padding(text, CENTS) : text)
