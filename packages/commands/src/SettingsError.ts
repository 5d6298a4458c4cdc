import { Schema } from "effect"

/** A setting that cannot be: where it stands, what is wrong with it, and what to write instead. */
export class SettingsError extends Schema.TaggedError<SettingsError>()("SettingsError", {
  place: Schema.String,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.place}: ${this.problem}. ${this.remedy}`
  }
}
