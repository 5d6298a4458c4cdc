import * as Options from "@effect/cli/Options"
import { Effect, Record } from "effect"
import { Output } from "./Output.ts"

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
