import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as OtlpLogger from "@effect/opentelemetry/OtlpLogger"
import * as OtlpMetrics from "@effect/opentelemetry/OtlpMetrics"
import * as OtlpTracer from "@effect/opentelemetry/OtlpTracer"
import { ConfigProvider, Context, Effect, Layer, Redacted, Stream, type Tracer, Option, Schema } from "effect"
import type { Settings } from "../Settings.ts"
import { parentBased } from "./sampling.ts"
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization"
import { Traces } from "@roundlot/core/ledger"

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
    Layer.provide(Layer.merge(clientWith(secret), layerExemplars)),
    // The exporter would read the attributes once more, by itself, and take them for more than OTEL_SERVICE_NAME.
    Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map())))
  )
}

const Keyed = Schema.Struct({
  key: Schema.String,
  value: Schema.Struct({ stringValue: Schema.optional(Schema.String) })
})

/** A snapshot of a histogram of the stages of orders, as the exporter makes it. */
const Stages = Schema.Struct({
  name: Schema.Literal("roundlot_stage_seconds"),
  histogram: Schema.Struct({
    dataPoints: Schema.Array(
      Schema.Struct({ attributes: Schema.Array(Keyed), explicitBounds: Schema.Array(Schema.Number) })
    )
  })
})

/** What the exporter sends of metrics, as far as it matters here. */
const Sent = Schema.Struct({
  resourceMetrics: Schema.Array(
    Schema.Struct({ scopeMetrics: Schema.Array(Schema.Struct({ metrics: Schema.Array(Schema.Unknown) })) })
  )
})

/** An exemplar of OTLP. */
interface Exemplar {
  readonly timeUnixNano: string
  readonly asDouble: number
  readonly traceId: string
}

type Point = (typeof Stages.Type)["histogram"]["dataPoints"][number]

/** The newest measurement of each bucket whose trace is known. */
const exemplarsOf = ({ attributes, explicitBounds }: Point): ReadonlyArray<Exemplar> => {
  const stage = attributes.find(({ key }) => key === "stage")?.value.stringValue
  return [...explicitBounds, Number.POSITIVE_INFINITY].flatMap((bound) => {
    const found = Traces.exemplarOf(stage, bound)
    if (found === undefined) return []
    return [{ timeUnixNano: `${found.atMs}000000`, asDouble: found.seconds, traceId: found.traceId }]
  })
}

const decoding = { onExcessProperty: "preserve" } as const

const stagesIn = Schema.decodeUnknownOption(Stages, decoding)

const named = (metric: unknown): unknown =>
  Option.match(stagesIn(metric), {
    onNone: () => metric,
    onSome: ({ histogram, ...rest }) => ({
      ...rest,
      histogram: {
        ...histogram,
        dataPoints: histogram.dataPoints.map((point) => ({ ...point, exemplars: exemplarsOf(point) }))
      }
    })
  })

/** A snapshot of metrics in which the stages of orders name a trace for each bucket. */
const withExemplars = (snapshot: unknown): unknown =>
  Option.match(Schema.decodeUnknownOption(Sent, decoding)(snapshot), {
    onNone: () => snapshot,
    onSome: ({ resourceMetrics, ...rest }) => ({
      ...rest,
      resourceMetrics: resourceMetrics.map(({ scopeMetrics, ...resource }) => ({
        ...resource,
        scopeMetrics: scopeMetrics.map((scope) => ({ ...scope, metrics: scope.metrics.map(named) }))
      }))
    })
  })

/** OTLP as JSON, with exemplars: the exporter's snapshots of metrics keep no observation, so they are added where these are written out. */
const layerExemplars: Layer.Layer<OtlpSerialization.OtlpSerialization> = Layer.effect(
  OtlpSerialization.OtlpSerialization,
  Effect.map(OtlpSerialization.OtlpSerialization, (json) => ({
    ...json,
    metrics: (snapshot) => json.metrics(withExemplars(snapshot))
  }))
).pipe(Layer.provide(OtlpSerialization.layerJson))

/** What OpenTelemetry names the address of a collector by. */
export const ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"

const isAddress = (text: string): boolean => URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol)

/** The address of the collector that is named, without a slash at its end; none where it is no address. */
export const addressIn = (variable: Settings["variable"]): string | undefined => {
  const named = variable(ENDPOINT)
  return named !== undefined && isAddress(named) ? named.replace(/(?<!\/)\/+$/, "") : undefined
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return text.trim()
  }
}

/** Pairs as OpenTelemetry writes headers and attributes: `key1=value1,key2=value2`, values percent-encoded. */
const pairsIn = (text = ""): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1))] as const]
    })
  )
