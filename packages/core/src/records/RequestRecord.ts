import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/** A request that was made under an idempotency key, and what it was answered with. Operational: not audited. */
export const RequestRecord = Schema.Struct({
  key: Column.text,
  /** SHA-256 of what was asked: method, path and body. */
  fingerprint: Column.text,
  at: Column.instant,
  /** None while it is under way. */
  answer: Column.optional(Column.text)
})

/** A request that was made under an idempotency key. */
export type RequestRecord = typeof RequestRecord.Type

/** The operational table of requests that were made under idempotency keys. */
export const RequestTable = Table.make({
  name: "ops_requests",
  schema: RequestRecord,
  key: ["key"],
  keyOf: (request): string => request.key
})
