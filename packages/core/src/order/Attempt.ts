import { Schema } from "effect"
import { AccountName } from "../account/AccountName.ts"
import * as Column from "../books/Column.ts"
import * as Table from "../books/Table.ts"
import { BrokerOrderId, ClientOrderId } from "../identity/ClientOrderId.ts"
import { AttemptId, OrderId, PayloadId } from "../identity/Id.ts"

/** What became of an attempt; none while it is under way. */
export const outcomes = ["accepted", "rejected", "not_accepted", "unknown"] as const

/** One of the outcomes. */
export type Outcome = (typeof outcomes)[number]

/** The code of an attempt that the broker answered with "this client order id was used before". */
export const ID_IN_USE = "client_order_id_in_use"

/** One try to send one order. Request and response are payloads, kept once and referenced. */
export const Attempt = Schema.Struct({
  id: Column.id(AttemptId),
  account: Column.branded(AccountName),
  orderId: Column.id(OrderId),
  number: Column.integer,
  clientOrderId: Column.branded(ClientOrderId),
  requestId: Column.id(PayloadId),
  responseId: Column.optional(Column.id(PayloadId)),
  outcome: Column.optional(Column.literal(outcomes)),
  brokerOrderId: Column.optional(Column.branded(BrokerOrderId)),
  httpStatus: Column.optional(Column.integer),
  code: Column.optional(Column.text),
  message: Column.optional(Column.text),
  startedAt: Column.instant,
  answeredAt: Column.optional(Column.instant),
  version: Column.integer
})

/** One try to send one order. */
export type Attempt = typeof Attempt.Type

/** The table of attempts. */
export const AttemptTable = Table.make({
  name: "attempts",
  schema: Attempt,
  key: ["id"],
  keyOf: (attempt) => Table.joinKey([attempt.id]),
  lookups: { order: { columns: ["orderId"], unique: false, where: undefined } }
})
