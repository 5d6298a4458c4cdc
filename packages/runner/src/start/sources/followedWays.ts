import type { AccountName } from "@roundlot/core"
import { FolderSource } from "@roundlot/imports"
import type { FollowedWays } from "@roundlot/daemon/configuration"
import type { Opening } from "@roundlot/daemon"
import type { Settings } from "../../settings/Settings.ts"
import { evmOpening } from "./evm.ts"
import { openNats } from "./nats.ts"
import { openOutbox } from "./outbox.ts"

/** What an entry says of a source that is followed. */
type Entry = FollowedWays & { readonly account?: AccountName.AccountName | undefined }

const foldersBeside = (name: string, { configuration }: Settings): ReadonlyArray<string> =>
  [...configuration.sources].flatMap(([other, { folder }]) => (other === name ? [] : (folder ?? [])))

/** Opens a source that the daemon follows in a way of its own; undefined where its entry names none. */
export const openingOf = (
  name: string,
  { account, evm, folder, nats, outbox }: Entry,
  settings: Settings
): Opening | undefined => {
  if (folder !== undefined && account !== undefined)
    return FolderSource.make({ name, account, folder, others: foldersBeside(name, settings) })
  if (outbox !== undefined) return openOutbox(name, outbox, settings)
  if (nats !== undefined) return openNats(name, nats, settings)
  return evm === undefined ? undefined : evmOpening(name, evm, settings)
}
