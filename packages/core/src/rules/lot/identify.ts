import type { IdentifiedLots } from "../../records/IdentifiedLots.ts"
import * as Decimal from "../../values/Decimal.ts"
import { FillId, format } from "../../values/Id.ts"
import { lotsOf, type Closing, type Lots, type Method, type TaxLot } from "./lots.ts"
import { byExecution, countingIds, movementsOf, type Executed, type History, type Movement } from "./movements.ts"

/** What a fill closes with the lots that are to be identified for it; else why they may not be. */
export type Identified =
  | { readonly _tag: "Closes"; readonly closings: ReadonlyArray<Closing> }
  | { readonly _tag: "Refused"; readonly why: string }

/** The tax lots of a symbol, and the movements that they are made of. */
export interface Computed extends Lots {
  readonly movements: ReadonlyArray<Movement>
}

/** The tax lots of what the books have. */
export const computed = (history: History, method: Method): Computed => {
  const movements = movementsOf(history)
  return { movements, ...lotsOf(movements, method) }
}

/** LOT-13: the lots that a fill may close: those of the other side that are open when it executes. */
export const closable = (history: History, method: Method, fillId: FillId): ReadonlyArray<TaxLot> => {
  const movements = movementsOf(history)
  const at = movements.findIndex((each) => each._tag === "Moved" && each.fillId === fillId)
  const fill = movements[at]
  if (fill === undefined || fill._tag === "Split") return []
  const { open } = lotsOf(movements.slice(0, at), method)
  return open.filter(({ opening }) => opening.isLong !== Decimal.isPositive(fill.shares))
}

const LATEST = Number.MAX_SAFE_INTEGER

/** LOT-13: identifies the lots of a fill in the books as they are; without any, the method says them again. */
export const identify = (history: History, method: Method, fillId: FillId, lots: IdentifiedLots): Identified => {
  const wrong = fillFault(history.executed, fillId) ?? namedFault(history.executed, lots)
  if (wrong !== undefined) return refused(wrong)
  const before = computed(history, method)
  const identified = [...history.identified, { seq: LATEST, fillId, lots }]
  const after = computed({ ...history, identified }, method)
  const own = after.notApplied.find((each) => each.fillId === fillId)
  if (own !== undefined) return refused(`${format("fill", fillId)} cannot close these lots: ${own.why}`)
  const closings = after.closings.filter(({ closedBy }) => closedBy === fillId)
  if (closings.length === 0) return refused(`${format("fill", fillId)} opens a lot and closes none`)
  const byMethod = closings.filter(({ isIdentified }) => !isIdentified)
  if (lots.length > 0 && byMethod.length > 0) return refused(countFault(fillId, closings, lots))
  const known = new Set(before.notApplied.map((each) => each.fillId))
  const lost = after.notApplied.find((each) => !known.has(each.fillId))
  if (lost === undefined) return { _tag: "Closes", closings }
  return refused(
    `lots are identified for ${format("fill", FillId.make(lost.fillId))}, and it could no longer close them: ${lost.why}`
  )
}

const refused = (why: string): Identified => ({ _tag: "Refused", why })

/** Why lots of a fill may not be identified at all. */
const fillFault = (executed: ReadonlyArray<Executed>, fillId: FillId): string | undefined => {
  const id = format("fill", fillId)
  const fill = executed.find((each) => each.fill.id === fillId)?.fill
  if (fill === undefined) return `${id} is not a fill of this account and symbol`
  if (!fill.canonical) return `${id} was corrected or busted: ${countingText(executed, fillId)}`
  return Decimal.isZero(fill.quantity) ? `${id} is a bust and closes nothing` : undefined
}

/** Why lots may not be named as they are. */
const namedFault = (executed: ReadonlyArray<Executed>, lots: IdentifiedLots): string | undefined => {
  const seen = new Set<FillId>()
  for (const { openedBy } of lots) {
    if (seen.has(openedBy)) return `the lot of ${format("fill", openedBy)} is given twice`
    seen.add(openedBy)
    const fault = fillFault(executed, openedBy)
    if (fault !== undefined) return fault
  }
  return undefined
}

const countingText = (executed: ReadonlyArray<Executed>, fillId: FillId): string => {
  const counting = countingIds(byExecution(executed)).get(fillId)
  return counting === undefined ? "no revision of it counts" : `${format("fill", counting)} counts`
}

const countFault = (fillId: FillId, closings: ReadonlyArray<Closing>, lots: IdentifiedLots): string => {
  const closes = Decimal.format(Decimal.sum(closings.map(({ shares }) => shares)))
  const named = Decimal.format(Decimal.sum(lots.map(({ quantity }) => quantity)))
  return `${format("fill", fillId)} closes ${closes} shares, and the given lots have ${named}: identify lots for all of them`
}
