import type { Documents } from "@roundlot/api"
import { Account, Decimal, Instant, type Position, Side } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { codeWords, Control, due, ladder, type PositionAnswer } from "@roundlot/core/ledger"
import { decimalOrNull, idOrNull, valueOrNull } from "./text.ts"

type AnswerDocument = Documents.AnswerDocument

type NextDocument = Documents.NextDocument

type HoldCause = Extract<AnswerDocument, { readonly code: "Held" }>["by"]

/** The document of an answer. */
export const answerOf = (answer: PositionAnswer.PositionAnswer | PositionAnswer.ForeseenAnswer): AnswerDocument => {
  switch (answer._tag) {
    case "Ordered":
      return { code: answer._tag, orderId: Id.format("order", answer.orderId) }
    case "Order":
    case "Observed":
      return { code: answer._tag, side: answer.side, quantity: Decimal.format(answer.quantity) }
    case "Refused":
      return { code: answer._tag, control: answer.control }
    case "Held":
      return { code: answer._tag, by: answer.by, orderId: idOrNull("order", answer.orderId) }
    default:
      return { code: answer._tag }
  }
}

/** What order would be made now, or why none (ACC-11), in a code and in a sentence. */
export const nextOf = (standing: due.Standing): NextDocument => {
  const next = due.saidOf(standing)
  const order =
    next._tag === "Order"
      ? {
          side: next.side,
          quantity: Decimal.format(next.quantity),
          positionEffect: valueOrNull(next.positionEffect),
          limitPrice: decimalOrNull(next.terms.limitPrice)
        }
      : null
  return { answer: answerOf(due.foreseenOf(next)), why: whyOf(next, standing), order }
}

const whyOf = (next: due.Due, standing: due.Standing): string =>
  due.Due.$match(next, {
    Order: ({ quantity, side, terms }) =>
      `an order to ${side} ${Decimal.format(quantity)} would be made${atStep(terms.limitPrice, standing, side)}`,
    OrderLive: ({ orderId }) => liveWords(orderId, standing),
    NotDue: () => notDue(standing),
    Collecting: ({ until }) => collecting(until, standing),
    Halted: () => "trading is halted, and waits to be resumed",
    Observed: ({ quantity, side }) =>
      `an order to ${side} ${Decimal.format(quantity)} is due, but trading is only observed`,
    Held: ({ by, orderId }) => held(by, orderId, standing.position),
    BreakOpen: (found) => `blocked by an open break (${codeWords.breakName(found)})`,
    SessionClosed: () => "the market is closed",
    RestrictedHours: () => "it is within the restricted hours of its account",
    CoolingDown: ({ until }) => `an order ended without a full fill; the next one waits until ${Instant.format(until)}`,
    OppositeOrderLive: ({ orderId }) => `${Id.format("order", orderId)} on the other side is open`,
    NoPrice: () => "its threshold or limit needs a price, and no current price is known",
    Refused: ({ control }) => refusal(Control.controls[control])
  })

const liveWords = (orderId: number, { liveOrders }: due.Standing): string => {
  const isDoubtful = liveOrders.some(({ id, status }) => id === orderId && status === "in_doubt")
  const state = isDoubtful ? "unconfirmed" : "open"
  return `${Id.format("order", orderId)} is ${state}; a position has one order at a time`
}

/** At which price and step, where the account has several. */
const atStep = (
  limitPrice: Decimal.Decimal | undefined,
  { account, at, position }: due.Standing,
  side: Side.Side
): string => {
  const steps = ladder.offsetsOf(account).length
  if (limitPrice === undefined || steps < 2) return ""
  return `, at ${Decimal.format(limitPrice)} or better: step ${ladder.stepOf(position, account, side, at) + 1} of ${steps}`
}

const goesOn = (until: Instant.Instant | undefined): string =>
  `it resumes ${until === undefined ? "" : `at ${Instant.format(until)}, or `}once the symbol is resumed`

const held = (by: HoldCause, orderId: number | undefined, position: Position.Position): string => {
  const { circuitUntil, refusedUntil } = position
  switch (by) {
    case "circuit":
      return `several orders in a row ended without a full fill; ${goesOn(circuitUntil)}`
    case "refused":
      return `the broker rejects this side until its next session; ${goesOn(refusedUntil)}`
    case "cancel":
      return `${idOrNull("order", orderId) ?? "its order"} was cancelled by an operator; nothing is ordered until the symbol is resumed`
  }
}

const refusal = ({ remedy, says }: (typeof Control.controls)[Control.Control]): string => `${says}. ${remedy}`

const collecting = (until: Instant.Instant | undefined, { account, instrument, position }: due.Standing): string => {
  const shares = Decimal.floorTo(Decimal.abs(position.residual), due.lotOf({ account, instrument }))
  const then = until === undefined ? "which the exchange's calendar does not have yet" : `at ${Instant.format(until)}`
  return `the account collects trades; an order to ${Side.ofSign(position.residual)} ${Decimal.format(shares)} is due at the next cut-off, ${then}`
}

const notDue = ({ account, instrument, position }: due.Standing): string => {
  const from = Account.dueFrom(account, due.lotOf({ account, instrument }))
  const residual = Decimal.abs(position.residual)
  return Decimal.isLess(residual, from)
    ? `residual ${Decimal.format(position.residual)} is below the threshold of ${Decimal.format(from)}`
    : `residual ${Decimal.format(position.residual)} is worth less than the account's threshold in dollars`
}
