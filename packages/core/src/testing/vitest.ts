import { Effect, type Scope } from "effect"
import { describe, it } from "vitest"
import type { WriteError } from "../ports/TradeRepository.ts"
import * as BrokerContract from "./BrokerContract.ts"
import { clauses, type Capability, type Place } from "./StoreContract.ts"

/**
 * Runs the contract of a store with vitest, a test for each clause, each on an empty store of its own.
 *
 * @example
 * describeStore("my store", place, ["reopening", "constraints"])
 */
export const describeStore = (
  name: string,
  place: Effect.Effect<Place, WriteError, Scope.Scope>,
  capabilities: ReadonlyArray<Capability>
): void => {
  describe(`the contract of a store: ${name}`, () => {
    for (const clause of clauses) {
      if (!clause.needs.every((need) => capabilities.includes(need))) continue
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- the clause fails by itself, and has its name
      it(clause.name, () => Effect.runPromise(Effect.scoped(Effect.flatMap(place, clause.run))))
    }
  })
}

/**
 * Runs the contract of a broker with vitest, a test for each clause, each on an exchange of its own.
 *
 * @example
 * describeBroker("my broker", place, ["client order ids", "streaming"])
 */
export const describeBroker = <E>(
  name: string,
  place: Effect.Effect<BrokerContract.Place, E, Scope.Scope>,
  capabilities: ReadonlyArray<BrokerContract.Capability>
): void => {
  describe(`the contract of a broker: ${name}`, () => {
    for (const clause of BrokerContract.clauses) {
      if (!clause.needs.every((need) => capabilities.includes(need))) continue
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- the clause fails by itself, and has its name
      it(clause.name, () => Effect.runPromise(Effect.scoped(Effect.flatMap(place, clause.run))))
    }
  })
}
