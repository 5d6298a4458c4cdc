import { Effect } from "effect"
import type { Scope } from "effect"
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http"
import { connect, createServer, type AddressInfo, type Server } from "node:net"
import { text as textOf } from "node:stream/consumers"

/** The fields of a message of TWS. */
export type Fields = ReadonlyArray<string>

/** What a broker says instead of what its simulator said: of the text under a path, of a message of TWS. */
export interface Telling {
  readonly text?: (text: string, path: string) => string
  readonly message?: (fields: Fields) => ReadonlyArray<Fields>
}

/** Stands between a simulator and its client on a port of its own, and tells what comes from the simulator otherwise. */
export interface Between {
  readonly port: number
  /** From now on it tells it so; as it is where nothing is said. */
  readonly tells: (telling: Telling) => Effect.Effect<void>
}

const LOOPBACK = "127.0.0.1"

const between = (makeServer: (telling: () => Telling) => Server): Effect.Effect<Between, never, Scope.Scope> =>
  Effect.gen(function* () {
    let telling: Telling = {}
    const server = yield* Effect.acquireRelease(
      Effect.async<Server>((resume) => {
        const made = makeServer(() => telling)
        made.listen(0, LOOPBACK, () => resume(Effect.succeed(made)))
      }),
      (each) => Effect.sync(() => void each.close())
    )
    const { port } = addressOf(server)
    return { port, tells: (next) => Effect.sync(() => void (telling = next)) }
  })

const addressOf = (server: Server): Pick<AddressInfo, "port"> => {
  const address = server.address()
  return typeof address === "object" && address !== null ? address : { port: 0 }
}

/** Headers that are of one connection, or of a text as it was before. */
const OWN: ReadonlySet<string> = new Set(["connection", "content-length", "host", "keep-alive", "transfer-encoding"])

const passedOn = async (upstream: string, telling: Telling, request: IncomingMessage, response: ServerResponse) => {
  const { headers, method = "GET", url = "/" } = request
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
  const told = telling.text === undefined || said === "" ? said : telling.text(said, `${method} ${url}`)
  response.writeHead(answer.status, Object.fromEntries([...answer.headers].filter(([name]) => !OWN.has(name))))
  response.end(told)
}

/** Before a broker that speaks HTTP. What the simulator lets drop is dropped here too. */
export const http = (upstream: string): Effect.Effect<Between, never, Scope.Scope> =>
  between((telling) =>
    createHttpServer((request, response) => {
      passedOn(upstream, telling(), request, response).catch(() => void request.socket.destroy())
    })
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
  between((telling) =>
    createServer({ noDelay: true }, (client) => {
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
