import { createServer, type IncomingMessage } from "node:http"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { buys, desk } from "../cli/roundlot.ts"

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
type Span = typeof Span.Type

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
const collector = async () => {
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

const valueOf = ({ attributes }: Span, name: string) =>
  attributes.find(({ key }) => key === `roundlot.${name}`)?.value.stringValue

/** A span and what is within it, as far as it says of itself. */
const shownFrom = (spans: ReadonlyArray<Span>, span: Span): string => {
  const parts = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).map((part) => shownFrom(spans, part))
  return [valueOf(span, span.name), ...(parts.length === 0 ? [] : [`(${parts.toSorted().join(" ")})`])].join("")
}

const start = ["start", "--until-idle", "--account", "paper"]

describe("traces of OpenTelemetry", () => {
  it("DESIGN 13: tell a collector the life of each trade that is over: orders, attempts and fills, within each other", async () => {
    const { file, place, plain } = desk()
    const told = await collector()
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: `${told.endpoint}/` }
    const flags = ["--order-polling-interval", "200ms", "--order-polling-max-jitter", "0s", ...place]
    await plain(["trades", "import", file("t.csv", buys(["a", "0.5"], ["b", "0.5"], ["c", "0.25"])), ...place])
    expect((await plain([...start, ...flags], variables)).code).toBe(0)
    await told.end()
    expect([...told.paths]).toEqual(["POST /v1/traces"])
    const roots = told.spans.filter(({ parentSpanId }) => parentSpanId === undefined)
    expect(roots.map((root) => shownFrom(told.spans, root)).toSorted()).toEqual(["T1(O1(F1 S1))", "T2(O1(F1 S1))"])
    for (const { endTimeUnixNano, spanId, startTimeUnixNano, traceId } of told.spans) {
      expect([traceId.length, spanId.length]).toEqual([32, 16])
      expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true)
    }
    expect(new Set(told.spans.map(({ traceId }) => traceId)).size).toBe(2)
  }, 60_000)

  it("DESIGN 13: a collector that is not there harms nothing", async () => {
    const { file, json, place, plain } = desk()
    await plain(["trades", "import", file("t.csv", buys(["a", "1"])), ...place])
    const gone = await collector()
    await gone.end()
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: gone.endpoint }
    expect((await plain([...start, ...place], variables)).code).toBe(0)
    expect(await json("audit")).toMatchObject({ ok: true })
  }, 60_000)
})
