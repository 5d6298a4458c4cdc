import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { EventLoop, Listening } from "@roundlot/api"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Context, Effect, Layer, Schema, type Scope } from "effect"
import type { Services } from "@roundlot/commands"
import type { Settings } from "./Settings.ts"
import { boundedServer, hangingUp } from "./boundedServer.ts"
import { HERE, type Place } from "./Place.ts"
import { readdirSync } from "node:fs"
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as routes from "./routes.ts"
import type * as SignInLinks from "./SignInLinks.ts"

/** The port is taken, or may not be used. */
export class CannotServe extends Schema.TaggedError<CannotServe>()("CannotServe", {
  host: Schema.String,
  port: Schema.Int,
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `port ${this.port} of ${this.host} cannot be served: ${this.detail}. ${this.remedy}`
  }
}

const FREE = "Name another with --port, or 0 for any that is free"

const RESOLUTION_MS = 10
const nanosToMs = (nanos: number): number => (Number.isFinite(nanos) ? Math.max(0, nanos / 1e6 - RESOLUTION_MS) : 0)

/** Linux lists what a process has open; elsewhere nothing is said. */
const openDescriptors = (): number | undefined => {
  try {
    return readdirSync("/proc/self/fd").length
  } catch {
    return undefined
  }
}

const usageNow = (): EventLoop.ProcessUsage => {
  const { system, user } = process.cpuUsage()
  return {
    residentBytes: process.memoryUsage.rss(),
    openDescriptors: openDescriptors(),
    cpuSeconds: (system + user) / 1e6,
    startedAtSeconds: performance.timeOrigin / 1000
  }
}

/** This process, with a watch on how late its thread gets to its work, since the program started. */
const layerProcess = ({ at, isOpen }: Served, { version }: Settings): Layer.Layer<EventLoop.Process> =>
  Layer.scoped(
    EventLoop.Process,
    Effect.gen(function* () {
      const histogram = yield* Effect.acquireRelease(
        Effect.sync(() => monitorEventLoopDelay({ resolution: RESOLUTION_MS })),
        (watching) => Effect.sync(() => watching.disable())
      )
      histogram.enable()
      return {
        version,
        isOpen,
        listening: at.listening,
        uptimeSeconds: Effect.sync(() => process.uptime()),
        usage: Effect.sync(usageNow),
        eventLoop: Effect.sync(() => ({
          p50Ms: nanosToMs(histogram.percentile(50)),
          p99Ms: nanosToMs(histogram.percentile(99)),
          maxMs: nanosToMs(histogram.max)
        }))
      }
    })
  )

/** Where a daemon serves, and whether it asks for tokens. */
export interface Served {
  readonly port: number
  readonly isOpen: boolean
  readonly at: Place
}

/** What other machines reach is remote, whatever the place says of itself: it takes no plain text from them. */
const reached = ({ host, listening, proof }: Place): Listening.Listening => ({
  ...listening,
  isTls: proof !== undefined,
  isRemote: listening.isRemote || !Listening.isLoopback(host)
})

/** Serves the daemon's API on a port until the scope closes; gives the port, found where 0 was asked for. */
export const serve = (
  asked: Served,
  settings: Settings
): Effect.Effect<number, CannotServe | TradeRepository.StoreError, SignInLinks.SignInLinks | Services | Scope.Scope> =>
  Effect.gen(function* () {
    const { port } = asked
    const at = { ...asked.at, listening: reached(asked.at) }
    const { host } = at
    if (asked.isOpen && at.listening.isRemote) {
      const detail = "it can be reached from other hosts, and anyone there could operate"
      return yield* new CannotServe({ host, port, detail, remedy: `Require tokens (isOpen: false), or serve ${HERE}` })
    }
    const bounded = boundedServer({}, at.proof)
    const server = NodeHttpServer.layer(() => bounded, { port, host })
    const context = yield* Layer.build(
      routes.layer(settings).pipe(Layer.provideMerge(server), Layer.provide(layerProcess({ ...asked, at }, settings)))
    ).pipe(
      Effect.catchTag(
        "ServeError",
        (error) => new CannotServe({ host, port, detail: String(error.cause), remedy: FREE })
      )
    )
    yield* hangingUp(bounded)
    const { address } = Context.get(context, HttpServer.HttpServer)
    return address._tag === "TcpAddress" ? address.port : port
  })
