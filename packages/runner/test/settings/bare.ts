import { ConfigProvider } from "effect"
import { Configuration, type OwnParts } from "@roundlot/daemon/configuration"
import type { Settings } from "../../src/settings/Settings.ts"

/** Settings of which nothing was said; what needs a place finds none. */
export const bare: Settings = {
  configuration: Configuration.empty,
  variable: () => undefined,
  config: ConfigProvider.fromMap(new Map()),
  store: { _tag: "Sqlite", file: "none" },
  anchorFile: "none",
  paperFile: "none",
  backupFolder: "none",
  tokenFile: "none",
  checkpointFolder: "books.checkpoints",
  daemonFile: "none"
}

/** The same with parts of one's own. */
export const bareWith = (own: Partial<OwnParts>): Settings => ({
  ...bare,
  configuration: { ...Configuration.empty, own: { ...Configuration.empty.own, ...own } }
})
