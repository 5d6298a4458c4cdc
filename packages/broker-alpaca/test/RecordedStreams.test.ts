import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { RequestLimit } from "@roundlot/core/adapter"
import { Effect, Redacted, Schema, Stream } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Replacements from "../src/Replacements.ts"
import { listen, reports } from "../src/TradeUpdates.ts"
import * as TradingStatus from "../src/TradingStatus.ts"
import * as Wire from "../src/Wire.ts"
import { account, webSockets } from "./setup.ts"

const Frames = Schema.parseJson(
  Schema.Array(Schema.Struct({ stream: Schema.Literal("trade_updates", "statuses"), frame: Schema.Unknown }))
)

/** The recorded frames of a stream whose text has these words. */
const frames = (stream: "trade_updates" | "statuses", ...words: ReadonlyArray<string>): ReadonlyArray<string> =>
  Schema.decodeUnknownSync(Frames)(readFileSync(join(import.meta.dirname, "recorded/frames.json"), "utf8"))
    .filter((each) => each.stream === stream)
    .map(({ frame }) => JSON.stringify(frame))
    .filter((text) => words.every((word) => text.includes(word)))

/** A stream that says what was recorded: `first` when somebody connects, then an answer to each message that has a word. */
const streaming = (first: ReadonlyArray<string>, answers: ReadonlyMap<string, ReadonlyArray<string>>) =>
  Effect.gen(function* () {
    const { place, server } = yield* webSockets
    server.on("connection", (socket) => {
      for (const text of first) socket.send(text)
      socket.on("message", (frame) => {
        const heard = Buffer.isBuffer(frame) ? frame.toString("utf8") : ""
        const said = [...answers].flatMap(([word, texts]) => (heard.includes(word) ? texts : []))
        for (const text of said) socket.send(text)
      })
    })
    return place
  })

const heartbeat = { everyMs: 10_000, withinMs: 5_000 }

const credentialsOf = (baseUrl: string) => ({
  baseUrl,
  keyId: Redacted.make("PKTEST"),
  secretKey: Redacted.make("SECRET")
})

const AUTHORIZED = frames("trade_updates", '"authorized"')
const LISTENING = frames("trade_updates", '"listening"', "trade_updates")
const ERROR = frames("trade_updates", '"error"')

const failures = [
  { what: "the keys", authorize: frames("trade_updates", '"unauthorized"', '"authenticate"'), kind: "unauthorised" },
  { what: "to listen", authorize: frames("trade_updates", '"unauthorized"', '"listen"'), kind: "unauthorised" },
  { what: "the updates", listen: frames("trade_updates", "[]"), kind: "unreadable" },
  { what: "to go on", listen: [...LISTENING, ...ERROR], kind: "network" }
] as const

describe("Alpaca's streams as they were recorded, over sockets", () => {
  it.scopedLive.each(failures.map((each) => ({ authorize: AUTHORIZED, listen: LISTENING, ...each })))(
    "a stream of orders that refuses $what fails: $kind",
    ({ authorize, kind, listen: listening }) =>
      Effect.gen(function* () {
        assert.isAbove(Math.min(authorize.length, listening.length), 0)
        const answers = new Map([
          ['"authenticate"', authorize],
          ['"listen"', listening]
        ])
        const place = yield* streaming([], answers)
        const wire = yield* Wire.make(credentialsOf(place.origin), place, yield* RequestLimit.make(100)).pipe(
          Effect.provide(NodeHttpClient.layerUndici)
        )
        const replacements = yield* Replacements.make(wire, account)
        const run = Effect.flatMap(listen(wire, heartbeat), (connection) =>
          Stream.runDrain(reports(account, connection, replacements, wire.redacted))
        )
        assert.strictEqual((yield* Effect.flip(run)).kind, kind)
      })
  )

  it.scopedLive.each([
    { what: "a halt", next: "nothing", isHalted: true },
    { what: "a halt", next: "a resumption", isHalted: false }
  ])("D2: $what, then $next; a pause and a halt of the other tapes are halts", ({ isHalted, next }) =>
    Effect.gen(function* () {
      const [halt = "", others = "", resumption = ""] = frames("statuses", '"T":"s"')
      const said = next === "nothing" ? [halt, others] : [halt, resumption, others]
      const answers = new Map([
        ['"auth"', frames("statuses", "authenticated")],
        ['"subscribe"', said]
      ])
      const place = yield* streaming(frames("statuses", "connected"), answers)
      const credentials = credentialsOf(place.origin)
      const heard = yield* TradingStatus.make({ feed: "sip", place, credentials, heartbeat })
      yield* Effect.forkScoped(heard.follow)
      const halted = Effect.sync(() => ["KO", "PEP", "MCD", "XYZ"].map(heard.isHalted))
      const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      const known = Effect.repeat(Effect.zipLeft(halted, turn), { until: ([, , last]) => last !== undefined })
      assert.deepStrictEqual(yield* known, [isHalted, true, true, undefined])
    })
  )
})
