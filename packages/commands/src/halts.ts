import type { AccountName, Clock, Commands, Order } from "@roundlot/core"
import { type Entropy, Id, OrderState, type TradeRepository } from "@roundlot/core/adapter"
import { command as orderCommand, type Command, type Ledger } from "@roundlot/core/ledger"
import { Effect, Either, Option } from "effect"
import { type Asked, carryOut, type CommandRefused, type Done, type StaleRecord, ordersWithin } from "./carryingOut.ts"

/** A halt as it is asked for, and whether our open orders within it shall end too. */
export interface Halting extends Omit<Asked, "command" | "versions"> {
  readonly scope: Command.Scope
  readonly cancelOpen: boolean
}

/** What a halt did, or would do, and our orders whose end was asked for with it, or would be. */
export interface Halted {
  readonly done: Done
  readonly orders: ReadonlyArray<Order.Order>
}

/** Halts, and then asks for the end of every order of ours within the scope where that is wanted. What may not be cancelled is left. */
export const halt = ({
  cancelOpen,
  scope,
  ...asked
}: Halting): Effect.Effect<
  Halted,
  CommandRefused | StaleRecord | Ledger.LedgerError,
  Clock.Clock | Commands.Commands | Entropy.Entropy | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const done = yield* carryOut({ ...asked, command: { _tag: "Halt", scope } })
    if (!cancelOpen) return { done, orders: [] }
    const open = yield* openWithin(asked.account, scope)
    const orders = asked.dryRun === true ? open : yield* endOf(open, asked)
    return { done: { ...done, cancelled: orders.map(({ id }) => Id.format("order", id)) }, orders }
  })

const live = OrderState.orderStatuses.filter(OrderState.isLive)

/** Our orders within a scope whose end may be asked for. */
const openWithin = (account: AccountName.AccountName, scope: Command.Scope) =>
  Effect.map(ordersWithin(account, scope, live), (orders) =>
    orders.filter((order) => Either.isRight(orderCommand.command(order, { _tag: "Cancel", reason: "" })))
  )

/** So many are asked for at once; they share commits. */
const AT_ONCE = 32

const endOf = (orders: ReadonlyArray<Order.Order>, asked: Omit<Asked, "command">) =>
  Effect.map(
    Effect.forEach(orders, (order) => cancel(order, asked), { concurrency: AT_ONCE }),
    (taken) => orders.filter((_, at) => taken[at] === true)
  )

/** Whether its end was asked for; a command of a known id has ids of it for its cancels, so that it is carried out once when it is sent again. */
const cancel = ({ account, id }: Order.Order, { commandId, ...asked }: Omit<Asked, "command">) =>
  carryOut({
    ...asked,
    account,
    commandId: Option.map(commandId, (halting) => `${halting}-${Id.format("order", id)}`),
    command: { _tag: "Cancel", orderId: id }
  }).pipe(
    Effect.as(true),
    Effect.catchTag("CommandRefused", () => Effect.succeed(false))
  )
