import { Schema } from "effect"

/**
 * Ids of our records: integers inside, a letter and the integer at the edge (`T12`, `O5`). They grow in the order in which
 * records are made, over the whole store.
 */
const idOf = <const Brand extends string>(brand: Brand) =>
  Schema.Int.pipe(Schema.greaterThan(0), Schema.lessThanOrEqualTo(Number.MAX_SAFE_INTEGER), Schema.brand(brand))

/** A trade's id, `T12`. */
export const TradeId = idOf("TradeId")
/** A trade's id. */
export type TradeId = typeof TradeId.Type
/** An order's id, `O5`. */
export const OrderId = idOf("OrderId")
/** An order's id. */
export type OrderId = typeof OrderId.Type
/** A lot's id, `L7`; it is the lot's age as well: the order of booking (C2). */
export const LotId = idOf("LotId")
/** A lot's id and age. */
export type LotId = typeof LotId.Type
/** An allocation's id, `A9`. */
export const AllocationId = idOf("AllocationId")
/** An allocation's id. */
export type AllocationId = typeof AllocationId.Type
/** A fill's id, `F3`. */
export const FillId = idOf("FillId")
/** A fill's id. */
export type FillId = typeof FillId.Type
/** An attempt's id, `S4` (a send). */
export const AttemptId = idOf("AttemptId")
/** An attempt's id. */
export type AttemptId = typeof AttemptId.Type
/** A decision's id, `D6`. */
export const DecisionId = idOf("DecisionId")
/** A decision's id. */
export type DecisionId = typeof DecisionId.Type
/** A payload's id, `P8`. */
export const PayloadId = idOf("PayloadId")
/** A payload's id. */
export type PayloadId = typeof PayloadId.Type
/** A break's id, `B2`. */
export const BreakId = idOf("BreakId")
/** A break's id. */
export type BreakId = typeof BreakId.Type

/** The id of a request for a second person, `R5`. */
export const ApprovalId = idOf("ApprovalId")
/** The id of a request for a second person. */
export type ApprovalId = typeof ApprovalId.Type

/** A batch's id, `G3` (a group). */
export const BatchId = idOf("BatchId")
/** A batch's id. */
export type BatchId = typeof BatchId.Type

/** The kinds of record that have an id of ours, with the letter each is shown by. */
export const letters = {
  trade: "T",
  order: "O",
  lot: "L",
  allocation: "A",
  fill: "F",
  attempt: "S",
  decision: "D",
  payload: "P",
  break: "B",
  batch: "G",
  approval: "R"
} as const

/** A kind of record that has an id of ours. */
export type Kind = keyof typeof letters

/** The id of each kind. */
export interface IdOf {
  readonly trade: TradeId
  readonly order: OrderId
  readonly lot: LotId
  readonly allocation: AllocationId
  readonly fill: FillId
  readonly attempt: AttemptId
  readonly decision: DecisionId
  readonly payload: PayloadId
  readonly break: BreakId
  readonly batch: BatchId
  readonly approval: ApprovalId
}

const isId = <K extends Kind>(_kind: K, id: number): id is IdOf[K] => Number.isSafeInteger(id) && id > 0

/** The id of this number; throws where it is none. Planning makes many, so no schema is asked. */
export const of = <K extends Kind>(kind: K, id: number): IdOf[K] => {
  if (!isId(kind, id)) throw new RangeError(`${id} is no id of a ${kind}`)
  return id
}

/** The next free id of each kind; a store hands it to planning, which counts on from there. */
export type Counters = { readonly [K in Kind]: number }

/** Nothing made yet: every kind begins at 1. */
export const firstCounters: Counters = {
  trade: 1,
  order: 1,
  lot: 1,
  allocation: 1,
  fill: 1,
  attempt: 1,
  decision: 1,
  payload: 1,
  break: 1,
  batch: 1,
  approval: 1
}

/** The text of an id at the edge. */
export const format = (kind: Kind, id: number): string => `${letters[kind]}${id}`

/** The integer of an id's text, or `undefined` where it is none of that kind. A bare integer is taken too; case is ignored. */
export const parse = (kind: Kind, text: string): number | undefined => {
  const bare = text.slice(0, 1).toUpperCase() === letters[kind] ? text.slice(1) : text
  return /^[1-9]\d{0,14}$/.test(bare) ? Number(bare) : undefined
}
