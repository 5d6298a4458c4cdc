import type { Documents } from "@roundlot/api"
import { Decimal, Fill, Reads, Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { idOf } from "./criteria.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import * as fills from "./fills.ts"
import { among } from "./listing.ts"
import * as trades from "./trades.ts"

/** A stretch of an order's shares, from the first filled on. */
interface Stretch {
  readonly from: Decimal.Decimal
  readonly to: Decimal.Decimal
}

/** Quantities laid end to end. */
const laid = <A>(all: ReadonlyArray<A>, quantityOf: (each: A) => Decimal.Decimal): ReadonlyArray<Stretch> => {
  let from = Decimal.zero
  return all.map((each) => {
    const to = Decimal.add(from, quantityOf(each))
    const stretch = { from, to }
    from = to
    return stretch
  })
}

const overlap = (a: Stretch, b: Stretch): Decimal.Decimal => {
  const from = Decimal.isLess(a.from, b.from) ? b.from : a.from
  const to = Decimal.isLess(a.to, b.to) ? a.to : b.to
  return Decimal.isLess(from, to) ? Decimal.subtract(to, from) : Decimal.zero
}

/**
 * C3: fills settle allocations from the first to the last, so a fill's shares are those of the trades whose stretch of the order it
 * lies on. What counts is canonical and not given back.
 */
const sharesOf = (
  tradeId: number,
  allocations: ReadonlyArray<Pick<Allocation.Allocation, "id" | "tradeId" | "quantity" | "releasedAt">>,
  executed: ReadonlyArray<Pick<Fill.Fill, "id" | "canonical" | "quantity">>
): ReadonlyMap<number, Decimal.Decimal> => {
  const standing = allocations.filter(({ releasedAt }) => releasedAt === undefined).toSorted((a, b) => a.id - b.id)
  const taken = laid(standing, ({ quantity }) => quantity)
  const canonical = executed.filter((fill) => fill.canonical).toSorted((a, b) => a.id - b.id)
  const filled = laid(canonical, ({ quantity }) => quantity)
  return new Map(
    canonical.map((fill, at) => {
      const stretch = filled[at]
      const shares = standing.map((each, place) => {
        const own = taken[place]
        return each.tradeId === tradeId && own !== undefined && stretch !== undefined
          ? overlap(own, stretch)
          : Decimal.zero
      })
      return [fill.id, shares.reduce(Decimal.add, Decimal.zero)]
    })
  )
}

/** The fills of all orders that ever took of a trade (`T12`), every revision, each with how many of its shares are the trade's. */
export const ofTrade = (
  id: string
): Effect.Effect<
  ReadonlyArray<Documents.ExecutionDocument>,
  BadFilter | NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const number = yield* idOf("trade", "trade", id)
    const trade = yield* Reads.first(Trade.TradeTable, { where: [{ column: "id", in: [number] }] })
    if (trade === undefined) return yield* new NotFound({ kind: "trade", id, list: "trades" })
    const orderIds = yield* trades.orderIdsOf(trade)
    const executed = yield* among(Fill.FillTable, "orderId", orderIds)
    const links = yield* among(Allocation.AllocationTable, "orderId", orderIds)
    const shares = new Map(
      orderIds.flatMap((orderId) => {
        const ofOrder = executed.filter((fill) => fill.orderId === orderId)
        // A direct trade has its order to itself.
        if (trade.kind === "direct")
          return ofOrder.map((fill) => [fill.id, fill.canonical ? fill.quantity : Decimal.zero])
        const own = links.filter((link) => link.orderId === orderId && link.kind === "order")
        return [...sharesOf(number, own, ofOrder)]
      })
    )
    const shareOf = new Map([...shares].map(([fill, share]) => [Id.format("fill", fill), Decimal.format(share)]))
    const documents = yield* fills.documentsOf(executed.toSorted((a, b) => a.id - b.id))
    return documents.map((document) => ({ ...document, share: shareOf.get(document.id) ?? "0" }))
  })
