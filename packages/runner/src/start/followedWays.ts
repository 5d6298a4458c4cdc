import type { Settings } from "../settings/Settings.ts"
import type { FollowedWays } from "../settings/sourceWays.ts"
import { evmOpening } from "./evmSource.ts"
import { openNats } from "./nats.ts"
import type { Opening } from "./Opening.ts"
import { openOutbox } from "./outbox.ts"

/** Opens a source that the daemon follows in a way of its own; undefined where its entry names none. */
export const openingOf = (
  name: string,
  { evm, nats, outbox }: FollowedWays,
  settings: Settings
): Opening | undefined => {
  if (outbox !== undefined) return openOutbox(name, outbox, settings)
  if (nats !== undefined) return openNats(name, nats, settings)
  return evm === undefined ? undefined : evmOpening(name, evm, settings)
}
