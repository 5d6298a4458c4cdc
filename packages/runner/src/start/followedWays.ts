import type { OwnSource } from "../settings/OwnParts.ts"
import type { Settings } from "../settings/Settings.ts"
import type { FollowedWays } from "../settings/sourceWays.ts"

/** Opens a source that the daemon follows in a way of its own; undefined where its entry names none. */
export const openingOf = (_name: string, _entry: FollowedWays, _settings: Settings): OwnSource | undefined => undefined
