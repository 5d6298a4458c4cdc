import { isRestrictedAt } from "../../records/restrictedHours.ts"
import type { Control } from "../../records/Control.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Instant from "../../values/Instant.ts"
import { format, type OrderId } from "../../values/Id.ts"
import { closableNow, closableOf, isShortForbidden, type Standing } from "../position/due.ts"
import { refusedUntil } from "../../records/Position.ts"
import { sizeOf } from "./directOrder.ts"
import { mostShares } from "../../records/stillOpen.ts"
import type { Order } from "../../records/Order.ts"
import { countsForD5 } from "../../records/OrderState.ts"
import { windowOf } from "../../records/OrderPolicy.ts"
import type { Side } from "../../records/Side.ts"
import { faultOf } from "../../records/SupportedOrders.ts"

/** May a direct order leave now? It is sent as given, waits for what will pass, or is refused by a control. */
export type Admission =
  | { readonly _tag: "Admitted" }
  /** `of` is what stands in the way, by its name. */
  | {
      readonly _tag: "Waits"
      readonly code: string
      readonly of?: string | undefined
      readonly behind?: OrderId | undefined
    }
  | { readonly _tag: "Refused"; readonly control: Control; readonly words: string }

/** What an order waits for, as it stands on the order. */
export const waitsFor = ({ code, of }: Extract<Admission, { readonly _tag: "Waits" }>): string =>
  of === undefined ? code : `${code}(${of})`

const admitted: Admission = { _tag: "Admitted" }
const waits = (code: string, of?: string, behind?: OrderId): Admission => ({ _tag: "Waits", code, of, behind })
const refused = (control: Control, words: string): Admission => ({ _tag: "Refused", control, words })

/** What is a direct order's own in rule 0 of sending; the limits of the account come after it. Judged on the rows of the commit that would send it, and never changed (E2). */
export const admissionOf = (standing: Standing, order: Order): Admission => {
  const others = { ...standing, liveOrders: standing.liveOrders.filter(({ id }) => id !== order.id) }
  return refusalOf(others, order) ?? waitOf(others, order) ?? admitted
}

/** What passes by itself or by an operator's act. Cool-downs and holds are about what positions order, not about this (D8); a refusal of a side is about both. */
const waitOf = (standing: Standing, order: Order): Admission | undefined => {
  if (standing.tradingState === "halted") return waits("Halted")
  if (standing.tradingState === "observe") return waits("Observed")
  if (refusedUntil(standing.position, order.side, standing.at) !== undefined) return waits("SideRefused")
  const [inTheWay] = standing.holdingBreaks
  if (inTheWay !== undefined) return waits("BreakOpen", `${inTheWay.kind} ${inTheWay.subject}`)
  if (!standing.isSessionOpen(windowOf(order))) return waits("SessionClosed")
  if (isRestrictedAt(standing.account.restrictedHours, standing.at)) return waits("RestrictedHours")
  // Of several that are in doubt only an older one is ahead: otherwise each would wait for the other for ever.
  const isAhead = ({ id, status }: Order) => status === "in_doubt" && (order.status !== "in_doubt" || id < order.id)
  const doubtful = standing.liveOrders.find(isAhead)
  if (doubtful !== undefined) return waits("InDoubtAhead", format("order", doubtful.id))
  if (standing.instrument?.status !== "verified") return waits("InstrumentUnverified")
  const against = newestAgainst(standing, order)
  return against === undefined ? undefined : waits("OppositeOrderLive", format("order", against), against)
}

/** D5: the live order of the other side, whoever made it; of several the one that is likely to end last. Doubtful ones are judged before. */
const newestAgainst = ({ liveOrders }: Standing, { side }: Order): OrderId | undefined =>
  liveOrders.findLast((each) => each.side !== side && countsForD5(each.status) && each.status !== "in_doubt")?.id

const refusalOf = (standing: Standing, order: Order): Admission | undefined => {
  const { account, instrument } = standing
  if (instrument?.status === "unknown" || instrument?.status === "not_traded")
    return refused("InstrumentUnknown", `the broker does not trade ${order.symbol}`)
  const unsupported = faultOf(account.supportedOrders, order)
  if (unsupported !== undefined) return refused("UnsupportedOrder", unsupported)
  if (order.goodTill !== undefined && order.goodTill <= standing.at)
    return refused("GoodTillPassed", `it was good until ${Instant.format(order.goodTill)}`)
  if (instrument?.status === "verified" && !instrument.fractionable && !isWhole(order)) {
    return refused("NotFractionable", `${sizeOf(order)} ${order.symbol} are not whole shares`)
  }
  return crossingOf(standing, order)
}

const ONE = Decimal.unsafe("1")

const isWhole = ({ askedNotional, quantity }: Order): boolean =>
  askedNotional === undefined && Decimal.equals(quantity, Decimal.floorTo(quantity, ONE))

/** What would go through zero, where account or broker do not allow that, is refused with what would not. */
const crossingOf = (standing: Standing, order: Order): Admission | undefined => {
  const { side } = order
  const closable = closableNow(standing, side)
  const shares = mostShares(order, standing.prices)
  if (shares !== undefined && !Decimal.isLess(closable, shares)) return undefined
  const control = crossed(standing, side)
  if (control === undefined) return undefined
  return shares === undefined && Decimal.isPositive(closable)
    ? refused("NoReferencePrice", `how many shares ${sizeOf(order)} come to is not known`)
    : refused(control, `${Decimal.format(closable)} could be ${side === "sell" ? "sold" : "bought"}`)
}

/** What stands against more than could be closed. */
const crossed = (standing: Standing, side: Side): Control | undefined => {
  if (standing.reducesOnly) return "ReduceOnly"
  if (isShortForbidden(standing, side)) return "ShortNotAllowed"
  const isFlip = Decimal.isPositive(closableOf(standing.position, side))
  return isFlip && standing.account.crossesZero === false ? "CrossesZero" : undefined
}
