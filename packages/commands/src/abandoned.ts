import { Order, Reads } from "@roundlot/core"
import { type Ledger } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { Services } from "./Services.ts"
import * as leases from "./leases.ts"

const LOOK_AGAIN = "200 millis"

/**
 * Brings what a dead process was sending into doubt while something waits for it: with the process nobody is left who would bring
 * those attempts to an end, and taking the lease of their accounts does. A process that lives does it itself.
 */
export const settleAbandoned: Effect.Effect<never, Ledger.LedgerError, Services> = Effect.gen(function* () {
  const sending = yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: ["submitting"] }] })
  if (sending.length === 0) return
  const driving = yield* leases.open
  const accounts = new Set(sending.map(({ account }) => account))
  yield* Effect.forEach(accounts, (account) => Effect.catchTag(driving.take(account), "LeaseHeld", () => Effect.void))
}).pipe(Effect.scoped, Effect.delay(LOOK_AGAIN), Effect.forever)
