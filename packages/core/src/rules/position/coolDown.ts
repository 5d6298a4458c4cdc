import { symbolKey } from "../../tables/Table.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import * as Instant from "../../values/Instant.ts"

const FIRST_MS = 30_000
const LONGEST_MS = 15 * 60_000
const CIRCUIT_AFTER = 5
const CIRCUIT_MS = 60 * 60_000

/** How long a position cools down after so many short ends in a row, in milliseconds: 30 s doubling to 15 min (D8). */
export const coolDownMs = (shortEnds: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, Math.min(shortEnds, 20) - 1))

/** D8: a sent order ended short. Five in a row open the circuit, until `resume` or the next session; for an hour where none closes. */
export const afterShortEnd = (recorder: Recorder, order: Order): void => start(recorder, order, 1)

/** D8: a late fill, bust or correction has changed what an ended order filled. */
export const afterLateChange = (recorder: Recorder, order: Order): void => start(recorder, order, 0)

const start = (recorder: Recorder, order: Order, ends: 0 | 1): void => {
  if (order.origin !== "accumulation") return
  const position = recorder.books.positions.get(symbolKey(order.account, order.symbol))
  if (position === undefined) return
  const { at, nextOpening } = recorder.world
  const shortEnds = position.shortEnds + ends
  const until = Instant.addMillis(at, coolDownMs(shortEnds))
  recorder.emit({
    _tag: "CoolDownStarted",
    symbol: order.symbol,
    until: position.coolDownUntil === undefined ? until : Instant.later(position.coolDownUntil, until),
    shortEnds,
    circuitUntil:
      shortEnds >= CIRCUIT_AFTER
        ? (nextOpening(order.account) ?? Instant.addMillis(at, CIRCUIT_MS))
        : position.circuitUntil
  })
}

/** D8: a fill resets the doubling and the count; a running cool-down goes on. */
export const afterFill = (recorder: Recorder, order: Order): void => {
  if (order.origin !== "accumulation") return
  const position = recorder.books.positions.get(symbolKey(order.account, order.symbol))
  if (position !== undefined && position.shortEnds > 0) recorder.emit({ _tag: "CoolDownReset", symbol: order.symbol })
}
