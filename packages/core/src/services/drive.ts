import { Context, Effect, Schema } from "effect"
import { tickerAt } from "../records/DatedSymbol.ts"
import type { Ticker } from "../records/Ticker.ts"
import { declare, isDeclared } from "../rules/account/declare.ts"
import { AccountTable, type Account } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import type { OwnLease } from "../ledger/HeldLeases.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import { altered, Brokers, isNamedBy, NoBroker, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { Instant } from "../values/Instant.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import * as Reads from "./Reads.ts"
import { withRetries } from "./reading.ts"

/** An account is declared for one environment and its broker proves to be the other: nothing is sent. */
export class EnvironmentMismatch extends Schema.TaggedError<EnvironmentMismatch>()("EnvironmentMismatch", {
  account: Schema.String,
  declared: Schema.String,
  proven: Schema.String
}) {
  override get message() {
    return `account ${this.account} is configured as ${this.declared}, but its broker account is ${this.proven}: no orders are sent for it`
  }
}

const PAPER =
  "Use a paper account: at Interactive Brokers one whose number begins with D, at Alpaca one whose number begins with PA, at Schwab its simulator"

/** An account is for real money, which this version does not drive: nothing is sent. */
export class LiveRefused extends Schema.TaggedError<LiveRefused>()("LiveRefused", {
  account: Schema.String,
  broker: Schema.String
}) {
  override get message() {
    return `account ${this.account} at ${this.broker} is configured as live, and this version does not trade real money: no orders are sent for it. ${PAPER}`
  }
}

/** The broker of an account shows nothing that proves play money: nothing is sent. */
export class EnvironmentUnproven extends Schema.TaggedError<EnvironmentUnproven>()("EnvironmentUnproven", {
  account: Schema.String,
  broker: Schema.String,
  seen: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `account ${this.account} at ${this.broker} is not proven to be a paper account (${this.seen}): no orders are sent for it. ${this.remedy}`
  }
}

/** Fails where an account is declared for real money, or for another environment than its broker's. Asks nobody. */
const checkDeclared = (
  { environment, name: account }: Pick<Account, "environment" | "name">,
  broker: Pick<BrokerService, "environment" | "name">
): Effect.Effect<void, EnvironmentMismatch | LiveRefused> =>
  Effect.flatMap(LiveTrading, (isAllowed): Effect.Effect<void, EnvironmentMismatch | LiveRefused> => {
    if (environment === "live" && !isAllowed) return Effect.fail(new LiveRefused({ account, broker: broker.name }))
    return environment === broker.environment
      ? Effect.void
      : Effect.fail(new EnvironmentMismatch({ account, declared: environment, proven: broker.environment }))
  })

/**
 * Proves before anything is sent that an account is of play money: it is declared so, and its broker shows it. Fails with what was
 * seen instead, or with `BrokerReadFailed` where the broker cannot be asked.
 */
export const provePaper = Effect.fn("drive.provePaper")(function* (
  declared: Pick<Account, "environment" | "name">,
  broker: BrokerService
) {
  if (declared.environment === "paper" && broker.proof !== undefined) {
    const proof = yield* withRetries(broker.proof)
    if (proof._tag === "Unproven") {
      const { remedy, seen } = proof
      return yield* new EnvironmentUnproven({ account: declared.name, broker: broker.name, seen, remedy })
    }
  }
  yield* checkDeclared(declared, broker)
})

/** This process holds no lease of the account that the store has confirmed of late: nothing is sent. */
export class NotDriven extends Schema.TaggedError<NotDriven>()("NotDriven", { account: Schema.String }) {
  override get message() {
    return `the lease of account ${this.account} was not renewed in time: this process sends no orders for it`
  }
}

const readAndKeep = (account: AccountName) =>
  Effect.tap(Reads.account(account), (settings) =>
    settings === undefined ? Effect.void : Effect.map(Ledger, ({ accounts }) => accounts.keep(settings))
  )

/** As they were read before, where they were. */
const keptSettings = (account: AccountName) =>
  Effect.flatMap(Ledger, ({ accounts }) => {
    const known = accounts.get(account)
    return known === undefined ? readAndKeep(account) : Effect.succeed(known)
  })

/** Why an account's broker may not be driven, or that it could not be found out. */
type NotToDrive = NoBroker | EnvironmentMismatch | LiveRefused | NotDriven | LedgerError

/** The broker for an attempt, and the version of the account's settings that it goes by. */
export interface ForAttempt {
  readonly broker: BrokerService
  readonly settingsVersion: number | undefined
}

