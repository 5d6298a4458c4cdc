import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Effect, Stream } from "effect"

/**
 * Ends the connection where the bytes of an answer fail on the way, so that nobody takes a part of a file for the whole: Effect's server for
 * Node would end it as one that is complete.
 */
export const breakingOff = (
  response: HttpServerResponse.HttpServerResponse
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest> =>
  Effect.map(HttpServerRequest.HttpServerRequest, (request) => {
    const { body } = response
    if (body._tag !== "Stream") return response
    const cut = Effect.sync(() => {
      NodeHttpServerRequest.toServerResponse(request).destroy()
    })
    const bytes = Stream.tapErrorCause(body.stream, () => cut)
    return HttpServerResponse.setBody(response, HttpBody.stream(bytes, body.contentType, body.contentLength))
  })
