/** The header of an answer that was given before to the same call under the same key: nothing was done for it again. */
export const REPLAYED = "Idempotency-Replayed"
