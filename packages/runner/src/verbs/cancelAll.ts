import type { FileSystem } from "@effect/platform/FileSystem"
import { type AccountName, type Command, Id, Order, Reads } from "@roundlot/core"
import { Effect, Option } from "effect"
import type { Writing } from "../App.ts"
import type { Told } from "../cli/Verb.ts"
import type { Settings } from "../settings/Settings.ts"
import { carryOut } from "./commanding.ts"
import { workOn } from "./ordersCancel.ts"

const open = ["pending", "in_doubt", "submitted", "partially_filled"]

/** Asks for the end of every order of ours within a scope; names those that were asked for. What may not be cancelled is left. */
export const cancelAll = (
  account: AccountName.AccountName,
  scope: Command.Scope,
  reason: string,
  settings: Settings
): Effect.Effect<ReadonlyArray<string>, Told, FileSystem | Writing> =>
  Effect.gen(function* () {
    const orders = yield* Reads.all(Order.OrderTable, {
      where: [
        { column: "status", in: open },
        { column: "origin", in: ["accumulation", "direct"] },
        ...(scope._tag === "Everything" ? [] : [{ column: "account", in: [account] }]),
        ...(scope._tag === "OneSymbol" ? [{ column: "symbol", in: [scope.symbol] }] : [])
      ]
    })
    const asked = yield* Effect.forEach(orders, (order) => cancel(order, reason))
    const cancelled = orders.filter((_, i) => asked[i] === true)
    const accounts = new Map(cancelled.map((order) => [order.account, order]))
    yield* Effect.forEach(accounts.values(), (order) => workOn(order, settings), { discard: true })
    return cancelled.map(({ id }) => Id.format("order", id))
  })

const cancel = ({ account, id }: Order.Order, reason: string) =>
  carryOut({ account, commandId: Option.none(), reason, command: { _tag: "Cancel", orderId: id } }).pipe(
    Effect.as(true),
    Effect.catchTag("CommandRefused", () => Effect.succeed(false))
  )
