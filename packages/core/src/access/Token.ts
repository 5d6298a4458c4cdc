import { Schema } from "effect"
import * as Column from "../books/Column.ts"
import * as Table from "../books/Table.ts"
import { tokenRoles } from "./TokenRole.ts"

export { allows, tokenRoles, type TokenRole } from "./TokenRole.ts"

/** A secret that opens the API, of which only the hash is kept. Operational: not audited. */
export const Token = Schema.Struct({
  name: Column.text,
  role: Column.literal(tokenRoles),
  /** SHA-256 of the secret, in hexadecimal. */
  hash: Column.text,
  createdAt: Column.instant,
  createdBy: Column.text,
  expiresAt: Column.optional(Column.instant),
  revokedAt: Column.optional(Column.instant),
  revokedBy: Column.optional(Column.text)
})

/** A secret that opens the API, of which only the hash is kept. */
export type Token = typeof Token.Type

/** The operational table of tokens. */
export const TokenTable = Table.make({
  name: "ops_tokens",
  schema: Token,
  key: ["name"],
  keyOf: (token): string => token.name,
  lookups: { hash: { columns: ["hash"], unique: true, where: undefined } }
})
