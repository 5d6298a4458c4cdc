import { Schema } from "effect"

/** What can be wrong with a file as a whole. */
export const Fault = Schema.Literal(
  "NotFound",
  "NotAFile",
  "Unreadable",
  "Empty",
  "Encoding",
  "Format",
  "MissingColumn",
  "DuplicateColumn",
  "Ambiguous"
)

/** What can be wrong with a file as a whole. */
export type Fault = typeof Fault.Type

/** A file of trades that cannot be read as one: where, what, and what to do about it. */
export class ImportFileError extends Schema.TaggedError<ImportFileError>()("ImportFileError", {
  file: Schema.String,
  fault: Fault,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.file} ${this.problem}: ${this.remedy}`
  }
}

/** The error of one file, its parts in the order of its message. */
export const fail = (file: string, fault: Fault, problem: string, remedy: string): ImportFileError =>
  new ImportFileError({ file, fault, problem, remedy })
