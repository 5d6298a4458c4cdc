import { AccountName, Order, Reads } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { Doubts, Jobs, OrderReading, Reconciliation, StartGate, Traces } from "@roundlot/core/ledger"
import type { Broker } from "@roundlot/core"
import type { Ledger } from "@roundlot/core/ledger"
import { reconciled as views } from "@roundlot/queries"
import { Effect, Schema } from "effect"
import type { Surroundings } from "./Surroundings.ts"

/** Compares an account with its broker; its result is the document that `roundlot reconcile` prints. */
export const reconcileType = Jobs.jobType({
  name: "reconcile",
  payload: Schema.Struct({ account: AccountName.AccountName }),
  mostTries: 1
})

/** Reads an order at its broker, whoever's turn it is. */
export const recheckType = Jobs.jobType({
  name: "orders.recheck",
  payload: Schema.Struct({ orderId: Id.OrderId }),
  mostTries: 1
})

const failed = (error: { readonly message: string }) => new Jobs.JobFailed({ detail: error.message, final: true })

/** Who does both in a daemon, which takes jobs up before its gate opens: that it is the account's own broker is proven first. */
export const reconcilingHandlers: ReadonlyArray<Jobs.Handler<Surroundings>> = [
  Jobs.handler(reconcileType, ({ account }) =>
    Effect.zipRight(StartGate.prove(account), Reconciliation.reconcile(account)).pipe(
      Effect.map(views.documentOf),
      Effect.mapError(failed)
    )
  ),
  Jobs.handler(recheckType, ({ orderId }) =>
    Effect.gen(function* () {
      const order = yield* orderOf(orderId)
      if (order === undefined) return
      yield* StartGate.prove(order.account)
      yield* recheck(orderId)
    }).pipe(Effect.mapError(failed))
  )
]

const orderOf = (id: Id.OrderId) => Reads.first(Order.OrderTable, { where: [{ column: "id", in: [id] }] })

/** Reads an order that works, or looks for one that is in doubt; one that has ended is left as it is. */
export const recheck = (
  id: Id.OrderId
): Effect.Effect<void, Ledger.LedgerError | Broker.BrokerReadFailed | Broker.NoBroker, Surroundings> =>
  Effect.gen(function* () {
    const order = yield* orderOf(id)
    if (order === undefined) return
    const read = order.status === "in_doubt" ? Doubts.lookFor(order) : OrderReading.readOrder(order)
    yield* Traces.inTraceOf(order)(read)
  })
