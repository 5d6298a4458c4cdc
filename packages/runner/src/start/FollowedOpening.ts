import type { Clock, Health, TradeRepository } from "@roundlot/core"
import type { Effect, Scope } from "effect"
import type { Followed } from "../settings/OwnParts.ts"

/** Opens a source that a configuration describes; it may read the books and say how it is. */
export type FollowedOpening = Effect.Effect<
  Followed,
  unknown,
  Clock.Clock | Health.Health | Scope.Scope | TradeRepository.TradeRepository
>
