import { Decimal } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { Amount, movements, tradeDates, type taxLots, type wash } from "@roundlot/core/ledger"
import { decimalOrNull, idOrNull, valueOrNull } from "./text.ts"

/**
 * A row of the report on profit; null is what a row of its kind does not say, or what is not known. Shares, dollars, dates in New York.
 */
export interface ProfitRow {
  /** A closing of a lot, a lot that is open, an execution that was corrected, or sums. */
  readonly kind: "closing" | "lot" | "correction" | "symbol" | "day" | "total"
  readonly account: string
  readonly symbol: string | null
  readonly method: taxLots.Method
  readonly date: string | null
  readonly side: "long" | "short" | null
  readonly quantity: string | null
  readonly opened: string | null
  readonly openedBy: string | null
  readonly closedBy: string | null
  readonly cost: string | null
  readonly proceeds: string | null
  /** Of a closing or a lot those in its figures; of a sum those of the period's executions. */
  readonly fees: string | null
  readonly feesKnown: boolean | null
  readonly profit: string | null
  /** How many closings have a profit that is not known, and is in no sum. */
  readonly unknownProfits: number | null
  readonly term: "short" | "long" | null
  readonly washShares: string | null
  readonly washDisallowed: string | null
  readonly washBy: string | null
  readonly note: string | null
}

/** The fields of a row, in the order in which they are exported. */
export const FIELDS = [
  "kind",
  "account",
  "symbol",
  "method",
  "date",
  "side",
  "quantity",
  "opened",
  "openedBy",
  "closedBy",
  "cost",
  "proceeds",
  "fees",
  "feesKnown",
  "profit",
  "unknownProfits",
  "term",
  "washShares",
  "washDisallowed",
  "washBy",
  "note"
] as const satisfies ReadonlyArray<keyof ProfitRow>

/** Of what a row is. */
export interface RowOf {
  readonly account: string
  readonly symbol: string | null
  readonly method: taxLots.Method
}

const emptyOf = (kind: ProfitRow["kind"], of: RowOf): ProfitRow => ({
  kind,
  ...of,
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
  note: null
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
  washShares: decimalOrNull(washed?.shares),
  washDisallowed: decimalOrNull(washed?.disallowed),
  washBy:
    washed === undefined
      ? null
      : washed.by.map(({ fillId, shares }) => `${Id.format("fill", fillId)} ${Decimal.format(shares)}`).join("; ")
})

/** A lot that is open: of a short one what was received is its proceeds. */
export const lotRow = (of: RowOf, { amount, opening, shares }: taxLots.TaxLot): ProfitRow => ({
  ...emptyOf("lot", of),
  ...openingOf(opening),
  quantity: Decimal.format(shares),
  cost: opening.isLong ? decimalOrNull(Amount.paid(amount)) : null,
  proceeds: opening.isLong ? null : decimalOrNull(Amount.received(amount)),
  fees: Decimal.format(amount.fee),
  feesKnown: amount.isFeeKnown
})

/** Dates from and to, both of them in the period; without one from the begin, or to the end. */
export interface Dates {
  readonly from: string | undefined
  readonly to: string | undefined
}

/** Is a date of the period? */
export const isOf = ({ from, to }: Dates, date: string): boolean =>
  (from === undefined || date >= from) && (to === undefined || date <= to)

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
}

/** Of nothing. */
export const noSums: Sums = {
  profit: Decimal.zero,
  unknownProfits: 0,
  disallowed: Decimal.zero,
  fees: Decimal.zero,
  isFeeKnown: true
}

/** Both. */
export const both = (a: Sums, b: Sums): Sums => ({
  profit: Decimal.add(a.profit, b.profit),
  unknownProfits: a.unknownProfits + b.unknownProfits,
  disallowed: Decimal.add(a.disallowed, b.disallowed),
  fees: Decimal.add(a.fees, b.fees),
  isFeeKnown: a.isFeeKnown && b.isFeeKnown
})

/** What a closing adds. */
export const sumsOfClosing = ({ profit }: taxLots.Closing, washed: wash.Wash | undefined): Sums => ({
  ...noSums,
  profit: profit ?? Decimal.zero,
  unknownProfits: profit === undefined ? 1 : 0,
  disallowed: washed?.disallowed ?? Decimal.zero
})

/** What an execution adds. */
export const sumsOfMoved = ({ amount: { fee, isFeeKnown } }: movements.Moved): Sums => ({
  ...noSums,
  fees: fee,
  isFeeKnown
})

/** A row of sums. */
export const sumRow = (
  kind: "symbol" | "day" | "total",
  of: RowOf,
  sums: Sums,
  rest: Partial<Pick<ProfitRow, "date" | "quantity" | "cost" | "note">> = {}
): ProfitRow => ({
  ...emptyOf(kind, of),
  fees: Decimal.format(sums.fees),
  feesKnown: sums.isFeeKnown,
  profit: Decimal.format(sums.profit),
  unknownProfits: sums.unknownProfits,
  washDisallowed: Decimal.format(sums.disallowed),
  ...rest
})
