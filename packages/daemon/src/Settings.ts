import type { webhooks } from "@roundlot/commands"
import type { ConfigProvider } from "effect"
import type { Audits } from "./anchors/AuditLine.ts"
import type { ChannelSettings } from "./alertChannels.ts"
import type { OwnAlerts } from "./OwnAlerts.ts"
import type { BackupPlace } from "./backups/backups.ts"
import type { Connect } from "./jobs/syncing.ts"

/** What a program's configuration says of the work that its daemon does beside trading. */
export interface Configured extends webhooks.Listening {
  /** The webhook that is posted what needs a person. */
  readonly alerts: string | undefined
  /** Other ways to people. */
  readonly channels: ReadonlyArray<ChannelSettings>
  /** What hears that the daemon runs, and how often. */
  readonly heartbeat: { readonly url: string | undefined; readonly everyMs: number } | undefined
  /** How long after their end batches are put away; never where nothing is said. */
  readonly archiveAfterMs: number | undefined
  /** The file of the key that signs anchors, as a full path, and how often one is written. */
  readonly anchors: { readonly key: string | undefined; readonly everyMs: number }
  readonly own: { readonly alerts: OwnAlerts | undefined }
}

const AN_HOUR_MS = 3_600_000

/** A configuration of which nothing is said. */
export const nothing: Configured = {
  webhooks: new Map(),
  alerts: undefined,
  channels: [],
  heartbeat: undefined,
  archiveAfterMs: undefined,
  anchors: { key: undefined, everyMs: AN_HOUR_MS },
  own: { alerts: undefined }
}

/** What a daemon works with, beside its books. */
export interface Settings {
  readonly configuration: Configured
  /** What a variable of the environment says. */
  readonly variable: (name: string) => string | undefined
  /** The same variables, as `Config` reads them. */
  readonly config: ConfigProvider.ConfigProvider
  /** The path of the anchors of the journal. */
  readonly anchorFile: string
  /** Where checkpoints of the journals are kept: a cache. */
  readonly checkpointFolder: string
}

/** The same, with who opens the connections that syncs ask for, who audits, and where backups are, of a program that makes them. */
export interface Working extends Settings {
  readonly backups?: BackupPlace
  /** Who reads the books for an audit; this program itself where nothing is said. */
  readonly audit?: Audits | undefined
  readonly connect: Connect
}
