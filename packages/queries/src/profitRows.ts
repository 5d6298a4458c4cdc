import { Documents } from "@roundlot/api"
import { Decimal } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { Amount, movements, tradeDates, type taxLots, valuation, type wash } from "@roundlot/core/ledger"
import { Struct } from "effect"
import { type Dates, isOf } from "./reportDates.ts"
import { decimalOrNull, idOrNull, timeOrNull, valueOrNull } from "./text.ts"

/** A row of the report on profit. */
export type ProfitRow = Documents.ProfitRow

/** The fields of a row, in the order in which they are exported. */
export const FIELDS = Struct.keys(Documents.ProfitRow.fields)

/** Of what a row is. */
export interface RowOf {
  readonly account: string
  readonly symbol: string | null
  readonly method: taxLots.Method
  readonly currency: string
}

const emptyOf = (kind: ProfitRow["kind"], { account, currency, method, symbol }: RowOf): ProfitRow => ({
  kind,
  account,
  symbol,
  method,
  date: null,
  side: null,
  quantity: null,
  opened: null,
  openedBy: null,
  closedBy: null,
  cost: null,
  proceeds: null,
  fees: null,
  feesKnown: null,
  profit: null,
  unknownProfits: null,
  term: null,
  washShares: null,
  washDisallowed: null,
  washBy: null,
  note: null,
  currency,
  averageCost: null,
  price: null,
  priceAt: null,
  marketValue: null,
  unrealised: null,
  unvalued: null,
  turnover: null,
  unpriced: null
})

const openingOf = ({ date, fillId, isLong }: taxLots.Opening) =>
  ({
    side: isLong ? "long" : "short",
    // Declared shares were acquired at a time that nobody knows.
    opened: fillId === undefined ? null : date,
    openedBy: idOrNull("fill", fillId)
  }) as const

/** A closing, and what of its loss is flagged. */
export const closingRow = (of: RowOf, closing: taxLots.Closing, washed: wash.Wash | undefined): ProfitRow => ({
  ...emptyOf("closing", of),
  ...openingOf(closing.opening),
  date: closing.date,
  quantity: Decimal.format(closing.shares),
  closedBy: idOrNull("fill", closing.closedBy),
  cost: decimalOrNull(closing.cost),
  proceeds: decimalOrNull(closing.proceeds),
  fees: Decimal.format(closing.fees),
  feesKnown: closing.isFeeKnown,
  profit: decimalOrNull(closing.profit),
  term: valueOrNull(closing.term),
  note: closing.isIdentified ? "lot identified by a person" : null,
  washShares: decimalOrNull(washed?.shares),
  washDisallowed: decimalOrNull(washed?.disallowed),
  washBy:
    washed === undefined
      ? null
      : washed.by.map(({ fillId, shares }) => `${Id.format("fill", fillId)} ${Decimal.format(shares)}`).join("; ")
})

/** A lot that is open: of a short one what was received is its proceeds. */
export const lotRow = (of: RowOf, lot: taxLots.TaxLot, price: Decimal.Decimal | undefined): ProfitRow => {
  const { amount, opening, shares } = lot
  const { unrealised, value } = valuation.ofLot(lot, price)
  return {
    ...emptyOf("lot", of),
    ...openingOf(opening),
    quantity: Decimal.format(shares),
    cost: opening.isLong ? decimalOrNull(Amount.paid(amount)) : null,
    proceeds: opening.isLong ? null : decimalOrNull(Amount.received(amount)),
    fees: Decimal.format(amount.fee),
    feesKnown: amount.isFeeKnown,
    marketValue: decimalOrNull(value),
    unrealised: decimalOrNull(unrealised)
  }
}

const saidOf = ({ fill: { price, quantity } }: movements.Executed): string => {
  if (Decimal.isZero(quantity)) return "busted"
  return `${Decimal.format(quantity)} at ${price === undefined ? "a price not known" : Decimal.format(price)}`
}

/** The revisions of a period that took the place of earlier ones, whenever the executions were. */
export const correctionRows = (
  of: RowOf,
  executed: ReadonlyArray<movements.Executed>,
  dates: Dates
): ReadonlyArray<ProfitRow> =>
  movements.byExecution(executed).flatMap((revisions) =>
    revisions.flatMap((revision, at) => {
      const before = revisions[at - 1]
      const date = tradeDates.tradeDate(revision.fill.createdAt)
      if (before === undefined || !isOf(dates, date)) return []
      return [
        {
          ...emptyOf("correction", of),
          date,
          quantity: Decimal.format(revision.fill.quantity),
          opened: tradeDates.tradeDate(movements.executedAtOf(revisions) ?? before.fill.executedAt),
          openedBy: Id.format("fill", before.fill.id),
          closedBy: Id.format("fill", revision.fill.id),
          note: `${revision.side}: ${saidOf(before)}, now ${saidOf(revision)}`
        }
      ]
    })
  )

