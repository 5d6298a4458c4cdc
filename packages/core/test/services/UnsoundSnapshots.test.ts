import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { pin } from "../../src/rules/account/pin.ts"
import { Need } from "../../src/books/Need.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { BrokerReadFailed, type HoldingsListed, type OrderListing } from "../../src/ports/Broker.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import { Commands } from "../../src/services/Commands.ts"
import { reconcile } from "../../src/services/Reconciliation.ts"
import * as Reads from "../../src/services/Reads.ts"
import { sweep } from "../../src/services/Sweep.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const AAPL = Ticker.make("AAPL")
const EXECUTED = Instant.make(1_000_000n)

const held = (symbol: string, quantity: string) => ({
  symbol,
  quantity: Decimal.unsafe(quantity),
  averagePrice: undefined
})

const sound: HoldingsListed = { complete: true, holdings: [held("AAPL", "10")] }

/** Nine of AAPL that were held before, and one that another program bought; the broker's account is `A1`. */
const settled = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Stage.driving
  yield* TestClock.adjust("1 minute")
  const { account } = Stage
  const commands = yield* Commands
  const base = { _tag: "AdjustPosition", symbol: AAPL, as: "base", by: Decimal.unsafe("9"), price: undefined } as const
  yield* commands.perform({ id: "held", account, actor: "test", reason: "test", command: base })
  const ledger = yield* Ledger
  yield* ledger.submit("command", {
    account,
    cause: { kind: "command", actor: "test" },
    needs: [Need.Account({ account })],
    apply: (recorder) => pin(recorder, "A1")
  })
  const common = {
    account,
    asOf: EXECUTED,
    asOfKind: "broker",
    brokerOrderId: Stage.otherId,
    clientOrderId: undefined,
    symbol: AAPL,
    side: "buy"
  } as const
  yield* Stage.book({
    _tag: "OrderSeen",
    ...common,
    quantity: Quantity.unsafe("1"),
    rawStatus: "filled",
    state: { _tag: "Closed", kind: "filled" },
    cumulative: Decimal.unsafe("1"),
    averagePrice: undefined,
    executionsRead: false
  })
  yield* Stage.book({
    _tag: "Executed",
    ...common,
    execId: "e1.1",
    execIdBase: "e1",
    revision: 1,
    quantity: Decimal.unsafe("1"),
    price: Price.unsafe("100"),
    executedAt: EXECUTED
  })
})

/** How the broker's listing may be unsound: each holds what would look like a difference, were it judged. */
const unsound = [
  ["truncated", { complete: false, holdings: [] }, "the broker's list of positions is incomplete"],
  [
    "paged inconsistently",
    { complete: true, holdings: [held("AAPL", "10"), held("KO", "1"), held("AAPL", "4")] },
    "the broker lists the position AAPL twice"
  ],
  [
    "of the wrong account",
    { complete: true, holdings: [held("AAPL", "3")], brokerAccountId: "B2" },
    "the broker lists the positions of another account"
  ],
  [
    "stale: of before an execution that the broker has told of",
    { complete: true, holdings: [held("AAPL", "9")], asOf: Instant.addMillis(EXECUTED, -1) },
    "the broker's positions are as of 1970-01-01T00:00:00.999000Z, before its last execution in AAPL"
  ]
] satisfies ReadonlyArray<readonly [string, HoldingsListed, string]>

const openBreaks = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap((each) => (each.closedAt === undefined ? [[each.kind, each.holds, evidenceOf(each)]] : []))
)

