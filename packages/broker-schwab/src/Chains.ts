import { Decimal, Instant, Quantity, type Broker } from "@roundlot/core"
import type { ClientOrderId, Report } from "@roundlot/core/adapter"
import { Effect, Option, Ref } from "effect"
import { executionsOf, totalOf, tradedOf, type OrderAnswer } from "./OrderAnswer.ts"
import type { Orders, Read } from "./Orders.ts"

type OrderId = ClientOrderId.BrokerOrderId

/** One order under all its ids, the first it had first. */
export type Chain = readonly [Read, ...ReadonlyArray<Read>]

/** Who replaced whom. Schwab makes a new order of each replacement and says of neither which the other is; in the books it is one order. */
export interface Chains {
  /** What was replaced by what, told by an answer. */
  readonly link: (from: OrderId, to: OrderId) => Effect.Effect<void>
  /** Learns from orders that were listed together. */
  readonly learn: (reads: ReadonlyArray<Read>) => Effect.Effect<void>
  /** The order under all its ids; what replaced it is looked for where that is not known yet. */
  readonly of: (read: Read) => Effect.Effect<Chain, Broker.BrokerReadFailed>
  /** Was the order replaced by another that is known? */
  readonly isReplaced: (read: Read) => Effect.Effect<boolean>
  /** Does the newest of a chain live on: was it replaced by an order that is not there yet, or may stand in a row that cannot be read? */
  readonly livesOn: (chain: Chain) => Effect.Effect<boolean>
}

interface Known {
  readonly next: ReadonlyMap<string, OrderId>
  readonly before: ReadonlyMap<string, OrderId>
  /** What was replaced changes no more. */
  readonly retired: ReadonlyMap<string, Read>
  /** What was replaced by an order that was looked for in a listing in part. */
  readonly untold: ReadonlySet<string>
}

const REPLACED = "REPLACED"
const LONGEST_CHAIN = 100

/** A replacement is entered when the order before it is closed: Schwab tells both to the second. */
const EARLIER_MS = 2_000
const LATER_MS = 5_000

/** Could an order be what another was replaced by: the same symbol and side, entered when that was closed. */
const follows = (before: OrderAnswer, after: OrderAnswer): boolean => {
  const [old, next] = [tradedOf(before), tradedOf(after)]
  const closedAt = before.closeTime
  if (old === undefined || next === undefined || closedAt === null || closedAt === undefined) return false
  return (
    before.orderId !== after.orderId &&
    old.symbol === next.symbol &&
    old.side === next.side &&
    after.enteredTime >= Instant.addMillis(closedAt, -EARLIER_MS) &&
    after.enteredTime <= Instant.addMillis(closedAt, LATER_MS) &&
    after.enteredTime >= before.enteredTime
  )
}

const linked = (known: Known, from: OrderId, to: OrderId): Known => ({
  ...known,
  next: new Map(known.next).set(from, to),
  before: new Map(known.before).set(to, from)
})

/** The only order that could follow each that was replaced; where several could, none is taken. */
const learnt = (known: Known, reads: ReadonlyArray<Read>): Known =>
  reads
    .filter(({ order }) => order.status === REPLACED)
    .reduce((state, read) => {
      const { order } = read
      const kept = { ...state, retired: new Map(state.retired).set(order.orderId, read) }
      if (state.next.has(order.orderId)) return kept
      const [only, ...others] = reads.filter(
        (each) => follows(order, each.order) && !state.before.has(each.order.orderId)
      )
      return only === undefined || others.length > 0 ? kept : linked(kept, order.orderId, only.order.orderId)
    }, known)