/** Sums of closings and of executions. */
export interface Sums {
  readonly profit: Decimal.Decimal
  readonly unknownProfits: number
  readonly disallowed: Decimal.Decimal
  readonly fees: Decimal.Decimal
  readonly isFeeKnown: boolean
  readonly turnover: Decimal.Decimal
  readonly unpriced: number
}

/** Of nothing. */
export const noSums: Sums = {
  profit: Decimal.zero,
  unknownProfits: 0,
  disallowed: Decimal.zero,
  fees: Decimal.zero,
  isFeeKnown: true,
  turnover: Decimal.zero,
  unpriced: 0
}

/** Both. */
export const both = (a: Sums, b: Sums): Sums => ({
  profit: Decimal.add(a.profit, b.profit),
  unknownProfits: a.unknownProfits + b.unknownProfits,
  disallowed: Decimal.add(a.disallowed, b.disallowed),
  fees: Decimal.add(a.fees, b.fees),
  isFeeKnown: a.isFeeKnown && b.isFeeKnown,
  turnover: Decimal.add(a.turnover, b.turnover),
  unpriced: a.unpriced + b.unpriced
})

/** What a closing adds. */
export const sumsOfClosing = ({ profit }: taxLots.Closing, washed: wash.Wash | undefined): Sums => ({
  ...noSums,
  profit: profit ?? Decimal.zero,
  unknownProfits: profit === undefined ? 1 : 0,
  disallowed: washed?.disallowed ?? Decimal.zero
})

/** What an execution adds; shares that were declared are no trade. */
export const sumsOfMoved = ({ amount: { fee, gross, isFeeKnown }, fillId }: movements.Moved): Sums => ({
  ...noSums,
  fees: fee,
  isFeeKnown,
  turnover: gross ?? Decimal.zero,
  unpriced: fillId !== undefined && gross === undefined ? 1 : 0
})

/** What open lots of a currency are worth. */
export interface Held {
  readonly value: Decimal.Decimal
  readonly unrealised: Decimal.Decimal
  /** How many symbols have an unrealised profit that is not known. */
  readonly unvalued: number
}

/** Nothing is held. */
export const noHeld: Held = { value: Decimal.zero, unrealised: Decimal.zero, unvalued: 0 }

/** With what is held of one more symbol. */
export const withHeld = ({ unrealised, unvalued, value }: Held, of: valuation.Valuation): Held => ({
  value: Decimal.add(value, of.value ?? Decimal.zero),
  unrealised: Decimal.add(unrealised, of.unrealised ?? Decimal.zero),
  unvalued: unvalued + (of.unrealised === undefined ? 1 : 0)
})

/** What is said of all that is held. */
export const heldFields = ({ unrealised, unvalued, value }: Held) => ({
  marketValue: Decimal.format(value),
  unrealised: Decimal.format(unrealised),
  unvalued
})

/** What is said of what is held of a symbol, at a price. */
export const valuedFields = (of: valuation.Valuation, priced: valuation.Quoted | undefined) => ({
  quantity: Decimal.format(of.shares),
  cost: decimalOrNull(of.cost),
  averageCost: decimalOrNull(valuation.averageCost(of)),
  price: decimalOrNull(priced?.price),
  priceAt: timeOrNull(priced?.at),
  marketValue: decimalOrNull(of.value),
  unrealised: decimalOrNull(of.unrealised),
  unvalued: of.unrealised === undefined ? 1 : 0
})

/** A row of sums. */
export const sumRow = (
  kind: "symbol" | "symbolDay" | "day" | "total",
  of: RowOf,
  sums: Sums,
  rest: Partial<ProfitRow> = {}
): ProfitRow => ({
  ...emptyOf(kind, of),
  fees: Decimal.format(sums.fees),
  feesKnown: sums.isFeeKnown,
  profit: Decimal.format(sums.profit),
  unknownProfits: sums.unknownProfits,
  washDisallowed: Decimal.format(sums.disallowed),
  turnover: Decimal.format(sums.turnover),
  unpriced: sums.unpriced,
  ...rest
})
