import * as Prompt from "@effect/cli/Prompt"
import * as Options from "@effect/cli/Options"
import { Effect, Schema, Record } from "effect"
import { stdin } from "node:process"
import { UsageError } from "@roundlot/commands/errors"
import { Output } from "./Output.ts"

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

/** `--dry-run` of a verb that changes one record and sends nothing: it is done to a copy of the store. */
export const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("Show the values before and after; write nothing")
)

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))

/** Shows what a record is and what it would be, field by field. */
export const show = (
  what: string,
  before: { readonly [field: string]: unknown },
  after: { readonly [field: string]: unknown }
): Effect.Effect<void, never, Output> =>
  Effect.gen(function* () {
    const { answer } = yield* Output
    const changed = Record.toEntries(after).filter(([field, value]) => textOf(before[field]) !== textOf(value))
    const lines = changed.map(([field, value]) => `\n  ${field}: ${textOf(before[field] ?? "none")} → ${textOf(value)}`)
    yield* answer(
      { before, after },
      `Nothing is written. ${what}${lines.join("") || "\n  no change: these values are already set"}`
    )
  })
