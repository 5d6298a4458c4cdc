import * as Headers from "@effect/platform/Headers"
import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
import type * as RpcMessage from "@effect/rpc/RpcMessage"
import * as RpcServer from "@effect/rpc/RpcServer"
import { Effect, Layer, Option, Schema } from "effect"

/** Where a request of the Model Context Protocol names the trace that it belongs to, by OpenTelemetry's convention. */
const Traced = Schema.Struct({ _meta: Schema.Struct({ traceparent: Schema.String }) })

/** A request whose work goes on in the trace of its caller, where it names one. */
const inCallersTrace = (request: RpcMessage.FromClientEncoded): RpcMessage.FromClientEncoded => {
  if (request._tag !== "Request") return request
  return Schema.decodeUnknownOption(Traced)(request.payload).pipe(
    Option.flatMap(({ _meta: { traceparent } }) => HttpTraceContext.w3c(Headers.fromInput({ traceparent }))),
    Option.match({
      onNone: () => request,
      onSome: ({ sampled, spanId, traceId }) => ({ ...request, sampled, spanId, traceId })
    })
  )
}

/** The protocol of a server, whose requests go on in the traces of their callers. */
export const layer: Layer.Layer<RpcServer.Protocol, never, RpcServer.Protocol> = Layer.effect(
  RpcServer.Protocol,
  Effect.map(RpcServer.Protocol, (protocol) => ({
    ...protocol,
    run: (serve) => protocol.run((clientId, request) => serve(clientId, inCallersTrace(request)))
  }))
)
