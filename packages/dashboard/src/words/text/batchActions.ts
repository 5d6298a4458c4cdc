import { messages } from "./messages.ts"

/** Texts of the actions on batches. */
export const texts = messages({
  is: "{verb}: {batch} is {status}.",
  cancel: "Cancel {batch}",
  keepTheBatch: "Keep the batch",
  waitingRowsAreStopped: "Waiting rows are stopped.",
  cancelsAreRequestedFor: "Cancels are requested for open orders of working rows.",
  completedRowsStay: "Completed rows stay.",
  cancelled: "Cancelled",
  retryFailedRowsOf: "Retry failed rows of {batch}",
  aNewBatchWith: "A new batch with the failed rows of {batch}.",
  sentRowsAreNot: "Sent rows are not in it.",
  retriedAs: "Retried as {id}",
  archive: "Archive {batch}",
  itIsHiddenFrom: "It is hidden from lists, except from archived ones.",
  itsTradesOrdersAnd: "Its trades, orders and journal stay.",
  archived: "Archived",
  delete: "Delete {batch}",
  removesTheRecordOf: "Removes the record of batch {batch} from all lists.",
  deleted: "Deleted",
  deleteTemplate: "Delete template {name}",
  theTemplateIsNo: "The template is no longer available.",
  batchesSubmittedWithIt: "Batches submitted with it stay unchanged.",
  templateDeleted: "Template {name} deleted."
})
