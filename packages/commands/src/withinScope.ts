import { type AccountName, Order, Reads } from "@roundlot/core"
import type { OrderState, TradeRepository } from "@roundlot/core/adapter"
import type { Command } from "@roundlot/core/ledger"
import type { Effect } from "effect"

/** Our orders of these statuses within a scope. */
export const ordersWithin = (
  account: AccountName.AccountName,
  scope: Command.Scope,
  statuses: ReadonlyArray<OrderState.OrderStatus>
): Effect.Effect<ReadonlyArray<Order.Order>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Reads.all(Order.OrderTable, {
    where: [
      { column: "status", in: statuses },
      { column: "origin", in: ["accumulation", "direct"] },
      ...(scope._tag === "Everything" ? [] : [{ column: "account", in: [account] }]),
      ...(scope._tag === "OneSymbol" ? [{ column: "symbol", in: [scope.symbol] }] : [])
    ]
  })
