import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { EventLoop } from "@roundlot/api"
import type { TradeRepository } from "@roundlot/core"
import { Context, Effect, Either, Layer, Option, Schema, type Scope } from "effect"
import type { Writing } from "../App.ts"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { VERSION } from "../cli/Verb.ts"
import * as routes from "../serve/routes.ts"
import type * as SignInLinks from "../serve/SignInLinks.ts"
import type { Settings } from "../settings/Settings.ts"
import { SettingsError } from "../settings/SettingsError.ts"
import { boundedServer, hangingUp } from "./boundedServer.ts"

/** Only callers on this machine. */
const HOST = "127.0.0.1"
const MOST = 65_535

/** The port is taken, or may not be used. */
export class CannotServe extends Schema.TaggedError<CannotServe>()("CannotServe", {
  port: Schema.Int,
  detail: Schema.String
}) {
  override get message() {
    return `port ${this.port} of ${HOST} cannot be served: ${this.detail}. Name another with --port, or 0 for any that is free`
  }
}

/** A daemon that asks for no token was to be reached from elsewhere. */
export class OpenElsewhere extends Schema.TaggedError<OpenElsewhere>()("OpenElsewhere", { host: Schema.String }) {
  override get message() {
    return `--open is for this machine alone, and ${this.host} can be reached from others: everybody there could operate. Leave --open away, or serve ${HOST}`
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

/** The port that is asked for: the flag over the configuration; none where neither says one. */
export const portOf = (
  flag: Option.Option<number>,
  settings: Settings
): Either.Either<Option.Option<number>, SettingsError> => {
  const port = Option.orElse(flag, () => Option.fromNullable(settings.configuration.port))
  if (Option.isNone(port) || (port.value >= 0 && port.value <= MOST)) return Either.right(port)
  const problem = `${port.value} is no port`
  return Either.left(new SettingsError({ place: "--port", problem, remedy: `Write a number from 0 to ${MOST}` }))
}

const RESOLUTION_MS = 10
const nanosToMs = (nanos: number): number => (Number.isFinite(nanos) ? Math.max(0, nanos / 1e6 - RESOLUTION_MS) : 0)

/** This process, with a watch on how late its thread gets to its work, since the program started. */
const layerProcess = (isOpen: boolean): Layer.Layer<EventLoop.Process> =>
  Layer.scoped(
    EventLoop.Process,
    Effect.gen(function* () {
      const histogram = yield* Effect.acquireRelease(
        Effect.sync(() => monitorEventLoopDelay({ resolution: RESOLUTION_MS })),
        (watching) => Effect.sync(() => watching.disable())
      )
      histogram.enable()
      return {
        version: VERSION,
        isOpen,
        uptimeSeconds: Effect.sync(() => process.uptime()),
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
  readonly host?: string
}

/** Serves the daemon's API on a port of this machine until the scope closes; gives the port, found where 0 was asked for. */
export const serve = (
  { host = HOST, isOpen, port }: Served,
  settings: Pick<Settings, "configuration" | "variable">
): Effect.Effect<
  number,
  CannotServe | OpenElsewhere | TradeRepository.StoreError,
  SignInLinks.SignInLinks | Writing | Scope.Scope
> =>
  Effect.gen(function* () {
    if (isOpen && !LOOPBACK.test(host)) return yield* new OpenElsewhere({ host })
    const bounded = boundedServer()
    const server = NodeHttpServer.layer(() => bounded, { port, host })
    const context = yield* Layer.build(
      routes.layer(settings).pipe(Layer.provideMerge(server), Layer.provide(layerProcess(isOpen)))
    ).pipe(Effect.catchTag("ServeError", (error) => new CannotServe({ port, detail: String(error.cause) })))
    yield* hangingUp(bounded)
    const { address } = Context.get(context, HttpServer.HttpServer)
    return address._tag === "TcpAddress" ? address.port : port
  })
