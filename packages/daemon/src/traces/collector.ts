import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as OtlpLogger from "@effect/opentelemetry/OtlpLogger"
import * as OtlpMetrics from "@effect/opentelemetry/OtlpMetrics"
import * as OtlpTracer from "@effect/opentelemetry/OtlpTracer"
import { ConfigProvider, Context, Effect, Layer, Redacted, Stream, type Tracer } from "effect"
import type { Settings } from "../Settings.ts"
import { addressIn, pairsIn } from "./variables.ts"
import { parentBased } from "./sampling.ts"
import * as exemplars from "./exemplars.ts"

/** The tracer that exports each span that it makes, where a collector is named. */
export class Exporting extends Context.Tag("roundlot/Exporting")<Exporting, Tracer.Tracer>() {}

/** Longer no collector is waited for; what it does not take is dropped. */
const LONGEST = "5 seconds"

/** Of an answer the status alone counts: a collector that says "not before tomorrow" would have us keep everything until then. */
const bounded = <R>(
  answer: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError, R>,
  request: HttpClientRequest.HttpClientRequest
) =>
  answer.pipe(
    Effect.tap(({ stream }) => Effect.ignore(Stream.runDrain(stream))),
    Effect.map(({ status }) => HttpClientResponse.fromWeb(request, new Response(null, { status }))),
    Effect.timeoutFail({
      duration: LONGEST,
      onTimeout: () =>
        new HttpClientError.RequestError({ request, reason: "Transport", description: `no answer in ${LONGEST}` })
    })
  )

const clientWith = (headers: Readonly<Record<string, Redacted.Redacted>>): Layer.Layer<HttpClient.HttpClient> => {
  const set = HttpClientRequest.setHeaders(
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Redacted.value(value)]))
  )
  return Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (plain) => HttpClient.transform(HttpClient.mapRequest(plain, set), bounded))
  ).pipe(Layer.provide(NodeHttpClient.layerUndici))
}

/**
 * Sends traces, metrics and logs by OTLP over HTTP, with JSON, to the collector that the standard variables name; nothing where they name
 * none. A collector that is gone, slow or broken holds nothing up: what it does not take is dropped.
 */
export const layer = ({ variable }: Pick<Settings, "variable">, version: string): Layer.Layer<never> => {
  const address = addressIn(variable)
  if (address === undefined) return Layer.empty
  const { "service.name": named = "roundlot", ...attributes } = pairsIn(variable("OTEL_RESOURCE_ATTRIBUTES"))
  const headers = pairsIn(variable("OTEL_EXPORTER_OTLP_HEADERS"))
  const to = (signal: "logs" | "metrics" | "traces") => ({
    url: `${address}/v1/${signal}`,
    resource: {
      serviceName: variable("OTEL_SERVICE_NAME") ?? named,
      serviceVersion: attributes["service.version"] ?? version,
      attributes: { "process.pid": process.pid, ...attributes }
    },
    shutdownTimeout: "1 second" as const
  })
  const tracing = Effect.gen(function* () {
    const exporting = yield* OtlpTracer.make({ ...to("traces"), exportInterval: "1 second" })
    const sampling = parentBased(exporting, yield* Effect.tracer)
    return Layer.merge(Layer.succeed(Exporting, exporting), Layer.setTracer(sampling))
  })
  const secret = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Redacted.make(value)]))
  return Layer.mergeAll(
    Layer.unwrapScoped(tracing),
    OtlpMetrics.layer(to("metrics")),
    OtlpLogger.layer({ ...to("logs"), exportInterval: "1 second" })
  ).pipe(
    Layer.provide(Layer.merge(clientWith(secret), exemplars.layer)),
    // The exporter would read the attributes once more, by itself, and take them for more than OTEL_SERVICE_NAME.
    Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map())))
  )
}
