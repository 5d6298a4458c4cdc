import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Schema, TestClock } from "effect"
import { request, type Server } from "node:http"
import { connect, type Socket } from "node:net"
import { WebSocket } from "ws"
import * as scene from "../views/scene.ts"
import { eventFaults } from "./described.ts"
import { ask, books, json, serving, servingAtPath } from "./serving.ts"

interface Heard {
  readonly id: string | undefined
  readonly event: string | undefined
  readonly text: string
}

const heardIn = (text: string): ReadonlyArray<Heard> =>
  text.split("\n\n").flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1]
    const told = field("data")
    return told === undefined ? [] : [{ id: field("id"), event: field("event"), text: told }]
  })

/** Where it is listened: a port of this machine, or a path of its file system. */
type Where = { readonly port: number; readonly host: "127.0.0.1" } | { readonly socketPath: string }

const atPort = (port: number): Where => ({ port, host: "127.0.0.1" })

/** Listens until what was heard is enough, and goes. */
const listen = (where: Where, path: string, enough: (heard: ReadonlyArray<Heard>) => boolean, after?: string) =>
  Effect.async<ReadonlyArray<Heard>>((resume) => {
    const headers = after === undefined ? {} : { "last-event-id": after }
    const asking = request({ ...where, path, headers, agent: false }, (response) => {
      let text = ""
      response.on("data", (part: Buffer) => {
        text += part.toString()
        // What follows the last empty line is not whole yet.
        const heard = heardIn(text.slice(0, text.lastIndexOf("\n\n") + 2))
        if (!enough(heard)) return
        asking.destroy()
        resume(Effect.succeed(heard))
      })
    })
    asking.on("error", () => undefined)
    asking.end()
  })

const positionsOf = (heard: ReadonlyArray<Heard>): ReadonlyArray<number> =>
  heard.filter(({ event }) => event === "commit").map(({ text }) => Number(/"position":(\d+)/.exec(text)?.[1]))

const head = (port: number) =>
  Effect.map(ask(port, "/api/v1/overview"), (told) => {
    const [, incarnation] = /"incarnation":"(\w+)"/.exec(told.text) ?? []
    const [, position] = /"position":(\d+)/.exec(told.text) ?? []
    return { incarnation: incarnation ?? "", position: Number(position) }
  })

const hears = (position: number) => (heard: ReadonlyArray<Heard>) => positionsOf(heard).includes(position)

const counted = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

// WebSockets

const Message = Schema.parseJson(
  Schema.Struct({ cursor: Schema.String, commits: Schema.Array(Schema.Struct({ position: Schema.Int })) })
)

type Message = typeof Message.Type

const placesOf = (messages: ReadonlyArray<Message>): ReadonlyArray<number> =>
  messages.flatMap(({ commits }) => commits.map(({ position }) => position))

const cursorOf = (messages: ReadonlyArray<Message>): string | undefined => messages.at(-1)?.cursor

const decodeMessage = Schema.decodeUnknownSync(Message)

/** Keeps what a socket says. */
const noting = (socket: WebSocket): ReadonlyArray<Message> => {
  const heard: Array<Message> = []
  socket.on("message", (message: Buffer) => heard.push(decodeMessage(message.toString())))
  socket.on("error", () => undefined)
  return heard
}

/** Hears a socket out until it has told of a position, and goes. */
const socketed = (url: string, position: number, headers: Readonly<Record<string, string>> = {}) =>
  Effect.async<ReadonlyArray<Message>>((resume) => {
    const socket = new WebSocket(url, { headers })
    const heard = noting(socket)
    socket.on("message", () => {
      if ((placesOf(heard).at(-1) ?? 0) < position) return
      socket.close()
      resume(Effect.succeed([...heard]))
    })
  })

