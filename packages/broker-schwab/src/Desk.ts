import { Report } from "@roundlot/core/adapter"
import type { AccountName, Broker } from "@roundlot/core"
import type { Duration, Effect } from "effect"
import type { Linked } from "./Accounts.ts"
import type * as Chains from "./Chains.ts"
import type * as Corrections from "./Corrections.ts"
import type { ExtendedSession } from "./OrderRequest.ts"
import type * as Orders from "./Orders.ts"
import type { Wire } from "./Wire.ts"

/** What every request of one account works with. */
export interface Desk {
  readonly account: AccountName.AccountName
  readonly wire: Wire
  readonly linked: Effect.Effect<Linked, Broker.BrokerReadFailed>
  readonly orders: Orders.Orders
  readonly chains: Chains.Chains
  readonly corrections: Corrections.Corrections
  readonly answersWithin: Duration.DurationInput | undefined
  readonly extendedSession: ExtendedSession | undefined
}

/** Bytes that are kept beside a report. */
export const payloadOf = Report.textFrom("schwab")
