import { Daemon, Decimal, Reads } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Break, codeWords, PositionAnswer } from "@roundlot/core/ledger"
import * as positionViews from "./positions.ts"
import { Effect } from "effect"

/** What is left where nothing moves by itself: orders, positions that wait, breaks that hold sending. */
export interface Remaining extends Daemon.Left {
  readonly breaks: ReadonlyArray<Break.Break>
}

/** Waits until nothing can move without an operator, a session or a cool-down, and says what is left. */
export const untilIdle: Effect.Effect<Remaining, TradeRepository.StoreError, Daemon.Requirements> = Effect.gen(
  function* () {
    const left = yield* Daemon.untilIdle
    const open = yield* Reads.all(Break.BreakTable, {
      where: [
        { column: "closedAt", in: [null] },
        { column: "holds", in: ["symbol", "account"] }
      ]
    })
    const remaining: Remaining = { ...left, breaks: open }
    return remaining
  }
)

/** Is anything left? */
export const isAnything = ({ breaks, orders, positions }: Remaining): boolean =>
  breaks.length + orders.length + positions.length > 0

/** What is left, a line each. */
export const lines = ({ breaks, orders, positions }: Remaining): ReadonlyArray<string> => [
  ...orders.map(
    (order) =>
      `order ${Id.format("order", order.id)} (${order.account}): ${order.side} ${Decimal.format(order.quantity)} ${order.symbol} is ${order.status}`
  ),
  ...positions.map(
    (position) =>
      `position ${position.symbol} (${position.account}): residual ${Decimal.format(position.residual)}, ${PositionAnswer.answerWords(position.answer)}`
  ),
  ...breaks.map(
    (each) =>
      `break ${Id.format("break", each.id)} (${each.account}): ${codeWords.breakName(each)}; it blocks the ${each.holds}`
  )
]

/** What is left, as a document. */
export const document = ({ breaks, orders, positions }: Remaining) => ({
  orders: orders.map(({ account, id, quantity, side, status, symbol }) => ({
    id: Id.format("order", id),
    account,
    symbol,
    side,
    quantity: Decimal.format(quantity),
    status
  })),
  positions: positions.map(({ account, answer, residual, symbol }) => ({
    account,
    symbol,
    residual: Decimal.format(residual),
    answer: positionViews.answerOf(answer)
  })),
  breaks: breaks.map((found) => ({
    id: Id.format("break", found.id),
    account: found.account,
    symbol: found.symbol ?? null,
    kind: found.kind,
    subject: found.subject,
    holds: found.holds,
    evidence: Break.evidenceOf(found)
  }))
})
