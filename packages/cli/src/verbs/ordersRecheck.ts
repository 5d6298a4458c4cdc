import { Order, Reads } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { codeWords } from "@roundlot/core/ledger"
import { criteria, errors, orders } from "@roundlot/queries"
import { Effect, Schema } from "effect"
import { jobTypes } from "@roundlot/commands"
import { reconciling } from "@roundlot/daemon"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { atBroker } from "./atBroker.ts"

const orderById = (id: Id.OrderId) => Reads.first(Order.OrderTable, { where: [{ column: "id", in: [id] }] })

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
