import { Broker, Decimal, Price, Quantity, type Instant } from "@roundlot/core"
import { ClientOrderId, type OrderTerms, type Report } from "@roundlot/core/adapter"
import { Effect, Either, Schema } from "effect"
import { refusals } from "./Codes.ts"
import type { Desk } from "./Desk.ts"
import { isDurable, ownerOf, sideOf, symbolOf } from "./Execution.ts"
import type { OrderFacts } from "./Message.ts"
import { typeFrom } from "./OrderRequest.ts"
import { isStopped, statuses } from "./OrderStatus.ts"
import { decimalOf } from "./Text.ts"

const decodeQuantity = Schema.decodeEither(Quantity.Quantity)

/** What a status message says beside the order. */
export interface Progress {
  readonly filled: string
  readonly averagePrice: string
  readonly whyHeld?: string | undefined
}

/** What an order is over; a filled one that TWS lists over 0 shares is over those that were filled (hadrianl/ibapi#18). */
const quantityOf = ({ facts, progress, state }: ListedOrder): Quantity.Quantity | undefined => {
  const listed = decimalOf(facts.quantity)
  const isFilled = state._tag === "Closed" && state.kind === "filled"
  const shares = isFilled && listed !== undefined && Decimal.isZero(listed) ? decimalOf(progress?.filled ?? "") : listed
  return shares === undefined ? undefined : Either.getOrUndefined(decodeQuantity(Decimal.format(shares)))
}

/** An order as a report; `undefined` where TWS has given it no durable id yet, it is over no shares, or on no side. */
export const seenOf = (
  { names }: Desk,
  listed: ListedOrder,
  asOf: Instant.Instant,
  executionsRead: boolean
): Report.OrderSeen | undefined => {
  const { code, facts: order, progress, state, words } = listed
  const quantity = quantityOf(listed)
  const side = sideOf(order.action)
  if (quantity === undefined || side === undefined || !isDurable(order.permId)) return undefined
  const averagePrice = progress === undefined ? undefined : decimalOf(progress.averagePrice)
  return {
    _tag: "OrderSeen",
    amendsInPlace: true,
    account: ownerOf(names, order.account),
    asOf,
    asOfKind: "ours",
    brokerOrderId: ClientOrderId.BrokerOrderId.make(order.permId),
    clientOrderId: order.orderRef === "" ? undefined : order.orderRef,
    symbol: symbolOf(order.contract),
    side,
    quantity,
    ...pricedTermsOf(order),
    rawStatus: rawStatusOf(order, progress),
    state,
    words,
    refusal: refusalOf(state, words, code),
    notWorking: notWorkingOf(order, state, progress),
    cumulative: progress === undefined ? undefined : decimalOf(progress.filled),
    averagePrice: averagePrice !== undefined && Decimal.isPositive(averagePrice) ? averagePrice : undefined,
    executionsRead
  }
}

/** Among the completed orders of a day only words are left of the error: those of a rejection, unless another code is known. */
const REJECTED = 201

const refusalOf = (state: Report.Liveness, words: string | undefined, code = REJECTED): Report.OrderSeen["refusal"] =>
  words !== undefined && state._tag === "Closed" && state.kind === "rejected"
    ? { code: String(code), words, class: refusals.classOf(String(code), words) }
    : undefined

/** TWS's status, and why it holds the order. */
const rawStatusOf = ({ status }: OrderFacts, progress: Progress | undefined): string => {
  const whyHeld = progress?.whyHeld ?? ""
  return whyHeld === "" ? status : `${status} (${whyHeld})`
}

/** Words of an order that waits as it was asked to: for its trigger, or for the order that it hangs on. */
const asOrdered = ["trigger", "child"]

/** TWS does not work an open order that is inactive, or held for anything but what it was to wait for. */
const notWorkingOf = (
  { status }: OrderFacts,
  state: Report.Liveness,
  { whyHeld = "" }: Partial<Progress> = {}
): Report.OrderSeen["notWorking"] => {
  if (state._tag === "Closed") return undefined
  const isHeld = whyHeld.split(",").some((word) => word.trim() !== "" && !asOrdered.includes(word.trim()))
  return status === "Inactive" || isHeld ? { reason: whyHeld === "" ? undefined : whyHeld } : undefined
}

const decodePrice = Schema.decodeEither(Price.Price)

/** TWS writes a price that an order does not have as zero, or as a number beyond all prices. */
const priceOf = (text: string): Price.Price | undefined => {
  const price = decimalOf(text)
  return price === undefined ? undefined : Either.getOrUndefined(decodePrice(Decimal.format(price)))
}

/** TWS writes a flag as a digit; what is neither says nothing. */
const sessions: { readonly [outsideRth: string]: OrderTerms.Session | undefined } = { "0": "regular", "1": "extended" }

const pricedTermsOf = (order: OrderFacts): Pick<Report.OrderSeen, "type" | "session" | "limitPrice" | "stopPrice"> => {
  const type = typeFrom(order.type)
  return {
    type,
    session: sessions[order.outsideRth],
    limitPrice: type === "limit" || type === "stop_limit" ? priceOf(order.limitPrice) : undefined,
    stopPrice: type === "stop" || type === "stop_limit" ? priceOf(order.stopPrice) : undefined
  }
}

/** One over no shares is by an amount of money; any other number that is none of shares, and a word that is no side, hides an order that is there. */
export const isReadable = ({ action, permId, quantity }: OrderFacts): boolean => {
  const shares = decimalOf(quantity)
  return !isDurable(permId) || (shares !== undefined && Decimal.sign(shares) >= 0 && sideOf(action) !== undefined)
}

/** A status that TWS has not documented is kept, counts as open, and is logged; so is a quantity or a side that cannot be read. */
export const tellUnknown = (order: OrderFacts): Effect.Effect<void> =>
  Effect.all(
    [
      statuses.known.has(order.status) ? Effect.void : Broker.tellUndocumented(`order ${order.permId}`, order.status),
      isReadable(order)
        ? Effect.void
        : Effect.logWarning(
            `order ${order.permId} of ${order.contract.symbol} is '${order.action}' over '${order.quantity}' shares, which cannot be read: the listing is in part`
          )
    ],
    { discard: true }
  )

/** An order of a listing, and when it ended where it has. */
export interface ListedOrder {
  readonly facts: OrderFacts
  readonly state: Report.Liveness
  readonly progress: Progress | undefined
  /** TWS's words of why it ended, and the code of the error that ended it. */
  readonly words?: string | undefined
  readonly code?: number | undefined
  readonly endedAt: Instant.Instant | undefined
}

/** An order as TWS shows it; one that an error ended has ended, listed or not. */
export const shownOf = (
  { endings }: Desk,
  facts: OrderFacts,
  progress: Progress | undefined
): Omit<ListedOrder, "endedAt"> => {
  const ending = isStopped(facts.status) ? endings.of(facts.permId) : undefined
  return {
    facts,
    progress,
    state: ending?.state ?? statuses.livenessOf(facts.status),
    words: ending?.words,
    code: ending?.code
  }
}
