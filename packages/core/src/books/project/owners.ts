import type { Books } from "../Books.ts"
import type { Allocation } from "../../records/Allocation.ts"
import type { Order } from "../../records/Order.ts"
import type { OwnerId } from "../../records/OwnerId.ts"
import type { OwnerPosition } from "../../records/OwnerPosition.ts"
import { signed } from "../../records/Side.ts"
import { afterSplits, splitsSinceAllocation } from "../../records/splitting.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Trade } from "../../records/Trade.ts"
import { joinKey, symbolKey } from "../../tables/Table.ts"
import * as Decimal from "../../values/Decimal.ts"
import { ownerOf, type Place, tradeOf } from "./place.ts"

/** By how much figures of an owner change, in signed shares. */
type Change = Partial<Pick<OwnerPosition, "ordered" | "executed" | "direct" | "splitOrdered" | "splitHeld">>

/** Changes what the owner of a trade has in its symbol; nothing for a trade without an owner. */
const change = (books: Books, { account, owner, symbol }: Trade, place: Place, by: Change): void => {
  if (owner === undefined) return
  const known = books.owner_positions.get(joinKey([owner, account, symbol]))
  const after = (figure: keyof Change) => Decimal.add(known?.[figure] ?? Decimal.zero, by[figure] ?? Decimal.zero)
  books.owner_positions.put({
    owner,
    account,
    symbol,
    ordered: after("ordered"),
    executed: after("executed"),
    direct: after("direct"),
    splitOrdered: after("splitOrdered"),
    splitHeld: after("splitHeld"),
    updatedAt: place.at,
    version: place.seq
  })
}

/** C7: a trade counts from now on. */
export const ownerOrdered = (books: Books, trade: Trade, place: Place): void =>
  change(books, trade, place, { ordered: signed(trade.side, trade.quantity) })

/** C7: more of a trade is netted. */
export const ownerNetted = (books: Books, trade: Trade, shares: Decimal.Decimal, place: Place): void =>
  change(books, trade, place, { executed: signed(trade.side, shares) })

/** C7: another part of an allocation is filled than was; what is of before a split is counted in the shares of today (P9). */
export const ownerSettled = (books: Books, before: Allocation, settled: Decimal.Decimal, place: Place): void => {
  if (before.tradeId === undefined || Decimal.equals(settled, before.settled)) return
  const trade = tradeOf(books, before.tradeId)
  if (trade.owner === undefined) return
  const splits = splitsSinceAllocation(books.positions.get(symbolKey(before.account, before.symbol)), before.id)
  const by = signed(trade.side, Decimal.subtract(settled, before.settled))
  const executed = signed(
    trade.side,
    Decimal.subtract(afterSplits(splits, settled), afterSplits(splits, before.settled))
  )
  change(books, trade, place, { executed, splitHeld: Decimal.subtract(executed, by) })
}

/** C7: the order of a direct trade has filled another number of shares; `split` is what splits since it was made add to that (P9). */
export const ownerFilled = (
  books: Books,
  before: Order,
  filled: Decimal.Decimal,
  split: Decimal.Decimal | undefined,
  place: Place
): void => {
  const splitHeld = signed(before.side, split ?? Decimal.zero)
  const by = signed(before.side, Decimal.subtract(filled, before.filled))
  if (before.tradeId === undefined || (Decimal.isZero(by) && Decimal.isZero(splitHeld))) return
  change(books, tradeOf(books, before.tradeId), place, { direct: Decimal.add(by, splitHeld), splitHeld })
}

/** What is open of the trades of each owner, in signed shares. */
export type OpenOfOwners = ReadonlyMap<OwnerId, Decimal.Decimal>

/** P9: what each owner has is multiplied: what is held, and what is open lot by lot, as the lots themselves. */
export const ownersSplit = (
  books: Books,
  symbol: Ticker,
  times: (shares: Decimal.Decimal) => Decimal.Decimal,
  open: OpenOfOwners,
  place: Place
): void => {
  for (const known of books.owner_positions.find("symbol", [ownerOf(place), symbol])) {
    const [executed, direct] = [times(known.executed), times(known.direct)]
    const ordered = Decimal.add(executed, open.get(known.owner) ?? Decimal.zero)
    const held = Decimal.subtract(Decimal.add(executed, direct), Decimal.add(known.executed, known.direct))
    books.owner_positions.put({
      ...known,
      ordered,
      executed,
      direct,
      splitOrdered: Decimal.sum([known.splitOrdered, ordered, Decimal.negate(known.ordered)]),
      splitHeld: Decimal.add(known.splitHeld, held),
      updatedAt: place.at,
      version: place.seq
    })
  }
}
