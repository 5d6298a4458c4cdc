import type { Documents } from "@roundlot/api"
import { Instant, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { TradingState } from "@roundlot/core/ledger"
import { Effect } from "effect"

/** The document of a trading state; an empty account or symbol means all. */
export const documentOf = (control: TradingState.Control): Documents.ControlDocument => ({
  account: control.account === "" ? null : control.account,
  symbol: control.symbol === "" ? null : control.symbol,
  state: control.state,
  reason: control.reason,
  actor: control.actor,
  changedAt: Instant.format(control.changedAt),
  resumesTo: control.state === "halted" ? (control.resumesTo ?? "normal") : null
})

/** Every trading state that was ever set, as it stands now. */
export const list: Effect.Effect<
  ReadonlyArray<Documents.ControlDocument>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository
> = Effect.map(Reads.all(TradingState.ControlTable), (controls) => controls.map(documentOf))
