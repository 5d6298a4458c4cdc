import { hash } from "node:crypto"
import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { PayloadId } from "../values/Id.ts"

/** Whether raw bytes were sent by us, answered that, came by themselves, or are what a source handed over as its trades. */
export const payloadDirections = ["request", "response", "report", "trades"] as const

/** One of the directions of payloads. */
export type PayloadDirection = (typeof payloadDirections)[number]

/** One raw request or response: its bytes, stored once, and their hash. */
export const Payload = Schema.Struct({
  id: Column.id(PayloadId),
  account: Column.branded(AccountName),
  /** What we sent, the answer to it, something else that a broker said, or what trades were read from. */
  direction: Column.literal(payloadDirections),
  /** Whose wire it went over: the name of an adapter, or of a source of trades. */
  source: Column.optional(Column.text),
  method: Column.optional(Column.text),
  endpoint: Column.optional(Column.text),
  statusCode: Column.optional(Column.integer),
  /** The allowed ones, as a JSON object. */
  headers: Column.optional(Column.text),
  contentType: Column.text,
  sha256: Column.text,
  bytes: Column.bytes,
  createdAt: Column.instant,
  version: Column.integer
})

/** One raw request or response. */
export type Payload = typeof Payload.Type

/** The table of payloads. */
export const PayloadTable = Table.make({
  name: "payloads",
  schema: Payload,
  key: ["id"],
  keyOf: (payload): number => payload.id,
  lookups: {
    body: {
      columns: ["account", "sha256"],
      unique: false,
      steady: true,
      where: { column: "direction", in: ["trades"] }
    }
  }
})

/** The hash that stands for a payload's bytes in the journal, in hexadecimal. */
export const sha256 = (bytes: Uint8Array | string): string => hash("sha256", bytes, "hex")