/** The texts of a socket, up to the first that has a change. */
const socketTexts = (url: string) =>
  Effect.async<ReadonlyArray<string>>((resume) => {
    const socket = new WebSocket(url)
    const heard: Array<string> = []
    socket.on("error", () => undefined)
    socket.on("message", (message: Buffer) => {
      heard.push(message.toString())
      if (!message.toString().includes('"changes"')) return
      socket.close()
      resume(Effect.succeed(heard))
    })
  })

/** With which status a socket is refused. */
const refused = (url: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.async<number | undefined>((resume) => {
    const socket = new WebSocket(url, { headers })
    socket.on("error", () => undefined)
    socket.on("unexpected-response", (_, { statusCode }) => resume(Effect.succeed(statusCode)))
    socket.on("open", () => resume(Effect.die("it was let in")))
  })

/** What a server says to a handshake of a version that nobody speaks, until it hangs up. */
const badHandshake = (port: number) =>
  Effect.async<string>((resume) => {
    const socket = connect(port, "127.0.0.1")
    let heard = ""
    socket.on("data", (part: Buffer) => (heard += part.toString()))
    socket.on("close", () => resume(Effect.succeed(heard)))
    const lines = [
      "GET /api/v1/live/socket HTTP/1.1",
      `Host: 127.0.0.1:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 99",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    ]
    socket.write(`${lines.join("\r\n")}\r\n\r\n`)
  })

/** How many fibers are left to themselves, once those that end have ended. */
const rootFibers = Effect.map(Effect.zipRight(Effect.yieldNow(), Fiber.roots), (all) => all.length)

// Readers who do not listen

/** So many trades, a few a commit, that what nobody reads fills every buffer on the way. */
const TRADES = 3000

/** Bytes that wait in memory for who does not listen: a page of commits, and no second one. */
const MOST_WAITING = 128 * 1024

const busy = Effect.zipRight(
  scene.played,
  Effect.forEach(counted(1, TRADES), (at) => scene.trade(`busy-${at}`, "buy", "0.0001"), {
    concurrency: 4,
    discard: true
  })
)

const headAt = (socketPath: string) =>
  Effect.map(
    listen({ socketPath }, "/api/v1/live", (heard) => heard.length > 0),
    ([begun]) => {
      const [, incarnation = "", position] = /"cursor":"(\w+)-(\d+)"/.exec(begun?.text ?? "") ?? []
      return { incarnation, position: Number(position) }
    }
  )

/** Asks for something on a connection, and hears of it only in the end: what came before it was hung up on. */
const deaf = (path: string, text: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => connect(path)),
      (socket) => Effect.sync(() => void socket.destroy())
    ),
    (socket) => {
      socket.pause()
      socket.write(text)
      socket.on("error", () => undefined)
      const rest = Effect.async<string>((resume) => {
        let heard = ""
        socket.on("data", (part: Buffer) => (heard += part.toString()))
        socket.on("close", () => resume(Effect.succeed(heard)))
        socket.resume()
      })
      return { rest }
    }
  )

/** The same by a WebSocket, which reads nothing once it is there. */
const deafSocket = (url: string) =>
  Effect.async<{ readonly rest: Effect.Effect<ReadonlyArray<Message>> }>((resume) => {
    const socket = new WebSocket(url)
    const heard = noting(socket)
    socket.on("open", () => {
      socket.pause()
      const rest = Effect.async<ReadonlyArray<Message>>((over) => {
        socket.on("close", () => over(Effect.succeed([...heard])))
        socket.resume()
      })
      resume(Effect.succeed({ rest }))
    })
  })

/** Chunks of an answer without the lines that say how long they are, as far as events in them are whole. */
const wholeIn = (answer: string): string => {
  const text = answer.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, "")
  return text.slice(0, text.lastIndexOf("\n\n") + 2)
}

/** Who is connected now, as the server sees them. */
const connectionsOf = (server: Server): (() => ReadonlyArray<Socket>) => {
  const open = new Set<Socket>()
  server.on("connection", (socket: Socket) => {
    open.add(socket)
    socket.once("close", () => open.delete(socket))
  })
  return () => [...open]
}

describe("what happens, as it happens", () => {
  it.scopedLive("every event of a stream and every text of a socket is as /asyncapi.json says", () =>
    Effect.gen(function* () {
      yield* scene.played
      const port = yield* serving
      const faultOf = eventFaults((yield* ask(port, "/asyncapi.json")).text)
      const { incarnation, position } = yield* head(port)
      const all = yield* listen(atPort(port), `/api/v1/live?after=${incarnation}-0`, hears(position))
      const begun = yield* listen(atPort(port), "/api/v1/live", (heard) => heard.length > 0)
      const events = [...all, ...begun]
      const faults = events.map(({ event = "", text }) => faultOf(event, JSON.parse(text)))
      assert.deepStrictEqual(
        faults.filter((fault) => fault !== undefined),
        []
      )
      assert.sameMembers([...new Set(events.map(({ event }) => event))], ["begun", "commit"])
      const texts = yield* socketTexts(`ws://127.0.0.1:${port}/api/v1/live/socket?after=${incarnation}-0`)
      assert.deepStrictEqual(
        texts.map((text) => faultOf("commits", JSON.parse(text))).filter((fault) => fault !== undefined),
        []
      )
      assert.isDefined(faultOf("commit", { position: 1, account: "main", changes: [{ seq: 1 }] }))
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a reader hears every commit once and in order, and one that comes back goes on where it was", () =>
    Effect.gen(function* () {
      yield* scene.played
      const port = yield* serving
      const { incarnation, position } = yield* head(port)
      const all = yield* listen(atPort(port), `/api/v1/live?after=${incarnation}-0`, hears(position))
      assert.deepStrictEqual(positionsOf(all), counted(1, position))
      const half = Math.floor(position / 2)
      const rest = yield* listen(atPort(port), "/api/v1/live", hears(position), `${incarnation}-${half}`)
      assert.deepStrictEqual(positionsOf(rest), counted(half + 1, position))
      assert.strictEqual(rest.at(-1)?.id, `${incarnation}-${position}`)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "begins now where nothing is said, and tells what is committed from then on, of the wanted records",
    () =>
      Effect.gen(function* () {
        yield* scene.played
        const port = yield* serving
        const { position } = yield* head(port)
        const begun = yield* Deferred.make<void>()
        const listening = yield* Effect.fork(
          listen(atPort(port), "/api/v1/live?entity=trade", (heard) => {
            if (heard.length > 0) Deferred.unsafeDone(begun, Effect.void)
            return positionsOf(heard).length > 0
          })
        )
        yield* Deferred.await(begun)
        yield* scene.trade("live-1", "buy", "0.1")
        const heard = yield* listening
        assert.strictEqual(heard[0]?.event, "begun")
        assert.deepStrictEqual(positionsOf(heard), [position + 1])
        assert.match(
          heard.at(-1)?.text ?? "",
          /"changes":\[\{"seq":\d+,"at":"[^"]+","tag":"TradeAccepted","kind":"trade","id":"T7"\}\]/
        )
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("a cursor of another life of the store, or ahead of it, is gone: 410", () =>
    Effect.gen(function* () {
      yield* scene.played
      const port = yield* serving
      const { incarnation, position } = yield* head(port)
      for (const after of ["00ff-3", `${incarnation}-${position + 1}`, "nonsense"]) {
        const told = yield* ask(port, `/api/v1/live?after=${after}`)
        assert.deepInclude(json(told), { status: 410, field: "after" }, after)
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a WebSocket is told the same, goes on where it was, and is refused a place that is gone (410)", () =>
    Effect.gen(function* () {
      yield* scene.played
      const port = yield* serving
      const { incarnation, position } = yield* head(port)
      const url = `ws://127.0.0.1:${port}/api/v1/live/socket`
      const all = yield* socketed(`${url}?after=${incarnation}-0`, position)
      assert.deepStrictEqual(placesOf(all), counted(1, position))
      assert.strictEqual(cursorOf(all), `${incarnation}-${position}`)
      const half = Math.floor(position / 2)
      const first = yield* socketed(`${url}?after=${incarnation}-0`, half)
      const cursor = cursorOf(first)
      yield* scene.trade("live-2", "buy", "0.1")
      const rest = yield* socketed(`${url}?after=${cursor}`, position + 1)
      assert.deepStrictEqual([...placesOf(first), ...placesOf(rest)], counted(1, position + 1))
      for (const after of ["00ff-3", `${incarnation}-${position + 9}`, "nonsense"]) {
        assert.strictEqual(yield* refused(`${url}?after=${after}`), 410, after)
      }
      assert.strictEqual((yield* ask(port, "/api/v1/live/socket")).status, 400)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a WebSocket that a page of elsewhere opens is refused, and one of our own pages is let in", () =>
    Effect.gen(function* () {
      yield* scene.played
      const port = yield* serving
      const { incarnation, position } = yield* head(port)
      const url = `ws://127.0.0.1:${port}/api/v1/live/socket?after=${incarnation}-0`
      for (const origin of ["http://evil.example", "null", `http://127.0.0.1:${port + 1}`, `http://localhost:${port}`])
        assert.strictEqual(yield* refused(url, { origin }), 403, origin)
      assert.strictEqual(yield* refused(url, { host: "evil.example" }), 421)
      const own = yield* socketed(url, position, { origin: `http://127.0.0.1:${port}` })
      assert.deepStrictEqual(placesOf(own), counted(1, position))
    }).pipe(Effect.provide(books))
  )

  // A server that waited for it would not end with the scope of this test.
  it.scopedLive("a handshake that is refused ends with its connection: the server does not wait for it", () =>
    Effect.gen(function* () {
      yield* scene.played
      const port = yield* serving
      assert.match(yield* badHandshake(port), /^HTTP\/1\.1 400 /)
      const before = yield* rootFibers
      for (let nth = 0; nth < 5; nth++) yield* badHandshake(port)
      // None is left behind, which would stay for as long as the process.
      assert.isAtMost(yield* rootFibers, before)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "who does not listen takes little memory, is dropped, and goes on where he was; others hear everything",
    () =>
      Effect.gen(function* () {
        const { path, server } = yield* Effect.zipRight(busy, servingAtPath)
        const connections = connectionsOf(server)
        const { incarnation, position } = yield* headAt(path)
        const after = `${incarnation}-0`
        const url = `ws+unix://${path}:/api/v1/live/socket`
        const events = yield* deaf(path, `GET /api/v1/live?after=${after} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
        const socket = yield* deafSocket(`${url}?after=${after}`)
        const others = yield* listen({ socketPath: path }, `/api/v1/live?after=${after}`, hears(position))
        assert.deepStrictEqual(positionsOf(others), counted(1, position))
        for (const { writableLength } of connections()) assert.isBelow(writableLength, MOST_WAITING)
        yield* Effect.repeat(Effect.zipRight(TestClock.adjust("5 seconds"), Effect.sync(connections)), {
          until: ({ length }) => length === 0
        })

        const heard = heardIn(wholeIn(yield* events.rest))
        assert.isBelow(positionsOf(heard).length, position)
        const rest = yield* listen({ socketPath: path }, "/api/v1/live", hears(position), heard.at(-1)?.id)
        assert.deepStrictEqual([...positionsOf(heard), ...positionsOf(rest)], counted(1, position))

        const told = yield* socket.rest
        assert.isBelow(placesOf(told).length, position)
        const missed = yield* socketed(`${url}?after=${cursorOf(told) ?? ""}`, position)
        assert.deepStrictEqual([...placesOf(told), ...placesOf(missed)], counted(1, position))
      }).pipe(Effect.provide(books))
  )
})
