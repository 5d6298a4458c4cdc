import type { Data } from "effect"
import * as Instant from "./Instant.ts"
import type { Price } from "./Price.ts"

/** What a share is worth now, with its source and age, or that nobody knows. Never zero for "unknown". */
export type Reference = Data.TaggedEnum<{
  readonly Priced: {
    readonly price: Price
    readonly at: Instant.Instant
    readonly source: string
    /** It is the price of a simulated market: it says nothing of any other. */
    readonly isSimulated?: boolean
    /** One broker said so, and nobody else: it judges and never says how many shares dollars are. */
    readonly isQuote?: boolean
    /** When it came, by the time of the books, which a clock that is set back does not take back: `at` is the market's. */
    readonly receivedAt?: Instant.Instant | undefined
  }
  readonly NoPrice: object
}>

type Priced = Extract<Reference, { readonly _tag: "Priced" }>

/** The source of the prices that trades bring with them. */
export const INBOUND = "inbound"

const noPrice: Reference = { _tag: "NoPrice" }

/** Constructors of `Reference`: plain objects, since every evaluation makes some. */
export const Reference = {
  Priced: (fields: Omit<Priced, "_tag">): Reference => ({ _tag: "Priced", ...fields }),
  NoPrice: (): Reference => noPrice
}

/** What an order keeps of the price that was known when it was made. */
export const fieldsOf = (reference: Reference) =>
  reference._tag === "NoPrice"
    ? {}
    : { referencePrice: reference.price, referenceSource: reference.source, referenceAt: reference.at }

/** How old a price may be and still decide, or how far ahead of our clock, in milliseconds: a quarter of an hour. */
export const MAX_AGE_MS = 15 * 60_000

/** A price that is fresh enough to decide with; where prices `last`, as on a simulated market, none is too old. */
export const freshOf = (reference: Reference, at: Instant.Instant, last = false): Price | undefined =>
  isFresh(reference, at, last) ? reference.price : undefined

/** The newer of two prices, however old. */
export const newer = (a: Reference, b: Reference): Reference => {
  if (a._tag === "NoPrice") return b
  return b._tag === "Priced" && a.at < b.at ? b : a
}

const isFresh = (reference: Reference, at: Instant.Instant, last: boolean): reference is Priced => {
  if (reference._tag === "NoPrice") return false
  const age = Instant.millisBetween(reference.at, at)
  return -MAX_AGE_MS <= age && (last || age <= MAX_AGE_MS)
}

/** D3: the newest of several prices that is fresh enough to decide with; where prices `last`, none is too old. */
export const freshest = (references: ReadonlyArray<Reference>, at: Instant.Instant, last = false): Reference => {
  let best: Reference = Reference.NoPrice()
  for (const each of references) {
    if (!isFresh(each, at, last)) continue
    if (best._tag === "NoPrice" || best.at < each.at) best = each
  }
  return best
}
