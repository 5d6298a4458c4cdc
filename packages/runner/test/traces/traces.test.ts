import { Context, Effect, Exit, Option, Redacted, Tracer } from "effect"
import { describe, expect, it } from "vitest"
import { sampling } from "@roundlot/daemon"
import { daemonAt } from "../cli/daemon.ts"
import { receiver } from "../cli/receiver.ts"
import { buys, desk, until } from "../cli/roundlot.ts"
import { connected } from "../mcp/connected.ts"
import { collector, valueOf, type Answering, type Span } from "./collector.ts"

const untilIdle = ["--until-idle", "--account", "paper"]
const start = ["start", ...untilIdle]
const QUICK = ["--order-polling-interval", "200ms", "--order-polling-max-jitter", "0s"]

const named = (spans: ReadonlyArray<Span>, name: string) => spans.filter((span) => span.name === name)
const sole = (spans: ReadonlyArray<Span>, name: string): Span => {
  const [first, ...others] = named(spans, name)
  if (first === undefined || others.length > 0) throw new Error(`${1 + others.length} spans are named ${name}, not 1`)
  return first
}
const partsOf = (spans: ReadonlyArray<Span>, { spanId }: Span) =>
  spans.filter(({ parentSpanId }) => parentSpanId === spanId).map(({ name }) => name)

const URL_OF_DAEMON = /http:\/\/127\.0\.0\.1:\d+/

