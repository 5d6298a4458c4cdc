import type { Books } from "../books/Books.ts"
import type { OwnerPosition } from "../records/OwnerPosition.ts"
import { signed } from "../records/Side.ts"
import { isCounted, type Trade } from "../records/Trade.ts"
import { joinKey } from "../tables/Table.ts"
import * as Decimal from "../values/Decimal.ts"

/** What the trades of an owner come to, in the shares in which they are on record. */
interface Sum {
  readonly key: Pick<OwnerPosition, "owner" | "account" | "symbol">
  ordered: Decimal.Decimal
  held: Decimal.Decimal
}

/** A figure of an owner that is not what his trades come to. */
export interface OwnerFault {
  readonly where: string
  readonly what: string
  readonly account: string
}

/** What of a trade is netted, and filled in its allocations. */
const settledOf = (books: Books, { id, netted }: Trade): Decimal.Decimal =>
  Decimal.sum([
    netted,
    ...books.allocations.find("trade", [id]).flatMap(({ kind, settled }) => (kind === "order" ? [settled] : []))
  ])

/** C7: every figure of an owner recalculated from trades, allocations and orders. Record by record, so that others can have the thread. */
export function* ownerFaults(books: Books): Generator<OwnerFault | undefined> {
  const sums = new Map<string, Sum>()
  const add = ({ account, owner, side, symbol }: Trade, ordered: Decimal.Decimal, held: Decimal.Decimal): void => {
    if (owner === undefined) return
    const key = joinKey([owner, account, symbol])
    const sum = sums.get(key) ?? { key: { owner, account, symbol }, ordered: Decimal.zero, held: Decimal.zero }
    sum.ordered = Decimal.add(sum.ordered, signed(side, ordered))
    sum.held = Decimal.add(sum.held, signed(side, held))
    sums.set(key, sum)
  }
  for (const trade of books.trades.all()) {
    yield undefined
    if (trade.owner !== undefined && isCounted(trade)) add(trade, trade.quantity, settledOf(books, trade))
  }
  for (const { filled, tradeId } of books.orders.all()) {
    yield undefined
    const trade = tradeId === undefined ? undefined : books.trades.get(tradeId)
    if (trade !== undefined) add(trade, Decimal.zero, filled)
  }
  for (const row of books.owner_positions.all()) {
    const key = joinKey([row.owner, row.account, row.symbol])
    const sum = sums.get(key)
    sums.delete(key)
    yield faultOf(row, sum)
  }
  for (const { held, key, ordered } of sums.values()) {
    if (Decimal.isZero(held) && Decimal.isZero(ordered)) continue
    yield { where: whereOf(key), what: "has trades but no row (C7)", account: key.account }
  }
}

const whereOf = ({ account, owner, symbol }: Sum["key"]): string => `owner_positions ${owner}/${account}/${symbol}`

const faultOf = (row: OwnerPosition, sum: Sum | undefined): OwnerFault | undefined => {
  const ordered = Decimal.add(sum?.ordered ?? Decimal.zero, row.splitOrdered)
  const held = Decimal.add(sum?.held ?? Decimal.zero, row.splitHeld)
  const fault = (what: string) => ({ where: whereOf(row), what, account: row.account })
  if (!Decimal.equals(row.ordered, ordered)) return fault("ordered shares are not the sum of its trades (C7)")
  return Decimal.equals(Decimal.add(row.executed, row.direct), held)
    ? undefined
    : fault("executed shares are not what its trades have settled (C7)")
}
