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

/** Why somebody asks for a job that works with the store's files, and who. */
const asked = { reason: Schema.String, actor: Schema.String }

/** Backs up the store into a file of the folder of backups. */
export const backupType = Jobs.jobType({ name: "store.backup", payload: Schema.Struct(asked), mostTries: 1 })

/** Restores a listed backup into a new, inactive store beside the running one. */
export const restoreType = Jobs.jobType({
  name: "store.restore",
  payload: Schema.Struct({ backup: Schema.String, ...asked }),
  mostTries: 1
})

/** Proves the books from the journal, beside whatever else goes on; its result is the document that `roundlot audit` prints. */
export const auditType = Jobs.jobType({
  name: "audit",
  payload: Schema.Struct({ anchor: Schema.optional(Schema.String) }),
  mostTries: 1
})
