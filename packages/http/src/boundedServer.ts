import { Problem } from "@roundlot/api"
import { Effect, Redacted, type Scope } from "effect"
import { createServer, type Server, type ServerResponse, STATUS_CODES } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { Socket } from "node:net"
import type { Proof } from "./Place.ts"

/** How many may be connected at once, and how long they may take, in milliseconds; how often it is looked who takes longer. */
export interface Bounds {
  readonly connections: number
  readonly headers: number
  readonly request: number
  readonly lookEvery: number
}

/** The bounds of a daemon. */
export const usual: Bounds = { connections: 4096, headers: 10_000, request: 60_000, lookEvery: 5_000 }

const LARGEST_HEADERS = 16 * 1024

/** So many more are told that there is no place; who comes beyond them is told nothing. */
const MOST_TURNED_AWAY = 256
const LONGEST_GOODBYE_MS = 1000

/** An answer to who is not listened to. */
const answerOf = (document: Problem.ProblemDocument): string => {
  const body = JSON.stringify(document)
  return [
    `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status] ?? ""}`,
    `Content-Type: ${Problem.PROBLEM_JSON}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Retry-After: 1",
    "Connection: close",
    "",
    body
  ].join("\r\n")
}

const { problem } = Problem

const NOT_READY = "the daemon is starting or shutting down; retry in a moment"

const full = answerOf(problem("too-many-connections", "all connections are in use; retry in a moment"))
const silent = answerOf(problem("request-timeout", "idle connection closed, because others need it"))
const late = answerOf(problem("request-timeout", "the request was not complete in time"))
const headers = answerOf(problem("headers-too-large", `the headers are larger than ${LARGEST_HEADERS} bytes`))
const early = answerOf(problem("not-ready", NOT_READY))
const garbled = answerOf(problem("bad-request", "not an HTTP request"))

const answers: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: late,
  HPE_HEADER_OVERFLOW: headers
}

/** Hangs up with a last word, which who is in the middle of an answer would take for a part of it. */
const hangUp = (socket: Socket, word: string): void => {
  if (socket.writable && socket.bytesWritten === 0) socket.end(word)
  socket.destroySoon()
}

/** Tells a newcomer why he is turned away. He may speak meanwhile: hung up on with that unheard, he would hear nothing. */
const turnAway = (socket: Socket): void => {
  socket.on("error", () => socket.destroy())
  socket.setTimeout(LONGEST_GOODBYE_MS, () => socket.destroy())
  socket.end(full)
  socket.resume()
}

/** Those of this module: one that counts, and one that answers while nobody else does. */
const OWN_LISTENERS = 2

/** A server listens a moment before its program can answer, and a moment longer. Who comes then would be left without any answer. */
const notYet = (response: ServerResponse): void => {
  const body = JSON.stringify(problem("not-ready", NOT_READY))
  response.writeHead(503, { "Content-Type": Problem.PROBLEM_JSON, "Retry-After": "1", Connection: "close" }).end(body)
}

/** The connections on which a request is under way: its head has come, and its answer is not sent. */
const busyOn = (server: Server): ReadonlySet<Socket> => {
  const busy = new Set<Socket>()
  server.on("request", ({ socket }, response) => {
    busy.add(socket)
    response.once("close", () => busy.delete(socket))
  })
  server.on("upgrade", ({ socket }) => {
    // Node takes its own listener away, and an error that nobody hears ends the program.
    socket.on("error", () => socket.destroy())
    if (server.listenerCount("upgrade") === 1) return hangUp(socket, early)
    busy.add(socket)
    // One that was answered with no upgrade has its end, whatever the caller goes on to hold.
    socket.once("finish", () => socket.destroySoon())
    socket.once("close", () => busy.delete(socket))
  })
  return busy
}

/**
 * Gives a place to whoever comes, as long as there is one: where there is none, the first of those with no request under way loses
 * his. Nobody who only holds connections, or begins requests and does not end them, keeps others from an answer.
 */
const seat = (server: Server, most: number, arrival: "connection" | "secureConnection"): void => {
  const [accept] = server.listeners(arrival)
  const seated = new Set<Socket>()
  const busy = busyOn(server)
  const isRoom = (): boolean => {
    if (seated.size < most) return true
    for (const socket of seated) {
      if (busy.has(socket)) continue
      seated.delete(socket)
      hangUp(socket, silent)
      return true
    }
    return false
  }
  server.removeAllListeners(arrival)
  server.on(arrival, (socket: Socket) => {
    if (!isRoom()) return turnAway(socket)
    seated.add(socket)
    socket.once("close", () => seated.delete(socket))
    accept?.call(server, socket)
  })
}

/**
 * A server that nobody can hold up: who is slow with a request, or comes as one too many, hears why and is hung up on. With a proof of who
 * it is it speaks TLS.
 */
export const boundedServer = (bounds: Partial<Bounds> = {}, proof?: Proof): Server => {
  const { connections, headers: headersTimeout, lookEvery, request } = { ...usual, ...bounds }
  const options = {
    headersTimeout,
    requestTimeout: request,
    connectionsCheckingInterval: lookEvery,
    maxHeaderSize: LARGEST_HEADERS
  }
  const server =
    proof === undefined
      ? createServer(options)
      : createTlsServer({
          ...options,
          cert: proof.certificate,
          key: Redacted.value(proof.key),
          minVersion: "TLSv1.2",
          handshakeTimeout: headersTimeout
        })
  server.maxConnections = connections + MOST_TURNED_AWAY
  seat(server, connections, proof === undefined ? "connection" : "secureConnection")
  server.on("request", (_, response) => {
    if (server.listenerCount("request") === OWN_LISTENERS) notYet(response)
  })
  server.on("clientError", ({ code }: NodeJS.ErrnoException, socket: Socket) =>
    hangUp(socket, answers[code ?? ""] ?? garbled)
  )
  return server
}

/** How long who listens at the end has to go by himself: a live reader never would. */
const LAST_WORDS = "1 second"

/** Hangs up on whoever still holds a connection a moment after the server's scope begins to close, so that it can. */
export const hangingUp = (server: Server): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    server.on("connection", (socket) => {
      sockets.add(socket)
      socket.once("close", () => sockets.delete(socket))
    })
    const all = Effect.sync(() => {
      for (const socket of sockets) socket.destroy()
      return server.listening
    })
    // Who is hung up on may come again as long as it listens.
    const always = Effect.repeat(Effect.delay(all, LAST_WORDS), { until: (isListening) => !isListening })
    yield* Effect.addFinalizer(() => Effect.forkDaemon(always))
  })
