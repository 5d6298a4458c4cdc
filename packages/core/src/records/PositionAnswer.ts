import { Schema } from "effect"
import { Control, controlNames } from "./Control.ts"
import { format, OrderId } from "../values/Id.ts"
import * as Decimal from "../values/Decimal.ts"
import { Quantity } from "../values/Quantity.ts"
import { Side } from "./Side.ts"
import { holdCauses, plainAnswers } from "./answerCodes.ts"
import * as codeWords from "./codeWords.ts"

const sized = { side: Side, quantity: Quantity }

/**
 * The recorded answer to "what order would be made now, or why none?" (D4). Quantities in shares. Fields that change by themselves (a
 * time, the order or break in the way) are left out: they are no new answer.
 */
export const PositionAnswer = Schema.Union(
  Schema.Struct({ _tag: Schema.Literal(...plainAnswers) }),
  /** The order that was due has been made. */
  Schema.TaggedStruct("Ordered", { orderId: OrderId }),
  /** It would be made, and trading is only observed. */
  Schema.TaggedStruct("Observed", sized),
  Schema.TaggedStruct("Refused", { control: Control }),
  /** `orderId` is the order that an operator cancelled. */
  Schema.TaggedStruct("Held", { by: Schema.Literal(...holdCauses), orderId: Schema.optional(OrderId) })
)

/** The recorded answer to "what order would be made now, or why none?" (D4). */
export type PositionAnswer = typeof PositionAnswer.Type

/** An order that would be made: an answer that is never recorded, since the order is made with it. */
interface OrderDue {
  readonly _tag: "Order"
  readonly side: Side
  readonly quantity: Quantity
}

/** The answer to "what order would be made?" of a dry run. */
export type ForeseenAnswer = Exclude<PositionAnswer, { readonly _tag: "Ordered" }> | OrderDue

/** D1: what a position answers before anything was evaluated. */
export const FIRST_ANSWER = { _tag: "NotDue" } as const

/** Do two say the same? Every evaluation compares two. */
export const isSame = (a: PositionAnswer, b: PositionAnswer): boolean => {
  switch (a._tag) {
    case "Ordered":
      return b._tag === "Ordered" && a.orderId === b.orderId
    case "Observed":
      return b._tag === "Observed" && a.side === b.side && Decimal.equals(a.quantity, b.quantity)
    case "Refused":
      return b._tag === "Refused" && a.control === b.control
    case "Held":
      return b._tag === "Held" && a.by === b.by && a.orderId === b.orderId
    default:
      return a._tag === b._tag
  }
}

/** Every answer that names no order and no quantity: what rows are asked for by. */
const nameable: ReadonlyArray<PositionAnswer> = [
  ...plainAnswers.map((_tag) => ({ _tag })),
  ...holdCauses.map((by) => ({ _tag: "Held", by }) as const),
  ...controlNames.map((control) => ({ _tag: "Refused", control }) as const)
]

const cellOf = Schema.encodeSync(Schema.parseJson(PositionAnswer))

/** The filter of positions whose answer meets a condition; those that name an order or a quantity are not among them. */
export const answering = (is: (answer: PositionAnswer) => boolean) => ({
  column: "answer",
  in: nameable.filter(is).map((answer) => cellOf(answer))
})

const saidOf = (answer: PositionAnswer | ForeseenAnswer): ReadonlyArray<string> => {
  switch (answer._tag) {
    case "Ordered":
      return [format("order", answer.orderId)]
    case "Order":
    case "Observed":
      return [answer.side, Decimal.format(answer.quantity)]
    case "Refused":
      return [answer.control]
    case "Held":
      return answer.orderId === undefined ? [answer.by] : [answer.by, format("order", answer.orderId)]
    default:
      return []
  }
}

/** An answer for people: `Refused: dollars per order`, `Held: cancel O5`, `Order: buy 1`. */
export const answerWords = (answer: PositionAnswer | ForeseenAnswer): string =>
  codeWords.answerWords(answer._tag, saidOf(answer))

/** An answer in the notation of the rules: `Refused(MaxNotional)`, `Held(cancel O5)`, `Order(buy 1)`. */
export const answerText = (answer: PositionAnswer | ForeseenAnswer): string => {
  const said = saidOf(answer)
  return said.length === 0 ? answer._tag : `${answer._tag}(${said.join(" ")})`
}
