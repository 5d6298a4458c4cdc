import { Schema } from "effect"

/** The exchange's file cannot be used. `busy`: other processes kept it locked, nothing was done. */
export class ExchangeFailed extends Schema.TaggedError<ExchangeFailed>()("ExchangeFailed", {
  file: Schema.String,
  kind: Schema.Literal("busy", "unusable"),
  detail: Schema.String
}) {
  override get message() {
    return `the paper exchange's file ${this.file} cannot be used (${this.detail}); ${
      this.kind === "busy" ? "another process holds it: try again" : "name another file, or move this one away"
    }`
  }
}
