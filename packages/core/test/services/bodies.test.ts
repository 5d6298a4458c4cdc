import { Effect, Stream } from "effect"
import { expect, test } from "vitest"
import { PayloadTable, sha256 } from "../../src/records/Payload.ts"
import { textFrom } from "../../src/records/Report.ts"
import { delivered } from "../../src/ports/TradeSource.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Retention from "../../src/services/Retention.ts"
import * as Why from "../../src/services/Why.ts"
import * as Sources from "../../src/services/Sources.ts"
import * as Stage from "./Stage.ts"

const bodies = Effect.map(Reads.all(PayloadTable), (payloads) =>
  payloads.flatMap(({ bytes, direction }) => (direction === "trades" ? [new TextDecoder().decode(bytes)] : []))
)

/** Hands trades over that were read from a body. */
const handOver = (body: string | undefined, ...ids: ReadonlyArray<string>) =>
  Effect.flatMap(Accumulator, ({ submitMany }) => {
    const raw = body === undefined ? undefined : textFrom("venue")(body)
    const trades = ids.map((id) => Stage.trade(id, "0.001"))
    return submitMany(Stage.account, trades, SourcePolicy.readFrom(SourcePolicy.anyAge, raw))
  })

const causesOf = (trade: number) =>
  Effect.map(Why.ofRecord("trade", trade), (node) =>
    node?.causes.flatMap(({ facts, id, kind, link }) => (kind === "payload" ? [[id, link, facts["bytes"]]] : []))
  )

const partsOf = (...trades: ReadonlyArray<number>) =>
  Effect.forEach(trades, (trade) =>
    Effect.map(
      Why.ofRecord("trade", trade),
      (node) => node?.causes.find(({ kind }) => kind === "payload")?.facts["part"]
    )
  )

/** Hands items over as a source does: a trade each, by its id. */
const handItems = (items: Readonly<Record<string, string | Uint8Array | undefined>>, head?: string) =>
  Effect.flatMap(Accumulator, ({ submitMany }) => {
    const all = Object.entries(items).map(([id, bytes]) => ({ trades: [Stage.trade(id, "0.001")], bytes }))
    const { raw, trades } = delivered(all, { contentType: "text/csv", head })
    return submitMany(Stage.account, trades, SourcePolicy.readFrom(SourcePolicy.anyAge, raw))
  })

const many = Array.from({ length: 1_000 }, (_, at) => `m${at}`)

test("the body of a thousand trades is kept once, as what caused each of them", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* handOver("a thousand", ...many)
      expect(yield* bodies).toEqual(["a thousand"])
      const cause = [["P1", "named", "kept"]]
      expect([yield* causesOf(1), yield* causesOf(1_000)]).toEqual([cause, cause])
      expect((yield* Audit.run()).findings).toEqual([])
    })
  ))

test("a body that comes again, with what is known or with what is new, is not kept again", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* handOver("one", "a")
      yield* handOver("one", "a")
      yield* handOver("another", "a")
      yield* handOver("one", "a", "b")
      expect(yield* bodies).toEqual(["one"])
      expect(yield* causesOf(2)).toEqual([["P1", "named", "kept"]])
    })
  ))

test("what a source that is followed read its trades from is kept with them", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      const delivery = { trades: [Stage.trade("a", "0.001")], cursor: "1", raw: textFrom("venue")("a message") }
      const deliveries = () => Stream.make(delivery)
      yield* Sources.follow(Stage.account, {
        name: "venue",
        policy: SourcePolicy.plain,
        deliveries,
        ageMs: Effect.succeed(0)
      })
      expect([yield* bodies, yield* causesOf(1)]).toEqual([["a message"], [["P1", "named", "kept"]]])
    })
  ))

test("trades that come without a body keep none; retention drops what is old, and says so", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* handOver(undefined, "a")
      expect([yield* bodies, yield* causesOf(1)]).toEqual([[], []])
      yield* handOver("one", "b")
      yield* Retention.run({ olderThanMs: -1, actor: "ann", isPlan: false })
      expect([yield* bodies, yield* causesOf(2)]).toEqual([[""], [["P1", "named", "archived"]]])
      yield* handOver("one", "c")
      expect((yield* bodies).length).toBe(1)
    })
  ))

test("items that come together are kept together behind what is to be known to read them; each trade is read from its own", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      yield* handItems({ a: "a,ü", b: new TextEncoder().encode("b\n2"), none: undefined, c: "c" }, "id,x")
      expect(yield* bodies).toEqual(["id,x\na,ü\nb\n2\nc\n"])
      expect(yield* partsOf(1, 2, 3, 4)).toEqual(["a,ü", "b\n2", undefined, "c"])
      expect((yield* Audit.run()).findings).toEqual([])
      yield* Retention.run({ olderThanMs: -1, actor: "ann", isPlan: false })
      expect(yield* partsOf(1)).toEqual([undefined])
    })
  ))

test("items that come to more than a mebibyte are kept as hash and length from there on, and what has place as it is", () =>
  Stage.play(
    Effect.gen(function* () {
      yield* Stage.opened()
      const [half, large] = ["h".repeat(500_000), "l".repeat(600_000)]
      yield* handItems({ half, large, small: "s" })
      const stood = JSON.stringify({ sha256: sha256(large), length: large.length })
      expect(yield* bodies).toEqual([`${half}\n${stood}\ns\n`])
      expect((yield* partsOf(1, 2, 3)).map((text) => text?.slice(0, 200))).toEqual(["h".repeat(200), stood, "s"])
    })
  ))

test("an item that is shorter than its hash and length is kept as it is, however many came before it", () => {
  const large = { trades: [Stage.trade("large", "1")], bytes: "l".repeat(1_048_575) }
  const short = { trades: [Stage.trade("short", "1")], bytes: "s".repeat(40) }
  const { raw, trades } = delivered([large, short], { contentType: "text/csv" })
  const { from, to } = trades[1]?.bytes ?? { from: 0, to: 0 }
  expect(new TextDecoder().decode(raw?.bytes.subarray(from, to))).toBe(short.bytes)
})
