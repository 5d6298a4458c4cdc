import { shown } from "@roundlot/api/text"
import { Decimal, Instant } from "@roundlot/core"
import { Either, Option, Schema } from "effect"
import { type JsonItem, type JsonRow, readRows } from "./jsonItems.ts"
import { type Contents, decimalOf, type Execution, priceOf } from "./Statement.ts"
import { dateIn, dateOf, NEW_YORK } from "./statementTime.ts"
import type { Fault } from "./StatementUnreadable.ts"

/** Schwab's transactions, as `GET /accounts/{hash}/transactions` answers them. None has the id by which its executions are known. */
export const readTransactions = (json: string): Either.Either<Contents, Fault> =>
  readRows(json, { rowOf, idField: "activityId", readOf })

const text = Schema.optional(Schema.NullOr(Schema.String))

const TransferItem = Schema.Struct({
  instrument: Schema.optional(Schema.NullOr(Schema.Struct({ assetType: text, symbol: text }))),
  amount: text,
  cost: text,
  price: text,
  feeType: text
})

/** What is read of a transaction; its numbers are texts. */
const Transaction = Schema.parseJson(
  Schema.Struct({
    activityId: text,
    type: Schema.String,
    status: text,
    activityType: text,
    accountNumber: text,
    time: text,
    tradeDate: text,
    orderId: text,
    transferItems: Schema.optional(Schema.NullOr(Schema.Array(TransferItem)))
  })
)

type TransferItem = typeof TransferItem.Type

interface Row extends JsonRow {
  readonly transaction: typeof Transaction.Type | undefined
}

const decode = Schema.decodeUnknownOption(Transaction)

const rowOf = (item: JsonItem): Row => {
  const transaction = Option.getOrUndefined(decode(item.exact))
  const at = Instant.parse(transaction?.time ?? "")
  return {
    item,
    transaction,
    id: transaction?.activityId ?? undefined,
    execId: undefined,
    account: transaction?.accountNumber ?? undefined,
    date: dateOf(transaction?.tradeDate?.slice(0, 10) ?? "") ?? (at === undefined ? undefined : dateIn(at, NEW_YORK))
  }
}

const TRADE = "TRADE"
const CURRENCY = "CURRENCY"
const STOCKS: ReadonlySet<string> = new Set(["EQUITY", "ETF", "COLLECTIVE_INVESTMENT"])

/** An execution, or what else a transaction is. */
const readOf = (row: Row): Either.Either<Execution | string, string> => {
  const { transaction } = row
  if (transaction === undefined) return Either.left("is not a transaction: it has no type, or values of wrong types")
  const { activityType, status, transferItems, type } = transaction
  if (activityType === "ACTIVITY_CORRECTION") return Either.left("corrects another transaction: compare it by hand")
  if (type !== TRADE) return Either.right(type)
  const [traded, ...others] = (transferItems ?? []).filter(({ feeType, instrument }) => {
    return !feeType && instrument?.assetType !== CURRENCY
  })
  if (traded === undefined) return Either.left("is a trade without an instrument")
  if (others.length > 0) return Either.left("is a trade in several instruments")
  const asset = traded.instrument?.assetType ?? "UNKNOWN"
  if (!STOCKS.has(asset) && asset !== "UNKNOWN") return Either.right(`${type} ${asset}`)
  if (status === "INVALID") return Either.right(`${type} ${status}`)
  if (status && status !== "VALID") return Either.left(`is ${shown(status)}: download the file again later`)
  return executionOf(row, transaction, traded)
}

const executionOf = (
  { item: { item, line } }: Row,
  { orderId, time, transferItems }: typeof Transaction.Type,
  { amount, instrument, price }: TransferItem
): Either.Either<Execution, string> =>
  Either.gen(function* () {
    const signed = yield* decimalOf("amount", amount ?? undefined)
    const symbol = instrument?.symbol
    const at = Instant.parse(time ?? "")
    if (!symbol) return yield* Either.left("has no symbol")
    if (Decimal.isZero(signed)) return yield* Either.left('amount "0" is neither a purchase nor a sale')
    if (at === undefined) return yield* Either.left(`time "${shown(time ?? "")}" is not a time`)
    const fees = yield* feesOf(transferItems ?? [])
    return {
      line,
      item,
      execId: undefined,
      orderId: orderId ?? undefined,
      symbol,
      side: Decimal.isPositive(signed) ? "buy" : "sell",
      quantity: Decimal.abs(signed),
      price: yield* priceOf("price", price ?? undefined),
      ...fees,
      at,
      isUndone: false
    }
  })

const PREFIX = "CURRENCY_"

/** What the parts of a transaction that are fees come to. */
const feesOf = (items: ReadonlyArray<TransferItem>): Either.Either<Pick<Execution, "fee" | "feeCurrency">, string> =>
  Either.gen(function* () {
    const fees = items.filter(({ feeType }) => Boolean(feeType))
    const costs = yield* Either.all(
      fees.map(({ cost, feeType }) => decimalOf(`cost of ${feeType ?? ""}`, cost ?? undefined))
    )
    const [first] = fees
    if (first === undefined) return { fee: undefined, feeCurrency: undefined }
    const currency = first.instrument?.symbol ?? ""
    return {
      fee: Decimal.negate(Decimal.sum(costs)),
      feeCurrency: currency.startsWith(PREFIX) ? currency.slice(PREFIX.length) : undefined
    }
  })
