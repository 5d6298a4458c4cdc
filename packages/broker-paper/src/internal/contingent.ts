import { Decimal, Price } from "@roundlot/core"
import type { OrderRow, Rows } from "./rows.ts"

const listed = (text: string | undefined): ReadonlyArray<string> => (text ?? "").split(" ").filter((id) => id !== "")

/** The orders that were placed with this one, in their order. */
export const legsOf = (rows: Rows, brokerOrderId: string): ReadonlyArray<string> =>
  listed(rows.fact(`legs ${brokerOrderId}`))

/** The order that this one was placed with; `undefined` where it was placed by itself. */
export const parentOf = (rows: Rows, brokerOrderId: string): string | undefined => rows.fact(`parent ${brokerOrderId}`)

/** Does it wait for its entry to be filled? */
export const isWaiting = (rows: Rows, brokerOrderId: string): boolean => rows.fact(`waits ${brokerOrderId}`) === "1"

/** The order that has its place in its group now: the newest of those that replaced it. */
const successorOf = (rows: Rows, brokerOrderId: string): string => {
  const next = rows.fact(`successor ${brokerOrderId}`)
  return next === undefined ? brokerOrderId : successorOf(rows, next)
}

/** Is it an entry, whose exits wait or waited for it? */
export const isEntry = (rows: Rows, brokerOrderId: string): boolean =>
  legsOf(rows, successorOf(rows, brokerOrderId)).some((leg) => rows.fact(`waits ${leg}`) !== undefined)

/** The orders of its group: the one that they were placed with, and its legs. One that was replaced is not among them. */
export const groupOf = (rows: Rows, brokerOrderId: string): ReadonlyArray<string> => {
  const now = successorOf(rows, brokerOrderId)
  const first = parentOf(rows, now) ?? now
  return [first, ...legsOf(rows, first)]
}

/** The other orders of its group. */
export const othersOf = (rows: Rows, brokerOrderId: string): ReadonlyArray<string> =>
  groupOf(rows, brokerOrderId).filter((id) => id !== brokerOrderId)

/** Makes a group of an order and its legs, which wait for it where it is their entry. */
export const join = (rows: Rows, parent: string, legs: ReadonlyArray<string>, areWaiting: boolean): void => {
  rows.setFact(`legs ${parent}`, legs.join(" "))
  for (const leg of legs) {
    rows.setFact(`parent ${leg}`, parent)
    if (areWaiting) rows.setFact(`waits ${leg}`, "1")
  }
}

/** An order takes another's place in its group, and waits where that did; one that was placed by itself has no group to enter. */
export const succeed = (rows: Rows, before: string, after: string): void => {
  if (groupOf(rows, before).length === 1) return
  const parent = parentOf(rows, before)
  const legs = legsOf(rows, before)
  const waits = rows.fact(`waits ${before}`)
  rows.setFact(`successor ${before}`, after)
  if (parent !== undefined) {
    const all = legsOf(rows, parent)
    rows.setFact(`legs ${parent}`, all.map((leg) => (leg === before ? after : leg)).join(" "))
    rows.setFact(`parent ${after}`, parent)
  }
  if (waits !== undefined) rows.setFact(`waits ${after}`, waits)
  rows.setFact(`legs ${before}`, "")
  rows.setFact(`legs ${after}`, legs.join(" "))
  for (const leg of legs) rows.setFact(`parent ${leg}`, after)
}

/** A leg waits no longer. */
export const release = (rows: Rows, leg: string): void => rows.setFact(`waits ${leg}`, "")

/** How far a stop stays behind the best price since the order was placed, and that price once there is one. */
export interface Trail {
  readonly by: "amount" | "percent"
  readonly value: Decimal.Decimal
  readonly best: Decimal.Decimal | undefined
}

/** The trail of an order, where its stop has one. */
export const trailOf = (rows: Rows, brokerOrderId: string): Trail | undefined => {
  const [by, value, best] = listed(rows.fact(`trail ${brokerOrderId}`))
  if ((by !== "amount" && by !== "percent") || value === undefined) return undefined
  return { by, value: Decimal.unsafe(value), best: best === undefined ? undefined : Decimal.unsafe(best) }
}

/** An order's stop has a trail from now on. */
export const trail = (
  rows: Rows,
  brokerOrderId: string,
  { best, by, value }: Omit<Trail, "best"> & Partial<Trail>
): void =>
  rows.setFact(
    `trail ${brokerOrderId}`,
    [by, ...[value, best].flatMap((each) => (each === undefined ? [] : [Decimal.format(each)]))].join(" ")
  )

/** After a split the best price, and how many dollars its stop stays behind it, are those of the new shares. */
export const splitTrail = (
  rows: Rows,
  brokerOrderId: string,
  priced: (dollars: Decimal.Decimal) => Decimal.Decimal
): void => {
  const found = trailOf(rows, brokerOrderId)
  if (found === undefined) return
  const { best, by, value } = found
  trail(rows, brokerOrderId, {
    by,
    value: by === "amount" ? priced(value) : value,
    best: best === undefined ? undefined : priced(best)
  })
}

const HUNDRED = Decimal.unsafe("100")
const CENT = Decimal.unsafe("0.01")

/** Where the stop of an order is at a price: behind the best one, which is the highest where it sells and the lowest where it buys. */
export const trailed = (
  rows: Rows,
  { brokerOrderId, side, stopPrice, triggered }: OrderRow,
  price: Decimal.Decimal
): Price.Price | null => {
  const found = trailOf(rows, brokerOrderId)
  if (found === undefined || triggered) return stopPrice
  const isBetter =
    found.best === undefined ||
    Decimal.isLess(...(side === "sell" ? ([found.best, price] as const) : ([price, found.best] as const)))
  const best = isBetter || found.best === undefined ? price : found.best
  trail(rows, brokerOrderId, { ...found, best })
  const away = found.by === "amount" ? found.value : Decimal.divide(Decimal.multiply(best, found.value), HUNDRED, 12)
  const stop = Decimal.floorTo(side === "sell" ? Decimal.subtract(best, away) : Decimal.add(best, away), CENT)
  return Decimal.isPositive(stop) ? Price.make(stop) : stopPrice
}
