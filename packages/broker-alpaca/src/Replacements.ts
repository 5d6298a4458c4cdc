import { Decimal, type AccountName, type Broker } from "@roundlot/core"
import { Recent, type ClientOrderId, type Report } from "@roundlot/core/adapter"
import { Effect, Option } from "effect"
import { OrderAnswer, seenOf } from "./OrderAnswer.ts"
import { asking, contentsOf, saysNotThere } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

type OrderId = ClientOrderId.BrokerOrderId

/** Orders that were read together, by their ids: what is among them is not asked for again. */
type Known = ReadonlyMap<string, OrderAnswer>

/** Who replaced whom. Alpaca makes a new order of each replacement, which counts its shares from zero; in the books it is one order. */
export interface Replacements {
  /**
   * An order as the books take it, under the id that works now and with what all of them have filled. None where it names neither
   * shares nor dollars and has not filled.
   */
  readonly seen: (
    order: OrderAnswer,
    known?: Known
  ) => Effect.Effect<Option.Option<Report.OrderSeen>, Broker.BrokerReadFailed>
  /** All ids of an order that were seen lately, the first it had first. */
  readonly idsOf: (id: OrderId) => Effect.Effect<readonly [OrderId, ...ReadonlyArray<OrderId>]>
  /** An execution with the other ids of its order. */
  readonly named: (executed: Report.Executed) => Effect.Effect<Report.Executed>
}

/** One order under all its ids, the first it had first. */
type Chain = readonly [OrderAnswer, ...ReadonlyArray<OrderAnswer>]

const LONGEST_CHAIN = 100

const isReplaced = ({ replaced_by, status }: OrderAnswer): boolean =>
  status === "replaced" && replaced_by !== null && replaced_by !== undefined

/** The replacements of one pair of keys. */
export const make = (wire: Wire, account: AccountName.AccountName): Effect.Effect<Replacements> =>
  Effect.gen(function* () {
    const chains = Recent.make<readonly [OrderId, ...ReadonlyArray<OrderId>]>()
    const replaced = Recent.make<OrderAnswer>()

    /** What has been replaced changes no more, so it is read once. */
    const read = (id: OrderId, known: Known | undefined) =>
      Effect.gen(function* () {
        const found = known?.get(id) ?? replaced.get(id)
        if (found !== undefined) return Option.some(found)
        const outcome = yield* asking(wire, "order", `/v2/orders/${encodeURIComponent(id)}`)
        if (saysNotThere(outcome)) return Option.none<OrderAnswer>()
        const order = yield* contentsOf("order", OrderAnswer, outcome)
        if (isReplaced(order)) replaced.set(id, order)
        return Option.some(order)
      })

    const chainOf = (order: OrderAnswer, known: Known | undefined) =>
      Effect.gen(function* () {
        let chain: Chain = [order]
        for (let next = order.replaced_by; next && chain.length < LONGEST_CHAIN;) {
          const later = yield* read(next, known)
          if (Option.isNone(later)) break
          chain = [...chain, later.value]
          next = later.value.replaced_by
        }
        for (let before = order.replaces; before && chain.length < LONGEST_CHAIN;) {
          const earlier = yield* read(before, known)
          if (Option.isNone(earlier)) break
          chain = [earlier.value, ...chain]
          before = earlier.value.replaces
        }
        return inForce(chain)
      })

    const otherIdsOf = (id: OrderId) => chains.get(id)?.filter((each) => each !== id)

    return {
      seen: (order, known) =>
        Effect.gen(function* () {
          // A frame may tell that an order was replaced before it tells by which.
          const isUntold = order.status === "replaced" && !order.replaced_by
          const told = isUntold ? Option.getOrElse(yield* read(order.id, undefined), () => order) : order
          if (!told.replaces && !told.replaced_by) {
            const otherIds = otherIdsOf(told.id)
            return Option.map(seenOf(account, told), (report) => ({ ...report, otherIds }))
          }
          const chain = yield* chainOf(told, known)
          const [first, ...rest] = chain
          const ids = [first.id, ...rest.map(({ id }) => id)] as const
          for (const id of ids) chains.set(id, ids)
          return asOne(account, chain)
        }),
      idsOf: (id) => Effect.sync(() => chains.get(id) ?? [id]),
      named: (executed) =>
        Effect.sync(() =>
          executed.brokerOrderId === undefined
            ? executed
            : { ...executed, otherIds: otherIdsOf(executed.brokerOrderId) }
        )
    }
  })

/** A replacement that was asked for is in force once the order before it is replaced; one that was refused never is. */
const inForce = (chain: Chain): Chain => {
  const before = chain.at(-2)
  const newest = chain.at(-1)
  if (before === undefined || newest === undefined) return chain
  if (before.status === "replaced" || Decimal.isPositive(newest.filled_qty)) return chain
  const [first, ...rest] = chain
  return inForce([first, ...rest.slice(0, -1)])
}

const asOne = (account: AccountName.AccountName, chain: Chain): Option.Option<Report.OrderSeen> => {
  const earlier = chain.slice(0, -1)
  const filledBefore = Decimal.sum(earlier.map(({ filled_qty }) => filled_qty))
  return Option.map(seenOf(account, chain.at(-1) ?? chain[0]), (report) => ({
    ...report,
    clientOrderId: chain[0].client_order_id ?? undefined,
    otherIds: earlier.map(({ id }) => id),
    // One over a sum of money is over no shares.
    quantity: report.notional === undefined ? Decimal.add(report.quantity, filledBefore) : report.quantity,
    cumulative: Decimal.add(report.cumulative ?? Decimal.zero, filledBefore),
    averagePrice: Decimal.isZero(filledBefore) ? report.averagePrice : undefined
  }))
}
