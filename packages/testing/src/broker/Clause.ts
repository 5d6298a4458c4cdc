import { Effect, type Scope } from "effect"
import type { Broker } from "@roundlot/core"
import { ContractBroken, same } from "../promise.ts"
import type { CannotStage, Place } from "./Place.ts"
import { watched } from "./watched.ts"

interface Need {
  readonly isMet: (place: Place) => boolean
  /** Why it is not met. */
  readonly reason: string
}

const declares = (
  name: keyof Broker.Capabilities,
  isDeclared: (capabilities: Broker.Capabilities) => boolean | undefined
): Need => ({
  isMet: ({ broker }) => isDeclared(broker.capabilities) === true,
  reason: `broker.capabilities.${name} says that it has none`
})

const has = (name: "proof" | "clock" | "quote"): Need => ({
  isMet: ({ broker }) => broker[name] !== undefined,
  reason: `broker.${name} is left away`
})

const stages = (name: "unknownStatus" | "commission"): Need => ({
  isMet: ({ stage }) => stage?.[name] !== undefined,
  reason: `place.stage.${name} is left away`
})

const needs = {
  "client order ids": declares("clientOrderIds", ({ clientOrderIds }) => clientOrderIds),
  "unique client order ids": declares("uniqueClientOrderIds", ({ uniqueClientOrderIds }) => uniqueClientOrderIds),
  streaming: declares("streaming", ({ streaming }) => streaming),
  fractions: declares("fractions", (capabilities) => capabilities.fractions),
  "notional orders": declares("notionalTypes", ({ notionalTypes = [] }) => notionalTypes.length > 0),
  corrections: declares("corrections", ({ corrections }) => corrections),
  replacing: declares("replace", ({ replace }) => replace),
  "short sales": declares("shortSale", ({ shortSale }) => shortSale),
  proof: has("proof"),
  clock: has("clock"),
  quotes: has("quote"),
  "unknown statuses": stages("unknownStatus"),
  commissions: stages("commission")
} as const satisfies { readonly [name: string]: Need }

/** What a clause needs that some brokers do not have: declared in their `capabilities`, or staged by the place. */
export type Capability = keyof typeof needs

const isCapability = (name: string): name is Capability => name in needs

/** What the broker of a place has of what some clauses need. */
export const capabilitiesAt = (place: Place): ReadonlyArray<Capability> =>
  Object.keys(needs)
    .filter(isCapability)
    .filter((name) => needs[name].isMet(place))

/** Whatever a clause can end with, beside success. */
export type ClauseFailure = ContractBroken | CannotStage

/**
 * One promise of a broker: its name, what it asks of it, and how it is proven. It fails with `ContractBroken` where the promise is
 * broken, and with `CannotStage` where the place cannot bring about what it needs.
 */
export interface Clause {
  readonly name: string
  readonly needs: ReadonlyArray<Capability>
  readonly run: (place: Place) => Effect.Effect<void, ClauseFailure, Scope.Scope>
}

/** What the proof of a promise may fail with of itself. */
interface Written extends Omit<Clause, "run"> {
  readonly run: (
    place: Place
  ) => Effect.Effect<void, ClauseFailure | Broker.BrokerReadFailed | Broker.Refusal, Scope.Scope>
}

const READS = "Answer what the broker has; fail only where it cannot be read"
const TAKES = "Take the orders that capabilities.supportedOrders declares, or declare fewer"

const PLAY_MONEY = "Run the contract at an account of play money: its clauses send orders"

/** Nothing is sent to a broker that says, or cannot disprove, that its money is real. */
export const isOfPlayMoney = ({ environment, proof }: Broker.BrokerService) =>
  Effect.gen(function* () {
    yield* same("the broker says paper", environment, "paper", PLAY_MONEY)
    if (proof !== undefined) yield* same("and proves it", (yield* proof)._tag, "Paper", PLAY_MONEY)
  })

/** A clause whose failures say which clause it is, and what was asked last. */
export const clause = ({ name, needs: needed, run }: Written): Clause => ({
  name,
  needs: needed,
  run: (place) =>
    Effect.suspend(() => {
      const { asked, broker } = watched(place)
      const inClause = ({ found, promise, remedy, wanted }: ContractBroken) =>
        new ContractBroken({ promise, clause: name, asked: asked(), wanted, found, remedy })
      return Effect.zipRight(isOfPlayMoney(broker), run({ ...place, broker })).pipe(
        Effect.catchTags({
          BrokerReadFailed: ({ message }) => same("a read succeeds", message, "what the broker has", READS),
          Refusal: ({ code, words }) => same("the order can be prepared", `${code}: ${words}`, "a request", TAKES)
        }),
        Effect.catchAllDefect((defect) =>
          defect instanceof ContractBroken
            ? Effect.fail(defect)
            : same("no call throws", String(defect), "an answer", READS)
        ),
        Effect.mapError((failure) => (failure._tag === "ContractBroken" ? inClause(failure) : failure))
      )
    })
})

/** What became of a clause. */
export type Outcome =
  | { readonly _tag: "Kept"; readonly clause: string }
  | { readonly _tag: "Broken"; readonly clause: string; readonly message: string }
  | { readonly _tag: "Skipped"; readonly clause: string; readonly reason: string }

/** Why the broker of a place cannot be held to a clause; `undefined` where it can. */
const reasonToSkip = (clause: Clause, place: Place): string | undefined => {
  const unmet = clause.needs.filter((need) => !needs[need].isMet(place))
  return unmet.length === 0 ? undefined : unmet.map((need) => needs[need].reason).join("; ")
}

/** Runs a clause at a place, if the broker there can be held to it. */
export const outcomeAt = (clause: Clause, place: Place): Effect.Effect<Outcome, never, Scope.Scope> => {
  const reason = reasonToSkip(clause, place)
  if (reason !== undefined) return Effect.succeed({ _tag: "Skipped", clause: clause.name, reason })
  return Effect.match(clause.run(place), {
    onSuccess: () => ({ _tag: "Kept", clause: clause.name }),
    onFailure: (failure) =>
      failure._tag === "CannotStage"
        ? { _tag: "Skipped", clause: clause.name, reason: failure.reason }
        : { _tag: "Broken", clause: clause.name, message: failure.message }
  })
}
