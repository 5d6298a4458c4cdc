import { Effect } from "effect"
import type { Scope } from "effect"
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http"
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { text as textOf } from "node:stream/consumers"
import { type RawData, WebSocket, WebSocketServer } from "ws"

/** The fields of a message of TWS. */
export type Fields = ReadonlyArray<string>

/** What a broker says instead of what its simulator said: of the text under a path, of its status, of a frame of its stream, of a message of TWS. */
export interface Telling {
  readonly text?: (text: string, path: string) => string
  readonly status?: (status: number, path: string) => number
  readonly frame?: (text: string) => ReadonlyArray<string>
  readonly message?: (fields: Fields) => ReadonlyArray<Fields>
}

/** Stands between a simulator and its client on a port of its own, and tells what comes from the simulator otherwise. */
export interface Between {
  readonly port: number
  /** From now on it tells it so; as it is where nothing is said. */
  readonly tells: (telling: Telling) => Effect.Effect<void>
  /** Says it to every client by itself: a frame of the stream, or the fields of a message of TWS. */
  readonly says: (said: string | Fields) => Effect.Effect<void>
}

/** What a server between them works with. */
interface Desk {
  readonly telling: () => Telling
  /** Sends something to each client that is connected. */
  readonly clients: Set<(said: string | Fields) => void>
}

const LOOPBACK = "127.0.0.1"

const between = (makeServer: (desk: Desk) => Server): Effect.Effect<Between, never, Scope.Scope> =>
  Effect.gen(function* () {
    let telling: Telling = {}
    const clients: Desk["clients"] = new Set()
    const server = yield* Effect.acquireRelease(
      Effect.async<Server>((resume) => {
        const made = makeServer({ telling: () => telling, clients })
        made.listen(0, LOOPBACK, () => resume(Effect.succeed(made)))
      }),
      (each) => Effect.sync(() => void each.close())
    )
    const { port } = addressOf(server)
    return {
      port,
      tells: (next) => Effect.sync(() => void (telling = next)),
      says: (said) => Effect.sync(() => clients.forEach((tell) => tell(said)))
    }
  })

const addressOf = (server: Server): Pick<AddressInfo, "port"> => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address : { port: 0 }
}

/** Headers that are of one connection, or of a text as it was before. */
const OWN: ReadonlySet<string> = new Set(["connection", "content-length", "host", "keep-alive", "transfer-encoding"])

const passedOn = async (upstream: string, telling: Telling, request: IncomingMessage, response: ServerResponse) => {
  const { headers, method = "GET", url = "/" } = request
  const home = headers.host ?? ""
  const body = await textOf(request)
  const answer = await fetch(`${upstream}${url}`, {
    method,
    redirect: "manual",
    headers: Object.entries(headers).flatMap(([name, value]): ReadonlyArray<[string, string]> =>
      OWN.has(name) || value === undefined ? [] : [[name, String(value)]]
    ),
    ...(body === "" ? {} : { body })
  })
  const said = await answer.text()
  const retold = telling.text === undefined || said === "" ? said : telling.text(said, `${method} ${url}`)
  const status = telling.status?.(answer.status, `${method} ${url}`) ?? answer.status
  response.writeHead(status, Object.fromEntries([...answer.headers].filter(([name]) => !OWN.has(name))))
  // Where the stream is to be found is here too.
  response.end(retold.replaceAll(new URL(upstream).host, home))
}

const textIn = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data)).toString("utf8")

/** Frames of the stream, each as it is said. */
const streamed = (upstream: string, { clients, telling }: Desk) => {
  const sockets = new WebSocketServer({ noServer: true })
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const theirs = new WebSocket(`${upstream.replace(/^http/, "ws")}${request.url ?? ""}`)
    theirs.on("error", () => socket.destroy())
    theirs.on("open", () =>
      sockets.handleUpgrade(request, socket, head, (ours) => {
        const tell = (said: string | Fields): void => ours.send(String(said))
        clients.add(tell)
        ours.on("message", (bytes, isBinary) => theirs.send(bytes, { binary: isBinary }))
        theirs.on("message", (bytes, isBinary) => {
          const text = textIn(bytes)
          for (const frame of telling().frame?.(text) ?? [text]) ours.send(frame, { binary: isBinary })
        })
        ours.on("close", () => {
          clients.delete(tell)
          theirs.terminate()
        })
        theirs.on("close", () => ours.terminate())
      })
    )
  }
}

/** Before a broker that speaks HTTP. What the simulator lets drop is dropped here too. */
export const http = (upstream: string): Effect.Effect<Between, never, Scope.Scope> =>
  between((desk) =>
    createHttpServer((request, response) => {
      passedOn(upstream, desk.telling(), request, response).catch(() => void request.socket.destroy())
    }).on("upgrade", streamed(upstream, desk))
  )

const NUL = "\u0000"
const LENGTH_BYTES = 4

const framed = (fields: Fields): Buffer => {
  const body = Buffer.from(fields.map((field) => `${field}${NUL}`).join(""))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Takes what TWS sends apart into messages, however it was cut on the way. */
const messagesOf = () => {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes: Buffer): ReadonlyArray<Fields> => {
    rest = Buffer.concat([rest, bytes])
    const messages: Array<Fields> = []
    for (;;) {
      const end = rest.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + rest.readUInt32BE()
      if (rest.length < end) return messages
      messages.push(rest.subarray(LENGTH_BYTES, end).toString().split(NUL).slice(0, -1))
      rest = rest.subarray(end)
    }
  }
}

/** Before TWS. */
export const tws = (upstream: number): Effect.Effect<Between, never, Scope.Scope> =>
  between(({ clients, telling }) =>
    createServer({ noDelay: true }, (client: Socket) => {
      const tell = (said: string | Fields): void => void client.write(framed([said].flat()))
      clients.add(tell)
      client.on("close", () => clients.delete(tell))
      const there = connect({ port: upstream, host: LOOPBACK, noDelay: true })
      const read = messagesOf()
      there.on("data", (bytes) => {
        for (const fields of read(bytes))
          for (const told of telling().message?.(fields) ?? [fields]) client.write(framed(told))
      })
      client.pipe(there)
      for (const [one, other] of [
        [client, there],
        [there, client]
      ] as const) {
        one.on("error", () => other.destroy())
        one.on("close", () => other.destroy())
      }
    })
  )
