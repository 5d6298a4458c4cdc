import { Effect, Schema } from "effect"
import { declare, isDeclared } from "../account/declare.ts"
import { AccountTable } from "../account/Account.ts"
import type { AccountName } from "../account/AccountName.ts"
import { Need } from "../books/Need.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import { Brokers, type BrokerService, type NoBroker } from "../ports/Broker.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
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

/**
 * The broker to which an account may be driven: only one whose environment is the declared one. What it takes stands on the
 * account before anything is sent there, so that rule 0 reads it as data.
 */
export const brokerToDrive = (
  account: AccountName
): Effect.Effect<BrokerService, NoBroker | EnvironmentMismatch | LedgerError, Brokers | Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const brokers = yield* Brokers
    const broker = yield* brokers.get(account)
    const settings = yield* Reads.first(AccountTable, { where: [{ column: "name", in: [account] }] })
    const declared = settings?.environment ?? "paper"
    if (declared !== broker.environment) {
      return yield* new EnvironmentMismatch({ account, declared, proven: broker.environment })
    }
    if (!isDeclared(settings, broker.capabilities)) yield* declareBroker(account, broker)
    return broker
  })

const declareBroker = (account: AccountName, { capabilities, name }: BrokerService) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit("report", {
      account,
      cause: { kind: "report", actor: name },
      needs: [Need.Account({ account })],
      apply: (recorder) => declare(recorder, capabilities)
    })
  )
