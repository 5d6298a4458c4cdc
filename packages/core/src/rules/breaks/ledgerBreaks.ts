import { format, type OrderId } from "../../values/Id.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Instant from "../../values/Instant.ts"
import { endUnknownSince, type Order } from "../../records/Order.ts"
import { countsForD5, isLive } from "../../records/OrderState.ts"
import { kinds, type Break, type BreakKind, type HoldingBreak } from "../../records/Break.ts"
import { isSame, type BreakDetails } from "../../records/BreakDetails.ts"

/** The open break of a kind about a subject, if there is one. */
export const findOpen = (recorder: Recorder, symbol: Ticker, kind: BreakKind, subject: string): Break | undefined =>
  recorder.books.breaks
    .find("open", [recorder.account, symbol])
    .find((each) => each.kind === kind && each.subject === subject)

/** What is said of a break when it opens. */
interface Found {
  readonly symbol: Ticker
  readonly subject: string
  readonly details: BreakDetails
}

/** Opens a break, and says so, unless one of the same kind and subject, by `details` also with the same details, is open. */
export const open = (recorder: Recorder, fields: Found, by: "subject" | "details" = "subject"): boolean => {
  const kind = fields.details._tag
  const known = recorder.books.breaks
    .find("open", [recorder.account, fields.symbol])
    .some(
      (each) =>
        each.kind === kind &&
        each.subject === fields.subject &&
        (by === "subject" || isSame(each.details, fields.details))
    )
  if (known) return false
  const id = recorder.next("break")
  const holding = kinds[kind].holds
  recorder.emit({ _tag: "BreakOpened", id, ...fields, holds: holding })
  if (holding !== "nothing") recorder.touch(fields.symbol)
  return true
}

/** Opens a break of a kind about a subject, or brings the one that is open up to what is seen now. */
export const openOrUpdate = (
  recorder: Recorder,
  fields: Found,
  holding: Break["holds"] = kinds[fields.details._tag].holds
): void => {
  const { details } = fields
  const known = findOpen(recorder, fields.symbol, details._tag, fields.subject)
  if (known !== undefined && known.holds === holding && isSame(known.details, details)) return
  if (known === undefined) {
    recorder.emit({ _tag: "BreakOpened", id: recorder.next("break"), ...fields, holds: holding })
  } else {
    recorder.emit({ _tag: "BreakChanged", id: known.id, holds: holding, details })
  }
}

/** Closes the open break of a kind about a subject, where there is one. */
export const closeIfOpen = (
  recorder: Recorder,
  symbol: Ticker,
  kind: BreakKind,
  subject: string,
  why: string
): void => {
  const known = findOpen(recorder, symbol, kind, subject)
  if (known === undefined) return
  recorder.emit({ _tag: "BreakClosed", id: known.id, by: "ledger", why })
  if (known.holds !== "nothing") recorder.touch(symbol)
}

const nameOf = (id: OrderId): string => format("order", id)

/** The part of an excess that nobody accepted, in shares. */
const unaccepted = (order: Order): Decimal.Decimal =>
  Decimal.max(Decimal.zero, Decimal.subtract(order.excess, order.acceptedExcess))

/** G: the excesses of a position that hold it: from one lot up of what nobody accepted. */
export const excessHolds = (recorder: Recorder, symbol: Ticker): ReadonlyArray<HoldingBreak> =>
  recorder.books.breaks.find("open", [recorder.account, symbol]).flatMap((each) => {
    if (each.kind !== "Excess" || each.holds === "nothing") return []
    return [{ kind: each.kind, subject: each.subject }]
  })

/** Opens and closes, at a commit's end, the breaks that follow from the state of its orders. */
export const reviewOrders = (recorder: Recorder): void => {
  for (const id of recorder.touchedOrders) {
    const order = recorder.books.orders.get(id)
    if (order === undefined) continue
    reviewExcess(recorder, order)
    if (order.status !== "in_doubt") closeIfOpen(recorder, order.symbol, "Doubt", nameOf(id), "no longer unconfirmed")
    reviewEnd(recorder, order)
    reviewIdle(recorder, order)
    if (isLive(order.status)) continue
    closeIfOpen(recorder, order.symbol, "Reappeared", nameOf(id), "it has ended")
    closeIfOpen(recorder, order.symbol, "OrderMissing", nameOf(id), "it has ended")
  }
  for (const symbol of recorder.touched) reviewOpposites(recorder, symbol)
}

