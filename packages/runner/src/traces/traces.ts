import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as OtlpSerialization from "@effect/opentelemetry/OtlpSerialization"
import * as OtlpTracer from "@effect/opentelemetry/OtlpTracer"
import { Health, Id, work, type TradeRepository, Feed } from "@roundlot/core"
import { Context, Effect, Exit, Layer, Option, Ref, type Scope, type Tracer } from "effect"
import type { Settings } from "../settings/Settings.ts"
import { livesOf, type Stretch } from "./life.ts"

/** What OpenTelemetry names the address of a collector by. */
const VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"

const isAddress = (text: string): boolean => URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol)

/** What ends the life of a trade, or begins it again. */
const ENDS: ReadonlySet<string> = new Set(["TradeSettled", "DirectTradeSettled", "TradeFailed"])

const PAGE = 200

/** At so many trades of a page of commits more are left out: a trace is an example, the journal is the record. */
const MOST_TRADES = 500

const NANOS = 1_000n

/** Tells a stretch and its parts as spans of one trace. */
const tell = (tracer: Tracer.Tracer, stretch: Stretch, parent: Option.Option<Tracer.AnySpan>): void => {
  const kind = stretch.name === "attempt" ? "client" : "internal"
  const span = tracer.span(stretch.name, parent, Context.empty(), [], stretch.from * NANOS, kind)
  for (const [name, value] of Object.entries(stretch.attributes)) span.attribute(name, value)
  for (const part of stretch.parts) tell(tracer, part, Option.some(span))
  span.end(stretch.to * NANOS, stretch.failure === undefined ? Exit.void : Exit.fail(stretch.failure))
}

/** Tells of the trades whose life has ended since the last time: one pass over the feed. */
const passOf = (tracer: Tracer.Tracer, position: Ref.Ref<number>) =>
  Effect.gen(function* () {
    for (;;) {
      const commits = yield* Feed.commitsAfter(yield* Ref.get(position), PAGE)
      const last = commits.at(-1)
      if (last === undefined) return
      const ended = commits.flatMap(({ entries }) => entries.filter(({ tag }) => ENDS.has(tag)))
      const ids = [...new Set(ended.flatMap(({ entityId }) => Id.parse("trade", entityId) ?? []))].map((id) =>
        Id.TradeId.make(id)
      )
      for (const life of yield* livesOf(ids.slice(0, MOST_TRADES))) tell(tracer, life, Option.none())
      yield* Ref.set(position, last.row.position)
    }
  })

/**
 * Tells a collector of OpenTelemetry, over HTTP, of the life of each trade when it is over: from its intake over the orders that it
 * went into, their attempts and fills, with the ids of the books. Nothing where no collector is named. A collector that is gone harms
 * nothing: what it misses stays in the journal.
 */
export const tellTraces = (
  settings: Pick<Settings, "variable">
): Effect.Effect<void, TradeRepository.StoreError, TradeRepository.TradeRepository | Health.Health | Scope.Scope> =>
  Effect.gen(function* () {
    const endpoint = settings.variable(VARIABLE)
    if (endpoint === undefined) return
    const health = yield* Health.Health
    if (!isAddress(endpoint))
      return yield* health.failed("traces", `${VARIABLE} is no http or https address: none are told`)
    const wire = yield* Layer.build(Layer.merge(NodeHttpClient.layerUndici, OtlpSerialization.layerJson))
    const exported = OtlpTracer.make({
      url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
      resource: { serviceName: "roundlot" },
      exportInterval: "1 second"
    })
    const tracer = yield* Effect.provide(exported, wire)
    const position = yield* Ref.make((yield* Feed.newestRow)?.position ?? 0)
    const pass = passOf(tracer, position)
    // What ended last is told before the exporter goes.
    yield* Effect.addFinalizer(() => Effect.ignoreLogged(pass))
    yield* Effect.forkScoped(work.every("traces", "1 second", pass))
  })
