import { Decimal, type Decision, Instant, Price, Quantity, Side, Ticker } from "@roundlot/core"
import { OrderTerms } from "@roundlot/core/adapter"
import { Effect, Schema } from "effect"

/** A decision as a person or a program writes it: texts, as flags and requests hold them. */
export interface WrittenDecision {
  readonly symbol: string
  readonly side: string
  readonly quantity?: string | undefined
  readonly notional?: string | undefined
  readonly orderType?: string | undefined
  readonly limitPrice?: string | undefined
  readonly stopPrice?: string | undefined
  readonly timeInForce?: string | undefined
  readonly goodTill?: string | undefined
  readonly session?: string | undefined
  readonly strategy?: string | undefined
  readonly rationale?: string | undefined
}

/** The terms of a decision that are read from their texts. */
export type ReadTerm = Exclude<keyof WrittenDecision, "strategy" | "rationale">

const PRICE = "price above zero, such as 199.5"

/** How a term that cannot be read is refused: its name, its text, and what was wanted, such as `price above zero, such as 199.5`. */
export type Refuse<E> = (term: ReadTerm, text: string, wanted: string) => E

/** Reads the terms of a decision one by one; whether they agree with each other is for `Decision.faultOf` to say. */
export const decisionInputOf = <E>(
  written: WrittenDecision,
  refuse: Refuse<E>
): Effect.Effect<Decision.DecisionInput, E> => {
  const read = <A, I>(term: ReadTerm, text: string, schema: Schema.Schema<A, I>, wanted: string) =>
    Effect.mapError(Schema.decodeUnknown(schema)(text), () => refuse(term, text, wanted))
  const maybe = <A, I>(term: ReadTerm, text: string | undefined, schema: Schema.Schema<A, I>, wanted: string) =>
    text === undefined ? Effect.succeed(undefined) : read(term, text, schema, wanted)
  return Effect.gen(function* () {
    return {
      strategy: written.strategy,
      symbol: yield* read("symbol", written.symbol.toUpperCase(), Ticker.Ticker, "ticker, such as AAPL"),
      side: yield* read("side", written.side.toLowerCase(), Side.Side, "side: buy or sell"),
      quantity: yield* maybe("quantity", written.quantity, Quantity.Quantity, "number of shares above zero"),
      notional: yield* maybe("notional", written.notional, Decimal.FromString, "amount of dollars"),
      orderType: yield* maybe(
        "orderType",
        written.orderType?.toLowerCase(),
        Schema.Literal(...OrderTerms.orderTypes),
        `order type: ${OrderTerms.orderTypes.join(", ")}`
      ),
      limitPrice: yield* maybe("limitPrice", written.limitPrice, Price.Price, PRICE),
      stopPrice: yield* maybe("stopPrice", written.stopPrice, Price.Price, PRICE),
      session: yield* maybe(
        "session",
        written.session?.toLowerCase(),
        Schema.Literal(...OrderTerms.sessions),
        `session: ${OrderTerms.sessions.join(" or ")}`
      ),
      timeInForce: yield* maybe(
        "timeInForce",
        written.timeInForce?.toLowerCase() ?? (written.goodTill === undefined ? undefined : "gtd"),
        Schema.Literal(...OrderTerms.timesInForce),
        `time in force: ${OrderTerms.timesInForce.join(", ")}`
      ),
      goodTill: yield* maybe(
        "goodTill",
        written.goodTill,
        Instant.FromString,
        "ISO 8601 time with a zone, such as 2026-12-01T21:00:00Z"
      ),
      rationale: written.rationale
    }
  })
}
