import type { Documents } from "@roundlot/api"
import { Clock, Instant } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Tokens, type Token } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { ListDocument } from "./listing.ts"
import * as Columns from "./table.ts"
import { decimalOrNull, timeOrNull, valueOrNull } from "./text.ts"

/** The document of a token at a moment: all of it but the secret, which nobody has. */
export const documentOf = (token: Token.Token, now: Instant.Instant): Documents.TokenDocument => ({
  name: token.name,
  role: token.role,
  status: Tokens.isGood(token, now) ? "good" : token.revokedAt === undefined ? "expired" : "revoked",
  createdAt: Instant.format(token.createdAt),
  createdBy: token.createdBy,
  expiresAt: timeOrNull(token.expiresAt),
  ordersPerDay: valueOrNull(token.ordersPerDay),
  notionalPerDay: decimalOrNull(token.notionalPerDay),
  accounts: valueOrNull(token.accounts),
  previousUntil: timeOrNull(token.previousUntil),
  revokedAt: timeOrNull(token.revokedAt),
  revokedBy: valueOrNull(token.revokedBy)
})

/** All tokens that were ever made, by name. */
export const list: Effect.Effect<
  ListDocument<Documents.TokenDocument>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
  return { items: (yield* Tokens.all).map((token) => documentOf(token, now)), nextCursor: null }
})

/** What people see of tokens. */
const columns: ReadonlyArray<Columns.TableColumn<Documents.TokenDocument>> = [
  Columns.words("NAME", (each) => each.name),
  Columns.words("ROLE", (each) => each.role),
  Columns.states("STATUS", (each) => each.status),
  Columns.words("ACCOUNTS", (each) => each.accounts?.join(" ") ?? "all"),
  Columns.minor(Columns.times("MADE", (each) => each.createdAt)),
  Columns.minor(Columns.words("BY", (each) => each.createdBy)),
  Columns.times("EXPIRES", (each) => each.expiresAt),
  Columns.numbers("ORDERS A DAY", ({ ordersPerDay }) => (ordersPerDay === null ? null : String(ordersPerDay))),
  Columns.numbers("DOLLARS A DAY", (each) => each.notionalPerDay),
  Columns.minor(Columns.times("OLD SECRET UNTIL", (each) => each.previousUntil)),
  Columns.times("REVOKED", (each) => each.revokedAt)
]

/** Tokens as a table for people. */
export const table = Columns.tableOf<Documents.TokenDocument>(columns)
