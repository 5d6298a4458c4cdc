import { Order } from "@roundlot/core"
import { Effect } from "effect"
import { verdicts } from "@roundlot/commands"
import { yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { performIfMeant } from "./commanding.ts"

/** `orders retry`. */
export const ordersRetry = Verb.make({
  name: "orders retry",
  summary: "re-submit an ended order: a new, linked order for the position's current residual",
  examples: [
    ["roundlot orders retry O5 --reason 'the broker has lifted its ban' --yes", "also lifts the hold of its position"]
  ],
  flags: {
    ...flags.place,
    id: flags.id("The order, O5"),
    reason: flags.reason,
    commandId: flags.commandId,
    dryRun: flags.dryRun,
    yes
  },
  run: ({ commandId, dryRun, id, reason, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const order = yield* verdicts.recordOf(Order.OrderTable, "order", id)
        yield* performIfMeant({
          account: order.account,
          commandId,
          dryRun,
          reason,
          command: { _tag: "Retry", orderId: order.id },
          isSaid,
          question: `Order the residual of ${order.symbol} on ${order.account} again, in place of ${id}?`
        })
      })
    )
})
