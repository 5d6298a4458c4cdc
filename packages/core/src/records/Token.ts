import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import type { Decimal } from "../values/Decimal.ts"
import { allows, tokenRoles } from "./TokenRole.ts"

export { allows, tokenRoles, type TokenRole } from "./TokenRole.ts"

/** A secret that opens the API, of which only the hash is kept. The store's own journal says who made it and revoked it. */
export const Token = Schema.Struct({
  name: Column.text,
  role: Column.literal(tokenRoles),
  /** SHA-256 of the secret, in hexadecimal. */
  hash: Column.text,
  /** That of the secret before, which is good until then; of a token that was rotated with an overlap alone. */
  previousHash: Column.optional(Column.text),
  previousUntil: Column.optional(Column.instant),
  createdAt: Column.instant,
  createdBy: Column.text,
  expiresAt: Column.optional(Column.instant),
  /** How many orders it may propose for an account on a market date, and of how many dollars together; of the role `propose` alone. */
  ordersPerDay: Column.optional(Column.integer),
  notionalPerDay: Column.optional(Column.decimal),
  /** The accounts that it may see and change; without them all that there is. */
  accounts: Column.optional(Column.texts),
  /** The person whose token it is, by the name that he has as an actor or any other: all tokens of one person are one. */
  person: Column.optional(Column.text),
  revokedAt: Column.optional(Column.instant),
  revokedBy: Column.optional(Column.text),
  version: Column.integer
})

/** A secret that opens the API, of which only the hash is kept. */
export type Token = typeof Token.Type

/** The callers of an open daemon who bring no token: all of them are one actor. */
const OPEN_CALLER = "api"

/** Is it somebody who calls an open daemon without a token? */
export const isOpenCaller = (name: string): boolean => name === OPEN_CALLER

/** Who acts where no token does: the command line of the daemon's host, its start and configuration, and an open daemon's callers. */
const hostActors: ReadonlySet<string> = new Set([OPEN_CALLER, "cli", "configuration", "roundlot", "roundlot start"])

/** Is it who acts without a token? No token has such a name. */
export const isHostActor = (name: string): boolean => hostActors.has(name)

/** The accounts that its bearer may see and change; all that there is where it is bound to none, or there is no token. */
export const scopeOf = (token: Pick<Token, "accounts"> | undefined): ReadonlySet<string> | undefined =>
  token?.accounts === undefined ? undefined : new Set(token.accounts)

/** Can the bearer of one token do all that the bearer of another can, by role and accounts? */
export const covers = (
  one: Pick<Token, "role" | "accounts">,
  other: { readonly role: Token["role"]; readonly accounts?: ReadonlyArray<string> | undefined }
): boolean => {
  const own = scopeOf(one)
  if (!allows(one.role, other.role)) return false
  return own === undefined || other.accounts?.every((account) => own.has(account)) === true
}

/** What a token may propose for an account on a market date: so many orders, of so many dollars together. */
export interface Allowance {
  readonly ordersPerDay: number
  readonly notionalPerDay: Decimal
}

/** The table of tokens. */
export const TokenTable = Table.make({
  name: "tokens",
  schema: Token,
  key: ["name"],
  keyOf: (token): string => token.name,
  lookups: { hash: { columns: ["hash"], unique: true, where: undefined } }
})
