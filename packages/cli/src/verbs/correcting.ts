import type * as Terminal from "@effect/platform/Terminal"
import { type AccountName, type Clock, type Commands, Decimal } from "@roundlot/core"
import { type Entropy, Need, type TradeRepository } from "@roundlot/core/adapter"
import { foresee, Ledger, PositionAnswer } from "@roundlot/core/ledger"
import { positions } from "@roundlot/queries"
import { Effect, type Option } from "effect"
import { carryingOut } from "@roundlot/commands"
import { confirm } from "../terminal/confirm.ts"
import { Output } from "../terminal/Output.ts"
import type { VerbError } from "../terminal/Verb.ts"

/** What a correction of the books would come to as they stand: nothing is written. */
const foreseen = (
  account: AccountName.AccountName,
  correction: foresee.Correction
): Effect.Effect<foresee.Foreseen, Ledger.LedgerError, Ledger.Ledger> =>
  Effect.flatMap(Ledger.Ledger, (ledger) =>
    ledger.submit("command", {
      account,
      cause: { kind: "command", actor: "preview" },
      needs: [Need.Need.Account({ account }), Need.Need.Position({ account, symbol: correction.symbol })],
      apply: (recorder) => foresee.foresee(recorder, correction)
    })
  )

/** A correction as the command line asks for it. */
interface Asked {
  readonly account: AccountName.AccountName
  readonly correction: foresee.Correction
  /** What it says of itself, in the document that is shown. */
  readonly fields: { readonly [name: string]: string | number | null }
  /** What it is, in a few words. */
  readonly title: string
  readonly question: string
  readonly reason: string
  readonly commandId: Option.Option<string>
  readonly dryRun: boolean
  readonly isSaid: boolean
}

/** A correction with what the books had when it was shown: who else corrects while this one is asked has moved that. */
const decidedOn = (correction: foresee.Correction, { holds, owes }: foresee.Foreseen): foresee.Correction => {
  switch (correction._tag) {
    case "AdjustPosition":
    case "AcceptSplit":
      return { held: holds, ...correction }
    case "WriteOff":
      return { owed: owes, ...correction }
    case "RenameSymbol":
      return correction
  }
}

/** Shows what would follow a correction, asks, and carries it out. */
export const correct = ({
  account,
  correction,
  fields,
  title,
  ...asked
}: Asked): Effect.Effect<
  void,
  VerbError,
  | Clock.Clock
  | Commands.Commands
  | Entropy.Entropy
  | Ledger.Ledger
  | Output
  | Terminal.Terminal
  | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const output = yield* Output
    const found = yield* foreseen(account, correction)
    const { after, now, obstacle } = found
    const { symbol } = correction
    const holds = Decimal.format(found.holds)
    const document = {
      account,
      symbol,
      ...fields,
      holds,
      now: positions.answerOf(now),
      after: positions.answerOf(after)
    }
    const due = `next order: ${PositionAnswer.answerWords(now)} now, ${PositionAnswer.answerWords(after)} afterwards`
    const what = obstacle === undefined ? due : `refused: ${obstacle}`
    const shown = `${symbol} of ${account}, ${title}: the books hold ${holds}; ${what}.`
    if (asked.dryRun) {
      return yield* output.answer({ ...document, refused: obstacle ?? null, dryRun: true, done: null }, shown)
    }
    if (!asked.isSaid) yield* output.note(shown)
    yield* confirm(asked.isSaid, asked.question)
    const command = decidedOn(correction, found)
    const { approval, done } = yield* carryingOut.carryOut({
      account,
      commandId: asked.commandId,
      reason: asked.reason,
      command
    })
    if (approval !== undefined) yield* output.look
    const waits = approval === undefined ? {} : { approval }
    yield* output.answer({ ...document, refused: null, dryRun: false, done, ...waits }, `${done}.`)
  })
