import { Seats } from "@roundlot/api"
import { Reads } from "@roundlot/core"
import { Tokens, TradingState } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, Redacted, type Scope } from "effect"
import { connect, type Socket } from "node:net"
import { boundedServer } from "@roundlot/http"
import * as scene from "../views/scene.ts"
import { ask, books, servingLocked } from "./serving.ts"

/** What is answered first on a connection that says something: its status. */
interface Begun {
  readonly socket: Socket
  readonly status: Effect.Effect<number>
}

const begin = (port: number, text: string): Effect.Effect<Begun, never, Scope.Scope> =>
  Effect.gen(function* () {
    const statuses = yield* Queue.unbounded<number>()
    const socket = yield* Effect.acquireRelease(
      Effect.async<Socket>((resume) => {
        const made = connect(port, "127.0.0.1", () => resume(Effect.succeed(made)))
        made.on("error", () => undefined)
      }),
      (made) => Effect.sync(() => made.destroy())
    )
    socket.on("data", (part) => {
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(part.toString()) ?? []
      if (status !== undefined) statuses.unsafeOffer(Number(status))
    })
    socket.write(text)
    return { socket, status: Queue.take(statuses) }
  })

/** The same path and token as a router and a reader of headers take them, in other letters. */
const paths = [
  "/api/v1/live",
  "/api/v1/live/",
  "/API/v1//live",
  "/api/v1/liv%65",
  "/api/v1/live;",
  "/api/v1/live?account=main"
]
const schemes = ["Bearer ", "bearer ", "Bearer  "]

const streamOf = (token: string, at = 0) =>
  `GET ${paths[at % paths.length]} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${schemes[at % schemes.length]}${token}\r\n\r\n`

/** A call whose body does not come to its end. */
const unended = (token: string) =>
  `POST /api/v1/trades HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`

const made = (name: string) =>
  Effect.map(Tokens.create({ name, role: "operate", actor: "test" }), ({ secret }) => Redacted.value(secret))

const MOST = 256

const of = (statuses: ReadonlyArray<number>, wanted: number): number =>
  statuses.filter((each) => each === wanted).length

const halt = (port: number, token: string) =>
  ask(port, "/api/v1/controls/halt", {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: { reason: "he takes all there is" }
  })

describe("seats", () => {
  it.scopedLive("4,200 streams of one token: it has 256, and any other caller is answered, halts and follows", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const [greedy, other] = [yield* made("greedy"), yield* made("other")]
      const wanted = Array.from({ length: 4_200 }, (_, at) => begin(port, streamOf(greedy, at)))
      const half = yield* Effect.all(wanted.slice(0, 2_100), { concurrency: 64 })
      assert.strictEqual((yield* halt(port, other)).status, 200)
      const rest = yield* Effect.all(wanted.slice(2_100), { concurrency: 64 })
      const all = [...half, ...rest]
      const statuses = yield* Effect.forEach(all, ({ status }) => status, { concurrency: "unbounded" })
      assert.deepStrictEqual([of(statuses, 200), of(statuses, 429)], [MOST, 4_200 - MOST])
      assert.strictEqual((yield* ask(port, "/health")).status, 200)
      assert.strictEqual(yield* (yield* begin(port, streamOf(other))).status, 200)
      assert.strictEqual(
        (yield* ask(port, "/api/v1/orders", { headers: { authorization: `Bearer ${greedy}` } })).status,
        200
      )
      const states = yield* Reads.all(TradingState.ControlTable)
      assert.deepInclude(states[0], { state: "halted", actor: "other" })
      // Who closes a stream has its seat again.
      all[statuses.indexOf(200)]?.socket.destroy()
      const again = Effect.flatMap(begin(port, streamOf(greedy)), ({ status }) => status)
      yield* Effect.repeat(Effect.scoped(again), { until: (status) => status === 200 })
    }).pipe(Effect.provide(books))
  )

  it("all seats together leave places for who comes", () => {
    const all = Seats.seatKinds.reduce((sum, kind) => sum + Seats.seatLimits[kind].ofAll, 0)
    assert.isBelow(all, boundedServer.usual.connections)
  })

  it.scopedLive("300 calls of one token that do not come to their end: it has 256, and halts all the same", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingLocked)
      const [slow, other] = [yield* made("slow"), yield* made("other")]
      const calls = yield* Effect.all(
        Array.from({ length: 300 }, () => begin(port, unended(slow))),
        { concurrency: 64 }
      )
      const refused = yield* Effect.raceAll(calls.map(({ status }) => status))
      assert.strictEqual(refused, 429)
      const headers = { authorization: `Bearer ${slow}` }
      assert.strictEqual((yield* ask(port, "/api/v1/orders", { headers })).status, 429)
      assert.strictEqual((yield* halt(port, slow)).status, 200)
      const cancel = { method: "POST", headers, body: { reason: "not wanted" } }
      assert.notStrictEqual((yield* ask(port, "/api/v1/orders/O1/cancel", cancel)).status, 429)
      assert.strictEqual(
        (yield* ask(port, "/api/v1/orders", { headers: { authorization: `Bearer ${other}` } })).status,
        200
      )
      for (const { socket } of calls.slice(0, 100)) socket.destroy()
      yield* Effect.repeat(ask(port, "/api/v1/orders", { headers }), { until: ({ status }) => status === 200 })
    }).pipe(Effect.provide(books))
  )
})
