import { Effect, Stream } from "effect"
import { expect, test } from "vitest"
import { PayloadTable } from "../../src/records/Payload.ts"
import { textFrom } from "../../src/records/Report.ts"
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
