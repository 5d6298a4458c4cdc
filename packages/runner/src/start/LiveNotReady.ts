import { Schema } from "effect"

/** Real money is not sent for yet: what a live account needs before that is not built. */
export class LiveNotReady extends Schema.TaggedError<LiveNotReady>()("LiveNotReady", { place: Schema.String }) {
  override get message() {
    return `${this.place} is for real money, and this version drives no live account: use a paper host and its keys`
  }
}
