import type { Documents } from "@roundlot/api"
import { Clock, Instant } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Tokens, TokenUses, type Token } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { ListDocument } from "./listing.ts"
import * as Columns from "./table.ts"
import { decimalOrNull, timeOrNull, valueOrNull } from "./text.ts"

const documentAt = (
  token: Token.Token,
  now: Instant.Instant,
  lastUsedAt: Instant.Instant | undefined
): Documents.TokenDocument => ({
  name: token.name,
  role: token.role,
  status: Tokens.isGood(token, now) ? "good" : token.revokedAt === undefined ? "expired" : "revoked",
  createdAt: Instant.format(token.createdAt),
  createdBy: token.createdBy,
  expiresAt: timeOrNull(token.expiresAt),
  lastUsedAt: timeOrNull(lastUsedAt),
  ordersPerDay: valueOrNull(token.ordersPerDay),
  notionalPerDay: decimalOrNull(token.notionalPerDay),
  accounts: valueOrNull(token.accounts),
  previousUntil: timeOrNull(token.previousUntil),
  revokedAt: timeOrNull(token.revokedAt),
  revokedBy: valueOrNull(token.revokedBy)
})

const now = Effect.flatMap(Clock.Clock, (clock) => clock.now)

/** The document of a token as it stands now: all of it but the secret, which nobody has. */
export const documentOf = (
  token: Token.Token
): Effect.Effect<Documents.TokenDocument, TradeRepository.StoreError, TradeRepository.TradeRepository | Clock.Clock> =>
  Effect.zipWith(now, TokenUses.lastUseOf(token.name), (at, lastUsedAt) => documentAt(token, at, lastUsedAt))

/** All tokens that were ever made, by name. */
export const list: Effect.Effect<
  ListDocument<Documents.TokenDocument>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> = Effect.gen(function* () {
  const at = yield* now
  const uses = yield* TokenUses.all
  const items = (yield* Tokens.all).map((token) => documentAt(token, at, uses.get(token.name)))
  return { items, nextCursor: null }
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
  Columns.minutes("LAST USED", (each) => each.lastUsedAt, "none recorded"),
  Columns.numbers("ORDERS A DAY", ({ ordersPerDay }) => (ordersPerDay === null ? null : String(ordersPerDay))),
  Columns.dollars("DOLLARS A DAY", (each) => each.notionalPerDay),
  Columns.minor(Columns.times("OLD SECRET UNTIL", (each) => each.previousUntil)),
  Columns.times("REVOKED", (each) => each.revokedAt)
]

/** Tokens as a table for people. */
export const table = Columns.tableOf<Documents.TokenDocument>(columns)
