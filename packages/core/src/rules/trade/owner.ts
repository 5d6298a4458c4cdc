import { Need } from "../../books/Need.ts"
import type { AccountName } from "../../records/AccountName.ts"
import type { OwnerId } from "../../records/OwnerId.ts"
import type { Ticker } from "../../records/Ticker.ts"

/** C7: what a trade's owner has in its symbol is loaded with the trade, since it changes once that counts. */
export const ownerNeedsOf = (
  account: AccountName,
  owner: OwnerId | undefined,
  symbol: Ticker | undefined
): ReadonlyArray<Need> =>
  owner === undefined || symbol === undefined ? [] : [Need.OwnerPosition({ account, owner, symbol })]