/** The replacements of one account, as far as its orders were read in this life of the program. */
export const make = (orders: Orders): Effect.Effect<Chains> =>
  Effect.map(Ref.make<Known>({ next: new Map(), before: new Map(), retired: new Map(), untold: new Set() }), (ref) => {
    const learn = (reads: ReadonlyArray<Read>) => Ref.update(ref, (known) => learnt(known, reads))

    /** The order that followed one; listed with those that were entered when it was closed. */
    const successor = (read: Read) =>
      Effect.gen(function* () {
        const { order } = read
        const said = (yield* Ref.get(ref)).next.get(order.orderId)
        if (said !== undefined || order.status !== REPLACED || !order.closeTime) return said
        const window = {
          from: Instant.addMillis(order.closeTime, -EARLIER_MS),
          to: Instant.addMillis(order.closeTime, LATER_MS)
        }
        const { complete, reads } = yield* orders.entered(window)
        yield* learn([read, ...reads.filter((each) => each.order.orderId !== order.orderId)])
        yield* Ref.update(ref, (known) => {
          const others = [...known.untold].filter((id) => id !== order.orderId)
          return { ...known, untold: new Set(complete ? others : [...others, order.orderId]) }
        })
        return (yield* Ref.get(ref)).next.get(order.orderId)
      })

    const keep = (read: Read) =>
      read.order.status === REPLACED
        ? Ref.update(ref, (known) => ({ ...known, retired: new Map(known.retired).set(read.order.orderId, read) }))
        : Effect.void

    return {
      link: (from, to) => Ref.update(ref, (known) => linked(known, from, to)),
      learn,
      isReplaced: ({ order }) => Effect.map(Ref.get(ref), ({ next }) => next.has(order.orderId)),
      livesOn: (chain) =>
        Effect.map(Ref.get(ref), ({ next, untold }) => {
          const { orderId, status } = newestOf(chain).order
          return status === REPLACED && (next.has(orderId) || untold.has(orderId))
        }),
      of: (read) =>
        Effect.gen(function* () {
          let chain: Chain = [read]
          for (let last = read; chain.length < LONGEST_CHAIN;) {
            const id = yield* successor(last)
            const later = id === undefined ? Option.none<Read>() : yield* orders.one(id)
            if (Option.isNone(later)) break
            yield* keep(last)
            chain = [...chain, later.value]
            last = later.value
          }
          const { before, retired } = yield* Ref.get(ref)
          for (let id = before.get(chain[0].order.orderId); id !== undefined && chain.length < LONGEST_CHAIN;) {
            const kept = retired.get(id)
            const earlier = kept === undefined ? yield* orders.one(id) : Option.some(kept)
            if (Option.isNone(earlier)) break
            yield* keep(earlier.value)
            chain = [earlier.value, ...chain]
            id = before.get(id)
          }
          return chain
        })
    }
  })

/** The newest of a chain, which is the one that works. */
export const newestOf = (chain: Chain): Read => chain.at(-1) ?? chain[0]

/** What an order has filled: its executions' shares where it gives no total. */
const filledOf = (order: OrderAnswer): Decimal.Decimal =>
  totalOf(order) ?? Decimal.sum(executionsOf(order).map(({ quantity }) => quantity))

/** The ids of a chain beside one of them. */
export const otherIdsOf = (chain: Chain, id: OrderId): ReadonlyArray<OrderId> =>
  chain.map(({ order }) => order.orderId).filter((each) => each !== id)

/**
 * What the newest of a chain says, as the one order that it is in the books: with all ids, and what all of them have filled. Where one of
 * them does not say that, the total is not known.
 */
export const asOne = (chain: Chain, report: Report.OrderSeen): Report.OrderSeen => {
  const earlier = chain.slice(0, -1)
  if (earlier.length === 0) return report
  const filledBefore = Decimal.sum(earlier.map(({ order }) => filledOf(order)))
  const isTold = earlier.every(({ order }) => totalOf(order) !== undefined)
  return {
    ...report,
    otherIds: earlier.map(({ order }) => order.orderId),
    enteredAt: chain[0].order.enteredTime,
    quantity: Quantity.make(Decimal.add(report.quantity, filledBefore)),
    cumulative: report.cumulative === undefined || !isTold ? undefined : Decimal.add(report.cumulative, filledBefore),
    averagePrice: Decimal.isZero(filledBefore) ? report.averagePrice : undefined
  }
}
