import { randomBytes } from "node:crypto"
import { Context, Effect, Layer } from "effect"

/** Unpredictable bytes: for the ids that must never be made twice, by no copy of a store either. */
export class Entropy extends Context.Tag("@roundlot/core/Entropy")<
  Entropy,
  {
    /** Sixteen random bytes in hexadecimal. */
    readonly hex: Effect.Effect<string>
  }
>() {}

const BYTES = 16

/** Sixteen bytes of the operating system's randomness in hexadecimal, for what nothing on record depends on. */
export const secureHex: Effect.Effect<string> = Effect.sync(() => randomBytes(BYTES).toString("hex"))

/** The operating system's randomness. */
export const layerSecure: Layer.Layer<Entropy> = Layer.succeed(Entropy, { hex: secureHex })

/** The same value every time, for tests and simulation. */
export const layerFixed = (hex: string): Layer.Layer<Entropy> => Layer.succeed(Entropy, { hex: Effect.succeed(hex) })
