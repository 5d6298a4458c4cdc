import { Need } from "../../books/Need.ts"
import * as ClientOrderId from "../../values/ClientOrderId.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import { isLive } from "../../records/OrderState.ts"
import * as Instant from "../../values/Instant.ts"
import {
  hasTermsOf,
  isSecondOrder,
  type Terms,
  isRecentlyUnplaced,
  mayBeExecutionOf,
  mayBeOrder
} from "./identification.ts"
import { isTicker } from "../../records/Ticker.ts"
import type { WaitingFill } from "../../records/Fill.ts"
import { SKEW_MS } from "../../values/skew.ts"
import type { OrderSeen } from "../../records/Report.ts"

/** By which step an order was found for a report; the first that fits. */
type Step = "broker order id" | "client order id"

/** The order that a report speaks of, and how it was found. */
interface Match {
  readonly order: Order
  readonly step: Step
}

/** What a report says of which order it is about: ids, and where it knows, when that was entered or executed. */
interface Named extends Partial<Terms> {
  readonly brokerOrderId: ClientOrderId.BrokerOrderId | undefined
  readonly clientOrderId: string | undefined
  readonly otherIds?: ReadonlyArray<ClientOrderId.BrokerOrderId> | undefined
  readonly nearIds?: ReadonlyArray<ClientOrderId.BrokerOrderId> | undefined
  readonly enteredAt?: Instant.Instant | undefined
  readonly executedAt?: Instant.Instant | undefined
}

/**
 * Finds the order of a report: by the broker's id and its day, then by our own client order id (DESIGN's matching steps), then by
 * the ids of what the broker replaced.
 */
export const match = (recorder: Recorder, named: Named): Match | undefined =>
  byBrokerId(recorder, named) ?? byClientId(recorder, named) ?? byOtherId(recorder, named) ?? byNearId(recorder, named)

/** All orders of the books that have had a broker's id, oldest first. */
export const sharing = (recorder: Recorder, brokerOrderId: ClientOrderId.BrokerOrderId): ReadonlyArray<Order> => {
  recorder.need(Need.OrderByBrokerId({ account: recorder.account, brokerOrderId }))
  return recorder.books.orders.find("brokerOrderId", [recorder.account, brokerOrderId])
}

const byBrokerId = (recorder: Recorder, named: Named): Match | undefined => {
  if (named.brokerOrderId === undefined) return undefined
  const found = ofTime(sharing(recorder, named.brokerOrderId), named)
  const order = found.find((each) => isLive(each.status)) ?? found.at(-1)
  return order === undefined ? undefined : { order, step: "broker order id" }
}

const byOtherId = (recorder: Recorder, named: Named): Match | undefined => {
  for (const brokerOrderId of named.otherIds ?? []) {
    const found = byBrokerId(recorder, { ...named, brokerOrderId })
    if (found !== undefined) return found
  }
  return undefined
}

/** SYNC-4: an id with its day finds the order of the neighbouring day too, where an execution of that is near. */
const byNearId = (recorder: Recorder, { executedAt, nearIds = [] }: Named): Match | undefined => {
  if (executedAt === undefined) return undefined
  const near = nearIds
    .flatMap((brokerOrderId) => sharing(recorder, brokerOrderId))
    .find(({ firstFilledAt, lastFilledAt }) =>
      [firstFilledAt, lastFilledAt].some(
        (at) => at !== undefined && Math.abs(Instant.millisBetween(at, executedAt)) < NEXT_DAY_MS
      )
    )
  return near === undefined ? undefined : { order: near, step: "broker order id" }
}

/**
 * O28: of orders with one id, those of the report's day; an execution is of the newest that was there before it. W12: one of ours with the same terms
 * on another day is no second order but a wrong day.
 */
const ofTime = (orders: ReadonlyArray<Order>, named: Named): ReadonlyArray<Order> => {
  const { enteredAt, executedAt } = named
  if (enteredAt !== undefined) {
    const ofDay = orders.filter((order) => isOfDay(order, enteredAt))
    return ofDay.length > 0 ? ofDay : orders.filter((order) => order.origin !== "external" && hasTermsOf(order, named))
  }
  if (executedAt === undefined || orders.length < 2) return orders
  const before = orders.filter(({ acceptedAt }) => acceptedAt === undefined || acceptedAt <= executedAt)
  return before.length === 0 ? orders : before.slice(-1)
}

const NEXT_DAY_MS = 17 * 3_600_000

/** O28: was the order sent, or first seen, on the day that the broker names, or less than 17 hours away from it? */
export const isOfDay = (order: Pick<Order, "sentAt" | "acceptedAt">, enteredAt: Instant.Instant): boolean => {
  const times = [order.sentAt, order.acceptedAt].filter((time) => time !== undefined)
  return times.length === 0 || times.some((time) => isNear(time, enteredAt))
}

