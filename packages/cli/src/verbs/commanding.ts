import type * as Terminal from "@effect/platform/Terminal"
import type { Clock, Commands } from "@roundlot/core"
import type { Entropy, TradeRepository } from "@roundlot/core/adapter"
import type { Ledger } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { UsageError } from "@roundlot/commands/errors"
import { carryingOut } from "@roundlot/commands"
import { confirm, type NotConfirmed } from "../terminal/confirm.ts"
import { Output } from "../terminal/Output.ts"
import { approvalLine } from "./nextCommand.ts"

/** Carries a command out and prints what it did. */
export const perform = (
  asked: carryingOut.Asked
): Effect.Effect<
  void,
  carryingOut.CommandRefused | carryingOut.StaleRecord | Ledger.LedgerError,
  Commands.Commands | Entropy.Entropy | Clock.Clock | TradeRepository.TradeRepository | Output
> =>
  Effect.gen(function* () {
    const output = yield* Output
    const done = yield* carryingOut.carryOut(asked)
    if (done.approval !== undefined) yield* output.look
    yield* output.answer(done, `${carryingOut.sentenceOf(done)}${approvalLine(done.approval)}`)
  })

/** A command that is shown and asked for before it is carried out, unless that was said. */
interface AskedFirst extends carryingOut.Asked {
  readonly question: string
  readonly isSaid: boolean
}

type Asking = Effect.Effect<
  void,
  carryingOut.CommandRefused | NotConfirmed | carryingOut.StaleRecord | Ledger.LedgerError | UsageError,
  Commands.Commands | Entropy.Entropy | Clock.Clock | TradeRepository.TradeRepository | Output | Terminal.Terminal
>

const show = (asked: carryingOut.Asked) => carryingOut.carryOut({ ...asked, dryRun: true })

const ask = (shown: carryingOut.Done, question: string) =>
  Effect.flatMap(Output, ({ note }) => Effect.zipRight(note(carryingOut.sentenceOf(shown)), confirm(false, question)))

/**
 * Carries out what rests on a person's word alone, after it has shown what would follow and asked whether it is meant. A script has to
 * say so. What may not be done is refused before.
 */
export const performIfMeant = ({ isSaid, question, ...asked }: AskedFirst): Asking =>
  Effect.gen(function* () {
    if (!isSaid && asked.dryRun !== true) yield* ask(yield* show(asked), question)
    yield* perform(asked)
  })

/**
 * Shows the orders that would follow, where there are any, and asks whether they are meant; a script has to say so. What another person has
 * to approve first sends none.
 */
export const askWhereOrdersFollow = ({ isSaid, question, ...asked }: AskedFirst): Asking =>
  Effect.gen(function* () {
    if (isSaid || asked.dryRun === true) return
    const shown = yield* show(asked)
    if (shown.needsApproval === true) return
    if (shown.effects !== null && shown.effects.orders.length > 0) yield* ask(shown, question)
  })

/** Carries out what lifts a stop, or brings a trade in or out, after that. */
export const performAsked = (asked: AskedFirst): Asking => Effect.zipRight(askWhereOrdersFollow(asked), perform(asked))
