import type { Broker, Clock } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import type { Health, Ledger } from "@roundlot/core/ledger"

/** What the handlers of a daemon find around them. */
export type Surroundings =
  | Broker.Brokers
  | Clock.Clock
  | Health.Health
  | Ledger.Ledger
  | TradeRepository.TradeRepository
