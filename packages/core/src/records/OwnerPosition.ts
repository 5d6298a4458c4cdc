import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import { OwnerId } from "./OwnerId.ts"
import { Ticker } from "./Ticker.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import * as Decimal from "../values/Decimal.ts"

/**
 * C7: what one beneficial owner has in one instrument of an account, in signed shares as the trades give them: a purchase is above zero,
 * whatever the direction of the account. An owner has a row once a trade counts or a direct order fills.
 */
export const OwnerPosition = Schema.Struct({
  owner: Column.branded(OwnerId),
  account: Column.branded(AccountName),
  symbol: Column.branded(Ticker),
  /** The sum of the counted trades. */
  ordered: Column.decimal,
  /** What of them is netted or filled, by the allocations. */
  executed: Column.decimal,
  /** What the orders of direct trades filled. */
  direct: Column.decimal,
  /** What splits have added to `ordered`, and to `executed` and `direct` together (P9). */
  splitOrdered: Column.decimal,
  splitHeld: Column.decimal,
  updatedAt: Column.instant,
  version: Column.integer
})

/** What one beneficial owner has in one instrument of an account. */
export type OwnerPosition = typeof OwnerPosition.Type

/** The table of what owners have. */
export const OwnerPositionTable = Table.make({
  name: "owner_positions",
  schema: OwnerPosition,
  key: ["owner", "account", "symbol"],
  keyOf: ({ account, owner, symbol }) => Table.joinKey([owner, account, symbol]),
  lookups: { symbol: { columns: ["account", "symbol"], unique: false, steady: true, where: undefined } }
})

/** What is ordered for an owner and neither netted nor filled. */
export const openOf = ({ executed, ordered }: Pick<OwnerPosition, "executed" | "ordered">): Decimal.Decimal =>
  Decimal.subtract(ordered, executed)
