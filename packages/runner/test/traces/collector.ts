import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Schema } from "effect"
import { onTestFinished } from "vitest"

const Attributes = Schema.Array(
  Schema.Struct({
    key: Schema.String,
    value: Schema.Struct({ stringValue: Schema.optional(Schema.String), intValue: Schema.optional(Schema.Number) })
  })
)
const Resource = Schema.Struct({ attributes: Attributes })

const Link = Schema.Struct({ traceId: Schema.String, spanId: Schema.String })
const Span = Schema.Struct({
  traceId: Schema.String,
  spanId: Schema.String,
  parentSpanId: Schema.optional(Schema.String),
  name: Schema.String,
  startTimeUnixNano: Schema.String,
  endTimeUnixNano: Schema.String,
  attributes: Attributes,
  links: Schema.Array(Link),
  status: Schema.Struct({ code: Schema.Number })
})
/** A span as it arrived, with the process that sent it. */
export interface Span extends Schema.Schema.Type<typeof Span> {
  readonly pid: number
}

const LogRecord = Schema.Struct({
  severityText: Schema.String,
  body: Schema.Struct({ stringValue: Schema.optional(Schema.String) }),
  attributes: Attributes,
  traceId: Schema.optional(Schema.String)
})
/** A line of the log as it arrived. */
export type LogRecord = typeof LogRecord.Type

const Exemplar = Schema.Struct({
  traceId: Schema.String,
  timeUnixNano: Schema.NumberFromString,
  asDouble: Schema.Number
})
const Metric = Schema.Struct({
  name: Schema.String,
  unit: Schema.String,
  histogram: Schema.optional(
    Schema.Struct({
      dataPoints: Schema.Array(
        Schema.Struct({
          attributes: Attributes,
          count: Schema.Number,
          exemplars: Schema.optional(Schema.Array(Exemplar))
        })
      )
    })
  )
})
/** A histogram's figures under one set of attributes, as they arrived. */
export type HistogramPoint = NonNullable<(typeof Metric.Type)["histogram"]>["dataPoints"][number]

const Posted = Schema.parseJson(
  Schema.Struct({
    resourceSpans: Schema.optional(
      Schema.Array(
        Schema.Struct({
          resource: Resource,
          scopeSpans: Schema.Array(Schema.Struct({ spans: Schema.Array(Span) }))
        })
      )
    ),
    resourceLogs: Schema.optional(
      Schema.Array(
        Schema.Struct({
          resource: Resource,
          scopeLogs: Schema.Array(Schema.Struct({ logRecords: Schema.Array(LogRecord) }))
        })
      )
    ),
    resourceMetrics: Schema.optional(
      Schema.Array(
        Schema.Struct({
          resource: Resource,
          scopeMetrics: Schema.Array(Schema.Struct({ metrics: Schema.Array(Metric) }))
        })
      )
    )
  })
)

/** The text of an attribute of ours. */
export const valueOf = ({ attributes }: Pick<Span, "attributes">, name: string): string | undefined =>
  attributes.find(({ key }) => key === name)?.value.stringValue

const pidOf = ({ attributes }: typeof Resource.Type): number =>
  attributes.find(({ key }) => key === "process.pid")?.value.intValue ?? 0

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const part of request) text += String(part)
  return text
}

/** How a collector answers. */
export type Answering = (response: ServerResponse) => void

const well: Answering = (response) => void response.writeHead(200, { "content-type": "application/json" }).end("{}")

/** A collector of OpenTelemetry on this machine, for as long as the test runs: it reads what comes, and fails on what is no OTLP. */
export const collector = async (answering: Answering = well) => {
  const spans: Array<Span> = []
  const logs: Array<LogRecord> = []
  const metrics = new Set<string>()
  const histograms = new Map<string, ReadonlyArray<HistogramPoint>>()
  const resources: Array<typeof Resource.Type> = []
  const bodies: Array<string> = []
  const requests: Array<{ readonly line: string; readonly headers: IncomingMessage["headers"] }> = []
  const faults: Array<unknown> = []
  const watchers = new Set<() => void>()
  const take = (body: string): void => {
    const posted = Schema.decodeUnknownSync(Posted)(body)
    for (const { resource, scopeSpans } of posted.resourceSpans ?? []) {
      resources.push(resource)
      for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, pid: pidOf(resource) })))
    }
    for (const { scopeLogs } of posted.resourceLogs ?? []) for (const scope of scopeLogs) logs.push(...scope.logRecords)
    for (const { scopeMetrics } of posted.resourceMetrics ?? [])
      for (const scope of scopeMetrics)
        for (const { histogram, name } of scope.metrics) {
          metrics.add(name)
          if (histogram !== undefined) histograms.set(name, histogram.dataPoints)
        }
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    bodies.push(body)
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    try {
      take(body)
    } catch (fault) {
      faults.push(fault)
    }
    answering(response)
    for (const watcher of watchers) watcher()
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const end = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(end)
  return {
    spans,
    logs,
    metrics,
    histograms,
    resources,
    bodies,
    requests,
    faults,
    endpoint: `http://127.0.0.1:${port}`,
    end,
    /** Waits until a fact about what has arrived is there. */
    until: (holds: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = () => {
          if (holds()) resolve()
        }
        watchers.add(look)
        look()
      })
  }
}
