import type * as FileSystem from "@effect/platform/FileSystem"
import type { namedSources, orderPolicy, Services } from "@roundlot/commands"
import type { SettingsError, UsageError } from "@roundlot/commands/errors"
import type { Account, AccountName, Broker, Clock, Commands } from "@roundlot/core"
import type { Entropy, TradeRepository } from "@roundlot/core/adapter"
import type { Ledger, Tokens } from "@roundlot/core/ledger"
import type { Settings as Daemon, syncing } from "@roundlot/daemon"
import { Context, Effect, type Layer, type Option, type Redacted, type Scope } from "effect"
import type { Environment } from "./Environment.ts"
import type { VerbError } from "./VerbError.ts"

/** What a verb that reads needs. */
export type Reading = TradeRepository.TradeRepository | Clock.Clock

/** What a verb that writes needs: trades and commands, nothing that sends. */
export type Writing = Services

/** What is said by flags of every verb that needs a store; each wins over its variable, and that over the file. */
export interface Flags {
  readonly store: Option.Option<string>
  readonly config: Option.Option<string>
  readonly envFile: Option.Option<string>
  readonly paper: Option.Option<string>
}

/** What verbs read of a program's configuration. */
export interface Configuration extends Daemon.Configured, namedSources.Sources, orderPolicy.Naming {}

/** The books of a program, and how they are opened. */
export interface Books {
  /** Their address as people are shown it: without user and password. */
  readonly shown: string
  /** Are there any? Nothing is made or changed. */
  readonly isThere: Effect.Effect<boolean, TradeRepository.StoreError, FileSystem.FileSystem>
  /** Enough to read. */
  readonly reading: Layer.Layer<Reading, TradeRepository.StoreError>
  /** With all that writes to them, made where there are none. */
  readonly writing: Layer.Layer<Writing, TradeRepository.StoreError>
}

/** Books that are thrown away after a rehearsal, and the paper exchange that it has to itself. */
export interface Copied {
  readonly writing: Books["writing"]
  readonly brokers: Layer.Layer<Broker.Brokers, VerbError, FileSystem.FileSystem>
}

/** Where the daemon of the books serves, as which process, and whether it asks for tokens. */
export interface Served {
  readonly url: string
  readonly host: string
  readonly pid: number
  readonly open: boolean
}

/** The operator's token, in a file that is its owner's alone. */
export interface OperatorToken {
  readonly file: string
  readonly read: Effect.Effect<Option.Option<Redacted.Redacted>, VerbError, FileSystem.FileSystem>
  /** Rotates a token; where the file has its secret, it has the new one from then on. */
  readonly rotate: (
    request: Tokens.RotationRequest
  ) => Effect.Effect<
    Tokens.MadeToken,
    VerbError,
    FileSystem.FileSystem | TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy
  >
}

/** How a program's brokers are opened, and which it has. */
export interface Brokers {
  /** What accounts may be at. */
  readonly names: ReadonlyArray<string>
  /** Why a broker does not take the orders that an account's settings ask for. */
  readonly unsupportedOrders: orderPolicy.UnsupportedOrders
  /** Those of some accounts. What `sends` to an exchange in a file has it know the instruments that the configuration lists. */
  readonly of: (
    accounts: ReadonlyArray<Account.Account>,
    as: { readonly sends: boolean }
  ) => Layer.Layer<Broker.Brokers, VerbError, Clock.Clock | FileSystem.FileSystem>
}

/** What a command line works with, as its program settles it from flags, variables and files. */
export interface Settings extends Daemon.Settings {
  readonly configuration: Configuration
  readonly books: Books
  readonly brokers: Brokers
  /** The account that takes trades in: the named one, else the only one, made on new books. What the configuration says is written first. */
  readonly openAccount: (
    named: Option.Option<string>
  ) => Effect.Effect<
    AccountName.AccountName,
    UsageError | Ledger.LedgerError,
    TradeRepository.TradeRepository | Ledger.Ledger | Commands.Commands
  >
  /** Copies the books, for as long as the scope is open, beside a paper exchange that is new or a copy too. */
  readonly copied: (exchange: "new" | "copy") => Effect.Effect<Copied, VerbError, FileSystem.FileSystem | Scope.Scope>
  /** The daemon that was started last on these books; none where none serves. */
  readonly served: Effect.Effect<Option.Option<Served>, never, FileSystem.FileSystem>
  readonly operatorToken: OperatorToken
  /** What is wrong with the host that a job names. */
  readonly hostFault: syncing.HostFault
}

/** How a program settles a command line. */
export interface ProgramService {
  readonly settle: (flags: Flags) => Effect.Effect<Settings, SettingsError, FileSystem.FileSystem | Environment>
}

/** The program that a command line is part of: where its books are, and who opens them. */
export class Program extends Context.Tag("roundlot/Program")<Program, ProgramService>() {}

/** Settles what flags, variables and files say. */
export const settle = (
  flags: Flags
): Effect.Effect<Settings, SettingsError, FileSystem.FileSystem | Environment | Program> =>
  Effect.flatMap(Program, (program) => program.settle(flags))
