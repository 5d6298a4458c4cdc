import { Schema } from "effect"
import { nearest } from "@roundlot/api/text"

/** What was asked for cannot be asked for so: exit code 2. `problem` says what and where, `remedy` what to write instead. */
export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", {
  problem: Schema.String,
  remedy: Schema.String,
  /** What of a request is meant, where it is one thing. */
  field: Schema.optional(Schema.String)
}) {
  override get message() {
    return `${this.problem}. ${this.remedy}`
  }
}

/** The error of an unknown word, with the nearest known one, or all that are known. */
export const unknownWord = (what: string, word: string, known: ReadonlyArray<string>): UsageError => {
  const near = nearest(word, known)
  const remedy =
    near !== undefined
      ? `Did you mean '${near}'?`
      : known.length === 0
        ? "There are none."
        : `Known: ${known.join(", ")}.`
  return new UsageError({ problem: `${what} '${word}' is not known`, remedy })
}
