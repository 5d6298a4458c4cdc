import { Account, AccountName, Commands, Reads } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Configuring, limits, type Ledger } from "@roundlot/core/ledger"
import { Effect, Option } from "effect"
import { accountNames, type orderPolicy } from "@roundlot/commands"
import { unknownWord, UsageError } from "@roundlot/commands/errors"
import { brokersOf, empty, partsOf, type Configuration } from "./Configuration.ts"

const DEFAULT = AccountName.AccountName.make("paper")

type Opening<A> = Effect.Effect<
  A,
  UsageError | Ledger.LedgerError,
  TradeRepository.TradeRepository | Ledger.Ledger | Commands.Commands
>

/** A configuration, and why a broker does not take the orders that an account's settings ask for. */
interface Given {
  readonly configuration: Configuration
  readonly unsupportedOrders: orderPolicy.UnsupportedOrders
}

/** What the configuration asks for upon the settings of the books: what it does not say of four eyes stays. */
const askedOf = (
  { fourEyes }: Configuration,
  name: AccountName.AccountName,
  settings: Account.AccountSettings,
  known: Account.Account | undefined
): Account.AccountSettings => {
  const said = fourEyes.get(name)
  return {
    ...settings,
    ...(said?.fourEyes === undefined ? { fourEyes: known?.fourEyes } : {}),
    ...(said?.approvalMinutes === undefined ? { approvalMinutes: known?.approvalMinutes } : {})
  }
}

/** Writes the settings of an account; those that tighten are in force at once, although others in the entry wait for approval. */
const set = (name: AccountName.AccountName, asked: Account.AccountSettings, known: Account.Account | undefined) =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    const write = (settings: Account.AccountSettings) =>
      commands.setAccount(name, settings, "configuration", "the configuration says so")
    if (known !== undefined && limits.loosened(known, asked).length > 0)
      yield* write(Account.settingsOf(limits.tightened(known, asked)))
    return yield* write(asked)
  })

/** Writes the accounts of the configuration into the books, where they differ. */
const configure = ({ configuration, unsupportedOrders }: Given): Opening<void> =>
  Effect.gen(function* () {
    for (const [name, settings] of configuration.accounts) {
      const unsupported = yield* unsupportedOrders(settings)
      if (unsupported !== undefined) {
        const problem = `accounts.${name}.order: ${unsupported}`
        return yield* new UsageError({ problem, remedy: "Correct the configuration" })
      }
      const known = yield* Reads.account(name)
      const answer = yield* set(name, askedOf(configuration, name, settings, known), known)
      if (answer._tag === "Done") continue
      if (answer._tag === "Waiting") {
        const id = Id.format("approval", answer.approvalId)
        yield* Effect.logWarning(
          `accounts.${name}: the configuration loosens settings that need a second person; ${id} waits for approval, and the settings before it are in force`
        )
        continue
      }
      return yield* new UsageError({ problem: answer.why, remedy: "Correct the configuration" })
    }
  })

/**
 * The account that takes trades in: the named one, else the only one. On a new store the account first named is made, `paper`
 * if none is; later an unknown name is refused with the nearest.
 */
export const opened = (given: Given, named: Option.Option<string>): Opening<AccountName.AccountName> =>
  Effect.zipRight(configure(given), openedHere(named)).pipe(Effect.tap((name) => record(name, given.configuration)))

/** What a configuration says beside its accounts goes into the store's journal where it differs. None that was read says nothing. */
const record = (account: AccountName.AccountName, configuration: Configuration) =>
  configuration === empty ? Effect.void : Configuring.record(account, partsOf(configuration), "configuration")

const openedHere = (named: Option.Option<string>): Opening<AccountName.AccountName> =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    const there = yield* accountNames.names
    if (there.length > 0) {
      if (Option.isSome(named)) return yield* accountNames.known(named.value)
      const [only, ...others] = there
      if (only !== undefined && others.length === 0) return only
      return yield* accountNames.severalAccounts(there)
    }
    const first = yield* Option.match(named, { onNone: () => Effect.succeed(DEFAULT), onSome: accountNames.read })
    yield* commands.setAccount(first, Account.defaultSettings, accountNames.ACTOR)
    return first
  })

/**
 * Opens the books' accounts for a daemon, which drives them all: those configured, the one named, or `paper` on a new store. A
 * broker that is named becomes that of the named account, or of the only one, as long as none of its orders may have left.
 */
export const openedForDriving = (
  given: Given,
  named: Option.Option<string>,
  broker: Option.Option<string>
): Opening<ReadonlyArray<Account.Account>> =>
  Effect.gen(function* () {
    const { configuration } = given
    yield* configure(given)
    const known = brokersOf(configuration)
    if (Option.isSome(broker) && !known.includes(broker.value)) return yield* unknownWord("Broker", broker.value, known)
    const there = yield* accountNames.names
    if (there.length === 0 || Option.isSome(named) || Option.isSome(broker)) {
      const name = yield* openedHere(named)
      if (Option.isSome(broker)) yield* driveTo(name, broker.value)
    }
    const accounts = yield* Reads.all(Account.AccountTable)
    const [first] = accounts
    if (first !== undefined) yield* record(first.name, configuration)
    return accounts
  })

/** An account is driven to one broker: the one that has its orders. */
const driveTo = (name: AccountName.AccountName, broker: string): Opening<void> =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    const account = yield* Reads.account(name)
    if (account === undefined || account.broker === broker) return
    const answer = yield* commands.setAccount(
      name,
      Account.settingsOf({ ...account, broker }),
      accountNames.ACTOR,
      undefined,
      account
    )
    if (answer._tag === "Done") return
    const problem = answer._tag === "Refused" ? answer.why : "the change of broker waits for approval by another person"
    return yield* new UsageError({ problem, remedy: "Name it with --account" })
  })
