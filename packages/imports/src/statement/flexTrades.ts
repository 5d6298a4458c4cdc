import { Decimal } from "@roundlot/core"
import { digestOf, type Execution, groupsOf, type Place, type UnreadRow } from "./Statement.ts"

/** A row of a trade as Interactive Brokers writes it: one revision of an execution, or the cancel of one. */
export interface FlexTrade extends Omit<Execution, "isUndone"> {
  /** The id without its revision. */
  readonly base: string | undefined
  readonly revision: number
  readonly tradeId: string | undefined
  readonly transactionId: string | undefined
  /** What a cancel names. */
  readonly undone: { readonly tradeId: string | undefined; readonly transactionId: string | undefined }
  readonly isCancel: boolean
}

/** What trades and their cancels come to. */
export interface Settled {
  readonly executions: ReadonlyArray<Execution>
  readonly unread: ReadonlyArray<UnreadRow>
  /** Of the rows that are no execution which counts. */
  readonly kinds: ReadonlyArray<string>
}

/**
 * STMT-3: of the revisions of an execution the highest that no cancel undid counts; of one whose every revision was undone none does. A
 * cancel comes without an execution id, and the trade that takes the other's place has its trade id.
 */
export const settled = (rows: ReadonlyArray<FlexTrade>): Settled => {
  const trades = rows.filter(({ isCancel }) => !isCancel).toSorted((a, b) => a.revision - b.revision)
  const cancels = rows.filter(({ isCancel }) => isCancel).toSorted(byPlace)
  const undo = undoing(trades)
  const undone = cancels.map((cancel) => ({ cancel, of: undo.take(cancel) }))
  const earlier = undone.flatMap(({ cancel, of }) =>
    of === "Earlier" ? [executionOf(cancel, cancel.quantity, true)] : []
  )
  const groups = [...groupsOf(trades, (trade) => trade.base ?? trade).values()]
  const counting = groups.flatMap((group) => countingOf(group, undo.isUndone))
  return {
    executions: [...counting, ...earlier].toSorted(byPlace),
    unread: undone.flatMap(({ cancel, of }) => (of === "Unclear" ? [unclear(cancel)] : [])),
    kinds: [
      ...undone.flatMap(({ of }) => (of === "Unclear" ? [] : ["cancel of a trade"])),
      ...Array.from({ length: trades.length - groups.length }, () => "trade that was corrected")
    ]
  }
}

const byPlace = (a: Place, b: Place): number => a.item - b.item

const unclear = (cancel: FlexTrade): UnreadRow => {
  const { item, line, undone } = cancel
  const reason = `cancels trade ${undone.tradeId ?? ""}, which is in the file with another quantity or price`
  return { line, item, execId: undefined, reason, digest: digestOf(undone, figuresOf(cancel), String(cancel.at)) }
}

/** Who was cancelled: a trade of this file, one of an earlier file, or it is not clear which. */
type Undone = "Here" | "Earlier" | "Replaced" | "Unclear"

interface Undoing {
  readonly take: (cancel: FlexTrade) => Undone
  readonly isUndone: (trade: FlexTrade) => boolean
}

const undoing = (trades: ReadonlyArray<FlexTrade>): Undoing => {
  const named = groupsOf(trades, ({ tradeId }) => tradeId)
  const alike = groupsOf(trades, figuresOf)
  const undone = new Set<FlexTrade>()
  return {
    isUndone: (trade) => undone.has(trade),
    take: (cancel) => {
      const { tradeId, transactionId } = cancel.undone
      const meant = tradeId === undefined ? [] : (named.get(tradeId) ?? [])
      const equal = (tradeId === undefined ? (alike.get(figuresOf(cancel)) ?? []) : meant).filter(
        (trade) => !undone.has(trade) && figuresOf(trade) === figuresOf(cancel)
      )
      const own = equal.find((trade) => trade.transactionId !== undefined && trade.transactionId === transactionId)
      const found = own ?? equal[0]
      if (found !== undefined) undone.add(found)
      if (found !== undefined) return "Here"
      if (meant.length === 0) return "Earlier"
      // What took its place is here under the same trade id, and came after it.
      return meant.every(({ revision }) => revision > 1) ? "Replaced" : "Unclear"
    }
  }
}

const figuresOf = ({ price, quantity, side, symbol }: FlexTrade): string =>
  [symbol, side, Decimal.format(quantity), Decimal.format(price)].join("\n")

const countingOf = (revisions: ReadonlyArray<FlexTrade>, isUndone: Undoing["isUndone"]): ReadonlyArray<Execution> => {
  const newest = revisions.at(-1)
  const counting = revisions.findLast((trade) => !isUndone(trade))
  if (counting !== undefined) return [executionOf(counting, counting.quantity, false)]
  return newest === undefined ? [] : [executionOf(newest, Decimal.zero, false)]
}

const executionOf = (trade: FlexTrade, quantity: Decimal.Decimal, isUndone: boolean): Execution => ({
  line: trade.line,
  item: trade.item,
  execId: trade.base,
  orderId: trade.orderId,
  symbol: trade.symbol,
  side: trade.side,
  quantity,
  price: trade.price,
  fee: trade.fee,
  feeCurrency: trade.feeCurrency,
  at: trade.at,
  isUndone
})
