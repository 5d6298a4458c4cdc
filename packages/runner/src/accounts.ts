import { Account, AccountName, Commands, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { AccountScope, Configuring, type Ledger } from "@roundlot/core/ledger"
import { Effect, Either, Option, Schema } from "effect"
import { UsageError, unknownWord } from "./cli/UsageError.ts"
import { unsupportedOrders } from "./start/unsupportedOrders.ts"
import { brokersOf, empty, partsOf, type Configuration } from "./settings/Configuration.ts"

/** Who acts when the command line is used. */
export const ACTOR = "cli"

const DEFAULT = AccountName.AccountName.make("paper")

const readName = (text: string): Effect.Effect<AccountName.AccountName, UsageError> =>
  Either.mapLeft(Schema.decodeEither(AccountName.AccountName)(text), () => {
    const remedy = "A name has letters, digits, '.', '_' and '-', at most 64, and begins with a letter or digit"
    return new UsageError({ problem: `'${text}' is no name of an account`, remedy, field: "account" })
  })

const unknown = (text: string, there: ReadonlyArray<string>): UsageError => {
  const { problem, remedy } = unknownWord("Account", text, there)
  return new UsageError({ problem, remedy, field: "account" })
}

type Reading<A> = Effect.Effect<A, UsageError | TradeRepository.StoreError, TradeRepository.TradeRepository>

type Opening<A> = Effect.Effect<
  A,
  UsageError | Ledger.LedgerError,
  TradeRepository.TradeRepository | Ledger.Ledger | Commands.Commands
>

/** The names of the accounts in the books. */
export const names: Reading<ReadonlyArray<AccountName.AccountName>> = Effect.map(
  Reads.all(Account.AccountTable),
  (accounts) => accounts.map(({ name }) => name)
)

/** An account that is in the books, by the name that was given; an unknown one is refused with the nearest. */
export const known = (text: string): Reading<AccountName.AccountName> =>
  Effect.gen(function* () {
    const wanted = yield* readName(text)
    const there = yield* names
    return there.includes(wanted) ? wanted : yield* unknown(text, there)
  })

/** Lists that are narrowed to an account that is not in the books, in any case, would be empty: it is refused with the nearest. */
export const expectKnown = (text: string | undefined): Reading<void> =>
  Effect.gen(function* () {
    if (text === undefined || text === AccountName.STORE) return
    const there: ReadonlyArray<string> = yield* names
    const isThere = [text, text.toUpperCase(), text.toLowerCase()].some((name) => there.includes(name))
    if (!isThere && there.length > 0) return yield* unknown(text, there)
  })

/** The accounts that are in the books, narrowed to the one that was named. */
export const chosen = (named: Option.Option<string>): Reading<ReadonlyArray<AccountName.AccountName>> =>
  Option.match(named, { onNone: () => names, onSome: (text) => Effect.map(known(text), (name) => [name]) })

/** The account that is named, else the only one. */
export const sole = (named: Option.Option<string>): Reading<AccountName.AccountName> =>
  Effect.gen(function* () {
    const there = yield* chosen(named)
    const [only, ...others] = there
    if (only !== undefined && others.length === 0) return only
    return yield* only === undefined
      ? new UsageError({ problem: "There is no account yet", remedy: "Add one with 'roundlot accounts add'" })
      : severalAccounts(there)
  })

/**
 * The account that is named, else that of the source, else the only one. Trades of a source whose account the caller may not use are taken
 * into no other one.
 */
export const ofSource = (
  { sources }: Pick<Configuration, "sources">,
  source: string,
  named: string | undefined
): Reading<AccountName.AccountName> =>
  Effect.gen(function* () {
    const scope = yield* AccountScope.current
    const account = sources.get(source)?.account
    if (named !== undefined || account === undefined || scope?.has(account) !== false)
      return yield* sole(Option.fromNullable(named ?? account))
    const problem = `Trades of ${source} are for an account that this token is not bound to`
    return yield* new UsageError({ problem, remedy: "Name an account that it is bound to", field: "account" })
  })

const severalAccounts = (there: ReadonlyArray<string>): UsageError =>
  new UsageError({
    problem: `There are several accounts: ${there.join(", ")}`,
    remedy: "Name one with --account",
    field: "account"
  })

/** Writes the accounts of the configuration into the books, where they differ. */
const configure = (configuration: Configuration): Opening<void> =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    for (const [name, settings] of configuration.accounts) {
      const unsupported = yield* unsupportedOrders(settings)
      if (unsupported !== undefined) {
        const problem = `accounts.${name}.order: ${unsupported}`
        return yield* new UsageError({ problem, remedy: "Correct the configuration" })
      }
      const answer = yield* commands.setAccount(name, settings, "configuration", "the configuration says so")
      if (answer._tag === "Done") continue
      return yield* new UsageError({ problem: answer.why, remedy: "Correct the configuration" })
    }
  })

/**
 * The account that takes trades in: the named one, else the only one. On a new store the account first named is made, `paper`
 * if none is; later an unknown name is refused with the nearest.
 */
export const opened = (configuration: Configuration, named: Option.Option<string>): Opening<AccountName.AccountName> =>
  Effect.zipRight(configure(configuration), openedHere(named)).pipe(Effect.tap((name) => record(name, configuration)))

/** What a configuration says beside its accounts goes into the store's journal where it differs. None that was read says nothing. */
const record = (account: AccountName.AccountName, configuration: Configuration) =>
  configuration === empty ? Effect.void : Configuring.record(account, partsOf(configuration), "configuration")

const openedHere = (named: Option.Option<string>): Opening<AccountName.AccountName> =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    const there = yield* names
    if (there.length > 0) {
      if (Option.isSome(named)) return yield* known(named.value)
      const [only, ...others] = there
      if (only !== undefined && others.length === 0) return only
      return yield* severalAccounts(there)
    }
    const first = yield* Option.match(named, { onNone: () => Effect.succeed(DEFAULT), onSome: readName })
    yield* commands.setAccount(first, Account.defaultSettings, ACTOR)
    return first
  })

/**
 * Opens the books' accounts for a daemon, which drives them all: those configured, the one named, or `paper` on a new store. A
 * broker that is named becomes that of the named account, or of the only one, as long as none of its orders may have left.
 */
export const openedForDriving = (
  configuration: Configuration,
  named: Option.Option<string>,
  broker: Option.Option<string>
): Opening<ReadonlyArray<Account.Account>> =>
  Effect.gen(function* () {
    yield* configure(configuration)
    const known = brokersOf(configuration)
    if (Option.isSome(broker) && !known.includes(broker.value)) return yield* unknownWord("Broker", broker.value, known)
    const there = yield* names
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
      ACTOR,
      undefined,
      account
    )
    if (answer._tag === "Done") return
    return yield* new UsageError({ problem: answer.why, remedy: "Name it with --account" })
  })
