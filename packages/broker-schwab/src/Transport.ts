import * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Socket from "@effect/platform/Socket"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import { Agent, type Dispatcher, WebSocket } from "@effect/platform-node/Undici"
import type { Address } from "@roundlot/core/adapter"
import { Effect, Layer, Schema } from "effect"
import { placeOf, type Credentials } from "./Credentials.ts"

/** What Schwab is reached with: requests, and the stream's socket. */
export type Transport = HttpClient.HttpClient | Socket.WebSocketConstructor

/** The certificate that `SCHWAB_CA_FILE` names is not used; the message says why. */
export class AuthorityRefused extends Schema.TaggedError<AuthorityRefused>()("AuthorityRefused", {
  file: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `the certificate ${this.file} of SCHWAB_CA_FILE ${this.problem}`
  }
}

/** Whom the system trusts, and nobody else: the way to Schwab itself. */
export const layerSystem: Layer.Layer<Transport> = Layer.merge(
  NodeHttpClient.layerUndici,
  NodeSocket.layerWebSocketConstructor
)

/** undici's is the platform's own, although they are declared apart. */
const isWebSocket = (socket: unknown): socket is globalThis.WebSocket => socket instanceof WebSocket

const socketAt = (
  url: string,
  protocols: string | Array<string> | undefined,
  dispatcher: Dispatcher
): globalThis.WebSocket => {
  const socket: unknown = new WebSocket(url, {
    dispatcher,
    ...(protocols === undefined ? {} : { protocols })
  })
  if (!isWebSocket(socket)) throw new TypeError("undici makes no WebSocket")
  return socket
}

/** Who shows this certificate, PEM, and nobody else. */
const layerTrusting = (authority: string): Layer.Layer<Transport> =>
  Layer.unwrapScoped(
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => new Agent({ connect: { ca: authority } })),
        (agent) => Effect.promise(() => agent.destroy())
      ),
      (dispatcher) =>
        Layer.merge(
          Layer.provide(
            NodeHttpClient.layerUndiciWithoutDispatcher,
            Layer.succeed(NodeHttpClient.Dispatcher, dispatcher)
          ),
          Layer.succeed(Socket.WebSocketConstructor, (url, protocols) => socketAt(url, protocols, dispatcher))
        )
    )
  )

/**
 * The way to the address of these credentials. The certificate that they name is trusted for a simulator on this machine alone: at
 * Schwab's own address it is refused, before any request.
 *
 * @example
 * const wire = Wire.open({ credentials, tokens }).pipe(Effect.provide(Transport.layer(credentials)))
 */
export const layer = (
  credentials: Pick<Credentials, "authorityFile" | "baseUrl">
): Layer.Layer<Transport, Address.UnknownHost | AuthorityRefused, FileSystem.FileSystem> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const { environment } = yield* placeOf(credentials.baseUrl)
      const { authorityFile: file } = credentials
      if (file === undefined) return layerSystem
      if (environment !== "unproven")
        return yield* new AuthorityRefused({ file, problem: "is for simulators alone: unset it for Schwab itself" })
      const fs = yield* FileSystem.FileSystem
      const authority = yield* Effect.mapError(
        fs.readFileString(file),
        ({ message }) => new AuthorityRefused({ file, problem: `cannot be read (${message})` })
      )
      return layerTrusting(authority)
    })
  )
