import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { OrderId } from "../values/Id.ts"
import { Ticker } from "./Ticker.ts"
import * as Decimal from "../values/Decimal.ts"
import { Price } from "../values/Price.ts"
import type { Side } from "./Side.ts"
import type { Instant } from "../values/Instant.ts"
import { PositionAnswer } from "./PositionAnswer.ts"
import { RecordedSplit } from "./splitting.ts"
import { LateLots } from "./collecting.ts"

/** Which sides of a position its broker refuses for a session. */
export const refusedSides = ["buy", "sell", "both"] as const

/**
 * One account's standing in one instrument, in signed shares (A1, A2): exposure, target, hedged, in flight, residual, the sum
 * of its open lots (A4), and what is outside the queue; then why nothing is ordered, and what stands in the way.
 */
export const Position = Schema.Struct({
  account: Column.branded(AccountName),
  symbol: Column.branded(Ticker),
  exposure: Column.decimal,
  target: Column.decimal,
  hedged: Column.decimal,
  inFlight: Column.decimal,
  residual: Column.decimal,
  openLots: Column.decimal,
  base: Column.decimal,
  direct: Column.decimal,
  adopted: Column.decimal,
  /** What splits have added to what its orders filled, in signed shares, and the splits, oldest first (P9). */
  splitHeld: Column.decimal,
  splits: Column.optional(Column.json(Schema.Array(RecordedSplit))),
  /** The newest recorded answer to "what order would be made now?" (D4). */
  answer: Column.comparedJson(PositionAnswer),
  /** Since when it is that. */
  answerSince: Column.instant,
  coolDownUntil: Column.optional(Column.instant),
  /** Short ends in a row (D8). */
  shortEnds: Column.integer,
  /** The newest time until which a circuit is open. */
  circuitUntil: Column.optional(Column.instant),
  /** D2: how many steps beyond the first offset the next order of a side is made, by which version of the account, and until when. */
  ladderStep: Column.integer,
  ladderSide: Column.optional(Column.literal(["buy", "sell"])),
  ladderOf: Column.optional(Column.integer),
  ladderUntil: Column.optional(Column.instant),
  /** Of which sides the broker refused orders until the next session, and until when that holds. */
  refusedSide: Column.optional(Column.literal(refusedSides)),
  refusedUntil: Column.optional(Column.instant),
  /** The order that an operator cancelled and that holds the position until it is resumed, if one does. */
  heldBy: Column.optional(Column.id(OrderId)),
  /** The newest price that an inbound trade brought, and its time. */
  lastPrice: Column.optional(Column.brandedDecimal(Price)),
  lastPriceAt: Column.optional(Column.instant),
  /** The price that the controls took when an order of it was last sent, in dollars a share. */
  judgedPrice: Column.optional(Column.brandedDecimal(Price)),
  /** D9: the lots of trades since a cut-off, where its account has cut-offs. */
  late: Column.optional(Column.json(LateLots)),
  /** What its sent orders can still fill, signed: in shares, and of orders over a notional in dollars. */
  openShares: Column.decimal,
  openDollars: Column.decimal,
  updatedAt: Column.instant,
  version: Column.integer
})

/** One account's standing in one instrument. */
export type Position = typeof Position.Type

/** A copy to change, written out: engines copy such literals many times faster than what is spread. */
export const draftOf = (position: Position): Table.Draft<Position> => ({
  account: position.account,
  symbol: position.symbol,
  exposure: position.exposure,
  target: position.target,
  hedged: position.hedged,
  inFlight: position.inFlight,
  residual: position.residual,
  openLots: position.openLots,
  base: position.base,
  direct: position.direct,
  adopted: position.adopted,
  splitHeld: position.splitHeld,
  splits: position.splits,
  answer: position.answer,
  answerSince: position.answerSince,
  coolDownUntil: position.coolDownUntil,
  shortEnds: position.shortEnds,
  circuitUntil: position.circuitUntil,
  ladderStep: position.ladderStep,
  ladderSide: position.ladderSide,
  ladderOf: position.ladderOf,
  ladderUntil: position.ladderUntil,
  refusedSide: position.refusedSide,
  refusedUntil: position.refusedUntil,
  heldBy: position.heldBy,
  lastPrice: position.lastPrice,
  lastPriceAt: position.lastPriceAt,
  judgedPrice: position.judgedPrice,
  late: position.late,
  openShares: position.openShares,
  openDollars: position.openDollars,
  updatedAt: position.updatedAt,
  version: position.version
})

/** The table of positions. */
export const PositionTable = Table.make({
  name: "positions",
  schema: Position,
  key: ["account", "symbol"],
  keyOf: (position) => Table.symbolKey(position.account, position.symbol),
  lookups: { account: { columns: ["account"], unique: false, steady: true, where: undefined } }
})

/** D8, Refusals: nothing holds a position any more: an operator lets it go on. */
export const nothingHeld = {
  heldBy: undefined,
  circuitUntil: undefined,
  shortEnds: 0,
  refusedSide: undefined,
  refusedUntil: undefined
} as const

/** D2: the next order of either side is made at the first offset. */
export const atFirstStep = {
  ladderStep: 0,
  ladderSide: undefined,
  ladderOf: undefined,
  ladderUntil: undefined
} as const

/** Until when the broker refuses what a position would order on a side; `undefined` where it does not. */
export const refusedUntil = (
  { refusedSide, refusedUntil: until }: Pick<Position, "refusedSide" | "refusedUntil">,
  side: Side,
  at: Instant
): Instant | undefined =>
  until !== undefined && at < until && (refusedSide === "both" || refusedSide === side) ? until : undefined

/** A2: residual = target − hedged − in flight. */
export const residualOf = (position: Pick<Position, "target" | "hedged" | "inFlight">): Decimal.Decimal =>
  Decimal.subtract(Decimal.subtract(position.target, position.hedged), position.inFlight)

/** E4: what the broker should show: base and the fills of every order, whatever its origin. */
export const holdingsOf = (position: Pick<Position, "base" | "hedged" | "direct" | "adopted">): Decimal.Decimal =>
  Decimal.sum([position.base, position.hedged, position.direct, position.adopted])

/** What a holding is worth in dollars, signed, and whether nobody knows. */
export interface Worth {
  readonly value: Decimal.Decimal
  readonly unpriced: number
}

/** What would be held with all sent orders filled, at the price that the last order was judged by, else the last that trades brought. */
export const worthOf = (position: Position): Worth => {
  const shares = Decimal.add(holdingsOf(position), position.openShares)
  if (Decimal.isZero(shares)) return { value: position.openDollars, unpriced: 0 }
  const price = position.judgedPrice ?? position.lastPrice
  return price === undefined
    ? { value: Decimal.zero, unpriced: 1 }
    : { value: Decimal.add(Decimal.multiply(shares, price), position.openDollars), unpriced: 0 }
}
