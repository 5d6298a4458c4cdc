import { type AccountName, type Command, Commands, Entropy, type Ledger } from "@roundlot/core"
import { Effect, Option, Schema } from "effect"
import { ACTOR } from "../accounts.ts"
import { Output } from "../cli/Output.ts"

/** A command that may not be carried out as things are, and why. */
export class CommandRefused extends Schema.TaggedError<CommandRefused>()("CommandRefused", { why: Schema.String }) {
  override get message() {
    return this.why
  }
}

/** A command as the command line gives it, or a caller of the API, who is its actor. */
export interface Asked {
  readonly actor?: string
  readonly account: AccountName.AccountName
  readonly command: Command.Command
  readonly reason: string
  readonly commandId: Option.Option<string>
}

/** What a command did. */
export interface Done {
  readonly done: string
  readonly account: string
  readonly commandId: string
}

/** Carries a command out; what it did, in a sentence, and its id. A refusal is a failure. */
export const carryOut = ({
  account,
  actor = ACTOR,
  command,
  commandId,
  reason
}: Asked): Effect.Effect<Done, CommandRefused | Ledger.LedgerError, Commands.Commands | Entropy.Entropy> =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    const id = Option.isSome(commandId) ? commandId.value : yield* (yield* Entropy.Entropy).hex
    const answer = yield* commands.perform({ id, account, actor, reason, command })
    if (answer._tag === "Refused") return yield* new CommandRefused({ why: answer.why })
    return { done: answer.what, account, commandId: id }
  })

/** Carries a command out and prints what it did. */
export const perform = (
  asked: Asked
): Effect.Effect<void, CommandRefused | Ledger.LedgerError, Commands.Commands | Entropy.Entropy | Output> =>
  Effect.gen(function* () {
    const output = yield* Output
    const done = yield* carryOut(asked)
    yield* output.answer(done, `${done.done}.`)
  })
