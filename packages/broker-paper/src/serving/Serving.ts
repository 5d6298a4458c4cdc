import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { RequestError, type ServeError } from "@effect/platform/HttpServerError"
import type * as WebSocket from "@effect/platform/Socket"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect, Scope } from "effect"
import { createServer as createPlain, type IncomingMessage } from "node:http"
import { createServer as createSecure } from "node:https"
import type { Socket } from "node:net"

/** The headers of an answer. */
export interface Headers {
  readonly [name: string]: string
}

/** What is answered over HTTP, or that nothing is: `Lost`. */
export type Answer =
  | { readonly _tag: "Json"; readonly status: number; readonly body: unknown; readonly headers?: Headers }
  | { readonly _tag: "Text"; readonly status: number; readonly text: string; readonly headers: Headers }
  | { readonly _tag: "Empty"; readonly status: number; readonly headers?: Headers }
  | { readonly _tag: "Lost"; readonly how: "timeout" | "reset" }

/** What answers the requests of a server. */
export type App = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** What a server shows over TLS, both PEM. */
export interface Secured {
  readonly certificate: string
  readonly key: string
}

/** Where simulators are served: for this machine alone. */
export const LOOPBACK = "127.0.0.1"

/**
 * Serves on a port of this machine, and says which; connections are cut with the scope. Whoever waits for an answer that is held back
 * is not waited for: the answer ends with its connection. Over TLS where a certificate is given.
 */
export const serve = (port: number, app: App, secured?: Secured): Effect.Effect<number, ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const node = secured === undefined ? createPlain() : createSecure({ cert: secured.certificate, key: secured.key })
    // A client that was busy for a while finds its connection still open.
    node.keepAliveTimeout = 75_000
    const sockets = new Set<Socket>()
    let isOver = false
    node.on("connection", (socket) => {
      if (isOver) return void socket.destroy()
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
    })
    const cut = Effect.sync(() => {
      isOver = true
      for (const socket of sockets) socket.destroy()
    })
    // The end of a server waits for who is connected by WebSocket, which it comes to know with the first of them: they are cut before.
    const running = yield* Scope.make()
    yield* Effect.addFinalizer((exit) => Effect.zipRight(cut, Scope.close(running, exit)))
    const server = yield* Scope.extend(
      NodeHttpServer.make(() => node, { host: LOOPBACK, port }),
      running
    )
    yield* Scope.extend(server.serve(Effect.interruptible(app)), running)
    return server.address._tag === "TcpAddress" ? server.address.port : port
  })

/**
 * The WebSocket of a request. A handshake that is refused by what makes sockets is never answered for, and what waits for it in a part that
 * cannot be interrupted would stay for ever: such handshakes fail here. One whose client leaves meanwhile ends with its connection.
 */
export const upgraded = (
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<WebSocket.Socket, RequestError> => {
  const message = NodeHttpServerRequest.toIncomingMessage(request)
  if (!isHandshake(message)) {
    return Effect.fail(new RequestError({ request, reason: "Decode", description: "no handshake of a WebSocket" }))
  }
  return Effect.map(request.upgrade, (socket) => {
    const left = closed(message.socket)
    const untilLeft = <E, R>(running: Effect.Effect<void, E, R>) => Effect.raceFirst(Effect.disconnect(running), left)
    return {
      ...socket,
      run: (...run) => untilLeft(socket.run(...run)),
      runRaw: (...run) => untilLeft(socket.runRaw(...run))
    }
  })
}

const KEY = /^[+/0-9A-Za-z]{22}==$/
const PROTOCOL = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Is it a handshake that `ws` takes? (RFC 6455, 4.2.1) */
const isHandshake = ({ headers, method, socket }: IncomingMessage): boolean => {
  const protocols = headers["sec-websocket-protocol"]?.split(",").map((each) => each.trim()) ?? []
  return (
    method === "GET" &&
    headers.upgrade?.toLowerCase() === "websocket" &&
    KEY.test(headers["sec-websocket-key"] ?? "") &&
    ["8", "13"].includes(headers["sec-websocket-version"] ?? "") &&
    protocols.every((each) => PROTOCOL.test(each)) &&
    new Set(protocols).size === protocols.length &&
    socket.readable &&
    socket.writable
  )
}

const closed = (socket: Socket): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (socket.closed) return resume(Effect.void)
    const left = (): void => resume(Effect.void)
    socket.once("close", left)
    return Effect.sync(() => socket.off("close", left))
  })

const NO_CONTENT = 204

/** What is lost is never answered: the connection is cut at once, or stays silent until the client gives up. */
export const respond = (
  request: HttpServerRequest.HttpServerRequest,
  answer: Answer,
  headers: Headers
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  switch (answer._tag) {
    case "Json":
      return Effect.succeed(
        HttpServerResponse.text(JSON.stringify(answer.body), {
          status: answer.status,
          contentType: "application/json; charset=UTF-8",
          headers: { ...headers, ...answer.headers }
        })
      )
    case "Text":
      return Effect.succeed(
        HttpServerResponse.text(answer.text, {
          status: answer.status,
          contentType: answer.headers["content-type"] ?? "text/html",
          headers: { ...headers, ...answer.headers }
        })
      )
    case "Empty": {
      // A server says how long an answer is that it knows, but for 204 (RFC 9110, 8.6); some clients read a body where it does not.
      const length: Headers = answer.status === NO_CONTENT ? {} : { "content-length": "0" }
      return Effect.succeed(
        HttpServerResponse.empty({ status: answer.status, headers: { ...length, ...headers, ...answer.headers } })
      )
    }
    case "Lost": {
      const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
      const cut = Effect.sync(() => void socket.destroy())
      return Effect.zipRight(answer.how === "reset" ? cut : Effect.void, Effect.never)
    }
  }
}
