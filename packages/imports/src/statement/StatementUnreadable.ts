import { shown } from "@roundlot/api/text"
import { Schema } from "effect"

/** A broker's file that cannot be read at all: where, what, and what to do about it. */
export class StatementUnreadable extends Schema.TaggedError<StatementUnreadable>()("StatementUnreadable", {
  file: Schema.String,
  /** The line where reading ended; none where the file as a whole is meant. */
  line: Schema.optional(Schema.Int),
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    const place = this.line === undefined ? "" : `, line ${this.line}`
    return `${shown(this.file, MOST_PATH)}${place} ${this.problem}: ${this.remedy}`
  }
}

const MOST_PATH = 300

/** What is wrong with a text that came from a file, whose name its reader adds. */
export interface Fault {
  readonly line?: number | undefined
  readonly problem: string
  readonly remedy: string
}
