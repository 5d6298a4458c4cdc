import type { Account, AccountName } from "@roundlot/core"
import { Effect } from "effect"
import { UsageError } from "./UsageError.ts"
import { CommandRefused } from "./carryingOut.ts"

/** The accounts that a configuration names. */
export interface Naming {
  readonly accounts: ReadonlyMap<AccountName.AccountName, unknown>
}

/** Why a broker does not take the orders that an account's settings ask for; `undefined` where it does. Who knows the brokers says it. */
export type UnsupportedOrders = (settings: Account.AccountSettings) => Effect.Effect<string | undefined>

/** How orders of an account leave that the configuration names is said there: each start writes that over the books. */
export const expectUnconfigured = (
  name: AccountName.AccountName,
  { accounts }: Naming
): Effect.Effect<void, CommandRefused> =>
  accounts.has(name)
    ? new CommandRefused({
        why: `account ${name} is in the configuration, which each start applies: change accounts.${name}.order there`
      })
    : Effect.void

/** Orders that the broker of an account does not take are refused, with all that it takes. */
export const expectTaken = (
  settings: Account.AccountSettings,
  unsupportedOrders: UnsupportedOrders
): Effect.Effect<void, UsageError> =>
  Effect.flatMap(unsupportedOrders(settings), (problem) =>
    problem === undefined
      ? Effect.void
      : new UsageError({ problem, remedy: "Choose supported terms", field: "timeInForce" })
  )
