import type { Documents } from "@roundlot/api"
import { Decimal, Fill, Instant, Reads } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Break, duplicates } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { inAnyCase } from "./criteria.ts"
import * as Columns from "./table.ts"
import { decimalOrNull, orNull, valueOrNull } from "./text.ts"

type Waiting = Documents.WaitingFillDocument

/** Which of them: of one account, of one symbol. */
interface WaitingFilters {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
}

const documentOf = (fill: Fill.WaitingFill, suspected: Break.Break | undefined): Waiting => ({
  execId: fill.execId,
  execIdBase: fill.execIdBase,
  revision: fill.revision,
  account: fill.account,
  symbol: fill.symbol,
  side: fill.side,
  quantity: Decimal.format(fill.quantity),
  price: decimalOrNull(fill.price),
  brokerOrderId: valueOrNull(fill.brokerOrderId),
  clientOrderId: valueOrNull(fill.clientOrderId),
  standing: suspected === undefined ? "parked" : "suspected",
  orderId: orNull(suspected, ({ subject }) => subject),
  breakId: orNull(suspected, ({ id }) => Id.format("break", id)),
  executedAt: Instant.format(fill.executedAt),
  receivedAt: Instant.format(fill.receivedAt)
})

/** The executions that count nowhere yet, as they came: those whose order is not known (F7), and suspected duplicates (F10). */
export const list = ({
  account,
  symbol
}: WaitingFilters): Effect.Effect<
  ReadonlyArray<Waiting>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const narrowed = [...inAnyCase("account", account), ...inAnyCase("symbol", symbol)]
    const waiting = yield* Reads.all(Fill.WaitingFillTable, {
      where: [{ column: "joinedAt", in: [null] }, ...narrowed]
    })
    const doubts = yield* Reads.all(Break.BreakTable, {
      where: [
        { column: "closedAt", in: [null] },
        { column: "kind", in: ["SuspectedDuplicate"] }
      ]
    })
    const suspicionOf = (fill: Fill.WaitingFill) =>
      doubts.find((each) => each.account === fill.account && duplicates.isSuspicionOf(each, fill))
    return waiting
      .toSorted((a, b) => Number(a.receivedAt - b.receivedAt))
      .map((fill) => documentOf(fill, suspicionOf(fill)))
  })

const columns = [
  Columns.words<Waiting>("EXECUTION", ({ execId }) => execId),
  Columns.words<Waiting>("ACCOUNT", ({ account }) => account),
  Columns.words<Waiting>("STANDING", ({ standing }) => standing),
  Columns.words<Waiting>("SYMBOL", ({ symbol }) => symbol),
  Columns.words<Waiting>("SIDE", ({ side }) => side),
  Columns.numbers<Waiting>("QUANTITY", ({ quantity }) => quantity),
  Columns.dollars<Waiting>("PRICE", ({ price }) => price),
  Columns.words<Waiting>("BROKER ORDER", ({ brokerOrderId }) => brokerOrderId),
  Columns.times<Waiting>("RECEIVED", ({ receivedAt }) => receivedAt)
]

/** Waiting executions as a table for people. */
export const table = Columns.tableOf<Waiting>(columns)
