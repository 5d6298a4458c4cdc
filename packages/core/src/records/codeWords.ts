/** Codes whose parts are not what people say: kinds of breaks, limits by the control that refuses, and statuses. */
const named: ReadonlyMap<string, string> = new Map([
  ["DailyNotional", "dollars per day"],
  ["Excess", "overfill"],
  ["ForeignPosition", "unrecognised position"],
  ["InDoubtAhead", "unconfirmed order ahead"],
  ["MaxNotional", "dollars per order"],
  ["MaxQuantity", "shares per order"],
  ["OffBand", "price tolerance"],
  ["OpenOrders", "dollars of live orders"],
  ["OppositeOrderLive", "order on the other side"],
  ["OwedBound", "order above residual"],
  ["UnsoundSnapshot", "invalid snapshot"],
  ["Unpriced", "price missing"],
  ["in_doubt", "unconfirmed"],
  ["partial_success", "completed with errors"],
  ["success", "completed"]
])

/** The name of a code in words, within a sentence: `PositionDiffers` is `position differs`, `in_doubt` is `unconfirmed`. */
export const wordsOf = (code: string): string =>
  named.get(code) ??
  code
    .replaceAll(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$2 ")
    .replaceAll("_", " ")
    .toLowerCase()

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

/** The same at the begin of a sentence: `Position differs`. */
export const headOf = (code: string): string => capital(wordsOf(code))

const NAMED = /^([A-Z][A-Za-z]+)(\(.+\))?$/

/** A field of an answer: a code in words, also with what it is about, and all else as it is: `in doubt ahead (O5)`, `cancel`, `O5`. */
const fieldWords = (field: string): string => {
  const [, code, about] = NAMED.exec(field) ?? []
  if (code === undefined) return field
  return about === undefined ? wordsOf(code) : `${wordsOf(code)} ${about}`
}

/** An answer with its fields, for people: `Not due`; `Refused: dollars per order`; `Held: cancel O5`. */
export const answerWords = (code: string, fields: ReadonlyArray<string>): string =>
  fields.length === 0 ? headOf(code) : `${headOf(code)}: ${fields.map(fieldWords).join(" ")}`

/** Why something was refused, by which control or for what it would wait: `Refused, dollars per order: …`. */
export const refusedBecause = (code: string, reason: string): string => `Refused, ${fieldWords(code)}: ${reason}`

const CODE = /^(?:[A-Z][a-z]+){2,}$/

const services: ReadonlyMap<string, string> = new Map([
  ["book time", "book time watch"],
  ["doubts", "unconfirmed orders"],
  ["gates", "re-evaluation"],
  ["lending", "short availability"],
  ["thread", "event loop"],
  ["time of the books", "book time"]
])

/** The name of a service of a daemon within a sentence: `doubts` is `unconfirmed orders`, `poll paper` as it is. */
export const serviceWords = (part: string): string => services.get(part) ?? part

/** The same at the begin of a sentence or as a label: `Unconfirmed orders`. */
export const serviceHead = (part: string): string => capital(serviceWords(part))

const limits: ReadonlyMap<string, string> = new Map([
  ["orderQuantity", "shares per order"],
  ["orderNotional", "dollars per order"],
  ["dailyNotional", "dollars per day"],
  ["openOrders", "dollars of live orders"],
  ["position", "dollars per position"],
  ["collarBp", "price collar"]
])

/** The name of a limit within a sentence, by its name in a configuration: `limits.orderQuantity` is `shares per order`. */
export const limitWords = (limit: string): string => {
  const name = limit.replace(/^limits\./, "")
  return limits.get(name) ?? wordsOf(name)
}

/** The same as a label: `Shares per order`. */
export const limitHead = (limit: string): string => capital(limitWords(limit))

/** What a break is about: an id or symbol as it is, what blocks a position in words. */
export const subjectWords = (subject: string): string => (CODE.test(subject) ? wordsOf(subject) : subject)

/** A break in short: `Position differs, AAPL`; `Position blocked, dollars per order`. */
export const breakName = ({ kind, subject }: { readonly kind: string; readonly subject: string }): string =>
  `${headOf(kind)}, ${subjectWords(subject)}`
