import type { Settings } from "../settings/Settings.ts"
import type { FollowedWays } from "../settings/sourceWays.ts"
import { evmOpening } from "./evmSource.ts"
import type { FollowedOpening } from "./FollowedOpening.ts"

/** Opens a source that the daemon follows in a way of its own; undefined where its entry names none. */
export const openingOf = (name: string, { evm }: FollowedWays, settings: Settings): FollowedOpening | undefined =>
  evm === undefined ? undefined : evmOpening(name, evm, settings)
