/** Codes whose parts are not what people say: kinds of breaks, and limits by the control that refuses. */
const named: ReadonlyMap<string, string> = new Map([
  ["DailyNotional", "dollars per day"],
  ["ForeignPosition", "unrecognised position"],
  ["MaxNotional", "dollars per order"],
  ["MaxQuantity", "shares per order"],
  ["OffBand", "price tolerance"],
  ["OwedBound", "more than owed"],
  ["UnsoundSnapshot", "invalid snapshot"],
  ["Unpriced", "price missing"]
])

/** The name of a code in words, within a sentence: `PositionDiffers` is `position differs`. */
export const wordsOf = (code: string): string =>
  named.get(code) ?? code.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase()

/** The same at the begin of a sentence: `Position differs`. */
export const headOf = (code: string): string => {
  const words = wordsOf(code)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const CODE = /^(?:[A-Z][a-z]+){2,}$/

/** What a break is about: an id or symbol as it is, what blocks a position in words. */
export const subjectWords = (subject: string): string => (CODE.test(subject) ? wordsOf(subject) : subject)

/** A break in short: `Position differs, AAPL`; `Position blocked, dollars per order`. */
export const breakName = ({ kind, subject }: { readonly kind: string; readonly subject: string }): string =>
  `${headOf(kind)}, ${subjectWords(subject)}`
