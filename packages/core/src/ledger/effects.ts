import * as Id from "../values/Id.ts"
import type { Ticker } from "../records/Ticker.ts"
import type { AccountName } from "../records/AccountName.ts"
import type { Recording } from "../books/Recorder.ts"
import * as Decimal from "../values/Decimal.ts"
import type { Order } from "../records/Order.ts"
import type { Side } from "../records/Side.ts"

/** Entries of one kind that would be written. */
export interface EntryCount {
  readonly tag: string
  readonly count: number
}

/** An order that would follow. Quantity in shares; notional in dollars as it asks for, else at its limit or reference price, where it has one. */
export interface OrderToFollow {
  readonly account: AccountName
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity: Decimal.Decimal
  readonly notional: Decimal.Decimal | undefined
}

/** What a logical commit would do: how many entries of which kind, and the orders that would follow from it at once. */
export interface Effects {
  readonly entries: ReadonlyArray<EntryCount>
  readonly orders: ReadonlyArray<OrderToFollow>
}

/** Begins to watch a recording; what it gives tells what was written since. */
export const watched = (recording: Recording): (() => Effects) => {
  const before = new Map([...recording.entries()].map(([journal, entries]) => [journal, entries.length]))
  return () => {
    const counts = new Map<string, number>()
    const orders: Array<OrderToFollow> = []
    for (const [journal, entries] of recording.entries()) {
      for (const { entityId, tag } of entries.slice(before.get(journal) ?? 0)) {
        // The answer of a command has a field of its own.
        if (tag === "CommandAnswered") continue
        counts.set(tag, (counts.get(tag) ?? 0) + 1)
        const order = tag === "OrderCreated" ? orderOf(recording, entityId) : undefined
        // What was booked without being sent is an order too, one that has ended.
        if (order?.status === "pending") orders.push(toFollow(order))
      }
    }
    return { entries: [...counts].map(([tag, count]) => ({ tag, count })), orders }
  }
}

/** What several logical commits would do together. */
export const together = (all: ReadonlyArray<Effects>): Effects => {
  const counts = new Map<string, number>()
  for (const { entries } of all) for (const { count, tag } of entries) counts.set(tag, (counts.get(tag) ?? 0) + count)
  return { entries: [...counts].map(([tag, count]) => ({ tag, count })), orders: all.flatMap(({ orders }) => orders) }
}

const orderOf = ({ books }: Recording, entityId: string): Order | undefined => {
  const id = Id.parse("order", entityId)
  return id === undefined ? undefined : books.orders.get(id)
}

const toFollow = ({
  account,
  askedNotional,
  limitPrice,
  quantity,
  referencePrice,
  side,
  symbol
}: Order): OrderToFollow => {
  const price = limitPrice ?? referencePrice
  return {
    account,
    symbol,
    side,
    quantity,
    notional: askedNotional ?? (price && Decimal.multiply(quantity, price))
  }
}
