import { Effect, type Scope } from "effect"
import {
  Agent,
  createServer,
  request as ask,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse
} from "node:http"
import type { Duplex } from "node:stream"
import { type RawData, WebSocket, WebSocketServer } from "ws"
import type { PlacedLie } from "./Lie.ts"
import { lieOf, type Mind } from "./Mind.ts"
import { relisted, rewritten, type Fields } from "./rewrite.ts"

/** How a broker's HTTP looks from outside, by its documentation. */
export interface Shape extends Fields {
  /** The endpoint of a request. */
  readonly placeOf: (method: string, path: string) => string
  /** Where an order is sent. */
  readonly send: string
  /** What the stream's messages stand under. */
  readonly stream: string
  /** The body of an error in the broker's own form. */
  readonly errorOf: (status: number) => unknown
  /** Our id in the body of a request that places an order. */
  readonly clientIdIn: (body: string) => string | undefined
  /** Lists that are not the whole answer. */
  readonly listKeys: ReadonlyArray<string>
  /** What is always changed in an answer, so that the client comes back to the liar. */
  readonly homeward: (text: string, from: string, to: string) => string
  /** A message of the stream that holds another one as text. */
  readonly inner: ReadonlySet<string>
}

interface Heard {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const HTML = "<html><body>error</body></html>"

const textOf = async (stream: IncomingMessage): Promise<string> => {
  const parts: Array<Buffer> = []
  for await (const part of stream) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString("utf8")
}

const forwarded = (
  { agent, origin }: Liar,
  { headers, method, url }: IncomingMessage,
  body: string
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { hostname, host, port } = origin
    const sent = ask({ agent, host: hostname, port, method, path: url, headers: { ...headers, host } }, resolve)
    sent.on("error", reject)
    sent.end(body)
  })

const instead = (shape: Shape, status: number, body: "theirs" | "none" | "html"): Heard => {
  const json = { "content-type": "application/json" }
  if (body === "theirs") return { status, headers: json, body: JSON.stringify(shape.errorOf(status)) }
  return { status, headers: { "content-type": "text/html" }, body: body === "html" ? HTML : "" }
}

const withLists = (message: unknown, lies: ReadonlyArray<PlacedLie>, keys: ReadonlyArray<string>): unknown => {
  if (Array.isArray(message)) return relisted(message, lies)
  if (typeof message !== "object" || message === null) return message
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [
      key,
      Array.isArray(value) && keys.includes(key) ? relisted(value, lies) : value
    ])
  )
}

const lied = (text: string, lies: ReadonlyArray<PlacedLie>, shape: Shape, mind: Mind): string => {
  if (lies.length === 0) return text
  try {
    const parsed: unknown = JSON.parse(text)
    return JSON.stringify(rewritten(withLists(parsed, lies, shape.listKeys), lies, shape, mind))
  } catch {
    return text
  }
}

const EVENT_END = "\n\n"

/** An event stream is a listing of `data:` lines. */
const liedEvents = (text: string, lies: ReadonlyArray<PlacedLie>, shape: Shape, mind: Mind): string =>
  relisted(
    text.split(EVENT_END).filter((event) => event !== ""),
    lies
  )
    .map(
      (event) => (event.startsWith("data: ") ? `data: ${lied(event.slice(6), lies, shape, mind)}` : event) + EVENT_END
    )
    .join("")

/** A text within a message that is a message itself. */
const liedFrame = (text: string, lies: ReadonlyArray<PlacedLie>, shape: Shape, mind: Mind): string => {
  if (lies.length === 0) return text
  const inner = JSON.parse(text, (key, value: unknown) =>
    typeof value === "string" && shape.inner.has(key) ? lied(value, lies, shape, mind) : value
  )
  return JSON.stringify(rewritten(inner, lies, shape, mind))
}

interface Liar {
  readonly agent: Agent
  readonly origin: URL
  readonly shape: Shape
  readonly mind: Mind
  readonly home: () => string
}

const waiting = (mind: Mind, ms: number): Promise<void> =>
  new Promise((resolve) => mind.world.after(ms, () => resolve()))

const headersFor = ({ mind }: Liar, { headers }: Heard, body: string) => {
  const { connection: _, "content-length": __, "transfer-encoding": ___, ...kept } = headers
  return {
    ...kept,
    date: new Date(mind.world.nowMs()).toUTCString(),
    "content-length": String(Buffer.byteLength(body))
  }
}

