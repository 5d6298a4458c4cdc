import { Problem, Sizes } from "@roundlot/api"
import { assert, describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Logger, LogLevel, Queue, Schema } from "effect"
import { connect, type Socket } from "node:net"
import * as scene from "../views/scene.ts"
import { ask, books, json, serving, servingLocked, servingWith } from "./serving.ts"

const HEADER = "source_id,symbol,side,quantity"
const MB = 1024 * 1024
const PLACES = 20
const DEEP = 200_000

/** Writes bytes to the port as they are, and gives what comes back until it is hung up on or has heard so much. */
const raw = (port: number, text: string, enough: RegExp) =>
  Effect.async<string>((resume) => {
    const socket = connect(port, "127.0.0.1")
    let heard = ""
    const over = () => resume(Effect.succeed(heard))
    socket.on("error", over)
    socket.on("close", over)
    socket.on("data", (part) => {
      heard += part.toString()
      if (enough.test(heard)) socket.destroy()
    })
    socket.write(text)
  })

const connected = (port: number) =>
  Effect.acquireRelease(
    Effect.async<Socket>((resume) => {
      const socket = connect(port, "127.0.0.1", () => resume(Effect.succeed(socket)))
      socket.on("error", () => undefined)
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

const counted = (count: number) => Array.from({ length: count }, (_, at) => at)

/** What is heard on a connection: the next of it, all of it once it is over, and whether it is. */
const listening = (socket: Socket) =>
  Effect.gen(function* () {
    const parts = yield* Queue.unbounded<string>()
    const ended = yield* Deferred.make<string>()
    const heard: Array<string> = []
    socket.on("data", (part: Buffer) => {
      heard.push(part.toString())
      parts.unsafeOffer(part.toString())
    })
    socket.on("close", () => Deferred.unsafeDone(ended, Effect.succeed(heard.join(""))))
    return { next: Queue.take(parts), over: Deferred.await(ended), isOver: () => socket.destroyed }
  })

/** What was logged, with what is said beside it. */
const noted: Array<ReadonlyMap<string, unknown>> = []
const noting = Layer.mergeAll(
  Logger.add(
    Logger.make(({ annotations, logLevel }) => {
      noted.push(new Map([...annotations, ["level", logLevel.label]]))
    })
  ),
  Logger.minimumLogLevel(LogLevel.Debug)
)

describe("bad input over the API", () => {
  it.scopedLive("a call that is denied is a line of the log, with where it came from; a thousand of them are not", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const CALLS = 150
      for (const at of counted(CALLS))
        yield* ask(port, "/api/v1/orders", {
          headers: { "x-request-id": `denied.${at}`, authorization: "Bearer rlt_x" }
        })
      const lines = noted.filter((each) => String(each.get("requestId")).startsWith("denied."))
      assert.lengthOf(lines, CALLS)
      const shown = lines.filter((each) => each.get("level") === "INFO")
      assert.deepInclude(Object.fromEntries(shown[0] ?? []), {
        status: 401,
        path: "/api/v1/orders",
        address: "127.0.0.1"
      })
      assert.isAtLeast(shown.length, 60)
      assert.isBelow(shown.length, CALLS)
      for (const line of lines) assert.notInclude(JSON.stringify([...line]), "rlt_x")
    }).pipe(Effect.provide(Layer.merge(books, noting)))
  )

  it.scopedLive(
    "every answer names its request, by the caller's name where it is harmless; so do problem and log",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, serving)
        const called = (path: string, id: string) => ask(port, path, { headers: { "x-request-id": id } })
        assert.strictEqual((yield* called("/health", "mine-1")).headers["x-request-id"], "mine-1")
        // One that a route declares, one of a parameter, one of no route, and one from before all routes.
        const paths = ["/api/v1/orders/O99", "/api/v1/orders?limit=x", "/nowhere", "/%00"]
        for (const [at, path] of paths.entries()) {
          const told = yield* called(path, `mine.${at}`)
          assert.strictEqual(told.headers["x-request-id"], `mine.${at}`, path)
          assert.deepInclude(json(told), { requestId: `mine.${at}` }, path)
          const line = noted.find((each) => each.get("requestId") === `mine.${at}`)
          assert.deepInclude(Object.fromEntries(line ?? []), { method: "GET", status: told.status }, path)
        }
        const made = yield* Effect.forEach(["", "a b", "x".repeat(65), 'a"b', "<b>"], (id) => called("/nowhere", id))
        const ids = made.map(({ headers }) => String(headers["x-request-id"]))
        for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/)
        assert.lengthOf(new Set(ids), ids.length)
        assert.deepStrictEqual(
          made
            .map(json)
            .map((document) => Schema.decodeUnknownSync(Schema.Struct({ requestId: Schema.String }))(document)),
          ids.map((requestId) => ({ requestId }))
        )
      }).pipe(Effect.provide(Layer.merge(books, noting)))
  )

  it.scopedLive(
    "a file that is empty, repeats itself, mixes line ends or has a huge field is taken as far as it is one",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, serving)
        const submit = (csv: string) =>
          ask(port, "/api/v1/batches", { method: "POST", body: { name: "bad", mode: "execute", csv } })
        assert.deepInclude(json(yield* submit("")), { status: 400, field: "body" })
        expect(json(yield* submit(`${HEADER}\n`))).toMatchObject({ accepted: 0, batch: { status: "cancelled" } })
        const twice = `${HEADER}\na-1,KO,buy,2\na-1,KO,buy,2\na-1,KO,sell,2\n`
        expect(json(yield* submit(twice))).toMatchObject({ accepted: 1, duplicates: 1, conflicts: 1 })
        const mixed = `${HEADER}\r\nm-1,KO,buy,2\nm-2,KO,sell,1\r\n\r\nm-3,ZZZZ,buy,1`
        expect(json(yield* submit(mixed))).toMatchObject({ accepted: 3, rejected: 0 })
        const huge = `${HEADER}\nh-1,${"A".repeat(10 * MB)},buy,1\nh-2,KO,buy,1\n`
        expect(json(yield* submit(huge))).toMatchObject({ accepted: 1, rejected: 1 })
        const odd = yield* submit(`${HEADER}\n"o-1,KO,buy,1\no-2,KO,buy,1\n`)
        expect(json(odd)).toMatchObject({ accepted: 0, rejected: 1 })
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("paths that lead elsewhere, nested bodies, huge headers and bodies without a length are refused", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      for (const path of [
        "/api/v1/orders/..%2f..%2fetc%2fpasswd",
        "/api/v1/../../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/api/v1/orders/%00"
      ]) {
        const told = yield* ask(port, path)
        assert.include([400, 404], told.status, path)
        assert.notInclude(told.text, "root:", path)
      }
      const deep = yield* ask(port, "/api/v1/trades", {
        method: "POST",
        body: `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`
      })
      assert.deepStrictEqual([deep.status, deep.type], [400, Problem.PROBLEM_JSON])
      const host = `Host: 127.0.0.1:${port}\r\n`
      const headers = yield* raw(
        port,
        `GET /health HTTP/1.1\r\n${host}X-Long: ${"x".repeat(20_000)}\r\n\r\n`,
        /\r\n\r\n/
      )
      assert.match(headers, /^HTTP\/1\.1 431 .*\r\nContent-Type: application\/problem\+json\r\n/)
      assert.match(
        yield* raw(port, "no HTTP at all\r\n\r\n", /\}$/),
        /^HTTP\/1\.1 400 .*"type":"\/problems\/bad-request"/s
      )
      const chunk = `${(64 * 1024).toString(16)}\r\n${"x".repeat(64 * 1024)}\r\n`
      const begin = `POST /api/v1/trades HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
      const endless = yield* raw(port, `${begin}${chunk.repeat(17)}`, /\r\n\r\n/)
      // Who does not listen while he sends may be hung up on before he hears of it.
      assert.match(endless, /^(?:$|HTTP\/1\.1 413)/)
      assert.strictEqual((yield* ask(port, "/health")).status, 200)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a body in which a member comes twice is refused, naming it, and nothing of it is taken in", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const before = json(yield* ask(port, "/api/v1/trades"))
      const trade = '{"sourceId":"twice","symbol":"KO","side":"buy","quantity":"1","quantity":"100"}'
      const batch = `{"name":"twice","rows":[${trade}]}`
      const bodies = [
        ["/api/v1/trades", trade, "quantity"],
        ["/api/v1/trades", `[${trade}]`, "[0].quantity"],
        ["/api/v1/batches", batch, "rows[0].quantity"]
      ] as const
      for (const [path, body, field] of bodies) {
        const answer = yield* ask(port, path, { method: "POST", body })
        assert.deepInclude(json(answer), { status: 400, type: "/problems/bad-request", field })
      }
      assert.deepStrictEqual(json(yield* ask(port, "/api/v1/trades")), before)
      // Who may not ask is not read.
      const locked = yield* servingLocked
      assert.strictEqual((yield* ask(locked, "/api/v1/trades", { method: "POST", body: trade })).status, 401)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a body that does not say that it is JSON is refused (415); a file of a batch may be of any type", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const take = (type: string, sourceId: string) =>
        ask(port, "/api/v1/trades", {
          method: "POST",
          body: { sourceId, symbol: "KO", side: "buy", quantity: "1" },
          headers: { "content-type": type }
        })
      const others = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json, application/json"
      ]
      for (const type of others) {
        const answer = json(yield* take(type, type))
        assert.deepInclude(
          answer,
          { status: 415, type: "/problems/unsupported-media-type", field: "Content-Type" },
          type
        )
      }
      for (const type of ["application/json", "Application/JSON; charset=utf-8"]) {
        assert.strictEqual((yield* take(type, type)).status, 200, type)
      }
      const upload = yield* ask(port, "/api/v1/batches/upload?name=any&mode=execute", {
        method: "POST",
        body: `${HEADER}\nu-1,KO,buy,2\n`,
        headers: { "content-type": "application/octet-stream" }
      })
      assert.strictEqual(upload.status, 200)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "BAT-2: a file of more bytes than are taken is refused (413), with its length said before and without",
    () =>
      Effect.gen(function* () {
        const most = 2000
        const port = yield* scene.played.pipe(Effect.zipRight(serving), Effect.provideService(Sizes.MostOfUpload, most))
        const path = "/api/v1/batches/upload?name=long&mode=execute"
        const file = `${HEADER}\n${"x".repeat(most)}\n`
        const upload = (body: string) =>
          ask(port, path, { method: "POST", body, headers: { "content-type": "text/csv" } })
        const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked`
        const chunks = `${file.length.toString(16)}\r\n${file}\r\n0\r\n\r\n`
        const chunked = yield* raw(port, `${head}\r\n\r\n${chunks}`, /\}$/)
        assert.match(chunked, /^HTTP\/1\.1 413 .*"type":"\/problems\/too-large"/s)
        assert.include(chunked, `larger than ${most} bytes`)
        assert.deepInclude(json(yield* upload(file)), { status: 413, type: "/problems/too-large", field: "body" })
        assert.include((yield* ask(port, "/api/v1/batches")).text, '"items":[]')
        assert.strictEqual((yield* upload(`${HEADER}\nu-1,KO,buy,2\n`)).status, 200)
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("who only holds connections makes room for whoever comes, and is told so (408)", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingWith({ connections: PLACES }))
      const silent = yield* Effect.forEach(counted(3 * PLACES), () => Effect.flatMap(connected(port), listening))
      assert.strictEqual((yield* ask(port, "/api/v1/orders")).status, 200)
      const left = yield* Effect.forEach(silent.slice(0, 2 * PLACES + 1), ({ over }) => over)
      for (const heard of left) assert.match(heard, /^HTTP\/1\.1 408 .*"type":"\/problems\/request-timeout"/s)
      assert.deepStrictEqual(
        silent.slice(2 * PLACES + 1).map(({ isOver }) => isOver()),
        counted(PLACES - 1).map(() => false)
      )
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("who begins a request and does not end it makes room as well", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingWith({ connections: PLACES }))
      const begun = yield* Effect.forEach(counted(PLACES), () => connected(port))
      for (const socket of begun) socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n")
      assert.strictEqual((yield* ask(port, "/api/v1/orders")).status, 200)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("where every place is in use one more is told to come again (503), and those go on", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingWith({ connections: PLACES }))
      const following = yield* Effect.forEach(counted(PLACES), () =>
        Effect.map(connected(port), (socket) => ({ socket }))
      )
      const streams = yield* Effect.forEach(following, ({ socket }) =>
        Effect.gen(function* () {
          const reader = yield* listening(socket)
          socket.write("GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
          assert.match(yield* reader.next, /^HTTP\/1\.1 200/)
          return { socket, reader }
        })
      )
      for (const newcomer of [yield* raw(port, "", /never/), yield* raw(port, "GET / HTTP/1.1\r\n\r\n", /never/)]) {
        assert.match(newcomer, /^HTTP\/1\.1 503 .*Retry-After: 1\r\n.*"type":"\/problems\/too-many-connections"/s)
      }
      assert.deepStrictEqual(
        streams.map(({ reader }) => reader.isOver()),
        counted(PLACES).map(() => false)
      )
      streams[0]?.socket.destroy()
      yield* Effect.repeat(ask(port, "/health"), { until: ({ status }) => status === 200 })
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a connection on which nothing is ever asked is closed by itself (408)", () =>
    Effect.gen(function* () {
      const port = yield* servingWith({ headers: 100, request: 200, lookEvery: 20 })
      assert.match(yield* raw(port, "", /never/), /^HTTP\/1\.1 408 .*"type":"\/problems\/request-timeout"/s)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("who sends a request drop by drop is hung up on, and keeps nobody from an answer", () =>
    Effect.gen(function* () {
      const port = yield* servingWith({ headers: 100, request: 200, lookEvery: 20 })
      const head = "POST /api/v1/trades HTTP/1.1\r\nHost: localhost\r\n"
      const slow = [
        head,
        `${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
        `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{`
      ]
      for (const begun of slow) {
        // It comes to its end although the caller never ends it: hung up on, at most after a word why.
        assert.match(yield* raw(port, begun, /^never$/), /^HTTP\/1\.1 408 .*"type":"\/problems\/request-timeout"/s)
        assert.strictEqual((yield* ask(port, "/health")).status, 200)
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a caller who changes too much at once is told to wait (429), and others are not", () =>
    Effect.gen(function* () {
      const port = yield* serving
      const called = (token: string) =>
        Effect.promise(async () => {
          const headers = { authorization: `Bearer ${token}` }
          const { status } = await fetch(`http://127.0.0.1:${port}/nowhere`, { method: "POST", headers })
          return status
        })
      const statuses = yield* Effect.all(
        Array.from({ length: 2_100 }, () => called("one")),
        { concurrency: 16 }
      )
      assert.deepStrictEqual(new Set(statuses), new Set([404, 429]))
      assert.isAtLeast(statuses.filter((status) => status === 404).length, 2_000)
      assert.strictEqual(yield* called("other"), 404)
      assert.strictEqual((yield* ask(port, "/health")).status, 200)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("who names a trade by an order's id, or a batch as the first programs did, is sent on (308)", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const executions = yield* ask(port, "/api/v1/trades/O1/executions")
      assert.deepStrictEqual([executions.status, executions.headers["location"]], [308, "/api/v1/orders/O1/fills"])
      const batches = yield* ask(port, "/api/batches/G1/progress?limit=1")
      assert.deepStrictEqual(
        [batches.status, batches.headers["location"]],
        [308, "/api/v1/batches/G1/progress?limit=1"]
      )
    }).pipe(Effect.provide(books))
  )
})
