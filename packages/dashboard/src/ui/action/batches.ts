import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import { batchOf, type Seen } from "../../api/records.ts"
import type { Action } from "./Action.ts"
import { rehearsal } from "./halting.ts"
import { aboutOf, askedOnce, on } from "./command.ts"

const ofBatch = aboutOf("batch", batchOf)

const recorded = (verb: string) => (batch: Documents.BatchDocument) => ({
  done: `${verb}: ${batch.name} is ${batch.status.replace("_", " ")}.`,
  account: batch.account,
  commandId: batch.uid,
  effects: null
})

/** What a dry run on a batch answered, as the dialog shows it. */
const foreseen = ({ account, effects, uid }: Documents.ChangedBatchDocument) => ({
  done: effects?.done ?? "",
  account,
  commandId: uid,
  effects: null,
  rows: effects?.rows ?? []
})

/** A dry run leaves no trace. */
const dry = { urlParams: { dryRun: true }, headers: {} } as const

/** Stops a batch where it is: of any version, since one that runs changes with every row. */
export const cancelBatch = (batch: Documents.BatchDetail): Action => ({
  role: "trade",
  ...ofBatch(batch, cancelBatch),
  verb: `Cancel ${batch.id}`,
  back: "Keep the batch",
  isDangerous: true,
  isStop: true,
  will: ["Waiting rows are stopped.", "Cancels are requested for open orders of working rows."],
  willNot: ["Completed rows stay."],
  cli: (reason) => `roundlot batches cancel ${batch.id} --reason ${reason} --yes`,
  run: (api, reason, key) => Effect.map(api.batches.cancel(on(batch.id, reason, key)), recorded("Cancelled")),
  rehearse: (api) =>
    Effect.map(api.batches.cancel({ path: { id: batch.id }, headers: {}, payload: rehearsal }), foreseen)
})

/** Submits the failed rows of a batch again. */
export const retryBatch = (batch: Seen<Documents.BatchDocument>): Action => ({
  role: "trade",
  ...ofBatch(batch, retryBatch),
  verb: `Retry failed rows of ${batch.id}`,
  will: [`A new batch with the failed rows of ${batch.id}.`],
  willNot: ["Sent rows are not in it."],
  cli: (reason) => `roundlot batches retry ${batch.id} --reason ${reason} --yes`,
  rehearse: (api) => Effect.map(api.batches.retry({ path: { id: batch.id }, ...dry }), foreseen),
  run: (api, reason, key) =>
    Effect.map(
      api.batches.retry({ path: { id: batch.id }, urlParams: { reason }, headers: askedOnce(key, batch.version) }),
      ({ id, ...rest }) => recorded(`Retried as ${id}`)({ id, ...rest })
    )
})

/** Takes a finished batch out of the lists. */
export const archiveBatch = (batch: Seen<Documents.BatchDocument>): Action => ({
  ...ofBatch(batch, archiveBatch),
  verb: `Archive ${batch.id}`,
  will: ["It is hidden from lists, except from archived ones."],
  willNot: ["Its trades, orders and journal stay."],
  cli: (reason) => `roundlot batches archive ${batch.id} --reason ${reason}`,
  rehearse: (api) => Effect.map(api.batches.archive({ path: { id: batch.id }, ...dry }), foreseen),
  run: (api, reason, key) =>
    Effect.map(
      api.batches.archive({ path: { id: batch.id }, urlParams: { reason }, headers: askedOnce(key, batch.version) }),
      recorded("Archived")
    )
})

/** Takes a finished batch out of all lists. */
export const deleteBatch = (batch: Seen<Documents.BatchDocument>): Action => ({
  ...ofBatch(batch, deleteBatch),
  verb: `Delete ${batch.id}`,
  isDangerous: true,
  typed: batch.id,
  will: [`Removes the record of batch ${batch.id} from all lists.`],
  willNot: ["Its trades, orders and journal stay."],
  cli: (reason) => `roundlot batches delete ${batch.id} --reason ${reason} --yes`,
  rehearse: (api) => Effect.map(api.batches.remove({ path: { id: batch.id }, ...dry }), foreseen),
  run: (api, reason, key) =>
    Effect.map(
      api.batches.remove({ path: { id: batch.id }, urlParams: { reason }, headers: askedOnce(key, batch.version) }),
      recorded("Deleted")
    )
})

/** Forgets how files of a kind are read. */
export const removeTemplate = (name: string): Action => ({
  role: "trade",
  verb: `Delete template ${name}`,
  isHarmless: true,
  will: ["The template is no longer available."],
  willNot: ["Batches submitted with it stay unchanged."],
  cli: () => `roundlot batches templates delete ${name}`,
  run: (api, _reason, key) =>
    Effect.map(api.batches.removeTemplate({ path: { name }, headers: { "idempotency-key": key } }), () => ({
      done: `Template ${name} deleted.`,
      account: "",
      commandId: key,
      effects: null
    }))
})
