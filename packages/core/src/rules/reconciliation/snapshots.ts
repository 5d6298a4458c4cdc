import { Need } from "../../books/Need.ts"
import { UNMAPPED } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { SnapshotFault } from "../../records/BreakDetails.ts"
import { closeIfOpen, openOrUpdate } from "../breaks/ledgerBreaks.ts"

/** What a broker lists whole. */
export type Snapshot = "positions" | "orders"

/**
 * A listing that is not the whole truth, or contradicts itself, is a break of its own until the next one that is sound (where
 * `fault` is undefined). Nothing is repaired from what it lacks.
 */
export const tellSoundness = (recorder: Recorder, subject: Snapshot, fault: SnapshotFault | undefined): void => {
  recorder.need(Need.Position({ account: recorder.account, symbol: UNMAPPED }))
  const _tag = "UnsoundSnapshot"
  if (fault === undefined) closeIfOpen(recorder, UNMAPPED, _tag, subject, "the broker's next listing was valid")
  else openOrUpdate(recorder, { symbol: UNMAPPED, subject, details: { _tag, fault } })
}
