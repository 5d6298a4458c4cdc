import { describe, expect, it } from "vitest"
import { buys, desk } from "../cli/roundlot.ts"
import { collector, type Span } from "./collector.ts"

const valueOf = ({ attributes }: Span, name: string) =>
  attributes.find(({ key }) => key === `roundlot.${name}`)?.value.stringValue

/** A span and what is within it, as far as it says of itself. */
const shownFrom = (spans: ReadonlyArray<Span>, span: Span): string => {
  const parts = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).map((part) => shownFrom(spans, part))
  return [valueOf(span, span.name), ...(parts.length === 0 ? [] : [`(${parts.toSorted().join(" ")})`])].join("")
}

const start = ["start", "--until-idle", "--account", "paper"]

describe("traces of OpenTelemetry", () => {
  it("tell a collector the life of each trade that is over: orders, attempts and fills, within each other", async () => {
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
  })

  it("a collector that is not there harms nothing", async () => {
    const { file, json, place, plain } = desk()
    await plain(["trades", "import", file("t.csv", buys(["a", "1"])), ...place])
    const gone = await collector()
    await gone.end()
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: gone.endpoint }
    expect((await plain([...start, ...place], variables)).code).toBe(0)
    expect(await json("audit")).toMatchObject({ ok: true })
  })
})
