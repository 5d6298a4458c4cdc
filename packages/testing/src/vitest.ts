import { Effect, Either, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import type { Broker } from "@roundlot/core"
import type { Address, TradeRepository } from "@roundlot/core/adapter"
import * as AppSimulation from "./AppSimulation.ts"
import * as BrokerContract from "./BrokerContract.ts"
import * as SourceContract from "./SourceContract.ts"
import { clauses, type Capability, type Place } from "./StoreContract.ts"

/**
 * Runs the contract of a store with vitest, a test for each clause, each on an empty store of its own.
 *
 * @example
 * describeStore("my store", place, ["reopening", "constraints", "forgetting"])
 */
export const describeStore = (
  name: string,
  place: Effect.Effect<Place, TradeRepository.WriteError, Scope.Scope>,
  capabilities: ReadonlyArray<Capability>
): void => {
  describe(`SDK-2: the contract of a store: ${name}`, () => {
    for (const clause of clauses) {
      if (!clause.needs.every((need) => capabilities.includes(need))) continue
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- the clause fails by itself, and has its name
      it(clause.name, () => Effect.runPromise(Effect.scoped(Effect.flatMap(place, clause.run))))
    }
  })
}

/** What a broker has of what some clauses need. */
const declaredAt = <E>(place: Effect.Effect<BrokerContract.Place, E, Scope.Scope>) =>
  Effect.scoped(Effect.map(place, BrokerContract.capabilitiesAt))

/**
 * Runs the contract of a broker with vitest, a test for each clause, each on an exchange of its own. A clause that the broker cannot be
 * held to, or whose situation the place cannot stage, is a skipped test with its reason. With `capabilities`, clauses that need others
 * are left out, and the broker has to declare exactly these.
 *
 * @example
 * describeBroker("my broker", place)
 */
export const describeBroker = <E>(
  name: string,
  place: Effect.Effect<BrokerContract.Place, E, Scope.Scope>,
  capabilities?: ReadonlyArray<BrokerContract.Capability>
): void => {
  const run = (clause: BrokerContract.Clause) =>
    Effect.runPromise(Effect.scoped(Effect.flatMap(place, (at) => BrokerContract.outcomeAt(clause, at))))
  describe(`SDK-2: the contract of a broker: ${name}`, () => {
    for (const expected of capabilities === undefined ? [] : [capabilities]) {
      it("declares what it is held to, and nothing more", async () => {
        expect((await Effect.runPromise(declaredAt(place))).toSorted()).toEqual(expected.toSorted())
      })
    }
    for (const clause of BrokerContract.clauses) {
      if (capabilities !== undefined && !clause.needs.every((need) => capabilities.includes(need))) continue
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- the clause fails by itself, and has its name
      it(clause.name, async ({ skip }) => {
        const outcome = await run(clause)
        if (outcome._tag === "Skipped") skip(outcome.reason)
        if (outcome._tag === "Broken") throw new Error(outcome.message)
      })
    }
  })
}

/**
 * Runs the contract of a source with vitest, a test for each clause, each with an outside of its own. A clause that needs an outside which
 * can fail is a skipped test where the place has none.
 *
 * @example
 * describeSource("my source", place)
 */
export const describeSource = <E>(name: string, place: Effect.Effect<SourceContract.Place, E, Scope.Scope>): void => {
  describe(`SDK-2: the contract of a source: ${name}`, () => {
    for (const clause of SourceContract.clauses) {
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- the clause fails by itself, and has its name
      it(clause.name, async ({ skip }) => {
        const outcome = await Effect.runPromise(SourceContract.outcomeOf(clause, place))
        if (outcome._tag === "Skipped") skip(outcome.reason)
        if (outcome._tag === "Broken") throw new Error(outcome.message)
      })
    }
  })
}

/** How an app is simulated: with which seeds, 20 where nothing is said, and each as `AppSimulation` runs it. */
export interface SimulationOptions extends Omit<AppSimulation.RunOptions, "seed"> {
  readonly seeds?: number | undefined
  /** This one alone, to look at what it found. */
  readonly seed?: string | undefined
}

/**
 * Runs an app with a daemon in simulated time, a test for each of some seeds, while its broker fails it and its program is killed. A seed that
 * finds something fails with what happened, and as little going wrong as it takes.
 *
 * @example
 * describeSimulation("my strategy", { account, broker, app })
 */
export const describeSimulation = (
  name: string,
  simulated: AppSimulation.Simulated,
  { seed: one, seeds = SEEDS, ...options }: SimulationOptions = {}
): void => {
  const all = one === undefined ? Array.from({ length: seeds }, (_, index) => String(index + 1)) : [one]
  describe(`SDK-4: a simulation: ${name}`, () => {
    for (const seed of all) {
      // oxlint-disable-next-line vitest/expect-expect -- a run that finds something fails by itself
      it(`holds with seed ${seed}`, { timeout: LONGEST_SIMULATION_MS }, () => {
        const failed = AppSimulation.search(simulated, [seed], options)
        if (failed !== undefined) throw new Error(AppSimulation.summary(failed))
      })
    }
  })
}

const SEEDS = 20
const LONGEST_SIMULATION_MS = 600_000

/** What an adapter makes of addresses: those that it takes, with what they prove, and those that it refuses by name. */
export interface Addresses {
  readonly judge: (baseUrl: string) => Either.Either<Address.Address, Address.UnknownHost>
  readonly known: ReadonlyArray<readonly [baseUrl: string, environment: Broker.Environment]>
  readonly refused: ReadonlyArray<string>
  /** The address that a refusal tells to write. */
  readonly remedy: string
}

const onThisMachine = ["http://127.0.0.1:4000", "https://localhost:4000/", "http://[::1]:80"]
const nobodys = ["http://127.0.0.1.example", "ftp://localhost", "paper"]

/**
 * Runs with vitest what an adapter makes of addresses, those of this machine and of nobody among them.
 *
 * @example
 * describeAddresses({ judge: Credentials.placeOf, known: [[LIVE_URL, "live"]], refused: [`${LIVE_URL}.example`], remedy: LIVE_URL })
 */
export const describeAddresses = ({ judge, known, refused, remedy }: Addresses): void => {
  const judged = (url: string): string =>
    Either.match(judge(url), { onLeft: ({ message }) => message, onRight: ({ environment }) => environment })
  describe("the environment that an address proves", () => {
    it.each([...known, ...onThisMachine.map((url) => [url, "unproven"] as const)])("%s is %s", (url, environment) => {
      expect(judged(url)).toBe(environment)
    })

    it.each([...refused, ...nobodys])("%s is refused by name", (url) => {
      expect(judged(url)).toContain(url)
      expect(judged(url)).toContain(`${remedy}, or a simulator's address`)
    })
  })
}
