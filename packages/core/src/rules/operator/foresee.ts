import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { dueOf, foreseenOf, type Standing } from "../position/due.ts"
import { standingOf } from "../position/evaluation.ts"
import { holdingsOf } from "../../records/Position.ts"
import { FIRST_ANSWER, type ForeseenAnswer } from "../../records/PositionAnswer.ts"
import { dueAfter } from "./adjust.ts"
import type { Command } from "./Command.ts"
import { movedSince } from "../risk/heldAs.ts"
import { dueAfterRename, renameObstacle } from "./rename.ts"
import { dueAfterSplit, splitObstacle } from "./split.ts"
import { dueAfterWriteOff, writtenOff } from "./writeOff.ts"

/** A command that corrects what the books have of a symbol. */
export type Correction = Extract<
  Command,
  { readonly _tag: "AdjustPosition" | "AcceptSplit" | "RenameSymbol" | "WriteOff" }
>

/** What a correction would come to as the books stand: shares held, the order that is due now and after it, why it would be refused. */
export interface Foreseen {
  readonly holds: Decimal.Decimal
  /** What the position owes, in signed shares. */
  readonly owes: Decimal.Decimal
  readonly now: ForeseenAnswer
  readonly after: ForeseenAnswer
  readonly obstacle: string | undefined
}

const obstacleOf = (recorder: Recorder, correction: Correction): string | undefined => {
  switch (correction._tag) {
    case "AdjustPosition":
      return movedSince(recorder, correction)
    case "AcceptSplit":
      return splitObstacle(recorder, correction)
    case "RenameSymbol":
      return renameObstacle(recorder, correction)
    case "WriteOff": {
      const found = writtenOff(recorder, correction)
      return typeof found === "string" ? found : undefined
    }
  }
}

const after = (standing: Standing, correction: Correction) => {
  switch (correction._tag) {
    case "AdjustPosition":
      return dueAfter(standing, correction)
    case "AcceptSplit":
      return dueAfterSplit(standing, correction)
    case "RenameSymbol":
      return dueAfterRename(standing)
    case "WriteOff":
      return dueAfterWriteOff(standing, correction.quantity ?? Decimal.abs(standing.position.residual))
  }
}

/** The dry run of a correction; writes nothing. */
export const foresee = (recorder: Recorder, correction: Correction): Foreseen => {
  const obstacle = obstacleOf(recorder, correction)
  const standing = standingOf(recorder, correction.symbol)
  if (standing === undefined)
    return { holds: Decimal.zero, owes: Decimal.zero, now: FIRST_ANSWER, after: FIRST_ANSWER, obstacle }
  const now = foreseenOf(dueOf(standing))
  return {
    holds: holdingsOf(standing.position),
    owes: standing.position.residual,
    now,
    after: obstacle === undefined ? foreseenOf(after(standing, correction)) : now,
    obstacle
  }
}
