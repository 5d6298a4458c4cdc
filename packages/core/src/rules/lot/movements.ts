import type { Fill } from "../../records/Fill.ts"
import type { IdentifiedLots } from "../../records/IdentifiedLots.ts"
import { signed, type Side } from "../../records/Side.ts"
import type { Ratio } from "../../records/splitting.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { FillId } from "../../values/Id.ts"
import type { Instant } from "../../values/Instant.ts"
import type { Amount } from "./Amount.ts"
import { tradeDate } from "./tradeDate.ts"

/** Shares that came or went, signed, with what was paid or received for them. */
export interface Moved {
  readonly _tag: "Moved"
  /** The execution; none where shares were declared, which have no price. */
  readonly fillId: number | undefined
  readonly date: string
  /** How many splits came before it. */
  readonly epoch: number
  readonly shares: Decimal.Decimal
  readonly amount: Amount
  /** LOT-13: the lots that a person identified for it. */
  readonly identified?: ReadonlyArray<IdentifiedLot> | undefined
}

/** Shares of the lot that a fill opened. */
export interface IdentifiedLot {
  readonly openedBy: number
  readonly shares: Decimal.Decimal
}

/** A split or a joining of shares, from here on. */
export interface Split extends Ratio {
  readonly _tag: "Split"
  readonly date: string
  readonly epoch: number
}

/** What changes the lots of a symbol. */
export type Movement = Moved | Split

/** A fill with the side of its order, and when that was made: its shares are those of then (P9). */
export interface Executed {
  readonly fill: Fill
  readonly side: Side
  readonly orderedAt?: Instant | undefined
}

/** Where something is in the journal: what one commit wrote has one time. */
interface Place {
  readonly at: Instant
  readonly seq: number
}

/** Shares that a person declared (`BaseDeclared`): signed, without a price. */
export interface Declared extends Place {
  readonly by: Decimal.Decimal
}

/** Lots that a person identified for a fill (`LotsIdentified`), and where in the journal that is. */
export interface Identification {
  readonly seq: number
  readonly fillId: FillId
  readonly lots: IdentifiedLots
}

/** What the books have of one account and symbol, in whatever order. */
export interface History {
  /** Every revision. */
  readonly executed: ReadonlyArray<Executed>
  readonly declared: ReadonlyArray<Declared>
  readonly splits: ReadonlyArray<Ratio & Place>
  readonly identified: ReadonlyArray<Identification>
  /** In which commissions count; of another currency they are not known. */
  readonly currency: string
}

interface Placed<M extends Movement = Movement> {
  readonly movement: M
  readonly at: Instant
  /** At the same moment declared shares come first, then fills in the order in which they went on record. */
  readonly rank: number
}

/**
 * LOT-1: what changes the lots, in the order of trade time. A split is where its acceptance is in the journal (P9): what was
 * ordered or declared before is multiplied by it, whenever it was executed or went on record.
 */
export const movementsOf = ({ currency, declared, executed, identified, splits }: History): ReadonlyArray<Movement> => {
  const inTime = splits.toSorted((a, b) => a.seq - b.seq)
  const epochAt = (recorded: Place): number => inTime.filter((split) => isBefore(split, recorded)).length
  const executions = byExecution(executed)
  const identifiedOf = identifiedBy(identified, executions)
  const moved = [
    ...declared.map(({ at, by, seq }): Placed<Moved> => {
      const amount = { gross: undefined, fee: Decimal.zero, isFeeKnown: true }
      const movement = {
        _tag: "Moved",
        fillId: undefined,
        date: tradeDate(at),
        epoch: epochAt({ at, seq }),
        shares: by,
        amount
      } as const
      return { movement, at, rank: 0 }
    }),
    ...executions.flatMap((revisions) =>
      placedFill(revisions, currency, epochAt).map(({ movement, ...place }) => ({
        ...place,
        movement: { ...movement, identified: identifiedOf(revisions) }
      }))
    )
  ]
  const ordered = moved.toSorted((a, b) => Number(a.at - b.at) || a.rank - b.rank)
  if (inTime.length === 0) return ordered.map(({ movement }) => movement)
  return Array.from({ length: inTime.length + 1 }, (_, epoch): ReadonlyArray<Movement> => {
    const own = ordered.filter(({ movement }) => movement.epoch === epoch).map(({ movement }) => movement)
    const split = inTime[epoch - 1]
    return split === undefined
      ? own
      : [{ _tag: "Split", date: tradeDate(split.at), epoch, to: split.to, from: split.from }, ...own]
  }).flat()
}

