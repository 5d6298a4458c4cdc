import type { Account, AccountName } from "@roundlot/core"
import { Effect } from "effect"
import { UsageError } from "../cli/UsageError.ts"
import type { Configuration } from "../settings/Configuration.ts"
import { unsupportedOrders } from "../start/unsupportedOrders.ts"
import { CommandRefused } from "./carryOut.ts"

/** How orders of an account leave that the configuration names is said there: each start writes that over the books. */
export const expectUnconfigured = (
  name: AccountName.AccountName,
  { accounts }: Pick<Configuration, "accounts">
): Effect.Effect<void, CommandRefused> =>
  accounts.has(name)
    ? new CommandRefused({
        why: `the configuration names ${name}, and each start writes what it says: change accounts.${name}.order there`
      })
    : Effect.void

/** Orders that the broker of an account does not take are refused, with all that it takes. */
export const expectTaken = (settings: Account.AccountSettings): Effect.Effect<void, UsageError> =>
  Effect.flatMap(unsupportedOrders(settings), (problem) =>
    problem === undefined
      ? Effect.void
      : new UsageError({ problem, remedy: "Ask for what it takes", field: "timeInForce" })
  )
