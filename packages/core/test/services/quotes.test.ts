import { Clock as Ticks, Effect, Layer, TestClock, type Scope } from "effect"
import { describe, expect, test } from "vitest"
import { defaultSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import type { Quote } from "../../src/values/Quote.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { BrokerReadFailed, type BrokerService } from "../../src/ports/Broker.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { inTurn } from "../../src/services/accountwise.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import * as Gates from "../../src/services/Gates.ts"
import { Health } from "../../src/services/Health.ts"
import * as pacing from "../../src/services/pacing.ts"
import * as Quotes from "../../src/services/Quotes.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Instant from "../../src/values/Instant.ts"
import type { TradeInput } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

type Quoting = NonNullable<BrokerService["quote"]>

const quoting =
  (price: string, agoMs = 0): Quoting =>
  (symbol) =>
    Effect.map(Ticks.currentTimeMillis, (millis): Quote => ({
      symbol,
      last: { price: Decimal.unsafe(price), at: Instant.fromMillis(millis - agoMs) }
    }))

const unreachable: Quoting = () =>
  Effect.fail(new BrokerReadFailed({ operation: "quote", kind: "network", detail: "no connection" }))

/** A broker whose quotes are what `says` says by then, and how often it was asked. */
const broker = (says: { quote: Quoting; asked: number }): Partial<BrokerService> => ({
  capabilities: {
    ...Stage.capabilities,
    supportedOrders: [{ session: "regular", types: ["market", "limit"], timesInForce: ["day"] }]
  },
  quote: (symbol) =>
    Effect.suspend(() => {
      says.asked += 1
      return says.quote(symbol)
    })
})

const A_YEAR_MS = 365 * 86_400_000

/** A new account that sets no limits of its own, with a broker that quotes so; a year has passed since any trade of these tests. */
const withQuotes = (
  quote: Quoting | undefined,
  body: (says: {
    quote: Quoting
    asked: number
  }) => Effect.Effect<void, unknown, Scope.Scope | Layer.Layer.Success<ReturnType<typeof layerOf>>>
) => {
  const says = { quote: quote ?? unreachable, asked: 0 }
  const begun = Effect.zipRight(TestClock.adjust(A_YEAR_MS), Effect.zipRight(opened, body(says)))
  return Stage.play(Effect.provide(begun, layerOf(quote === undefined ? {} : broker(says))))
}

const opened = Effect.zipRight(Stage.opened({ liftedLimits: [] }), Stage.driving)

const layerOf = (parts: Partial<BrokerService>) => Decisions.layer.pipe(Layer.provideMerge(Stage.layer(parts)))

const buy = (shares: string, parts: Parameters<typeof Stage.decided>[0] = {}) =>
  Effect.map(Stage.executed({ quantity: Quantity.unsafe(shares), ...parts }), ({ control, reason, status }) =>
    status === "failed" ? (control ?? reason) : status
  )

const priceless: TradeInput = { ...Stage.trade("t1", "10"), price: undefined }

const answer = Effect.map(Reads.all(PositionTable), ([position]) => answered(position))

describe("D3: what a broker quotes judges where no trade said a fresh price", () => {
  test("MaxNotional: an order of more than 100,000 dollars by it is refused, one within goes, with the price on record", () =>
    withQuotes(quoting("150"), () =>
      Effect.gen(function* () {
        expect(yield* buy("667")).toBe("MaxNotional")
        expect(yield* buy("666")).toBe("submitted")
        const [, sent] = yield* Stage.orders
        expect([sent?.referencePrice && Decimal.format(sent.referencePrice), sent?.referenceSource]).toEqual([
          "150",
          "stage quote"
        ])
      })
    ))

  test("MaxNotional: a sale far below the market is worth what the market says", () =>
    withQuotes(quoting("150"), () =>
      Effect.gen(function* () {
        const far = { side: "sell", orderType: "limit", limitPrice: Price.unsafe("0.01") } as const
        expect(yield* buy("667", far)).toBe("MaxNotional")
      })
    ))

  test("NoReferencePrice: without any price nothing goes, whether the broker has no quotes, gives none, or cannot be reached", async () => {
    const none = Effect.gen(function* () {
      expect(yield* buy("1")).toBe("NoReferencePrice")
      expect(yield* Stage.statuses).toEqual(["failed"])
    })
    await withQuotes(undefined, () => none)
    await withQuotes(quoting("-150"), () => none)
    await withQuotes(unreachable, () => none)
  })

  test("FILL-12: one that came after an order was sent is of after it, also where the clock was set back between the two", () =>
    withQuotes(quoting("150"), () =>
      Effect.gen(function* () {
        yield* buy("1")
        yield* TestClock.adjust("2 seconds")
        yield* Stage.submit({
          ...Stage.trade("t1", "10"),
          tradedAt: Instant.fromMillis(yield* Ticks.currentTimeMillis)
        })
        yield* TestClock.setTime((yield* Ticks.currentTimeMillis) - 60_000)
        yield* Quotes.askForDecision(AccountName.make("paper"), Ticker.make("MSFT"))
        const { quotes } = yield* Ledger
        const quoted = quotes.of(AccountName.make("paper"), "MSFT")
        const [sent] = yield* Stage.orders
        expect(Number(quoted._tag === "Priced" && quoted.receivedAt)).toBeGreaterThan(Number(sent?.sentAt))
      })
    ))

  test("a broker that never answers is waited for two seconds, and health says so", () =>
    withQuotes(
      () => Effect.never,
      () =>
        Effect.gen(function* () {
          const deciding = yield* Effect.fork(buy("1"))
          yield* Stage.until(deciding.poll, (exit) => exit._tag === "Some")
          expect(yield* deciding).toBe("NoReferencePrice")
          const parts = yield* Effect.flatMap(Health, (health) => health.all)
          expect(parts.find(({ part }) => part === "quotes paper")?.isWell).toBe(false)
        })
    ))

  test("is asked for once in ten seconds, however many orders there are; FILL-12: where a trade brought a fresh price once in a quarter of an hour, for the band", () =>
    withQuotes(quoting("150"), (says) =>
      Effect.gen(function* () {
        yield* Effect.forEach(["1", "2", "3"], (shares) => buy(shares))
        expect(says.asked).toBe(1)
        yield* TestClock.adjust("10 seconds")
        yield* buy("4", { strategy: "another" })
        expect(says.asked).toBeLessThanOrEqual(2)
        const before = says.asked
        const tradedAt = Instant.fromMillis(yield* Ticks.currentTimeMillis)
        yield* Stage.submit({ ...Stage.trade("t1", "10", "MSFT"), tradedAt })
        yield* Gates.confirmInstruments
        yield* Submission.submitPending(() => Effect.succeed(true))
        expect(yield* Stage.statuses).toContain("submitted")
        expect(says.asked).toBe(before + 1)
        yield* TestClock.adjust("1 minute")
        const priced = (yield* Stage.orders).filter(({ symbol }) => symbol === "MSFT")
        yield* Quotes.askBeforeSend(yield* Reads.account(Stage.account), priced)
        expect([priced.length, says.asked]).toEqual([1, before + 1])
      })
    ))

  test("what is owed waits while the broker cannot be reached, and goes on with its first quote", () =>
    withQuotes(unreachable, (says) =>
      Effect.gen(function* () {
        const asked = yield* pacing.make<string>()
        const pass = Quotes.askForWaiting(asked, inTurn)
        yield* Stage.submit(priceless)
        yield* Gates.confirmInstruments
        yield* pass
        expect(yield* answer).toBe("Refused(NoReferencePrice)")
        expect(yield* Stage.orders).toEqual([])
        says.quote = quoting("150")
        yield* TestClock.adjust("1 minute")
        yield* pass
        expect(yield* answer).toBe("Ordered(O1)")
        expect(says.asked).toBe(2)
      })
    ))

  test("the last trade of before a weekend judges the default limits, and no limit of the account's own", () =>
    withQuotes(quoting("150", 3 * 86_400_000), () =>
      Effect.gen(function* () {
        expect(yield* buy("667")).toBe("MaxNotional")
        expect(yield* buy("666")).toBe("submitted")
        yield* Stage.opened({ liftedLimits: [], maxOrderNotional: Quantity.unsafe("90000") })
        expect(yield* buy("1")).toBe("NoReferencePrice")
      })
    ))

  test("of a price ten times from the last that trades brought the higher judges, and it makes no shares of dollars", () =>
    withQuotes(quoting("0.15"), () =>
      Effect.gen(function* () {
        yield* Stage.submit({ ...Stage.trade("t1", "0.1"), price: Price.unsafe("150") })
        expect(yield* buy("667")).toBe("MaxNotional")
        expect(yield* buy("666")).toBe("submitted")
        const dollars = { quantity: undefined, notional: Decimal.unsafe("1000") }
        expect(yield* Effect.map(Stage.executed(dollars), ({ control }) => control)).toBe("NoReferencePrice")
      })
    ))

  test("what one account's broker quotes says nothing of another account", () =>
    withQuotes(quoting("150"), (says) =>
      Effect.gen(function* () {
        yield* buy("1")
        says.quote = unreachable
        const other = AccountName.make("other")
        yield* Effect.flatMap(Commands, (commands) => commands.setAccount(other, defaultSettings, "test"))
        yield* Stage.drivingOf(other)
        const decisions = yield* Decisions.Decisions
        const input = { symbol: Ticker.make("AAPL"), side: "buy", quantity: Quantity.unsafe("1") } as const
        const { id } = yield* decisions.decide(other, input)
        expect((yield* decisions.execute(id)).control).toBe("NoReferencePrice")
      })
    ))
})