const isNear = (a: Instant.Instant, b: Instant.Instant): boolean =>
  Math.abs(Instant.millisBetween(a, b)) < NEXT_DAY_MS || Instant.dayOf(a) === Instant.dayOf(b)

/** W10: what the broker had first under a client order id stays ours; what it has under another id, and no chain joins to that, is another. */
const byClientId = (recorder: Recorder, named: Named): Match | undefined => {
  const order = sentAs(recorder, named.clientOrderId)
  return order === undefined || isSecondOrder(order, named) ? undefined : { order, step: "client order id" }
}

/** The order of the account that was sent under a client order id. */
export const sentAs = (recorder: Recorder, shown: string | undefined): Order | undefined => {
  const clientOrderId = shown === undefined ? undefined : ClientOrderId.ours(shown)
  if (clientOrderId === undefined) return undefined
  const found = () => recorder.books.orders.find("clientOrderId", [clientOrderId])[0]
  const loaded = found()
  if (loaded === undefined) recorder.need(Need.OrderByClientId({ clientOrderId }))
  const order = loaded ?? found()
  return order?.account === recorder.account ? order : undefined
}

/** What an order was sent with, as far as a broker shows it. */
type Sent = Pick<Order, "symbol" | "side" | "quantity" | "type" | "limitPrice" | "sentAt">

/**
 * O24: may an order at a broker without client order ids be this one of ours, by all that is shown of it: symbol, side, quantity, type
 * and limit price, and that it was not entered before ours was sent.
 */
export const couldBe = (sent: Sent, seen: OrderSeen): boolean =>
  seen.clientOrderId === undefined &&
  hasTermsOf(sent, seen) &&
  (seen.enteredAt === undefined ||
    sent.sentAt === undefined ||
    seen.enteredAt >= Instant.addMillis(sent.sentAt, -SKEW_MS))

/**
 * O24, W12: is an order that the books do not know perhaps one of ours that is on its way or in doubt: one of its instrument, whatever else
 * is said of it, or one of its side and quantity, whatever its instrument? Then it is not adopted before that is settled: what is wrong of
 * it everywhere would stand in the books as another order.
 */
export const mayBeOurs = (recorder: Recorder, seen: OrderSeen): boolean =>
  seen.clientOrderId === undefined &&
  isTicker(seen.symbol) &&
  unsettledOf(recorder).some((order) => mayBeOrder(order, seen))

/** F7, W12: may an execution be of an order of ours that is on its way or in doubt, by its instrument, or by its side and size? */
export const mayBeExecutionOfOurs = (
  recorder: Recorder,
  fill: Pick<WaitingFill, "quantity" | "side" | "symbol">
): boolean => unsettledOf(recorder).some((order) => mayBeExecutionOf(order, fill))

/** The orders of ours that are on their way or in doubt: the broker may have them under an id that is not known here. */
const unsettledOf = (recorder: Recorder): ReadonlyArray<Order> =>
  ["submitting", "in_doubt"].flatMap((status) => {
    recorder.need(Need.OrdersOfStatus({ status }))
    return recorder.books.orders
      .find("status", [status])
      .filter(({ account, origin }) => account === recorder.account && origin !== "external")
  })

/** W12: may it be an order of ours, on its way, in doubt, refused or proven absent? */
export const isOfOurs = (recorder: Recorder, seen: OrderSeen): boolean =>
  mayBeOurs(recorder, seen) || lateOf(recorder, seen, (order) => hasTermsOf(order, seen)) !== undefined

const A_DAY_MS = 86_400_000

/**
 * W12: the order of ours that was refused, or proven absent, in the last 24 hours and that this could be, by its instrument and side; the
 * newest of those of which `isOfSize` holds.
 */
export const lateOf = (
  recorder: Recorder,
  seen: Pick<OrderSeen, "clientOrderId" | "side" | "symbol">,
  isOfSize: (order: Order) => boolean
): Order | undefined => {
  const { clientOrderId, symbol } = seen
  if (clientOrderId !== undefined || !isTicker(symbol)) return undefined
  const { account, books, world } = recorder
  return [Instant.addMillis(world.at, -A_DAY_MS), world.at]
    .map(Instant.dayOf)
    .flatMap((unplacedOn) => {
      recorder.need(Need.Unplaced({ account, symbol, unplacedOn }))
      return books.orders.find("unplaced", [account, symbol, unplacedOn])
    })
    .findLast((order) => isRecentlyUnplaced(order, seen, world.at) && isOfSize(order))
}
