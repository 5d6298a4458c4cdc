import { Entropy } from "@roundlot/core/adapter"
import { Effect, Layer } from "effect"
import { createHash } from "node:crypto"

const HEX_DIGITS = 32

/** Bytes that a seed decides: ids, and with them the times of pollers, are the same in every run of a round. */
export const entropyOf = (seed: string): Layer.Layer<Entropy.Entropy> => {
  let drawn = 0
  return Layer.succeed(Entropy.Entropy, {
    hex: Effect.sync(() => createHash("sha256").update(`${seed} ${++drawn}`).digest("hex").slice(0, HEX_DIGITS))
  })
}