const brokerBy: (
  account: AccountName,
  reading: Effect.Effect<Account | undefined, StoreError, Ledger | TradeRepository>
) => Effect.Effect<ForAttempt, NotToDrive, Brokers | Clock | Ledger | TradeRepository> = Effect.fnUntraced(
  function* (account, reading) {
    // One step of the runtime for all services: this stands before every attempt.
    const services = yield* Effect.context<Brokers | Clock | Ledger | TradeRepository>()
    const broker = yield* Context.get(services, Brokers).get(account)
    const found = yield* reading
    // Of what is declared live its own broker is named, also where that is not the one that the program was started with.
    const { environment } = broker
    const name = found?.broker ?? broker.name
    yield* checkDeclared({ name: account, environment: found?.environment ?? "paper" }, { environment, name })
    if (!isNamedBy(found, broker)) return yield* new NoBroker({ account })
    const clock = Context.get(services, Clock)
    const { durationMs } = Context.get(services, TradeRepository).leases
    const lease = Context.get(services, Ledger).leases.of(account)
    if (!isProven(lease, yield* clock.monotonicMs, durationMs)) return yield* new NotDriven({ account })
    const settings = isDeclared(found, broker.capabilities)
      ? found
      : yield* Effect.zipRight(declareBroker(account, broker), readAndKeep(account))
    const { symbols = [], version: settingsVersion } = settings ?? {}
    if (symbols.length === 0) return { broker, settingsVersion }
    return { broker: asTraded(broker, symbols, yield* clock.now), settingsVersion }
  }
)

/**
 * The broker to which an account may be driven: only one whose environment is the declared one, and only under our lease. What it
 * takes stands on the account before anything is sent there, so that rule 0 reads it as data.
 */
export const brokerToDrive = (account: AccountName) =>
  Effect.map(brokerBy(account, Reads.account(account)), ({ broker }) => broker)

/**
 * The same, by settings that may have been read before: only for an attempt, whose commit compares their version. What they forbid
 * is asked for anew.
 */
export const brokerForAttempt = (account: AccountName) => {
  const anew = () => brokerBy(account, readAndKeep(account))
  return Effect.catchTags(brokerBy(account, keptSettings(account)), {
    EnvironmentMismatch: anew,
    LiveRefused: anew,
    NoBroker: anew
  })
}

/** P9: a broker that is asked for an instrument by the ticker that it has at the market now. */
const asTraded = (broker: BrokerService, symbols: Account["symbols"], now: Instant): BrokerService => {
  const { prepareNotional } = altered(broker, {})
  const traded = <T extends { readonly symbol: Ticker }>(terms: T): T => ({
    ...terms,
    symbol: tickerAt(symbols, terms.symbol, now)
  })
  return altered(broker, {
    prepare: (terms) => broker.prepare(traded(terms)),
    prepareNotional: prepareNotional === undefined ? undefined : (terms) => prepareNotional(traded(terms))
  })
}

/**
 * Writes what a broker takes onto the account that it is read for, before anything is planned by it; whether that was not there
 * before.
 */
export const declareAtStart = Effect.fn("drive.declareAtStart")(function* (
  account: AccountName,
  broker: BrokerService
) {
  const settings = yield* Reads.account(account)
  if (settings === undefined || isDeclared(settings, broker.capabilities)) return false
  yield* declareBroker(account, broker)
  return true
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

/** Rule 2: less than half of a lease has passed since the store confirmed ours. */
const isProven = (lease: OwnLease | undefined, nowMs: number, durationMs: number): boolean =>
  lease !== undefined && nowMs - lease.provenMs < durationMs / 2

/** Of records of accounts, those whose accounts this process drives. */
export const driven = <R extends { readonly account: AccountName }>(
  records: ReadonlyArray<R>
): Effect.Effect<ReadonlyArray<R>, never, Ledger> =>
  Effect.map(Ledger, ({ leases }) => records.filter(({ account }) => leases.of(account) !== undefined))

/** The accounts that this process drives. */
export const drivenAccounts = Effect.flatMap(Reads.all(AccountTable), (accounts) =>
  Effect.map(Ledger, ({ leases }) => accounts.flatMap(({ name }) => (leases.of(name) === undefined ? [] : [name])))
)

/** Does this process hold the account's lease? */
export const isDriven = (account: AccountName): Effect.Effect<boolean, never, Ledger> =>
  Effect.map(Ledger, (ledger) => ledger.leases.of(account) !== undefined)

/** Whether accounts of real money may be driven. They may not, and nothing outside of this package's own tests says otherwise. */
export class LiveTrading extends Context.Reference<LiveTrading>()("@roundlot/core/LiveTrading", {
  defaultValue: (): boolean => false
}) {}
