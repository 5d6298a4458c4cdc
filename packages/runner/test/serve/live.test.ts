import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { request } from "node:http"
import { WebSocket } from "ws"
import * as scene from "../views/scene.ts"
import { ask, books, json, serving } from "./serving.ts"

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

/** Listens until what was heard is enough, and goes. */
const listen = (port: number, path: string, enough: (heard: ReadonlyArray<Heard>) => boolean, after?: string) =>
  Effect.async<ReadonlyArray<Heard>>((resume) => {
    const headers = after === undefined ? {} : { "last-event-id": after }
    const asking = request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
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

describe("what happens, as it happens", () => {
  it.scopedLive("a reader hears every commit once and in order, and one that comes back goes on where it was", () =>
    Effect.gen(function* () {
      yield* scene.played
      const port = yield* serving
      const { incarnation, position } = yield* head(port)
      const all = yield* listen(port, `/api/v1/live?after=${incarnation}-0`, hears(position))
      assert.deepStrictEqual(positionsOf(all), counted(1, position))
      const half = Math.floor(position / 2)
      const rest = yield* listen(port, "/api/v1/live", hears(position), `${incarnation}-${half}`)
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
          listen(port, "/api/v1/live?entity=trade", (heard) => {
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

  it.scopedLive("a WebSocket is told the same", () =>
    Effect.gen(function* () {
      yield* scene.played
      const port = yield* serving
      const { incarnation, position } = yield* head(port)
      const last = yield* Effect.async<string>((resume) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live/socket?after=${incarnation}-0`)
        socket.on("message", (message: Buffer) => {
          const text = message.toString()
          if (!text.includes(`"position":${position}`)) return
          socket.close()
          resume(Effect.succeed(text))
        })
      })
      assert.include(last, `"cursor":"${incarnation}-${position}"`)
      const plain = yield* ask(port, "/api/v1/live/socket")
      assert.strictEqual(plain.status, 400)
    }).pipe(Effect.provide(books))
  )
})
