import { Context, Effect, Layer } from "effect"
import type { Ticker } from "../records/Ticker.ts"
import { Reference } from "../values/Reference.ts"
import { within } from "./deadline.ts"

/** What a share is worth now. */
export class PriceReference extends Context.Tag("@roundlot/core/PriceReference")<
  PriceReference,
  { readonly of: (symbol: Ticker) => Effect.Effect<Reference> }
>() {}

const LONGEST = "250 millis"

/** What a source knows; one that is slow or dies knows no price: it must not stop the one writer (D3). */
export const known = (source: Context.Tag.Service<typeof PriceReference>, symbol: Ticker): Effect.Effect<Reference> =>
  within(source.of(symbol), LONGEST, () => Effect.succeed(Reference.NoPrice())).pipe(
    Effect.catchAllCause(() => Effect.succeed(Reference.NoPrice()))
  )

/** Prices that are known beforehand. */
export const layerMemory = (prices: ReadonlyMap<Ticker, Reference>): Layer.Layer<PriceReference> =>
  Layer.succeed(PriceReference, { of: (symbol) => Effect.succeed(prices.get(symbol) ?? Reference.NoPrice()) })
