import { Context, Data, Effect, Layer } from "effect"
import type { Ticker } from "../instrument/Ticker.ts"
import type { Price } from "../money/Price.ts"
import type { Instant } from "../time/Instant.ts"

/** What a share is worth now, with its source and age, or that nobody knows. Never zero for "unknown". */
export type Reference = Data.TaggedEnum<{
  readonly Priced: { readonly price: Price; readonly at: Instant; readonly source: string }
  readonly NoPrice: object
}>

/** Constructors of `Reference`. */
export const Reference = Data.taggedEnum<Reference>()

/** What a share is worth now. */
export class PriceReference extends Context.Tag("@roundlot/core/PriceReference")<
  PriceReference,
  { readonly of: (symbol: Ticker) => Effect.Effect<Reference> }
>() {}

/** Prices that are known beforehand. */
export const layerMemory = (prices: ReadonlyMap<Ticker, Reference>): Layer.Layer<PriceReference> =>
  Layer.succeed(PriceReference, { of: (symbol) => Effect.succeed(prices.get(symbol) ?? Reference.NoPrice()) })
