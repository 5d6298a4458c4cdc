import { Effect } from "effect"
import { Clock } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { AccountTable } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import { BatchTable } from "../records/Batch.ts"
import { JobTable } from "../records/Job.ts"
import { OrderTable } from "../records/Order.ts"
import { isLive, orderStatuses } from "../records/OrderState.ts"
import * as Reads from "./Reads.ts"
import { owesOrder } from "./Risk.ts"

/** The work that waits for a process. */
export interface Unattended {
  /** The accounts where an open order, a queued batch or an order that is due waits, and that no process drives. */
  readonly accounts: ReadonlyArray<AccountName>
  /** Jobs are due, and no process drives any account. */
  readonly jobs: boolean
}

/** Processes drive all accounts. */
export const nothing: Unattended = { accounts: [], jobs: false }

/** Which work waits for a process, where these accounts are driven by one. Of those that are driven nothing is read. */
export const read = (
  drives: (account: AccountName) => boolean
): Effect.Effect<Unattended, StoreError, TradeRepository | Clock> =>
  Effect.gen(function* () {
    const names = (yield* Reads.all(AccountTable)).map(({ name }) => name)
    const accounts = yield* Effect.filter(
      names.filter((name) => !drives(name)),
      workWaits
    )
    return { accounts, jobs: names.length > 0 && !names.some(drives) && (yield* isJobDue) }
  })

const live = orderStatuses.filter(isLive)

const workWaits = (account: AccountName) =>
  Effect.gen(function* () {
    const own = { column: "account", in: [account] }
    const orders = Reads.first(OrderTable, { where: [own, { column: "status", in: live }] })
    if ((yield* orders) !== undefined) return true
    const batches = Reads.all(BatchTable, { where: [own, { column: "status", in: ["pending", "running"] }] })
    // One that still collects rows waits for its owner.
    if ((yield* batches).some(({ queuedAt, status }) => status === "running" || queuedAt !== undefined)) return true
    return yield* owesOrder(account)
  })

const isJobDue = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const due = [
    { column: "status", in: ["queued"] },
    { column: "runAt", below: Number(now) + 1 }
  ]
  return (yield* Reads.first(JobTable, { where: due })) !== undefined
})
