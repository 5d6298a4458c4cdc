import type { FileSystem } from "@effect/platform/FileSystem"
import { Order, Reads } from "@roundlot/core"
import { Id, OrderState } from "@roundlot/core/adapter"
import { Cancels, Tracking } from "@roundlot/core/ledger"
import { criteria, errors } from "@roundlot/queries"
import { Effect, Schedule } from "effect"
import { carryingOut, leases } from "@roundlot/commands"
import type { Writing, Settings } from "../Program.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import type { VerbError } from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { proving } from "./atBroker.ts"

const orderById = (id: Id.OrderId) => Reads.first(Order.OrderTable, { where: [{ column: "id", in: [id] }] })

const LONGEST_WAIT = "10 seconds"

/** Waits for the end that another process is working for, but not for ever. */
const ended = (id: Id.OrderId) =>
  orderById(id).pipe(
    Effect.repeat({
      schedule: Schedule.spaced("100 millis"),
      until: (order) => order === undefined || !OrderState.isLive(order.status)
    }),
    Effect.timeoutOption(LONGEST_WAIT)
  )

/** Asks the broker now where nobody drives the account; else its daemon does, woken by the commit. */
export const workOn = (
  { account, id }: Order.Order,
  settings: Settings
): Effect.Effect<void, VerbError, FileSystem | Writing> =>
  Effect.flatMap(leases.open, (driving) => driving.take(account)).pipe(
    Effect.zipRight(proving(account, settings, Effect.zipRight(Cancels.requestCancels(), Tracking.pollAll))),
    Effect.scoped,
    Effect.catchTag("LeaseHeld", () => ended(id))
  )

/** `orders cancel`. */
export const ordersCancel = Verb.make({
  name: "orders cancel",
  summary: "cancel an order; its position is held until it is resumed",
  examples: [["roundlot orders cancel O5 --reason 'wrong limit'", "the order ends when the broker confirms"]],
  flags: {
    ...flags.place,
    id: flags.id("The order, O5"),
    reason: flags.reason,
    commandId: flags.commandId,
    dryRun: flags.dryRun
  },
  run: ({ commandId, dryRun, id, reason, ...where }) =>
    writing(where, (settings) =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const number = Id.OrderId.make(yield* criteria.idOf("order", "order", id))
        const order = yield* orderById(number)
        if (order === undefined) return yield* new errors.NotFound({ kind: "order", id, list: "orders" })
        const command = { _tag: "Cancel", orderId: order.id } as const
        const done = yield* carryingOut.carryOut({ account: order.account, commandId, reason, command, dryRun })
        if (dryRun) return yield* answer(done, carryingOut.sentenceOf(done))
        yield* workOn(order, settings)
        const status = (yield* orderById(order.id))?.status ?? order.status
        yield* answer({ ...done, status }, `${done.done}; status now: ${status}.`)
      })
    )
})