describe("a snapshot of positions that is unsound", () => {
  it.each(unsound)("P8: %s: nothing is judged or repaired by it, and a break says so until the next", (_, bad, why) => {
    let listed: HoldingsListed = sound
    return Stage.play(
      Effect.gen(function* () {
        yield* settled
        expect(yield* reconcile(Stage.account)).toMatchObject({ problem: undefined, holdings: [] })
        const before = yield* Reads.all(PositionTable)
        listed = bad
        expect(yield* reconcile(Stage.account)).toMatchObject({ problem: why, agreed: 0, holdings: [] })
        expect(yield* openBreaks).toEqual([["UnsoundSnapshot", "nothing", why]])
        expect(yield* Reads.all(PositionTable)).toEqual(before)
        const count = (yield* Reads.all(BreakTable)).length
        yield* reconcile(Stage.account)
        expect(yield* Reads.all(BreakTable)).toHaveLength(count)
        listed = { ...sound, brokerAccountId: "A1", asOf: EXECUTED }
        yield* reconcile(Stage.account)
        expect(yield* openBreaks).toEqual([])
      }),
      Stage.layer({ positions: Effect.sync(() => listed) })
    )
  })

  it("positions from before beside orders from after: a break holds the symbol, nothing is repaired, and it closes itself", () => {
    let listed: HoldingsListed = sound
    return Stage.play(
      Effect.gen(function* () {
        yield* settled
        listed = { complete: true, holdings: [held("AAPL", "9")] }
        const before = yield* Reads.all(PositionTable)
        expect(yield* reconcile(Stage.account)).toMatchObject({ holdings: [{ symbol: AAPL, outcome: "differs" }] })
        expect(yield* openBreaks).toMatchObject([["PositionDiffers", "symbol", expect.stringContaining("broker 9")]])
        const figures = ({ adopted, base, hedged }: (typeof before)[number]) =>
          [base, hedged, adopted].map(Decimal.format)
        expect((yield* Reads.all(PositionTable)).map(figures)).toEqual(before.map(figures))
        listed = sound
        yield* reconcile(Stage.account)
        expect(yield* openBreaks).toEqual([])
      }),
      Stage.layer({ positions: Effect.sync(() => listed) })
    )
  })

  it("P6, P1: a foreign holding that the broker lists no more is no difference any more, though the books never had it", () => {
    let listed: HoldingsListed = { complete: true, holdings: [held("AAPL", "10"), held("KO", "1")] }
    return Stage.play(
      Effect.gen(function* () {
        yield* settled
        yield* reconcile(Stage.account)
        expect(yield* openBreaks).toMatchObject([["ForeignPosition", "nothing", expect.any(String)]])
        listed = sound
        expect(yield* reconcile(Stage.account)).toMatchObject({ agreed: 2, holdings: [] })
        expect(yield* openBreaks).toEqual([])
      }),
      Stage.layer({ positions: Effect.sync(() => listed) })
    )
  })

  it("P4: what moved between two readings is no difference yet: it is when the next comparison finds it still", () => {
    const readings = [
      [held("AAPL", "10"), held("KO", "1")],
      [held("AAPL", "3"), held("KO", "1")]
    ]
    return Stage.play(
      Effect.gen(function* () {
        yield* settled
        expect((yield* reconcile(Stage.account)).holdings).toMatchObject([
          { symbol: AAPL, outcome: "skipped", why: "the broker held something else of it a moment before" },
          { symbol: "KO", outcome: "foreign" }
        ])
        expect(yield* openBreaks).toMatchObject([["ForeignPosition", "nothing", expect.any(String)]])
        expect((yield* reconcile(Stage.account)).holdings).toMatchObject([
          { symbol: AAPL, outcome: "differs" },
          { symbol: "KO", outcome: "foreign" }
        ])
      }),
      Stage.layer({
        positions: Effect.sync(() => ({
          complete: true,
          holdings: (readings.length > 1 ? readings.shift() : readings[0]) ?? []
        }))
      })
    )
  })

  it("orders of which a part is not listed, or that cannot be read: a break until the next listing, and it is read from as far back", () => {
    const whole: OrderListing = { complete: true, received: [] }
    const part: OrderListing = { complete: false, received: [] }
    const unreadable = new BrokerReadFailed({ operation: "orders", kind: "unreadable", detail: "it ends too early" })
    const asked: Array<Instant.Instant> = []
    let listed: Effect.Effect<OrderListing, BrokerReadFailed> = Effect.succeed(whole)
    return Stage.play(
      Effect.gen(function* () {
        yield* settled
        yield* sweep(Stage.account)
        for (const [bad, why] of [
          [Effect.succeed(part), "the broker's list of orders is incomplete"],
          [Effect.fail(unreadable), "the broker's orders cannot be read: it ends too early"]
        ] as const) {
          yield* TestClock.adjust("1 hour")
          listed = bad
          yield* Effect.ignore(sweep(Stage.account))
          yield* Effect.ignore(sweep(Stage.account))
          expect(yield* openBreaks).toEqual([["UnsoundSnapshot", "nothing", why]])
        }
        listed = Effect.succeed(whole)
        yield* sweep(Stage.account)
        expect(yield* openBreaks).toEqual([])
        const [, second, ...later] = asked
        expect(later.map((from) => from === second)).toEqual([true, true, true, true])
      }),
      Stage.layer({
        orders: ({ from }) => {
          asked.push(from)
          return listed
        }
      })
    )
  })

  it("P8: executions that cannot be read are called so, not orders", () => {
    const unreadable = new BrokerReadFailed({ operation: "fills", kind: "unreadable", detail: "it ends too early" })
    return Stage.play(
      Effect.gen(function* () {
        yield* settled
        yield* Effect.ignore(sweep(Stage.account))
        const why = "the broker's executions cannot be read: it ends too early"
        expect(yield* openBreaks).toEqual([["UnsoundSnapshot", "nothing", why]])
      }),
      Stage.layer({ fills: () => Effect.fail(unreadable) })
    )
  })
})
