import { type AccountName, type JournalName, STORE } from "../../records/AccountName.ts"
import type { Books } from "../Books.ts"
import type { OrderId, TradeId } from "../../values/Id.ts"
import type { Order } from "../../records/Order.ts"
import type { Instant } from "../../values/Instant.ts"
import type { Trade } from "../../records/Trade.ts"
import type { LedgerEvent } from "../../events/Event.ts"

/** Where an event stands: whose journal, at which number, when; and the bytes of a payload that it stores. */
export interface Place {
  readonly account: JournalName
  readonly seq: number
  readonly at: Instant
  readonly bytes: Uint8Array | undefined
}

/** The event of a tag. */
export type Of<Tag extends LedgerEvent["_tag"]> = Extract<LedgerEvent, { readonly _tag: Tag }>

/** What the journal speaks of; that it is there at all is a rule, so its absence is a fault. */
export const must = <A>(found: A | undefined, what: string): A => {
  if (found === undefined) throw new Error(`the journal speaks of ${what}, which the books do not have`)
  return found
}

/** The account in whose journal an event stands. */
export const ownerOf = (place: Place): AccountName => {
  if (place.account === STORE) throw new Error("an account's event stands in the journal of no account")
  return place.account
}

/** An order that the journal speaks of. */
export const orderOf = (books: Books, id: OrderId): Order => must(books.orders.get(id), `order O${id}`)
/** A trade that the journal speaks of. */
export const tradeOf = (books: Books, id: TradeId): Trade => must(books.trades.get(id), `trade T${id}`)