/** What comes back for a request, true or not; it may be asked for and answered otherwise. */
const answerTo = async (liar: Liar, request: IncomingMessage, place: string, lies: ReadonlyArray<PlacedLie>) => {
  const { mind, origin, shape } = liar
  const sent = await textOf(request)
  const post = { clientOrderId: shape.clientIdIn(sent), atMs: mind.world.nowMs(), status: undefined }
  const noted = place === shape.send ? mind.posts[mind.posts.push(post) - 1] : undefined
  const denied = lieOf(lies, "answer")
  const answer = denied === undefined ? undefined : instead(shape, denied.status, denied.body)
  const come = answer === undefined ? await forwarded(liar, request, sent) : undefined
  const type = come?.headers["content-type"] ?? ""
  if (come !== undefined && type.startsWith("text/event-stream") && !(request.url ?? "").includes("until=")) return come
  const heard = answer ?? {
    status: come?.statusCode ?? 0,
    headers: come?.headers ?? {},
    body: come === undefined ? "" : await textOf(come)
  }
  const refused = lieOf(lies, "refused though placed")
  const told = refused === undefined ? heard : instead(shape, refused.status, "theirs")
  if (noted !== undefined) noted.status = told.status
  const body = type.startsWith("text/event-stream")
    ? liedEvents(told.body, lies, shape, mind)
    : lied(told.body, lies, shape, mind)
  return { ...told, body: shape.homeward(body, origin.origin, liar.home()) }
}

const respond = async (liar: Liar, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { mind, shape } = liar
  const release = mind.world.hold()
  const place = shape.placeOf(request.method ?? "", new URL(request.url ?? "", liar.origin).pathname)
  mind.ask(place)
  const lies = mind.about(place)
  try {
    const answer = await answerTo(liar, request, place, lies)
    release()
    if (!("body" in answer)) {
      response.writeHead(answer.statusCode ?? 0, { "content-type": "text/event-stream" })
      answer.on("data", (part: Buffer) => {
        mind.world.heard()
        response.write(liedEvents(part.toString("utf8"), mind.about(place), shape, mind))
      })
      answer.on("close", () => response.destroy())
      response.on("close", () => answer.destroy())
      return
    }
    const late = lieOf(lies, "late")
    if (late !== undefined) await waiting(mind, late.ms)
    mind.world.heard()
    response.writeHead(answer.status, headersFor(liar, answer, answer.body))
    response.end(answer.body)
  } catch {
    response.destroy()
  } finally {
    release()
  }
}

const textIn = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data)).toString("utf8")

const UPGRADE = "upgrade to the stream"

/** Frames of the stream, each with its lies: some twice, some late, some behind the next. */
const stream = (liar: Liar, sockets: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
  const { mind, origin, shape } = liar
  const refused = lieOf(mind.about(UPGRADE), "answer")
  if (refused !== undefined) return void socket.end(`HTTP/1.1 ${refused.status} refused\r\ncontent-length: 0\r\n\r\n`)
  const theirs = new WebSocket(`ws://${origin.host}${request.url ?? ""}`)
  theirs.on("error", () => socket.destroy())
  theirs.on("open", () =>
    sockets.handleUpgrade(request, socket, head, (ours) => {
      mind.world.heard()
      const kept: Array<() => void> = []
      ours.on("message", (data, isBinary) => {
        mind.world.heard()
        theirs.send(data, { binary: isBinary })
      })
      theirs.on("message", (data, isBinary) => {
        mind.world.heard()
        const lies = mind.about(shape.stream)
        const text = liedFrame(textIn(data), lies, shape, mind)
        const tell = () => ours.send(text, { binary: isBinary })
        if (lieOf(lies, "answer") !== undefined) return ours.terminate()
        if (lieOf(lies, "truncated") !== undefined) return
        const late = lieOf(lies, "late")
        if (late !== undefined) return mind.world.after(late.ms, tell)
        if (lieOf(lies, "reordered") !== undefined && kept.length === 0) return void kept.push(tell)
        tell()
        if (lieOf(lies, "repeated") !== undefined) tell()
        for (const each of kept.splice(0)) each()
      })
      ours.on("close", () => theirs.terminate())
      theirs.on("close", () => ours.terminate())
    })
  )
}

/** Stands between a client and a broker's simulator, and lies. Its address. */
export const make = (baseUrl: string, shape: Shape, mind: Mind): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function* () {
    const server = createServer()
    let home = ""
    const agent = new Agent({ keepAlive: true })
    const liar: Liar = { agent, origin: new URL(baseUrl), shape, mind, home: () => home }
    const sockets = new WebSocketServer({ noServer: true })
    server.on("request", (request, response) => void respond(liar, request, response))
    server.on("upgrade", (request, socket, head) => stream(liar, sockets, request, socket, head))
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.sync(() => {
          for (const each of sockets.clients) each.terminate()
          agent.destroy()
          server.closeAllConnections()
          server.close()
        })
    )
    const address = server.address()
    home = `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`
    return home
  })
