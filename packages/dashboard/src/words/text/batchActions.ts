import { messages } from "./messages.ts"

/** Texts of the actions on batches. */
export const texts = messages({
  is: "{verb}: {batch}. Status: {status}.",
  cancel: "Cancel {batch}",
  keepTheBatch: "Keep the batch",
  waitingRowsStop: "Waiting rows are stopped.",
  cancelsRequested: "Cancels are requested for open orders of working rows.",
  completedRowsStay: "Completed rows stay.",
  cancelled: "Cancelled",
  retryFailedRows: { one: "Retry {count} failed row", other: "Retry {count} failed rows" },
  newBatchOfFailedRows: "A new batch with the failed rows of {batch}.",
  withoutSentRows: "Sent rows are not included.",
  retriedAs: "Retried as {id}",
  archive: "Archive {batch}",
  isHidden: "It is hidden from lists unless archived batches are shown.",
  recordsStay: "Its trades, orders and journal stay.",
  archived: "Archived",
  delete: "Delete {batch}",
  removesRecord: "Hides batch {batch} from all lists.",
  deleted: "Deleted",
  deleteTemplate: "Delete template {name}",
  templateGone: "The template is no longer available.",
  itsBatchesStay: "Batches submitted with it stay unchanged.",
  templateWouldGo: "The template {name}, saved at {at} by {actor}, would be deleted.",
  templateDeleted: "Template {name} deleted."
})
