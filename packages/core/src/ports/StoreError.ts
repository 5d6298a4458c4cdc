import { Schema } from "effect"
import type { BadRow } from "../tables/Table.ts"

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

const PASSING: ReadonlySet<StoreUnavailable["problem"]> = new Set(["busy", "full", "io", "read_only"])

/** May what was asked go well later, with nothing done but waiting for the store? */
export const mayPass = (error: { readonly _tag: string }): boolean =>
  error instanceof StoreUnavailable && PASSING.has(error.problem)

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
