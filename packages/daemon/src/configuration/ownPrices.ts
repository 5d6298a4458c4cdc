import { PriceReference } from "@roundlot/core/adapter"
import { Context, Deferred, Effect, Layer } from "effect"
import * as ownPart from "../ownPart.ts"
import type { OwnParts } from "./OwnParts.ts"

/** Opened when a price is first asked for: a halt does not wait for it. Where it cannot be opened no price is known, and the log says so. */
export const layer = (prices: NonNullable<OwnParts["prices"]>): Layer.Layer<PriceReference.PriceReference> =>
  Layer.scoped(
    PriceReference.PriceReference,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const opened = yield* Deferred.make<Context.Tag.Service<PriceReference.PriceReference>>()
      const opening = Layer.buildWithScope(prices, scope).pipe(
        Effect.map(Context.get(PriceReference.PriceReference)),
        Effect.tapErrorCause((cause) => Effect.logWarning(ownPart.failureOf("prices", cause).message)),
        Effect.intoDeferred(opened)
      )
      const open = yield* Effect.cached(Effect.forkIn(opening, scope))
      return {
        of: (symbol) => Effect.flatMap(Effect.zipRight(open, Deferred.await(opened)), (found) => found.of(symbol))
      }
    })
  )
