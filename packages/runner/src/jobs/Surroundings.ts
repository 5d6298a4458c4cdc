import type { Broker, Clock, Health, Ledger, TradeRepository } from "@roundlot/core"

/** What the handlers of a daemon find around them. */
export type Surroundings =
  | Broker.Brokers
  | Clock.Clock
  | Health.Health
  | Ledger.Ledger
  | TradeRepository.TradeRepository
