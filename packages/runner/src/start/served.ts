import type { Settings as Serving } from "@roundlot/http"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Effect, Either } from "effect"
import { AnchorFile, backups, queue, type Settings as Daemon } from "@roundlot/daemon"
import { Tree, Verb } from "@roundlot/cli"
import { senders } from "@roundlot/daemon/configuration"
import { roundlot } from "../cli/roundlot.ts"
import { hostFault } from "../settings/places.ts"
import type { Settings } from "../settings/Settings.ts"
import { connectAt } from "./syncConnection.ts"
import { unsupportedOrders } from "./unsupportedOrders.ts"

/** What the API is served with, as this program's settings say it. */
export const servedWith = (
  settings: Pick<Settings, "anchorFile" | "backupFolder" | "configuration" | "paperFile" | "store" | "variable">,
  longReads?: Serving.Settings["longReads"]
): Serving.Settings => ({
  version: Verb.VERSION,
  configuration: settings.configuration,
  variable: settings.variable,
  senders: {
    all: senders.sendersOf(settings.configuration),
    secretsOf: (source) => Either.getOrElse(senders.secretsOf(source, settings), () => [])
  },
  jobTypes: queue.typesAt(hostFault(settings)),
  unsupportedOrders,
  anchors: Effect.provide(AnchorFile.document(settings), NodeFileSystem.layer),
  backups: Effect.provide(backups.document(settings), NodeFileSystem.layer),
  helps: Tree.helpsOf(roundlot),
  longReads
})

/** What the daemon works with in the background. */
export const workingWith = (settings: Settings, audit?: Daemon.Working["audit"]): Daemon.Working => ({
  ...settings,
  audit,
  connect: connectAt(settings),
  backups: settings
})
