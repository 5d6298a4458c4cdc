import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import * as Reads from "../../src/services/Reads.ts"
import { reconcile } from "../../src/services/Reconciliation.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const AAPL = Ticker.make("AAPL")
const EXECUTED = Instant.make(1_000_000n)

const common = {
  account: Stage.account,
  asOf: EXECUTED,
  asOfKind: "broker",
  brokerOrderId: Stage.otherId,
  clientOrderId: undefined,
  symbol: AAPL,
  side: "buy"
} as const

/** An order of four is filled, by the broker's total and these executions; the broker holds two. */
const filledBy = (...executions: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    yield* Stage.opened()
    yield* Stage.driving
    yield* TestClock.adjust("1 minute")
    const [quantity, cumulative] = [Quantity.unsafe("4"), Decimal.unsafe("4")]
    const end = { rawStatus: "filled", state: { _tag: "Closed", kind: "filled" } } as const
    yield* Stage.book({
      _tag: "OrderSeen",
      ...common,
      ...end,
      quantity,
      cumulative,
      averagePrice: undefined,
      executionsRead: false
    })
    for (const [i, each] of executions.entries()) {
      const execId = { execId: `e${i}.1`, execIdBase: `e${i}`, revision: 1 }
      const what = { quantity: Decimal.unsafe(each), price: Price.unsafe("100"), executedAt: EXECUTED }
      yield* Stage.book({ _tag: "Executed", ...common, ...execId, ...what })
    }
    yield* TestClock.adjust("1 minute")
    yield* reconcile(Stage.account)
    const evidence = (yield* Reads.all(BreakTable)).flatMap((each) =>
      each.kind === "PositionDiffers" ? evidenceOf(each) : []
    )
    return evidence.join()
  })

const holdsTwo = Stage.layer({
  positions: Effect.succeed({
    complete: true,
    holdings: [{ symbol: "AAPL", quantity: Decimal.unsafe("2"), averagePrice: undefined }]
  })
})

describe("P9: what would explain that the books hold twice as much as the broker", () => {
  it.each([
    [["2", "2"], "an execution of O1 has the same quantity"],
    [["2"], "O1 filled the same quantity without an execution"],
    [["1", "3"], "a split of 1 for 2 would explain it"]
  ])("of an order of 4 with executions of %j: %s", (executions, words) =>
    Stage.play(
      Effect.map(filledBy(...executions), (evidence) => expect(evidence).toContain(words)),
      holdsTwo
    )
  )
})
