import { Effect, Tracer } from "effect"
import { hash } from "node:crypto"
import { TradeRepository } from "../ports/TradeRepository.ts"
import type { Decision } from "../records/Decision.ts"
import type { Order } from "../records/Order.ts"
import { format } from "../values/Id.ts"

export { exemplarOf, type Exemplar, type Stage } from "./metrics.ts"

const TRACE_DIGITS = 32
const SPAN_DIGITS = 16

/**
 * The span of a record (`O5`) as W3C trace context, in the trace of another record where that is named: 32 and 16 hexadecimal digits,
 * derived from the id of the store, so that every process names the same.
 */
export const spanOf = (storeId: string, id: string, trace = id): Tracer.ExternalSpan =>
  Tracer.externalSpan({
    traceId: hash("sha256", `${storeId}/trace/${trace}`, "hex").slice(0, TRACE_DIGITS),
    spanId: hash("sha256", `${storeId}/span/${id}`, "hex").slice(0, SPAN_DIGITS)
  })

/** What of an order says which trace is its own. */
export type Traced = Pick<Order, "id" | "decisionId">

/** The record whose trace an order is in: its decision's, else its own. */
const traceOf = ({ decisionId, id }: Traced): string =>
  decisionId === undefined ? format("order", id) : format("decision", decisionId)

/** The span of an order. */
export const ofOrder = (storeId: string, order: Traced): Tracer.ExternalSpan =>
  spanOf(storeId, format("order", order.id), traceOf(order))

/** The span of what belongs to an order, by its id: an attempt (`S4`), a fill (`F3`). */
export const within = (storeId: string, order: Traced, id: string): Tracer.ExternalSpan =>
  spanOf(storeId, id, traceOf(order))

/** The span of a decision, the first of its trace. */
export const ofDecision = (storeId: string, { id }: Pick<Decision, "id">): Tracer.ExternalSpan =>
  spanOf(storeId, format("decision", id))

/** Does it in the trace of an order: requests, log lines and spans of it have its trace id. */
export const inTraceOf =
  (order: Traced) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan> | TradeRepository> =>
    Effect.flatMap(TradeRepository, ({ identity }) => Effect.withParentSpan(effect, ofOrder(identity.id, order)))
