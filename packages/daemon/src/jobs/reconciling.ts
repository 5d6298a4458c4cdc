import { Order, Reads, type Broker } from "@roundlot/core"
import type { Id } from "@roundlot/core/adapter"
import { Doubts, Jobs, OrderReading, Reconciliation, StartGate, Traces, type Ledger } from "@roundlot/core/ledger"
import { reconciled as views } from "@roundlot/queries"
import { Effect } from "effect"
import { jobTypes } from "@roundlot/commands"
import type { Surroundings } from "./Surroundings.ts"

const failed = (error: { readonly message: string }) => new Jobs.JobFailed({ detail: error.message, final: true })

/** Who does both in a daemon, which takes jobs up before its gate opens: that it is the account's own broker is proven first. */
export const reconcilingHandlers: ReadonlyArray<Jobs.Handler<Surroundings>> = [
  Jobs.handler(jobTypes.reconcileType, ({ account }) =>
    Effect.zipRight(StartGate.prove(account), Reconciliation.reconcile(account)).pipe(
      Effect.map(views.documentOf),
      Effect.mapError(failed)
    )
  ),
  Jobs.handler(jobTypes.recheckType, ({ orderId }) =>
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
