import { hash } from "node:crypto"
import { Schema } from "effect"
import { AccountName } from "../account/AccountName.ts"
import * as Column from "../books/Column.ts"
import * as Table from "../books/Table.ts"
import { PayloadId } from "../identity/Id.ts"

/** One raw request or response: its bytes, stored once, and their hash. */
export const Payload = Schema.Struct({
  id: Column.id(PayloadId),
  account: Column.branded(AccountName),
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
  keyOf: (payload) => Table.joinKey([payload.id])
})

/** The hash that stands for a payload's bytes in the journal, in hexadecimal. */
export const sha256 = (bytes: Uint8Array | string): string => hash("sha256", bytes, "hex")
