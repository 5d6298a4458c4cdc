import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/** When a token was last used, to the minute. Operational: not audited. */
export const TokenUse = Schema.Struct({
  token: Column.text,
  lastUsedAt: Column.instant
})

/** When a token was last used. */
export type TokenUse = typeof TokenUse.Type

/** The operational table of uses of tokens, a row a token. */
export const TokenUseTable = Table.make({
  name: "ops_token_uses",
  schema: TokenUse,
  key: ["token"],
  keyOf: ({ token }): string => token
})
