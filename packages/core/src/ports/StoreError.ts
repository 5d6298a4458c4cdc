import { Schema } from "effect"
import type { BadRow } from "../books/Table.ts"

/** The store cannot be used now, or at all; `remedy` says what to do. Nothing of the write was kept. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  place: Schema.String,
  problem: Schema.Literal(
    "busy",
    "full",
    "read_only",
    "corrupt",
    "from_the_future",
    "not_ours",
    "not_active",
    "missing",
    "io"
  ),
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.place}: ${this.detail}. ${this.remedy}`
  }
}

/** A constraint of the database refused the rows of a write: a rule of ours was broken, so nothing was kept. */
export class ConstraintRefused extends Schema.TaggedError<ConstraintRefused>()("ConstraintRefused", {
  table: Schema.String,
  constraint: Schema.String
}) {
  override get message() {
    return `the store refused a row of ${this.table}: ${this.constraint}`
  }
}

/** Whatever a write or read can fail with. */
export type StoreError = StoreUnavailable | ConstraintRefused | BadRow
