import { createServer, type IncomingMessage } from "node:http"
import { Schema } from "effect"

const Span = Schema.Struct({
  traceId: Schema.String,
  spanId: Schema.String,
  parentSpanId: Schema.optional(Schema.String),
  name: Schema.String,
  startTimeUnixNano: Schema.String,
  endTimeUnixNano: Schema.String,
  attributes: Schema.Array(
    Schema.Struct({ key: Schema.String, value: Schema.Struct({ stringValue: Schema.optional(Schema.String) }) })
  ),
  status: Schema.Struct({ code: Schema.Number })
})
/** What a collector is told of one thing that took its time. */
export type Span = typeof Span.Type

const Told = Schema.parseJson(
  Schema.Struct({
    resourceSpans: Schema.Array(
      Schema.Struct({ scopeSpans: Schema.Array(Schema.Struct({ spans: Schema.Array(Span) })) })
    )
  })
)

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const part of request) text += String(part)
  return text
}

/** A collector of OpenTelemetry on this machine. */
export const collector = async () => {
  const spans: Array<Span> = []
  const paths = new Set<string>()
  const take = async (request: IncomingMessage) => {
    paths.add(`${request.method} ${request.url}`)
    const { resourceSpans } = Schema.decodeUnknownSync(Told)(await bodyOf(request))
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans)
  }
  const server = createServer((request, response) => {
    void take(request).finally(() => void response.writeHead(200, { "content-type": "application/json" }).end("{}"))
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    spans,
    paths,
    endpoint: `http://127.0.0.1:${port}`,
    end: () => new Promise<void>((resolve) => void server.close(() => resolve()))
  }
}
