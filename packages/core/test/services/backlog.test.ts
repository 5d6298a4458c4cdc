import { Effect, Layer, Stream, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import { BrokerOrderId } from "../../src/values/ClientOrderId.ts"
import * as Price from "../../src/values/Price.ts"
import { Reference } from "../../src/values/Reference.ts"
import { PriceReference } from "../../src/ports/PriceReference.ts"
import type { Delivery, TradeSourceService } from "../../src/ports/TradeSource.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import { Answer } from "../../src/records/Report.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import * as Audit from "../../src/services/Audit.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Sources from "../../src/services/Sources.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import { TradeTable, type TradeInput } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const DAY_MS = 86_400_000
const NOW_MS = 10 * DAY_MS

/** A trade of so many days ago. */
const ago = (id: string, days: number, shares: string, symbol = "AAPL"): TradeInput => ({
  ...Stage.trade(id, shares, symbol),
  tradedAt: Instant.fromMillis(NOW_MS - days * DAY_MS)
})

/** A source that goes on after its cursor, which is the number of a delivery. */
const sourceOf = (...deliveries: ReadonlyArray<ReadonlyArray<TradeInput>>): TradeSourceService<never> => ({
  name: "venue",
  policy: SourcePolicy.plain,
  ageMs: Effect.succeed(0),
  deliveries: (cursor) =>
    Stream.fromIterable(
      deliveries
        .map((trades, at): Delivery => ({ trades, cursor: String(at + 1) }))
        .filter((each) => cursor === undefined || Number(each.cursor) > Number(cursor))
    )
})

/** Limits in money are judged by prices of now; those of late trades are none. */
const prices = Layer.succeed(PriceReference, {
  of: () =>
    Effect.succeed(Reference.Priced({ price: Price.unsafe("150"), at: Instant.fromMillis(NOW_MS), source: "market" }))
})

/** A live broker that takes every order under an id of its own. */
const program = Stage.layer(
  {
    environment: "live",
    prepare: ({ clientOrderId }) => {
      const brokerOrderId = BrokerOrderId.make(`b-${clientOrderId}`)
      return Stage.prepared((id) => Effect.succeed(Stage.answered(id, Answer.Accepted({ brokerOrderId }))))
    }
  },
  { prices }
)

const follow = (...deliveries: ReadonlyArray<ReadonlyArray<TradeInput>>) =>
  Sources.follow(Stage.account, sourceOf(...deliveries))

const begun = (environment: "live" | "paper" = "live") =>
  Effect.gen(function* () {
    yield* TestClock.setTime(NOW_MS)
    yield* Stage.opened(environment === "live" ? Stage.realMoney : {})
    yield* Stage.driving
  })

const submitted = Effect.zipRight(
  Gates.confirmInstruments,
  Submission.submitPending(() => Effect.succeed(true))
)

const breaks = Effect.map(Reads.all(BreakTable), (all) =>
  all.map((each) =>
    each.closedAt === undefined ? `${each.kind} holds the ${each.holds}: ${evidenceOf(each)}` : `${each.kind} is closed`
  )
)

const answers = Effect.map(Reads.all(PositionTable), (all) => all.map((each) => `${each.symbol} ${answered(each)}`))

const accept = Effect.gen(function* () {
  const open = (yield* Reads.all(BreakTable)).find(({ closedAt }) => closedAt === undefined)
  if (open === undefined) return yield* Effect.dieMessage("no break is open")
  const commands = yield* Commands
  const command = { _tag: "DismissBreak", breakId: open.id } as const
  const asked = { account: Stage.account, actor: "test", reason: "the venue was away", command }
  const foreseen = yield* commands.rehearse({ ...asked, id: `look at ${open.id}` })
  expect(foreseen.effects.orders.length).toBeGreaterThan(0)
  return yield* commands.perform({ ...asked, id: `accept ${open.id}` })
})

describe("Backlog: what a source delivers late on a live account", () => {
  test("is counted, and holds all of the account until it is accepted; then what is due goes", () =>
    Stage.playLive(
      Effect.gen(function* () {
        yield* begun()
        yield* Stage.submit(ago("young", 0, "1", "MSFT"))
        yield* follow([ago("a", 3, "1"), ago("b", 0, "2")], [ago("c", 2, "1.5"), ago("d", 9, "4", "KO")])
        expect(yield* breaks).toEqual([
          "Backlog holds the account: 3 trades arrived late: AAPL (2 trades, residual 4.5, worth $675); KO (1 trade, residual 4, worth $600)"
        ])
        yield* submitted
        yield* Stage.submit(ago("later", 0, "1", "MSFT"))
        yield* submitted
        expect(yield* answers).toEqual(["AAPL BreakOpen", "KO BreakOpen", "MSFT BreakOpen"])
        expect((yield* Stage.statuses).filter((status) => status === "submitted")).toEqual([])
        expect(yield* accept).toMatchObject({ _tag: "Done" })
        yield* submitted
        expect((yield* Stage.statuses).filter((status) => status === "submitted")).toHaveLength(3)
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      program
    ))

  test("is one break however often the source is followed again, and a new one once that was accepted", () =>
    Stage.playLive(
      Effect.gen(function* () {
        yield* begun()
        const first = [ago("a", 3, "1")]
        yield* follow(first)
        yield* follow(first, [ago("a", 3, "1"), ago("b", 2, "1")])
        expect(yield* breaks).toEqual([
          "Backlog holds the account: 2 trades arrived late: AAPL (2 trades, residual 2, worth $300)"
        ])
        yield* Gates.confirmInstruments
        yield* accept
        yield* TestClock.adjust("1 second")
        yield* follow(first, [], [ago("c", 2, "1", "KO")])
        expect(yield* breaks).toEqual([
          "Backlog is closed",
          "Backlog holds the account: 1 trade arrived late: KO (1 trade, residual 1, worth $150)"
        ])
      }),
      program
    ))

  test("opens on a paper account as well", () =>
    Stage.playLive(
      Effect.gen(function* () {
        yield* begun("paper")
        yield* follow([ago("a", 3, "1")])
        expect((yield* breaks).length).toBe(1)
      })
    ))

  test("is held for a verdict where it is an order of its own, or nobody says that its source goes on where it stood", () =>
    Stage.playLive(
      Effect.gen(function* () {
        yield* begun()
        yield* follow([{ ...ago("a", 3, "1"), direct: { type: "market", timeInForce: "day" } }])
        const accumulator = yield* Accumulator
        yield* accumulator.submit(Stage.account, ago("b", 3, "1"))
        const reasons = (yield* Reads.all(TradeTable)).map(({ reason }) => reason)
        expect([reasons, yield* breaks]).toEqual([["TooOld", "TooOld"], []])
      })
    ))
})
