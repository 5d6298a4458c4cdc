import * as Decimal from "../../values/Decimal.ts"
import type { Contradiction } from "../../records/BreakDetails.ts"
import * as Instant from "../../values/Instant.ts"
import type { Trade, TradeInput } from "../../records/Trade.ts"

/** In what a redelivery differs from the trade on record; `undefined` where it is the same. */
export const differenceOf = (known: Trade, input: TradeInput): Contradiction | undefined => {
  const was = contentsOf(known)
  const is = contentsOf({
    ...input,
    tradedAt: input.isTimeAssumed === true ? known.tradedAt : input.tradedAt,
    orderType: input.direct?.type,
    limitPrice: input.direct?.limitPrice,
    stopPrice: input.direct?.stopPrice,
    timeInForce: input.direct?.timeInForce,
    goodTill: input.direct?.goodTill,
    session: input.direct?.session,
    givenSymbol: input.symbol,
    // A reversal that names no owner has that of its trade.
    owner: input.owner ?? (input.reverses === undefined ? undefined : known.owner),
    reversesSourceId: input.reverses?.sourceId,
    reversesOccurrence: input.reverses?.occurrence
  })
  const fields = was.flatMap(([field, value], i) => {
    const other = is[i]?.[1]
    return value === other ? [] : [{ field, was: value, is: other }]
  })
  return fields.length === 0 ? undefined : { _tag: "OtherContents", fields }
}

type Contents = Pick<
  Trade,
  | "givenSymbol"
  | "side"
  | "quantity"
  | "price"
  | "tradedAt"
  | "owner"
  | "orderType"
  | "limitPrice"
  | "stopPrice"
  | "timeInForce"
  | "goodTill"
  | "session"
  | "reversesSourceId"
  | "reversesOccurrence"
>

const textOf = (amount: Decimal.Decimal | undefined): string | undefined =>
  amount === undefined ? undefined : Decimal.format(amount)

const contentsOf = (trade: Contents): ReadonlyArray<readonly [string, string | undefined]> => [
  ["symbol", trade.givenSymbol],
  ["side", trade.side],
  ["quantity", Decimal.format(trade.quantity)],
  ["price", textOf(trade.price)],
  ["time", Instant.format(trade.tradedAt)],
  ["owner", trade.owner],
  ["direct order", trade.orderType],
  ["limit price", textOf(trade.limitPrice)],
  ["stop price", textOf(trade.stopPrice)],
  ["time in force", trade.timeInForce],
  ["good till", trade.goodTill === undefined ? undefined : Instant.format(trade.goodTill)],
  ["session", trade.session],
  ["reverses", trade.reversesSourceId],
  ["reversed occurrence", trade.reversesOccurrence]
]
