import { Schema } from "effect"
import { shown } from "@roundlot/api/text"

/** A filter that cannot be asked for: which one, what it was given, and what it takes. */
export class BadFilter extends Schema.TaggedError<BadFilter>()("BadFilter", {
  filter: Schema.String,
  value: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.filter} "${shown(this.value)}" ${this.problem}`
  }
}

/** A cursor that this list did not give. */
export class BadCursor extends Schema.TaggedError<BadCursor>()("BadCursor", {
  list: Schema.String,
  cursor: Schema.String
}) {
  override get message() {
    return `"${shown(this.cursor)}" is not a cursor of this list of ${this.list}; use "nextCursor" of its previous page with the same sort order, or omit it to start over`
  }
}

/** There is no such record. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", {
  kind: Schema.String,
  id: Schema.String,
  list: Schema.String
}) {
  override get message() {
    return `${this.kind} ${shown(this.id)} does not exist`
  }
}

/** Several accounts have what was asked for, and none was named. */
export class Ambiguous extends Schema.TaggedError<Ambiguous>()("Ambiguous", {
  kind: Schema.String,
  id: Schema.String,
  accounts: Schema.Array(Schema.String)
}) {
  override get message() {
    return `several accounts have the ${this.kind} ${shown(this.id)} (${this.accounts.join(", ")}): name one with --account`
  }
}
