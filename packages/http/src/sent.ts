import * as HttpServerResponse from "@effect/platform/HttpServerResponse"

/**
 * A page of documents, sent as it is: they are encoded already, and to walk a schema over every row again takes longer than to read it.
 * That they are as described is tried.
 */
export const sent = (page: object) => HttpServerResponse.unsafeJson(page)
