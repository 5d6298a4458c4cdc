import type { Clock } from "@roundlot/core"
import type { Effect, Scope } from "effect"
import type { Services } from "@roundlot/commands"
import type { Followed } from "../configuration/OwnParts.ts"

/** Opens a source that a configuration names; it may read the books, and say in health what it found. */
export type Opening = Effect.Effect<Followed, unknown, Clock.Clock | Scope.Scope | Services>
