import { signOfBatch } from "../../words/signs.ts"
import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import { batchOf, type Seen } from "../../api/records.ts"
import type { Action } from "./Action.ts"
import { rehearsal } from "./halting.ts"
import { aboutOf, askedOnce, doneOf, on } from "./command.ts"
import { texts } from "../../words/text/batchActions.ts"

const ofBatch = aboutOf("batch", batchOf)

const recorded = (verb: string) => (batch: Documents.BatchDocument) => ({
  done: texts.is({ verb, batch: batch.name, status: signOfBatch(batch).word }),
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
export const cancelBatch = (batch: Documents.BatchDocument): Action => ({
  role: "trade",
  ...ofBatch(batch, cancelBatch),
  verb: texts.cancel({ batch: batch.id }),
  back: texts.keepTheBatch,
  isDangerous: true,
  isStop: true,
  will: [texts.waitingRowsStop, texts.cancelsRequested],
  willNot: [texts.completedRowsStay],
  cli: (reason) => `roundlot batches cancel ${batch.id} --reason ${reason} --yes`,
  run: (api, reason, key) => Effect.map(api.batches.cancel(on(batch.id, reason, key)), recorded(texts.cancelled)),
  rehearse: (api) =>
    Effect.map(api.batches.cancel({ path: { id: batch.id }, headers: {}, payload: rehearsal }), foreseen)
})

/** Returns how many rows of a batch have failed and are trades: invalid rows cannot be retried. */
export const rowsToRetry = ({ failedTrades, rejectedRows }: Documents.BatchDocument): number =>
  failedTrades - rejectedRows

/** Submits the failed rows of a batch again. */
export const retryBatch = (batch: Seen<Documents.BatchDocument>): Action => ({
  role: "trade",
  ...ofBatch(batch, retryBatch),
  verb: texts.retryFailedRows({ count: rowsToRetry(batch) }),
  will: [texts.newBatchOfFailedRows({ batch: batch.id })],
  willNot: [texts.withoutSentRows],
  cli: (reason) => `roundlot batches retry ${batch.id} --reason ${reason} --yes`,
  rehearse: (api) => Effect.map(api.batches.retry({ path: { id: batch.id }, ...dry }), foreseen),
  run: (api, reason, key) =>
    Effect.map(
      api.batches.retry({ path: { id: batch.id }, urlParams: { reason }, headers: askedOnce(key, batch.version) }),
      ({ id, ...rest }) => recorded(texts.retriedAs({ id }))({ id, ...rest })
    )
})

/** Takes a finished batch out of the lists. */
export const archiveBatch = (batch: Seen<Documents.BatchDocument>): Action => ({
  ...ofBatch(batch, archiveBatch),
  verb: texts.archive({ batch: batch.id }),
  will: [texts.isHidden],
  willNot: [texts.recordsStay],
  cli: (reason) => `roundlot batches archive ${batch.id} --reason ${reason}`,
  rehearse: (api) => Effect.map(api.batches.archive({ path: { id: batch.id }, ...dry }), foreseen),
  run: (api, reason, key) =>
    Effect.map(
      api.batches.archive({ path: { id: batch.id }, urlParams: { reason }, headers: askedOnce(key, batch.version) }),
      recorded(texts.archived)
    )
})

/** Takes a finished batch out of all lists. */
export const deleteBatch = (batch: Seen<Documents.BatchDocument>): Action => ({
  ...ofBatch(batch, deleteBatch),
  verb: texts.delete({ batch: batch.id }),
  isDangerous: true,
  typed: batch.id,
  will: [texts.removesRecord({ batch: batch.id })],
  willNot: [texts.recordsStay],
  cli: (reason) => `roundlot batches delete ${batch.id} --reason ${reason} --yes`,
  rehearse: (api) => Effect.map(api.batches.remove({ path: { id: batch.id }, ...dry }), foreseen),
  run: (api, reason, key) =>
    Effect.map(
      api.batches.remove({ path: { id: batch.id }, urlParams: { reason }, headers: askedOnce(key, batch.version) }),
      recorded(texts.deleted)
    )
})

/** Forgets how files of a kind are read. */
export const removeTemplate = (name: string): Action => ({
  role: "trade",
  verb: texts.deleteTemplate({ name }),
  isHarmless: true,
  will: [texts.templateGone],
  willNot: [texts.itsBatchesStay],
  cli: () => `roundlot batches templates delete ${name}`,
  run: (api, _reason, key) =>
    Effect.map(api.batches.removeTemplate({ path: { name }, headers: askedOnce(key), urlParams: {} }), () =>
      doneOf(texts.templateDeleted({ name }), key)
    ),
  rehearse: (api) =>
    Effect.map(
      api.batches.removeTemplate({ path: { name }, headers: {}, urlParams: { dryRun: true } }),
      ({ savedAt, savedBy }) => doneOf(texts.templateWouldGo({ name, at: savedAt, actor: savedBy }))
    )
})
