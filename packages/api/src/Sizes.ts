/** Bytes that the body of a request has at most. */
export const MOST_BYTES = 1024 * 1024

/** Of a batch whose rows are in the request. */
export const MOST_BYTES_OF_BATCH = 32 * 1024 * 1024

/** Of a file that is uploaded: it is kept aside while it is read, and never whole in memory. */
export const MOST_BYTES_OF_UPLOAD = 2 * 1024 * 1024 * 1024
