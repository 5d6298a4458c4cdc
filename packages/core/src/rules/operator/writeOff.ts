import { moreLots, Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import { format } from "../../values/Id.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import { net } from "../position/netting.ts"
import { dueOf, type Due, type Standing } from "../position/due.ts"
import { countedLot } from "../trade/countedLot.ts"
import type { CommandAnswer } from "./commands.ts"

/** So many shares of what a position still owes will never be traded; all of them where no quantity is said. */
export interface WriteOff {
  readonly symbol: Ticker
  readonly quantity: Quantity.Quantity | undefined
  /** What the position owed when that was decided, in signed shares; any where nothing is said. */
  readonly owed?: Decimal.Decimal | undefined
}

/** The shares that would be written off, or why they may not be as things stand. Writes nothing. */
export const writtenOff = (
  recorder: Recorder,
  { owed: decidedOn, quantity, symbol }: WriteOff
): { readonly shares: Decimal.Decimal } | string => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  const position = books.positions.get(joinKey([account, symbol]))
  if (position === undefined || Decimal.isZero(position.residual)) return `${symbol} of ${account} has no residual`
  const [live] = books.orders.find("live", [account, symbol])
  if (live !== undefined) {
    return `${format("order", live.id)} of ${symbol} is ${live.status}: a residual can be written off only while no order of the symbol is live`
  }
  if (decidedOn !== undefined && !Decimal.equals(decidedOn, position.residual)) {
    return `the residual of ${symbol} of ${account} is now ${Decimal.format(position.residual)}; this request was based on ${Decimal.format(decidedOn)}: review it again`
  }
  const owed = Decimal.abs(position.residual)
  const shares = quantity ?? owed
  return Decimal.isLess(owed, shares)
    ? `${symbol} of ${account} has a residual of ${Decimal.format(owed)}; ${Decimal.format(shares)} is more than that`
    : { shares }
}

/** The answer to "what order would be made?" once so many shares are written off. Pure. */
export const dueAfterWriteOff = (standing: Standing, shares: Decimal.Decimal): Due => {
  const { position } = standing
  const left = (owed: Decimal.Decimal) =>
    Decimal.isPositive(position.residual) ? Decimal.subtract(owed, shares) : Decimal.add(owed, shares)
  const { openLots, residual, target } = position
  return dueOf({
    ...standing,
    position: { ...position, target: left(target), residual: left(residual), openLots: left(openLots) }
  })
}

/** Which lots the shares come out of is decided by their age, so all are loaded. */
const loadAllLots = (recorder: Recorder, symbol: Ticker): void => {
  const horizon = recorder.horizons.get(joinKey([recorder.account, symbol]))
  if (horizon !== undefined)
    recorder.need(Need.Lots({ account: recorder.account, symbol, most: moreLots(horizon.asked) }))
}

/** A rest that can never trade: a lot of the opposite sign, in target and not in exposure, which nets with the oldest of what is owed. */
export const writeOff = (recorder: Recorder, asked: WriteOff, reason: string): CommandAnswer => {
  const { account, books } = recorder
  const { symbol } = asked
  const found = writtenOff(recorder, asked)
  if (typeof found === "string") return { _tag: "Refused", why: found }
  loadAllLots(recorder, symbol)
  const position = books.positions.get(joinKey([account, symbol]))
  const side = position !== undefined && Decimal.isPositive(position.residual) ? "sell" : "buy"
  const id = recorder.next("trade")
  const quantity = Quantity.make(found.shares)
  recorder.emit({ _tag: "RestWrittenOff", id, ...countedLot(recorder), symbol, side, quantity, why: reason })
  net(recorder, symbol)
  recorder.touch(symbol)
  return {
    _tag: "Done",
    what: `${Decimal.format(quantity)} ${symbol} of ${account} are written off by trade ${format("trade", id)}`
  }
}
