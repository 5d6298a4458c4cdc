import { Decimal, Decision, OrderTerms, Price, Quantity, Side, Ticker } from "@roundlot/core"
import { Effect, Schema } from "effect"

/** A decision as a person or a program writes it: texts, as flags and requests hold them. */
export interface WrittenDecision {
  readonly symbol: string
  readonly side: string
  readonly quantity?: string | undefined
  readonly notional?: string | undefined
  readonly orderType?: string | undefined
  readonly limitPrice?: string | undefined
  readonly timeInForce?: string | undefined
  readonly strategy?: string | undefined
  readonly rationale?: string | undefined
}

/** The terms of a decision that are read from their texts. */
export type ReadTerm = Exclude<keyof WrittenDecision, "strategy" | "rationale">

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
  const typeOfDecision = Schema.Literal(...Decision.decisionTypes)
  const timeInForce = Schema.Literal(...OrderTerms.timesInForce)
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
        typeOfDecision,
        `type of a decision: ${Decision.decisionTypes.join(" or ")}`
      ),
      limitPrice: yield* maybe("limitPrice", written.limitPrice, Price.Price, "price above zero, such as 199.5"),
      timeInForce: yield* maybe(
        "timeInForce",
        written.timeInForce?.toLowerCase(),
        timeInForce,
        `time in force: ${OrderTerms.timesInForce.join(", ")}`
      ),
      rationale: written.rationale
    }
  })
}
