import { Effect, Fiber, type Cause, type Scope } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { within } from "../ports/deadline.ts"

/** How a pass does what is to be done for each of several accounts. */
export type EachAccount = <R>(
  accounts: Iterable<AccountName>,
  work: (account: AccountName) => Effect.Effect<unknown, never, R>
) => Effect.Effect<void, never, R>

/** One after another: for a pass that is made once. */
export const inTurn: EachAccount = (accounts, work) => Effect.forEach(new Set(accounts), work, { discard: true })

/** Side by side: for a pass that is made once, and of which nobody is to wait for another one's broker. */
export const atOnce: EachAccount = (accounts, work) =>
  Effect.forEach(new Set(accounts), work, { concurrency: "unbounded", discard: true })

/** So long a pass waits for the slowest of its accounts. */
const PATIENCE = "2 seconds"

/**
 * Side by side, for a pass that comes again and again: one whose broker gives no answer holds up no other. Its work goes on beside
 * the pass, until the scope closes, and passes leave the account out until that has ended. A pass fails of a defect in such work, its
 * own or an earlier one's.
 */
export const makeBeside: Effect.Effect<EachAccount, never, Scope.Scope> = Effect.map(Effect.scope, (scope) => {
  const busy = new Set<AccountName>()
  const faults: Array<Cause.Cause<never>> = []
  const begin = <R>(account: AccountName, work: Effect.Effect<unknown, never, R>) =>
    Effect.suspend(() => {
      busy.add(account)
      const ended = Effect.sync(() => busy.delete(account))
      const told = Effect.tapErrorCause(work, (cause) => Effect.sync(() => faults.push(cause)))
      return Effect.forkIn(Effect.ensuring(told, ended), scope)
    })
  return (accounts, work) =>
    Effect.gen(function* () {
      const free = [...new Set(accounts)].filter((account) => !busy.has(account))
      const begun = yield* Effect.forEach(free, (account) => begin(account, work(account)))
      const all = Effect.forEach(begun, Fiber.await, { discard: true })
      yield* within(all, PATIENCE, () => Effect.void)
      const [fault] = faults.splice(0)
      if (fault !== undefined) return yield* Effect.failCause(fault)
    })
})

/** The same for those accounts alone of which `holds` is true. */
export const onlyWhere =
  (each: EachAccount, holds: (account: AccountName) => Effect.Effect<boolean>): EachAccount =>
  (accounts, work) =>
    Effect.flatMap(
      Effect.filter(new Set(accounts), (account) => holds(account)),
      (some) => each(some, work)
    )
