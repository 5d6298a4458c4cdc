import { AccountName } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { Jobs } from "@roundlot/core/ledger"
import { Schema } from "effect"

/** Compares an account with its broker; its result is the document that `roundlot reconcile` prints. */
export const reconcileType = Jobs.jobType({
  name: "reconcile",
  payload: Schema.Struct({ account: AccountName.AccountName }),
  mostTries: 1
})

/** Reads an order at its broker, out of turn. */
export const recheckType = Jobs.jobType({
  name: "orders.recheck",
  payload: Schema.Struct({ orderId: Id.OrderId }),
  mostTries: 1
})

/** Proves the books from the journal, beside whatever else goes on; its result is the document that `roundlot audit` prints. */
export const auditType = Jobs.jobType({
  name: "audit",
  payload: Schema.Struct({ anchor: Schema.optional(Schema.String) }),
  mostTries: 1
})
