import { Schema } from "effect"

const text = Schema.optional(Schema.String)

/**
 * What a broker says of an execution that no rule reads, in its own words: kept for people and other programs. What it does not say
 * is left away.
 */
export const ExecutionFacts = Schema.Struct({
  /** The broker's durable id of the order, as this execution named it. */
  permId: text,
  /** What the order was called by whoever placed it. */
  orderRef: text,
  /** The order's id among those of the client that placed it, and which client that was. */
  orderId: text,
  clientId: text,
  /** The class of what was traded, in the broker's word. */
  secType: text,
  exchange: text,
  currency: text,
  liquidity: text
})

/** What a broker says of an execution that no rule reads. */
export type ExecutionFacts = typeof ExecutionFacts.Type
