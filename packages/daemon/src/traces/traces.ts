import { Clock } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Feed, Health, work } from "@roundlot/core/ledger"
import type * as FileSystem from "@effect/platform/FileSystem"
import { Chunk, Context, Effect, Exit, Option, Ref, type Scope, type Tracer } from "effect"
import type { SettingsError } from "@roundlot/commands/errors"
import type { Settings } from "../Settings.ts"
import { Exporting, addressIn, ENDPOINT } from "./collector.ts"
import { ofOrders, ofTrades, type Stretch } from "./spans.ts"
import * as AnchorFile from "../anchors/anchorFile.ts"

const PAGE = 200

/** So many entries are exported before others have their turn. */
const AT_ONCE = 250

/** At a start so many commits are looked back at, at most. */
const MOST_AGAIN = 1000

const NANOS = 1_000n

/** Exports a stretch as the span that it is: its ids are its own, so that what is exported again is the same. */
const exported = (tracer: Tracer.Tracer, stretch: Stretch): void => {
  const { attributes, failure, from, kind, links, name, parent, span, to } = stretch
  const made = tracer.span(
    name,
    Option.fromNullable(parent),
    Context.empty(),
    links.map((each) => ({ _tag: "SpanLink", span: each, attributes: {} })),
    from * NANOS,
    kind
  )
  const own = Object.assign(made, { traceId: span.traceId, spanId: span.spanId })
  for (const [key, value] of Object.entries(attributes)) own.attribute(key, value)
  own.end(to * NANOS, failure === undefined ? Exit.void : Exit.fail(failure))
}

/** Exports what was committed since the last time: one pass over the feed. */
const passOf = (tracer: Tracer.Tracer, position: Ref.Ref<number>) =>
  Effect.gen(function* () {
    for (;;) {
      const commits = yield* Feed.commitsAfter(yield* Ref.get(position), PAGE)
      const last = commits.at(-1)
      if (last === undefined) return
      const entries = commits.flatMap((commit) => commit.entries)
      for (const part of Chunk.chunksOf(Chunk.fromIterable(entries), AT_ONCE)) {
        for (const stretch of yield* ofOrders(Chunk.toReadonlyArray(part))) exported(tracer, stretch)
        yield* Clock.turn
      }
      for (const stretch of yield* ofTrades(entries)) exported(tracer, stretch)
      yield* Ref.set(position, last.row.position)
    }
  })

/**
 * Where to begin: after what a daemon had exported that came to its end in order, which wrote an anchor then. After one that was killed what
 * its last anchor does not have is exported again, and of what other processes committed meanwhile nothing is missed.
 */
const beginning = (settings: Settings) =>
  Effect.gen(function* () {
    const newest = (yield* Feed.newestRow)?.position ?? 0
    const { anchors } = yield* AnchorFile.read(settings)
    const reached = Math.max(0, ...anchors.map(({ position }) => position).filter((each) => each <= newest))
    return Math.max(reached, newest - MOST_AGAIN)
  })

/**
 * Exports to a collector of OpenTelemetry what is committed of each decision and order, as spans of its trace, with the ids of the books:
 * whichever process did it. Nothing where no collector is named. A collector that is gone harms nothing: what it misses stays in the
 * journal.
 */
export const exportTraces = (
  settings: Settings
): Effect.Effect<
  void,
  SettingsError | TradeRepository.StoreError,
  FileSystem.FileSystem | TradeRepository.TradeRepository | Health.Health | Scope.Scope
> =>
  Effect.gen(function* () {
    const named = settings.variable(ENDPOINT)
    if (named === undefined) return
    const health = yield* Health.Health
    if (addressIn(settings.variable) === undefined)
      return yield* health.failed("traces", `${ENDPOINT} is not an http or https address: no traces are exported`)
    const tracer = yield* Effect.serviceOption(Exporting)
    if (Option.isNone(tracer)) return
    const pass = passOf(tracer.value, yield* Ref.make(yield* beginning(settings)))
    // What was committed last is exported before the exporter goes.
    yield* Effect.addFinalizer(() => Effect.ignoreLogged(pass))
    yield* Effect.forkScoped(work.every("traces", "1 second", pass))
  })
