import type { Clock, Roundlot } from "@roundlot/core"
import type { Entropy, TradeRepository } from "@roundlot/core/adapter"

/** What a daemon has: the books, all that is read of them and done to them. */
export type Services = TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy | Roundlot.Services
