import { Effect, Schema } from "effect"
import { AccountTable } from "../account/Account.ts"
import type { AccountName } from "../account/AccountName.ts"
import { Brokers, type BrokerService, type NoBroker } from "../ports/Broker.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import * as Reads from "./Reads.ts"

/** An account is declared for one environment and its broker proves to be the other: nothing is sent. */
export class EnvironmentMismatch extends Schema.TaggedError<EnvironmentMismatch>()("EnvironmentMismatch", {
  account: Schema.String,
  declared: Schema.String,
  proven: Schema.String
}) {
  override get message() {
    return `account ${this.account} is declared ${this.declared} and its broker is ${this.proven}: nothing is sent for it`
  }
}

/** The broker to which an account may be driven: only one whose environment is the declared one. */
export const brokerToDrive = (
  account: AccountName
): Effect.Effect<BrokerService, NoBroker | EnvironmentMismatch | StoreError, Brokers | TradeRepository> =>
  Effect.gen(function* () {
    const brokers = yield* Brokers
    const broker = yield* brokers.get(account)
    const settings = yield* Reads.first(AccountTable, { where: [{ column: "name", in: [account] }] })
    const declared = settings?.environment ?? "paper"
    if (declared === broker.environment) return broker
    return yield* new EnvironmentMismatch({ account, declared, proven: broker.environment })
  })
