import type { Documents } from "@roundlot/api"
import { Decimal, Fill, Instant, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { inAnyCase } from "./criteria.ts"
import * as Columns from "./table.ts"

/** Which of them: of one account. */
interface CommissionFilters {
  readonly account?: string | undefined
}

type Waiting = Documents.WaitingCommissionDocument

const documentOf = (each: Fill.WaitingCommission): Waiting => ({
  execId: each.execId,
  account: each.account,
  number: each.number,
  amount: Decimal.format(each.amount),
  currency: each.currency,
  asOf: Instant.format(each.asOf),
  receivedAt: Instant.format(each.receivedAt)
})

/** F12 of reconciliation: the commissions whose execution is not booked yet, as they came. */
export const list = ({
  account
}: CommissionFilters): Effect.Effect<
  ReadonlyArray<Waiting>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.map(
    Reads.all(Fill.WaitingCommissionTable, {
      where: [{ column: "joinedAt", in: [null] }, ...inAnyCase("account", account)]
    }),
    (waiting) => waiting.toSorted((a, b) => Number(a.receivedAt - b.receivedAt)).map(documentOf)
  )

const columns = [
  Columns.words<Waiting>("EXECUTION", ({ execId }) => execId),
  Columns.words<Waiting>("ACCOUNT", ({ account }) => account),
  Columns.numbers<Waiting>("VERSION", ({ number }) => String(number)),
  Columns.numbers<Waiting>("AMOUNT", ({ amount }) => amount),
  Columns.words<Waiting>("CURRENCY", ({ currency }) => currency),
  Columns.times<Waiting>("RECEIVED", ({ receivedAt }) => receivedAt)
]

/** Waiting commissions as a table for people. */
export const table = Columns.tableOf<Waiting>(columns)
