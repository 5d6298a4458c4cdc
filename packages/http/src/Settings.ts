import type { Documents } from "@roundlot/api"
import type { namedSources, orderPolicy, webhooks } from "@roundlot/commands"
import type { TradeRepository } from "@roundlot/core/adapter"
import type { Jobs } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { OidcSettings } from "./access/oidcSettings.ts"
import type { Help } from "./references.ts"
import type { LongReads } from "./LongRead.ts"
import type { Senders } from "./signed.ts"

/** What a program's configuration says to those that it serves. */
export interface Configured extends namedSources.Sources, orderPolicy.Naming, webhooks.Listening {
  /** The OpenID provider that a team signs in with; none where nothing is said. */
  readonly oidc: OidcSettings | undefined
}

/** What the API is served with, beside the books: what is configured, and what only the program that serves it knows. */
export interface Settings {
  /** The version that health says. */
  readonly version: string
  readonly configuration: Configured
  readonly senders: Senders
  /** What a variable of the environment says. */
  readonly variable: (name: string) => string | undefined
  /** The work that may be asked for, and that somebody here does. */
  readonly jobTypes: ReadonlyArray<Jobs.JobType>
  readonly unsupportedOrders: orderPolicy.UnsupportedOrders
  /** The newest anchors of the store, as the program keeps them. */
  readonly anchors: Effect.Effect<Documents.AnchorsDocument, never, TradeRepository.TradeRepository>
  /** The backups of the store, as the program keeps them. */
  readonly backups: Effect.Effect<Documents.BackupsDocument>
  /** Who answers long reads, of earlier moments and of whole books; this program itself where nothing is said. */
  readonly longReads?: LongReads | undefined
  /** How the verbs of the program explain themselves. */
  readonly helps: Effect.Effect<ReadonlyArray<Help>>
}

/** A program that configures nothing, and does no work in the background. */
export const none: Settings = {
  version: "0.0.0",
  configuration: { accounts: new Map(), sources: new Map(), webhooks: new Map(), oidc: undefined },
  senders: { all: [], secretsOf: () => [] },
  variable: () => undefined,
  jobTypes: [],
  unsupportedOrders: () => Effect.succeed(undefined),
  anchors: Effect.succeed({ file: "", problem: null, items: [] }),
  backups: Effect.succeed({ folder: "", store: "", paper: "", problem: "this program makes no backups", items: [] }),
  helps: Effect.succeed([])
}
