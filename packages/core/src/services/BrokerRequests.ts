import { Effect, Option } from "effect"
import { Brokers } from "../ports/Broker.ts"
import { within } from "../ports/deadline.ts"
import type { AccountName } from "../records/AccountName.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { drivenAccounts } from "./drive.ts"
import { Health } from "./Health.ts"
import { noteRequests } from "./metrics.ts"

const LONGEST_QUESTION = "5 seconds"

/** Notes how much of its broker's limit of requests each account that is driven here has left, and how fast that broker answers. */
export const watchRequests = (each: EachAccount = inTurn) =>
  Effect.flatMap(drivenAccounts, (accounts) => each(accounts, watchOne))

const watchOne = Effect.fn("BrokerRequests.watchOne")(function* (account: AccountName) {
  const broker = yield* Effect.option(Effect.flatMap(Brokers, (brokers) => brokers.get(account)))
  if (Option.isNone(broker) || broker.value.requests === undefined) return
  const usage = yield* within(broker.value.requests, LONGEST_QUESTION, () => Effect.succeed(undefined))
  if (usage === undefined) return
  yield* Effect.flatMap(Health, (health) => health.reached(account, usage))
  yield* noteRequests(account, usage)
})
