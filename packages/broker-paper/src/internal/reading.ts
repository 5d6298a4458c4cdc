import type { AccountName, Broker, Instant } from "@roundlot/core"
import { Effect } from "effect"
import * as Contingent from "./contingent.ts"
import type { ExchangeFailed } from "../ExchangeFile.ts"
import { type ExchangeOrder, isWorking } from "../ExchangeOrder.ts"
import type { Asked, Group, OrderKey } from "../ExchangeReply.ts"
import { type Floor, ownOrder, textOf } from "./Floor.ts"
import { hiddenEverywhere } from "./acts.ts"
import { done, serve } from "./requests.ts"
import type { OrderRow } from "./rows.ts"

/** How many rows are read at once. */
export const PAGE = 1000

/** A query by keyset: rows after a number, at most so many. */
type Paged<A> = (after: number, limit: number) => ReadonlyArray<A>

/** All rows of a query, read in pages. */
export const pages = <A extends { readonly number: number }>(
  { file }: Floor,
  query: Paged<A>
): Effect.Effect<ReadonlyArray<A>, ExchangeFailed> =>
  Effect.gen(function* () {
    const found: Array<A> = []
    for (;;) {
      const page = yield* file.transact(() => query(found.at(-1)?.number ?? 0, PAGE))
      found.push(...page)
      if (page.length < PAGE) return found
    }
  })

/** A look-up by client order id searches, as a listing does, and does not find what is hidden. */
export const readOrder = (
  floor: Floor,
  account: AccountName.AccountName,
  key: OrderKey
): Asked<ExchangeOrder | undefined> => {
  const subject = () => ownOrder(floor, account, key)
  return serve<ExchangeOrder | undefined>(floor, { account, operation: "order", payload: key, subject }, ({ turn }) => {
    const order = subject()
    if (order === undefined) return done(undefined)
    const hidden = order.hiddenUntil !== null && order.hiddenUntil > turn.now
    const lost = floor.rows.fact(hiddenEverywhere(order.brokerOrderId)) ?? ""
    const isFound = "clientOrderId" in key ? !hidden : lost <= textOf(turn.now)
    return isFound ? done(order, order.brokerOrderId) : done(undefined)
  })
}

/** What a client sees of a window, whose rows are read after the answer is decided. */
export const listing = <A extends { readonly number: number }>(
  floor: Floor,
  account: AccountName.AccountName,
  operation: "orders" | "fills",
  window: Broker.TimeWindow,
  query: (at: Instant.Instant) => Paged<A>
): Asked<ReadonlyArray<A>> =>
  Effect.gen(function* () {
    const payload = { from: textOf(window.from), to: textOf(window.to) }
    const { at, reply } = yield* serve(floor, { account, operation, payload }, () => done(null))
    if (reply._tag !== "Done") return { at, reply }
    return { at, reply: { _tag: "Done" as const, body: yield* pages(floor, query(at)) } }
  })

/** The orders that one was placed with. */
export const groupOf = ({ rows }: Floor, brokerOrderId: string): Group => ({
  parent: Contingent.parentOf(rows, brokerOrderId),
  legs: Contingent.legsOf(rows, brokerOrderId),
  isWaiting: Contingent.isWaiting(rows, brokerOrderId),
  trail: Contingent.trailOf(rows, brokerOrderId)
})

/** Of exits of one position the first that works asks for its shares, and none while their entry does. */
export const asksForShares = ({ rows }: Floor, { brokerOrderId }: OrderRow): boolean => {
  if (Contingent.parentOf(rows, brokerOrderId) === undefined) return true
  if (Contingent.isWaiting(rows, brokerOrderId)) return false
  const before = Contingent.groupOf(rows, brokerOrderId)
  return !before.slice(0, before.indexOf(brokerOrderId)).some((id) => isWorking(rows.order(id)?.status ?? "filled"))
}