describe("OpenTelemetry", () => {
  it("a collector gets traces, metrics and log lines: each order in a trace of its own, its trades linked to it", async () => {
    const here = desk()
    const heard = await collector()
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${heard.endpoint}/`,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20planted-secret,x-tenant=desk",
      OTEL_SERVICE_NAME: "desk-7",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=proving%20ground,service.name=other"
    }
    await here.cli("trades", "import", here.file("t.csv", buys(["a", "0.5"], ["b", "0.5"], ["c", "0.25"])))
    // A process of its own: what it measures is counted for a process, and others measured in this one.
    expect((await daemonAt(here, variables, ...untilIdle, ...QUICK).ended).code).toBe(0)
    expect(heard.faults).toEqual([])
    expect([...new Set(heard.requests.map(({ line }) => line))].toSorted()).toEqual([
      "POST /v1/logs",
      "POST /v1/metrics",
      "POST /v1/traces"
    ])
    for (const { headers } of heard.requests)
      expect([headers.authorization, headers["x-tenant"]]).toEqual(["Bearer planted-secret", "desk"])
    expect(heard.bodies.join("")).not.toContain("planted-secret")
    for (const resource of heard.resources)
      expect([valueOf(resource, "service.name"), valueOf(resource, "deployment.environment")]).toEqual([
        "desk-7",
        "proving ground"
      ])
    const order = sole(heard.spans, "order")
    expect(order.parentSpanId).toBeUndefined()
    expect(valueOf(order, "roundlot.order")).toBe("O1")
    expect(partsOf(heard.spans, order)).toEqual(expect.arrayContaining(["OrderCreated", "attempt", "fill"]))
    for (const span of heard.spans.filter((each) => valueOf(each, "roundlot.order") === "O1"))
      expect(span.traceId).toBe(order.traceId)
    const trades = named(heard.spans, "trade")
    expect(new Set(trades.map((span) => valueOf(span, "roundlot.trade")))).toEqual(new Set(["T1", "T2"]))
    expect(trades.length).toBe(2)
    for (const { links, traceId } of trades) {
      expect(links).toEqual([{ traceId: order.traceId, spanId: order.spanId }])
      expect(traceId).not.toBe(order.traceId)
    }
    for (const { endTimeUnixNano, spanId, startTimeUnixNano, traceId } of heard.spans) {
      expect([traceId.length, spanId.length]).toEqual([32, 16])
      expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true)
    }
    expect([...heard.metrics]).toEqual(expect.arrayContaining(["roundlot_sends_total", "roundlot_stage_seconds"]))
    const stages = heard.histograms.get("roundlot_stage_seconds") ?? []
    for (const stage of ["planned_to_sent", "sent_to_answered"]) {
      const point = stages.find((each) => valueOf(each, "stage") === stage)
      expect([point?.count, point?.exemplars?.map(({ traceId }) => traceId)]).toEqual([1, [order.traceId]])
    }
    const [line] = heard.logs.filter(({ body }) => body.stringValue === "order answered")
    expect([line?.severityText, line?.traceId]).toEqual(["INFO", order.traceId])
  })

  it("a decision has one trace, whichever processes made, sent and cancelled its order, and over a kill", async () => {
    const place = desk()
    const heard = await collector()
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: heard.endpoint }
    const accounts = { paper: { broker: "paper" } }
    const config = place.file("roundlot.json", JSON.stringify({ accounts }))
    await place.price("AAPL")
    const first = daemonAt(place, variables, "--config", config, ...QUICK)
    await first.says(/roundlot is up/)
    const limit = ["--type", "limit", "--limit-price", "50", "--time-in-force", "gtc"]
    await place.cli("decide", "--symbol", "AAPL", "--side", "buy", "--quantity", "1", ...limit)
    await heard.until(() => named(heard.spans, "attempt").length > 0)
    first.signal("SIGKILL")
    await first.ended
    await place.cli("orders", "cancel", "O1", "--reason", "wrong limit")
    expect((await place.plain([...start, ...QUICK, ...place.place], variables)).code).toBe(0)
    expect(heard.faults).toEqual([])
    const decision = named(heard.spans, "decision").at(-1)
    const about = heard.spans.filter(
      (span) => valueOf(span, "roundlot.order") === "O1" || valueOf(span, "roundlot.decision") === "D1"
    )
    expect(new Set(about.map(({ traceId }) => traceId))).toEqual(new Set([decision?.traceId]))
    expect(new Set(about.map(({ pid }) => pid)).size).toBe(2)
    expect(about.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["DecisionMade", "OrderCreated", "attempt", "CancelRequested", "CancelAsked", "order"])
    )
    // What was exported before and after the kill is the same span.
    const ids = named(about, "DecisionMade").map(({ spanId }) => spanId)
    expect(ids.length).toBeGreaterThan(1)
    expect(new Set(ids).size).toBe(1)
    expect(named(about, "order").map(({ parentSpanId }) => parentSpanId)).toContain(decision?.spanId)
  })

  it("a caller's trace goes on in the daemon, and is linked to the decision's; what is posted and measured names that", async () => {
    const place = desk()
    const heard = await collector()
    const hook = await receiver()
    const config = place.file(
      "roundlot.json",
      JSON.stringify({
        accounts: { paper: { broker: "paper" } },
        webhooks: { fills: { url: hook.url, tags: ["FillRecorded"] } }
      })
    )
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: heard.endpoint,
      ROUNDLOT_WEBHOOK_SECRET_FILLS: "planted-webhook-secret"
    }
    await place.price("AAPL")
    const daemon = daemonAt(place, variables, "--port", "0", "--config", config, "--open", ...QUICK)
    await daemon.says(URL_OF_DAEMON)
    await daemon.says(/roundlot is up/)
    // What came before the webhook was first looked for is not posted.
    await until(async () => JSON.stringify(await place.json("jobs", "list")).includes('"done"'))
    const [url = ""] = URL_OF_DAEMON.exec(daemon.said()) ?? []
    const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"]
    const decided = await fetch(`${url}/api/v1/decisions?planted-query=1`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        traceparent: `00-${traceId}-${spanId}-01`,
        cookie: "planted-cookie=1",
        "x-planted": "planted-header"
      },
      body: JSON.stringify({ account: "paper", symbol: "AAPL", side: "buy", quantity: "1" })
    })
    expect(decided.status).toBeLessThan(500)
    const proper = await fetch(`${url}/api/v1/decisions`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent: `00-${traceId}-${spanId}-01` },
      body: JSON.stringify({ account: "paper", symbol: "AAPL", side: "buy", quantity: "1" })
    })
    expect(proper.status).toBe(200)
    await hook.hears(1)
    await heard.until(
      () => named(heard.spans, "decision").length > 0 && named(heard.spans, "http.client POST").length > 0
    )
    const decision = named(heard.spans, "decision").at(-1)
    const served = named(heard.spans, "http.server POST")
    expect(served.map((span) => [span.traceId, span.parentSpanId])).toContainEqual([traceId, spanId])
    const links = heard.spans.filter((span) => span.traceId === traceId).flatMap((span) => span.links)
    expect(links).toContainEqual({ traceId: decision?.traceId, spanId: decision?.spanId })
    const [posted] = hook.heard
    expect(posted?.traceparent.split("-").slice(0, 2)).toEqual(["00", decision?.traceId])
    const openMetrics = await fetch(`${url}/metrics`, { headers: { accept: "application/openmetrics-text" } })
    expect(openMetrics.headers.get("content-type")).toMatch(/^application\/openmetrics-text/)
    const text = await openMetrics.text()
    expect(text).toMatch(
      new RegExp(
        `^roundlot_stage_seconds_bucket\\{.*sent_to_answered.*\\} \\d+ # \\{trace_id="${decision?.traceId}"\\}`,
        "m"
      )
    )
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
    expect(heard.faults).toEqual([])
    expect(heard.bodies.join("")).not.toMatch(/planted/)
  })

  it("SYNC-12: a model's program gives its trace with a request: the call is in it, and linked to the order's", async () => {
    const place = desk()
    const heard = await collector()
    const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"]
    await place.cli("accounts", "add", "paper")
    const made = await place.cli("tokens", "create", "model", "--role", "propose")
    const { call, close } = await connected(place, /rlt_\w+/.exec(made.out)?.[0], {
      OTEL_EXPORTER_OTLP_ENDPOINT: heard.endpoint
    })
    const order = { symbol: "KO", side: "buy", quantity: "2", type: "limit", limitPrice: "60" }
    expect(await call("propose_order", order, `00-${traceId}-${spanId}-01`)).toMatchObject({ answer: { order: "O1" } })
    for (const said of ["no trace", "00-of-another-01", undefined])
      expect(await call("list_orders", {}, said)).toMatchObject({ answer: { items: [{ id: "O1" }] } })
    await close()
    await heard.until(() => named(heard.spans, "McpServer.tools/call").length > 0)
    expect(sole(heard.spans, "McpServer.tools/call")).toMatchObject({ traceId, parentSpanId: spanId })
    const links = heard.spans.filter((span) => span.traceId === traceId).flatMap((span) => span.links)
    // It waits for a person, and is in its own trace by then.
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: heard.endpoint }
    expect((await place.plain([...start, ...QUICK, ...place.place], variables)).code).toBe(3)
    const created = named(heard.spans, "OrderCreated").at(-1)
    expect(links).toEqual([{ traceId: created?.traceId, spanId: created?.parentSpanId }])
    expect(heard.faults).toEqual([])
    expect(heard.bodies.join("")).not.toContain("rlt_")
  })

  const answers: ReadonlyArray<readonly [string, Answering]> = [
    ["answers 500", (response) => void response.writeHead(500).end("no")],
    ["asks to come again tomorrow", (response) => void response.writeHead(429, { "retry-after": "86400" }).end()],
    ["never answers", () => undefined],
    ["answers garbage", (response) => void response.socket?.end("\u0000garbage\r\n\r\n")],
    ["never ends its answer", (response) => void response.writeHead(200).write("{")]
  ]
  it.each(answers)("a collector that %s holds up neither trading nor the end of the daemon", async (_, answering) => {
    const { file, json, place, plain } = desk()
    const ill = await collector(answering)
    await plain(["trades", "import", file("t.csv", buys(["a", "1"])), ...place])
    expect((await plain([...start, ...place], { OTEL_EXPORTER_OTLP_ENDPOINT: ill.endpoint })).code).toBe(0)
    expect(ill.requests.length).toBeGreaterThan(0)
    expect(await json("audit")).toMatchObject({ ok: true })
    expect(await json("orders", "show", "O1")).toMatchObject({ status: "filled" })
  })

  it("a collector that is not there harms nothing, and neither does an address that is none: health says so", async () => {
    const { file, json, place, plain } = desk()
    await plain(["trades", "import", file("t.csv", buys(["a", "1"])), ...place])
    const gone = await collector()
    await gone.end()
    expect((await plain([...start, ...place], { OTEL_EXPORTER_OTLP_ENDPOINT: gone.endpoint })).code).toBe(0)
    expect(await json("audit")).toMatchObject({ ok: true })
    const { err } = await plain([...start, ...place], { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" })
    expect(err).toContain("OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https address")
  })
})

