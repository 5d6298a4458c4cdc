import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization"
import { Traces } from "@roundlot/core/ledger"
import { Effect, Layer, Option, Schema } from "effect"

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
export const layer: Layer.Layer<OtlpSerialization.OtlpSerialization> = Layer.effect(
  OtlpSerialization.OtlpSerialization,
  Effect.map(OtlpSerialization.OtlpSerialization, (json) => ({
    ...json,
    metrics: (snapshot) => json.metrics(withExemplars(snapshot))
  }))
).pipe(Layer.provide(OtlpSerialization.layerJson))
