import { Order, Quantity, Reads } from "@roundlot/core"
import { Id, OrderState } from "@roundlot/core/adapter"
import { type Command, directOrder, Cancels, Tracking, codeWords } from "@roundlot/core/ledger"
import { criteria, errors, orders } from "@roundlot/queries"
import { Effect, Either, Schema, Schedule, Option } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { performIfMeant } from "./commanding.ts"
import type { FileSystem } from "@effect/platform/FileSystem"
import { carryingOut, leases, jobTypes, verdicts } from "@roundlot/commands"
import type { Flags, Writing, Settings } from "../Program.ts"
import { Output } from "../terminal/Output.ts"
import { proving, atBroker } from "./atBroker.ts"
import { reconciling } from "@roundlot/daemon"
import * as Options from "@effect/cli/Options"

const readQuantity = (text: string): Either.Either<Quantity.Quantity, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Quantity.Quantity)(text), () => {
    const remedy = "Give the order's quantity in shares, above zero"
    return new UsageError({ problem: `--quantity '${text}' is not a valid quantity`, remedy })
  })

/** A model that has a shell could say yes to what it proposed. */
const PROPOSED = {
  problem: "Not approved: a program proposed this order, and --yes cannot approve proposals",
  remedy: "Approve it in the dashboard, or interactively without --yes"
}

/** `orders approve`. */
export const ordersApprove = Verb.make({
  name: "orders approve",
  summary: "approve a held order: a proposed one, or any while the trading state is approve",
  examples: [
    ["roundlot orders approve O5 --reason 'as planned'", "show the order and ask for confirmation"],
    [
      "roundlot orders approve O5 --quantity 3 --yes --reason 'as planned'",
      "in a script; refused unless the order is for 3 shares"
    ]
  ],
  flags: {
    ...flags.place,
    id: flags.id("The order, O5"),
    quantity: flags.text("quantity", "Expected quantity in shares: the approval is refused if it differs"),
    reason: flags.reason,
    commandId: flags.commandId,
    dryRun: flags.dryRun,
    yes
  },
  run: ({ commandId, dryRun, id, quantity, reason, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const number = Id.OrderId.make(yield* criteria.idOf("order", "order", id))
        const order = yield* Reads.first(Order.OrderTable, { where: [{ column: "id", in: [number] }] })
        if (order === undefined) return yield* new errors.NotFound({ kind: "order", id, list: "orders" })
        if (isSaid && !dryRun && order.status === "pending" && Order.isUnapproved(order))
          return yield* new UsageError(PROPOSED)
        const meant = quantity === undefined ? Quantity.make(order.quantity) : yield* readQuantity(quantity)
        const shown = `${directOrder.termsText(order)}, of ${order.account}`
        const command: Command.Command = { _tag: "Approve", orderId: order.id, side: order.side, quantity: meant }
        yield* performIfMeant({
          account: order.account,
          commandId,
          dryRun,
          reason,
          command,
          isSaid,
          question: `Approve ${id}: ${shown}?`
        })
      })
    )
})

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
): Effect.Effect<void, Verb.VerbError, FileSystem | Writing> =>
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

/** `orders recheck`. */
export const ordersRecheck = Verb.make({
  name: "orders recheck",
  summary: "refresh an order from the broker immediately",
  examples: [["roundlot orders recheck O5", "reads an open order, searches for an unconfirmed one"]],
  flags: { ...flags.place, id: flags.id("The order, O5") },
  run: ({ id, ...where }) =>
    writing(where, (settings) =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const order = yield* orderById(Id.OrderId.make(yield* criteria.idOf("order", "order", id)))
        if (order === undefined) return yield* new errors.NotFound({ kind: "order", id, list: "orders" })
        yield* atBroker(order.account, settings, reconciling.recheck(order.id), {
          type: jobTypes.recheckType.name,
          payload: { orderId: order.id },
          result: Schema.Unknown
        })
        const now = (yield* orderById(order.id)) ?? order
        const [document = yield* orders.documentOf(now)] = yield* orders.documentsOf([now])
        const said = now.version === order.version ? "unchanged" : `it was ${codeWords.wordsOf(order.status)}`
        yield* answer(document, `${document.id} is ${codeWords.wordsOf(document.status)}: ${said}.`)
      })
    )
})

/** What a command about an order takes, beside what is its own. */
const meant = {
  ...flags.place,
  id: flags.id("The order, O5"),
  reason: flags.reason,
  commandId: flags.commandId,
  dryRun: flags.dryRun,
  yes
}

interface Meant extends Flags {
  readonly id: string
  readonly reason: string
  readonly commandId: Option.Option<string>
  readonly dryRun: boolean
  readonly yes: boolean
}

/** A command about an order, and the question that its operator answers first. */
interface OrderCommand {
  readonly command: Command.Command
  readonly question: string
}

const performOn = (
  { commandId, dryRun, id, reason, yes: isSaid, ...where }: Meant,
  of: (order: Order.Order) => OrderCommand
) =>
  writing(where, () =>
    Effect.gen(function* () {
      const order = yield* verdicts.recordOf(Order.OrderTable, "order", id)
      yield* performIfMeant({ account: order.account, commandId, dryRun, reason, isSaid, ...of(order) })
    })
  )

/** `orders retry`. */
export const ordersRetry = Verb.make({
  name: "orders retry",
  summary: "re-submit an ended order: a new, linked order for the position's current residual",
  examples: [
    ["roundlot orders retry O5 --reason 'the broker has lifted its ban' --yes", "also lifts the hold of its position"]
  ],
  flags: meant,
  run: (asked) =>
    performOn(asked, ({ account, id, symbol }) => ({
      command: { _tag: "Retry", orderId: id },
      question: `Order the residual of ${symbol} on ${account} again, in place of ${asked.id}?`
    }))
})

/** `orders accept-report`. */
export const ordersAcceptReport = Verb.make({
  name: "orders accept-report",
  summary: "accept a broker report held as implausible",
  examples: [
    ["roundlot orders accept-report O5 --report 1 --reason 'confirmed by phone' --dry-run", "show what would follow"],
    ["roundlot orders accept-report O5 --report 1 --reason 'confirmed by phone' --yes", "book it as reported"]
  ],
  flags: {
    ...meant,
    report: Options.integer("report").pipe(Options.withDescription("Number of the held report, from `orders show`"))
  },
  run: ({ report, ...asked }) =>
    performOn(asked, ({ id }) => ({
      command: { _tag: "AcceptHeldReport", orderId: id, number: report },
      question: `Book held report ${report} of ${asked.id}, although it is implausible?`
    }))
})

/** `orders void`. */
export const ordersVoid = Verb.make({
  name: "orders void",
  summary: "void booked executions and totals of an order",
  examples: [
    ["roundlot orders void O5 --execution E-1 --reason 'the broker never had it' --dry-run", "show what would follow"],
    ["roundlot orders void O5 --reason 'its total was wrong' --yes", "discard reported totals; keep its executions"]
  ],
  flags: {
    ...meant,
    execution: Options.text("execution").pipe(
      Options.withDescription("Execution id to void; without it, only totals are discarded"),
      Options.optional
    )
  },
  run: ({ execution, ...asked }) =>
    performOn(asked, ({ id }) => ({
      command: { _tag: "VoidOrder", orderId: id, execIds: Option.toArray(execution) },
      question: `Void ${Option.match(execution, { onNone: () => `all totals of ${asked.id} and keep its executions`, onSome: (id) => `${id} and all totals of ${asked.id}` })}? Its shares become due again.`
    }))
})