/**
 * LOT-6: what had happened by a date. Where an execution of by then went on record after a later split, it is in the shares after it, and so
 * are all others.
 */
export const until = (movements: ReadonlyArray<Movement>, date: string): ReadonlyArray<Movement> => {
  const had = movements.filter((each) => each.date <= date)
  const epoch = had.reduce((latest, each) => Math.max(latest, each.epoch), 0)
  return movements.filter((each) => each.date <= date || (each._tag === "Split" && each.epoch <= epoch))
}

const isBefore = (a: Place, b: Place): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq)

/** The revisions of each execution, the first one first. */
export const byExecution = (executed: ReadonlyArray<Executed>): ReadonlyArray<ReadonlyArray<Executed>> => {
  const byBase = new Map<string, Array<Executed>>()
  for (const each of executed) {
    const known = byBase.get(each.fill.execIdBase)
    if (known === undefined) byBase.set(each.fill.execIdBase, [each])
    else known.push(each)
  }
  return [...byBase.values()].map((revisions) => revisions.toSorted((a, b) => a.fill.revision - b.fill.revision))
}

/** LOT-13: the newest identification of each execution. A corrected fill keeps its lots, and the lots that it opened keep theirs. */
const identifiedBy = (
  identified: ReadonlyArray<Identification>,
  executions: ReadonlyArray<ReadonlyArray<Executed>>
): ((revisions: ReadonlyArray<Executed>) => Moved["identified"]) => {
  if (identified.length === 0) return () => undefined
  const newest = new Map(identified.toSorted((a, b) => a.seq - b.seq).map((each) => [each.fillId, each]))
  const counting = countingIds(executions)
  return (revisions) => {
    const own = revisions.flatMap(({ fill }) => newest.get(fill.id) ?? []).toSorted((a, b) => b.seq - a.seq)[0]
    if (own === undefined || own.lots.length === 0) return undefined
    return own.lots.map(({ openedBy, quantity }) => ({
      openedBy: counting.get(openedBy) ?? openedBy,
      shares: quantity
    }))
  }
}

/** The fill that counts of the execution of each. */
export const countingIds = (executions: ReadonlyArray<ReadonlyArray<Executed>>): ReadonlyMap<number, FillId> =>
  new Map(
    executions.flatMap((revisions) => {
      const counting = revisions.find(({ fill }) => fill.canonical)
      return counting === undefined ? [] : revisions.map(({ fill }) => [fill.id, counting.fill.id] as const)
    })
  )

/** LOT-2: a bust counts for nothing, a correction by its present values and at the time of the execution that it corrects. */
const placedFill = (
  revisions: ReadonlyArray<Executed>,
  currency: string,
  epochAt: (recorded: Place) => number
): ReadonlyArray<Placed<Moved>> => {
  const counting = revisions.find(({ fill }) => fill.canonical)
  if (counting === undefined || Decimal.isZero(counting.fill.quantity)) return []
  const { fill, orderedAt, side } = counting
  const at = executedAtOf(revisions) ?? fill.executedAt
  const recorded = revisions.reduce<Place>(
    (first, { fill: { createdAt, version } }) => (createdAt < first.at ? { at: createdAt, seq: version } : first),
    { at: fill.createdAt, seq: fill.version }
  )
  const made = orderedAt !== undefined && orderedAt < recorded.at ? { ...recorded, at: orderedAt } : recorded
  const isFeeKnown = fill.commission !== undefined && (fill.commissionCurrency ?? currency) === currency
  const movement: Moved = {
    _tag: "Moved",
    fillId: fill.id,
    date: tradeDate(at),
    epoch: epochAt(made),
    shares: signed(side, fill.quantity),
    amount: {
      gross: fill.price === undefined ? undefined : Decimal.multiply(fill.quantity, fill.price),
      fee: isFeeKnown ? (fill.commission ?? Decimal.zero) : Decimal.zero,
      isFeeKnown
    }
  }
  return [{ movement, at, rank: Math.min(...revisions.map((each) => each.fill.id)) }]
}

/** When an execution was, whenever its revisions came. */
export const executedAtOf = (revisions: ReadonlyArray<Executed>): Instant | undefined =>
  revisions
    .map(({ fill: { executedAt } }) => executedAt)
    .reduce<Instant | undefined>((first, at) => (first === undefined || at < first ? at : first), undefined)
