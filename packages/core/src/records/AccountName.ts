import { Schema } from "effect"

/** The name of one of our accounts: letters, digits, `.`, `_`, `-`, at most 64, beginning with a letter or digit. */
export const AccountName = Schema.String.pipe(
  Schema.pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    message: () =>
      "an account's name has letters, digits, '.', '_' and '-', at most 64, and begins with a letter or digit"
  }),
  Schema.brand("AccountName")
)

/** The name of one of our accounts. */
export type AccountName = typeof AccountName.Type

/** The journal of what is no account's: configuration, operators, the global halt. No account can have this name. */
export const STORE = "_store"

/** Whose journal an entry stands in. */
export type JournalName = AccountName | typeof STORE

/** The journal that says what rows of an account are. What is no account's (`""`: the trading state of all) stands in the store's. */
export const journalOf = (account: string): string => (account === "" ? STORE : account)
