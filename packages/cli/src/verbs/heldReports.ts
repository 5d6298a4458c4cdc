import * as Options from "@effect/cli/Options"
import { Order } from "@roundlot/core"
import { Effect, Option } from "effect"
import { verdicts } from "@roundlot/commands"
import { yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { performIfMeant } from "./commanding.ts"

const common = {
  ...flags.place,
  id: flags.id("The order, O5"),
  reason: flags.reason,
  commandId: flags.commandId,
  dryRun: flags.dryRun,
  yes
}

/** `orders accept-report`. */
export const ordersAcceptReport = Verb.make({
  name: "orders accept-report",
  summary: "accept a broker report held as implausible",
  examples: [
    ["roundlot orders accept-report O5 --report 1 --reason 'confirmed by phone' --dry-run", "show what would follow"],
    ["roundlot orders accept-report O5 --report 1 --reason 'confirmed by phone' --yes", "book it as reported"]
  ],
  flags: {
    ...common,
    report: Options.integer("report").pipe(Options.withDescription("Number of the held report, from `orders show`"))
  },
  run: ({ commandId, dryRun, id, reason, report, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const order = yield* verdicts.recordOf(Order.OrderTable, "order", id)
        yield* performIfMeant({
          account: order.account,
          commandId,
          dryRun,
          reason,
          command: { _tag: "AcceptHeldReport", orderId: order.id, number: report },
          isSaid,
          question: `Book held report ${report} of ${id}, although it is implausible?`
        })
      })
    )
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
    ...common,
    execution: Options.text("execution").pipe(
      Options.withDescription("Execution id to void; without it, only totals are discarded"),
      Options.optional
    )
  },
  run: ({ commandId, dryRun, execution, id, reason, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const order = yield* verdicts.recordOf(Order.OrderTable, "order", id)
        yield* performIfMeant({
          account: order.account,
          commandId,
          dryRun,
          reason,
          command: { _tag: "VoidOrder", orderId: order.id, execIds: Option.toArray(execution) },
          isSaid,
          question: `Void ${Option.getOrElse(execution, () => "no execution")} and all totals of ${id}? Its shares become due again.`
        })
      })
    )
})