const caller = (sampled: boolean) => Tracer.externalSpan({ traceId: "t", spanId: "s", sampled })

describe("what of a span leaves the program", () => {
  const given: Array<readonly [string, unknown]> = []
  const ended: Array<Exit.Exit<unknown, unknown>> = []
  /** A tracer whose spans keep what they are given. */
  const keeping = Tracer.make({
    context: (f) => f(),
    span: (name, parent, context, links, startTime, kind) => ({
      _tag: "Span",
      name,
      spanId: "b7ad6b7169203331",
      traceId: "0af7651916cd43dd8448eb211c80319c",
      sampled: true,
      parent,
      context,
      status: { _tag: "Started", startTime },
      attributes: new Map(),
      links,
      kind,
      attribute: (key, value) => void given.push([key, value]),
      event: (key) => void given.push([key, undefined]),
      end: (_, exit) => void ended.push(exit),
      addLinks: () => undefined
    })
  })
  const tracer = sampling.parentBased(keeping, Effect.runSync(Effect.tracer))
  const made = (name: string, kind: Tracer.SpanKind, parent?: Tracer.AnySpan) =>
    tracer.span(name, Option.fromNullable(parent), Context.empty(), [], 0n, kind)

  it("ids of ours and how a call went; no address, no header, no log line, and of a failure its kind", () => {
    const span = made("http.server POST", "server")
    span.attribute("url.full", "https://hooks.example/planted")
    span.attribute("url.query", "token=planted")
    span.attribute("http.request.header.apca-api-secret-key", "planted")
    span.attribute("http.response.status_code", 200)
    span.attribute("roundlot.order", "O5")
    span.attribute("secret", Redacted.make("planted"))
    span.event("planted", 0n)
    span.end(0n, Exit.fail({ _tag: "RequestError", message: "https://hooks.example/planted" }))
    expect(given).toEqual([
      ["http.response.status_code", 200],
      ["roundlot.order", "O5"]
    ])
    expect(ended).toEqual([Exit.fail("RequestError")])
  })

  it("what changes something, and what belongs to a trace that is sampled; not what the program does by itself", () => {
    const polling = made("Tracking.poll", "internal")
    expect([
      polling.sampled,
      made("http.client GET", "client", polling).sampled,
      made("http.server GET", "server").sampled,
      made("http.server GET", "server", caller(true)).sampled,
      made("http.server POST", "server", caller(false)).sampled,
      made("http.server POST", "server").sampled
    ]).toEqual([false, false, false, true, false, true])
  })
})
