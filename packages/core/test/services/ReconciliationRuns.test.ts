import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { ComparedHoldingTable } from "../../src/records/ComparedHolding.ts"
import { ReconciliationRunTable } from "../../src/records/ReconciliationRun.ts"
import { BreakTable } from "../../src/records/Break.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import { BrokerReadFailed, type HoldingsListed } from "../../src/ports/Broker.ts"
import { Commands } from "../../src/services/Commands.ts"
import { lastCompared, reconcile } from "../../src/services/Reconciliation.ts"
import { forgetOldRuns } from "../../src/services/reconciliationRuns.ts"
import * as Reads from "../../src/services/Reads.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Stage from "./Stage.ts"

const held = (symbol: string, quantity: string) => ({
  symbol,
  quantity: Decimal.unsafe(quantity),
  averagePrice: undefined
})

const listing = (...holdings: HoldingsListed["holdings"]): HoldingsListed => ({ complete: true, holdings })

/** Ten of AAPL that were held before. */
const settled = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Stage.driving
  const { account } = Stage
  const command = {
    _tag: "AdjustPosition",
    symbol: Ticker.make("AAPL"),
    as: "base",
    by: Decimal.unsafe("10"),
    price: undefined
  } as const
  const commands = yield* Commands
  yield* commands.perform({ id: "held", account, actor: "test", reason: "test", command })
  yield* TestClock.adjust("1 minute")
})

/** Reconciles, and a minute goes by. */
const reconciled = Effect.zipLeft(Effect.either(reconcile(Stage.account)), TestClock.adjust("1 minute"))

const runs = Effect.map(Reads.all(ReconciliationRunTable), (all) =>
  all.map(({ agreed, closed, differing, opened, ordersRead, outcome, reason }) => ({
    said: [outcome, reason],
    counts: { agreed, differing, opened, closed, ordersRead }
  }))
)

const compared = Effect.map(Reads.all(ComparedHoldingTable), (all) =>
  all.map(
    ({ ours, outcome, symbol, theirs }) => `${symbol} ${outcome} ${Decimal.format(ours)} ${Decimal.format(theirs)}`
  )
)

const open = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap(({ closedAt, kind, symbol }) => (closedAt === undefined ? [`${kind} ${symbol}`] : []))
)

describe("the record of reconciliations", () => {
  it("SYNC-15, P4, P6, P8: each has its outcome; each symbol is as it was compared last, and one that is not as before alone is written", () => {
    let listed: Effect.Effect<HoldingsListed, BrokerReadFailed> = Effect.succeed(listing(held("AAPL", "10")))
    return Stage.play(
      Effect.gen(function* () {
        yield* settled
        yield* reconciled
        expect(yield* compared).toEqual(["AAPL agrees 10 10"])
        listed = Effect.succeed(listing(held("AAPL", "7"), held("KO", "1")))
        yield* reconciled
        const differing = yield* Reads.all(ComparedHoldingTable)
        expect(yield* compared).toEqual(["AAPL differs 10 7", "KO differs 0 1"])
        const asked: Array<string> = []
        const ledger = yield* Ledger
        const heard = Ledger.of({
          ...ledger,
          submitAll: (lane, members) => {
            asked.push(...members.flatMap(({ needs }) => needs.map(({ _tag }) => _tag)))
            return ledger.submitAll(lane, members)
          }
        })
        yield* Effect.provideService(reconciled, Ledger, heard)
        expect(asked).toContain("ReconciliationRun")
        expect(asked).not.toContain("ComparedHolding")
        expect(yield* Reads.all(ComparedHoldingTable)).toEqual(differing)
        const last = yield* lastCompared(Stage.account)
        listed = Effect.succeed({ complete: false, holdings: [] })
        yield* reconciled
        const detail = "no answer"
        listed = Effect.fail(new BrokerReadFailed({ operation: "positions", kind: "unauthorised", detail }))
        yield* reconciled
        expect(yield* Reads.all(ComparedHoldingTable)).toEqual(differing)
        expect(yield* lastCompared(Stage.account)).toEqual(last)
        listed = Effect.succeed(listing(held("AAPL", "10")))
        yield* reconciled
        expect(yield* compared).toEqual(["AAPL agrees 10 10", "KO agrees 0 0"])
        const nothing = { agreed: 0, differing: 0, opened: 0, closed: 0, ordersRead: false }
        expect(yield* runs).toEqual([
          { said: ["agreed", undefined], counts: { ...nothing, agreed: 1 } },
          { said: ["differed", undefined], counts: { ...nothing, differing: 2, opened: 2, ordersRead: true } },
          { said: ["differed", undefined], counts: { ...nothing, differing: 2 } },
          { said: ["not_compared", "the broker's list of positions is incomplete"], counts: nothing },
          { said: ["failed", expect.stringContaining(detail)], counts: nothing },
          { said: ["agreed", undefined], counts: { ...nothing, agreed: 2, closed: 2 } }
        ])
      }),
      Stage.layer({ positions: Effect.suspend(() => listed) })
    )
  })

  it("P4: a program that dies between comparing and recording has lost no difference: it is a break, and the next reconciliation records it", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* settled
        const ledger = yield* Ledger
        const dying = Ledger.of({
          ...ledger,
          submitAll: (lane, members) =>
            members.some(({ needs }) => needs.some(({ _tag }) => _tag === "ReconciliationRun"))
              ? Effect.die("killed")
              : ledger.submitAll(lane, members)
        })
        yield* Effect.exit(Effect.provideService(reconcile(Stage.account), Ledger, dying))
        expect([yield* open, yield* runs, yield* compared]).toEqual([["PositionDiffers AAPL"], [], []])
        yield* reconciled
        expect(yield* open).toEqual(["PositionDiffers AAPL"])
        expect(yield* runs).toMatchObject([{ said: ["differed", undefined], counts: { differing: 1, opened: 0 } }])
        expect(yield* compared).toEqual(["AAPL differs 10 4"])
      }),
      Stage.layer({ positions: Effect.succeed(listing(held("AAPL", "4"))) })
    ))

  it("is kept for 30 days", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* settled
        yield* reconciled
        yield* TestClock.adjust("29 days")
        yield* reconciled
        yield* forgetOldRuns
        expect(yield* runs).toHaveLength(2)
        yield* TestClock.adjust("2 days")
        yield* forgetOldRuns
        expect(yield* runs).toHaveLength(1)
        expect(yield* compared).toEqual(["AAPL agrees 10 10"])
      }),
      Stage.layer({ positions: Effect.succeed(listing(held("AAPL", "10"))) })
    ))
})
