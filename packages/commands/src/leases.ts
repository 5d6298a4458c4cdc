import type { TradeRepository } from "@roundlot/core/adapter"
import { Driving } from "@roundlot/core/ledger"
import { Effect, type Scope } from "effect"
import { hostname } from "node:os"

/** Begins to hold leases as this process, for as long as the scope is open. */
export const open: Effect.Effect<Driving.Driving, TradeRepository.StoreError, Driving.Needed | Scope.Scope> =
  Effect.suspend(() => Driving.open({ host: hostname(), pid: process.pid }))
