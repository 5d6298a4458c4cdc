import { Context, Effect, Layer } from "effect"
import type { Ticker } from "../instrument/Ticker.ts"
import { Reference } from "../money/Reference.ts"

/** What a share is worth now. */
export class PriceReference extends Context.Tag("@roundlot/core/PriceReference")<
  PriceReference,
  { readonly of: (symbol: Ticker) => Effect.Effect<Reference> }
>() {}

/** Prices that are known beforehand. */
export const layerMemory = (prices: ReadonlyMap<Ticker, Reference>): Layer.Layer<PriceReference> =>
  Layer.succeed(PriceReference, { of: (symbol) => Effect.succeed(prices.get(symbol) ?? Reference.NoPrice()) })
