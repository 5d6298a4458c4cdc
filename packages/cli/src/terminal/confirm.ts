import * as Prompt from "@effect/cli/Prompt"
import * as Options from "@effect/cli/Options"
import { Effect, Schema } from "effect"
import { stdin } from "node:process"
import { UsageError } from "@roundlot/commands/errors"

/** The flag that stands for a person's yes in a script. */
export const yes = Options.boolean("yes").pipe(Options.withDescription("Apply without asking for confirmation"))

/** A person was asked and said no. */
export class NotConfirmed extends Schema.TaggedError<NotConfirmed>()("NotConfirmed", {}) {
  override get message() {
    return "not confirmed: nothing was changed"
  }
}

/** Is somebody there who can be asked? */
export const isAtTerminal = (): boolean => stdin.isTTY

/** Goes on where `--yes` was said, or where a person at the terminal says so; a script has to say it. */
export const confirm = (isSaid: boolean, question: string) =>
  Effect.gen(function* () {
    if (isSaid) return
    if (!isAtTerminal()) {
      return yield* new UsageError({
        problem: "Not confirmed: nothing was changed",
        remedy: "Check the preview, then re-run with --yes"
      })
    }
    const isMeant = yield* Effect.orElseSucceed(Prompt.confirm({ message: question, initial: false }), () => false)
    if (!isMeant) return yield* new NotConfirmed()
  })
