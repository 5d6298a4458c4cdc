import { Account, AccountName, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { AccountScope } from "@roundlot/core/ledger"
import { Effect, Either, Option, Schema } from "effect"
import { UsageError, unknownWord } from "./UsageError.ts"

/** Who acts when the command line is used. */
export const ACTOR = "cli"

/** The name of an account, as it was given. */
export const read = (text: string): Effect.Effect<AccountName.AccountName, UsageError> =>
  Either.mapLeft(Schema.decodeEither(AccountName.AccountName)(text), () => {
    const remedy = "A name has letters, digits, '.', '_' and '-', at most 64, and begins with a letter or digit"
    return new UsageError({ problem: `'${text}' is not a valid account name`, remedy, field: "account" })
  })

const unknown = (text: string, there: ReadonlyArray<string>): UsageError => {
  const { problem, remedy } = unknownWord("Account", text, there)
  return new UsageError({ problem, remedy, field: "account" })
}

type Reading<A> = Effect.Effect<A, UsageError | TradeRepository.StoreError, TradeRepository.TradeRepository>

/** The names of the accounts in the books. */
export const names: Reading<ReadonlyArray<AccountName.AccountName>> = Effect.map(
  Reads.all(Account.AccountTable),
  (accounts) => accounts.map(({ name }) => name)
)

/** An account that is in the books, by the name that was given; an unknown one is refused with the nearest. */
export const known = (text: string): Reading<AccountName.AccountName> =>
  Effect.gen(function* () {
    const wanted = yield* read(text)
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
      ? new UsageError({ problem: "There is no account yet", remedy: "Add an account first" })
      : severalAccounts(there)
  })

/** Whose the trades of a source are, where that is said. */
interface Owning {
  readonly sources: ReadonlyMap<string, { readonly account?: AccountName.AccountName | undefined }>
}

/**
 * The account that is named, else that of the source, else the only one. Trades of a source whose account the caller may not use are taken
 * into no other one.
 */
export const ofSource = (
  { sources }: Owning,
  source: string,
  named: string | undefined
): Reading<AccountName.AccountName> =>
  Effect.gen(function* () {
    const scope = yield* AccountScope.current
    const account = sources.get(source)?.account
    if (named !== undefined || account === undefined || scope?.has(account) !== false)
      return yield* sole(Option.fromNullable(named ?? account))
    const problem = `Trades of ${source} go to an account outside the limits of this token`
    return yield* new UsageError({ problem, remedy: "Name an account of the token", field: "account" })
  })

/** Where there are several, one is to be named. */
export const severalAccounts = (there: ReadonlyArray<string>): UsageError =>
  new UsageError({
    problem: `There are several accounts: ${there.join(", ")}`,
    remedy: "Name one with --account",
    field: "account"
  })
