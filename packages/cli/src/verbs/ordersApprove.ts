import { Order, Quantity, Reads } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { type Command, directOrder } from "@roundlot/core/ledger"
import { criteria, errors } from "@roundlot/queries"
import { Effect, Either, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { performIfMeant } from "./commanding.ts"

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
