import { Schema } from "effect"

/** The database cannot be reached, or does not answer. */
export class OutboxUnavailable extends Schema.TaggedError<OutboxUnavailable>()("OutboxUnavailable", {
  detail: Schema.String,
  /** The server's code, where it answered. */
  code: Schema.optional(Schema.String)
}) {
  override get message() {
    return `the outbox cannot be read (${this.detail})`
  }
}

/** The table is not there, or is none that trades can be read from; `remedy` says what makes it one. */
export class UnfitTable extends Schema.TaggedError<UnfitTable>()("UnfitTable", {
  table: Schema.String,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.table} ${this.problem}. ${this.remedy}`
  }
}

/** What was taken in came from another table or server. */
export class AnotherTable extends Schema.TaggedError<AnotherTable>()("AnotherTable", {
  table: Schema.String,
  found: Schema.String,
  taken: Schema.String
}) {
  override get message() {
    return (
      `${this.table} is table ${this.found}, and the trades until now came from ${this.taken}. Where it has the same rows ` +
      `(restored, upgraded), set "accept": "${this.found}": it is read from its beginning, known ids are duplicates. ` +
      "Name other trades as another source"
    )
  }
}

/** The server has not had all the transactions whose rows were taken in: a replica that lags. */
export class ServerBehind extends Schema.TaggedError<ServerBehind>()("ServerBehind", {
  taken: Schema.String,
  oldest: Schema.String
}) {
  override get message() {
    return (
      `the server is behind: rows up to transaction ${this.taken} were taken in, and it is at ${this.oldest}. ` +
      "Retried until it has caught up"
    )
  }
}

/** Ids that were taken in are given out again. */
export class IdsRewound extends Schema.TaggedError<IdsRewound>()("IdsRewound", {
  table: Schema.String,
  taken: Schema.String,
  last: Schema.String
}) {
  override get message() {
    return (
      `${this.table} gives ids out again: ${this.taken} was taken in, and its ids are at ${this.last} (truncated, or rows were lost). ` +
      `Set them ahead: ALTER TABLE … ALTER COLUMN … RESTART WITH ${BigInt(this.taken) + 1n}; then insert again what was inserted below`
    )
  }
}

/** Rows of transactions that this server has never had. */
export class ForeignTransactions extends Schema.TaggedError<ForeignTransactions>()("ForeignTransactions", {
  table: Schema.String,
  column: Schema.String
}) {
  override get message() {
    return (
      `${this.table} has rows of transactions that this server has not had: they were copied from another one. ` +
      `Have them read again: UPDATE … SET ${this.column} = DEFAULT; known ids are duplicates`
    )
  }
}

/** A row says that it is of an older transaction than it is: it would never be read. */
export class PassedOver extends Schema.TaggedError<PassedOver>()("PassedOver", {
  table: Schema.String,
  row: Schema.String,
  column: Schema.String
}) {
  override get message() {
    return (
      `${this.table} has a row ${this.row} whose ${this.column} is of an older transaction than its own: it would be passed over. ` +
      `Leave ${this.column} to its default; here: UPDATE … SET ${this.column} = DEFAULT WHERE its id is ${this.row}`
    )
  }
}

/** What was kept of how far the source was read is not of an outbox. */
export class UnknownCursor extends Schema.TaggedError<UnknownCursor>()("UnknownCursor", { cursor: Schema.String }) {
  override get message() {
    return `the trades until now came by another way, up to ${this.cursor}. Name the outbox as another source`
  }
}

/** What an outbox can fail with. Each is asked again by who follows it, and is over once its cause is. */
export type OutboxError =
  | OutboxUnavailable
  | UnfitTable
  | AnotherTable
  | ServerBehind
  | IdsRewound
  | ForeignTransactions
  | PassedOver
  | UnknownCursor
