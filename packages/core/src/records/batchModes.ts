import { Either, Schema } from "effect"
import type { Instruction } from "./OrderTerms.ts"

/** Every row is an order of its own, or joins its position. */
export const batchModes = ["execute", "accumulate"] as const

/** One of the batch modes. */
export type BatchMode = (typeof batchModes)[number]

/** The mode of a batch was not named, and its rows would be market orders: it has to be. */
export class ModeNotNamed extends Schema.TaggedError<ModeNotNamed>()("ModeNotNamed", {
  /** The line of the first of these rows; absent where the rows are still to come. */
  line: Schema.optional(Schema.Int)
}) {
  override get message() {
    const { line } = this
    const rows =
      line === undefined
        ? "rows without a limit_price would be market orders"
        : `line ${line} has no limit_price: it would be a market order`
    return `the mode is not named, and ${rows}`
  }
}

/** Would a row be a market order if it were executed, since it says no price of its own? */
export const isAtMarket = (instruction: Instruction | undefined): boolean =>
  instruction === undefined || instruction.type === "market"

/**
 * Returns the mode of a batch: as it was named; else `execute`, where every row says at which price. `marketRow` is the first row that would
 * be a market order, without a line where rows are still to come; `undefined` where there is none.
 */
export const modeOf = (
  named: BatchMode | undefined,
  marketRow: { readonly line?: number | undefined } | undefined
): Either.Either<BatchMode, ModeNotNamed> => {
  if (named !== undefined) return Either.right(named)
  return marketRow === undefined ? Either.right("execute") : Either.left(new ModeNotNamed({ line: marketRow.line }))
}
