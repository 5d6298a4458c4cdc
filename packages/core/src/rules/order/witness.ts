import type { Instant } from "../../values/Instant.ts"

/**
 * W11: by what a broker's word was heard. A frame of a stream, or the answer to a POST, confirms nothing; a reading confirms an end
 * that was heard long enough before it began. What is `settled` needs no second reading.
 */
export type Witness =
  | { readonly _tag: "Frame" }
  | { readonly _tag: "Reading"; readonly begun: Instant; readonly executionsRead: boolean }
  | { readonly _tag: "Settled" }

/** Heard by a stream, or as an answer. */
export const frame: Witness = { _tag: "Frame" }

/** Needs no second reading. */
export const settled: Witness = { _tag: "Settled" }