/** How long an end may wait to be confirmed before a person is shown it, in milliseconds. */
export const UNCONFIRMED_MS = 60_000

/** W11: an end that its broker says and does not confirm; a refused order that waits is a doubt. */
const reviewEnd = (recorder: Recorder, order: Order): void => {
  const { endReported, id, status, symbol } = order
  const since = endUnknownSince(order)
  if (since === undefined || status === "in_doubt" || !isLive(status)) {
    return closeIfOpen(recorder, symbol, "EndUnconfirmed", nameOf(id), isLive(status) ? "it is live" : "it has ended")
  }
  if (recorder.world.at < Instant.addMillis(since, UNCONFIRMED_MS)) return
  const details = { _tag: "EndUnconfirmed", orderId: id, reported: endReported ?? status } as const
  open(recorder, { symbol, subject: nameOf(id), details })
}

/** What may still fill, in shares; of an order over a notional nobody knows. */
export const leavesOf = ({ askedNotional, filled, quantity }: Order): Decimal.Decimal | undefined =>
  askedNotional === undefined ? Decimal.max(Decimal.zero, Decimal.subtract(quantity, filled)) : undefined

/** An order that its broker does not work: what is in flight changes with its fills, and nothing is once it has ended. */
const reviewIdle = (recorder: Recorder, order: Order): void => {
  const { id, status, symbol } = order
  const subject = nameOf(id)
  const known = findOpen(recorder, symbol, "OrderNotWorking", subject)
  if (known?.details._tag !== "OrderNotWorking") return
  if (!isLive(status)) return closeIfOpen(recorder, symbol, "OrderNotWorking", subject, "it has ended")
  openOrUpdate(recorder, { symbol, subject, details: { ...known.details, leaves: leavesOf(order) } })
}

/** G: every excess of an accumulation order that nobody accepted. What was accepted shrinks as the excess does. */
const reviewExcess = (recorder: Recorder, order: Order): void => {
  if (order.origin !== "accumulation") return
  if (Decimal.isLess(order.excess, order.acceptedExcess)) {
    recorder.emit({ _tag: "ExcessAccepted", orderId: order.id, accepted: order.excess })
  }
  const quantity = unaccepted(order)
  const subject = nameOf(order.id)
  if (Decimal.isZero(quantity)) return closeIfOpen(recorder, order.symbol, "Excess", subject, "covered or accepted")
  const holds = Decimal.isLess(quantity, order.lot) ? "nothing" : "symbol"
  const details = { _tag: "Excess", orderId: order.id, quantity } as const
  openOrUpdate(recorder, { symbol: order.symbol, subject, details }, holds)
}

/** G: two live orders of opposite sides, one of them ours; the subject is the order whose fact brought it about. */
const reviewOpposites = (recorder: Recorder, symbol: Ticker): void => {
  const { account, books } = recorder
  const live = books.orders.find("live", [account, symbol])
  if (live.length < 2 && books.breaks.count("open", [account, symbol]) === 0) return
  const working = live.filter((order) => countsForD5(order.status))
  const pair = working.find(
    (order) => order.origin !== "external" && working.some((other) => other.side !== order.side)
  )
  const known = books.breaks.find("open", [account, symbol]).filter((each) => each.kind === "OppositeOrders")
  if (pair === undefined) {
    for (const { id } of known)
      recorder.emit({ _tag: "BreakClosed", id, by: "ledger", why: "one of the two has ended" })
    return
  }
  if (known.length > 0) return
  const newest = working.find((order) => recorder.touchedOrders.has(order.id)) ?? pair
  const orders = working.map(({ id, side }) => ({ orderId: id, side }))
  open(recorder, { symbol, subject: nameOf(newest.id), details: { _tag: "OppositeOrders", orders } })
}

/** F5: the broker's total is lower than our fills of its time, until the totals agree. */
export const reviewCumulative = (recorder: Recorder, order: Order, isBelow: boolean): void => {
  const subject = nameOf(order.id)
  if (!isBelow) return closeIfOpen(recorder, order.symbol, "CumulativeBelow", subject, "the totals agree")
  const details = { _tag: "CumulativeBelow", theirs: order.cumulative ?? Decimal.zero } as const
  open(recorder, { symbol: order.symbol, subject, details })
}
