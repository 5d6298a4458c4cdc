import { Context } from "effect"

/** Bytes that the body of a request has at most. */
export const MOST_BYTES = 1024 * 1024

/** Of a batch whose rows are in the request. */
export const MOST_BYTES_OF_BATCH = 32 * 1024 * 1024

/** Of a file that is uploaded, 2 GiB where nothing else is said: it is kept aside while it is read, and never whole in memory. */
export class MostOfUpload extends Context.Reference<MostOfUpload>()("@roundlot/api/MostOfUpload", {
  defaultValue: () => 2 * 1024 * 1024 * 1024
}) {}

/** What is said of a body of more bytes than are taken. */
export const tooLarge = (most: number): string =>
  `the body is larger than ${most} bytes; split it into several requests, or send a file to /api/v1/batches/upload`
