import { Clock as Ticks, Effect, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import { Need } from "../../src/books/Need.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { BrokerReadFailed, type BrokerService } from "../../src/ports/Broker.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import { InstrumentTable } from "../../src/records/Instrument.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import type { TradeInput } from "../../src/records/Trade.ts"
import { inTurn } from "../../src/services/accountwise.ts"
import { watchBlocked } from "../../src/services/BlockedPositions.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as pacing from "../../src/services/pacing.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as ShortSales from "../../src/services/ShortSales.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import { answered } from "../answered.ts"
import * as Stage from "./Stage.ts"

type Lending = boolean | "not said" | "not traded" | "no answer" | "never"

const blocks = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap((each) => (each.closedAt === undefined ? [`${each.subject}: ${evidenceOf(each)}`] : []))
)

const instrumentSaying =
  (lending: Lending): BrokerService["instrument"] =>
  (symbol) => {
    if (lending === "never") return Effect.never
    if (lending === "not traded") return Effect.succeed({ ...Stage.known(symbol), tradable: false })
    if (lending === "no answer")
      return Effect.fail(new BrokerReadFailed({ operation: "instrument", kind: "network", detail: "it is away" }))
    return Effect.succeed({ ...Stage.known(symbol), shortable: lending === "not said" ? undefined : lending })
  }

interface Says {
  lending: Lending
  isHalted: boolean | undefined
  asked: Array<string>
}

/** An account whose broker says what `says` has by then, and which symbols it was asked about. */
const playing = (says: Says, test: Parameters<typeof Stage.play>[0]) =>
  Stage.play(
    Effect.zipRight(Effect.zipRight(Stage.opened(), Stage.driving), test),
    Stage.layer({
      instrument: (symbol) =>
        Effect.suspend(() => {
          says.asked.push(`instrument ${symbol}`)
          return instrumentSaying(says.lending)(symbol)
        }),
      quote: (symbol) =>
        Effect.sync(() => {
          says.asked.push(`quote ${symbol}`)
          return { symbol, isHalted: says.isHalted }
        })
    })
  )

const says = (lending: Lending = true, isHalted: boolean | undefined = false): Says => ({
  lending,
  isHalted,
  asked: []
})

const sale = (id: string, shares: string, symbol?: string): TradeInput => ({
  ...Stage.trade(id, shares, symbol),
  side: "sell"
})

const readingsIn = ({ asked }: Says): number => asked.filter((each) => each.startsWith("instrument")).length

const pass = Submission.submitPending(() => Effect.succeed(true))

/** Every order as `side shares status`, with what it waits for. */
const orders = Effect.map(Stage.orders, (all) =>
  all.map(({ heldFor, quantity, side, status, symbol }) =>
    [symbol, side, Decimal.format(quantity), status, ...(heldFor === undefined ? [] : [heldFor])].join(" ")
  )
)

const answers = Effect.map(Reads.all(PositionTable), (all) => all.map(answered))

/** The broker has confirmed what came up in trades. */
const confirmed = (...trades: ReadonlyArray<TradeInput>) =>
  Effect.zipRight(Stage.submit(...trades), Gates.confirmInstruments)

/** The account holds shares that no order of these tests bought. */
const holding = (symbol: string, shares: string) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit("command", {
      account: Stage.account,
      cause: { kind: "command", actor: "test" },
      needs: [Need.Position({ account: Stage.account, symbol: Ticker.make(symbol) })],
      apply: (recorder) =>
        recorder.emit({ _tag: "BaseDeclared", symbol: Ticker.make(symbol), by: Decimal.unsafe(shares), why: "held" })
    })
  )

describe("D2: a broker is asked again whether it lends before a short sale", () => {
  test("what is not lent any more is not sold short, and is once it is lent again", async () => {
    const at = says()
    await playing(
      at,
      Effect.gen(function* () {
        yield* confirmed(sale("t1", "5"))
        at.lending = false
        yield* pass
        expect(yield* orders).toEqual(["AAPL sell 5 cancelled"])
        expect(yield* answers).toEqual(["Refused(ShortNotAllowed)"])
        const again = ShortSales.readRefused(yield* pacing.make<string>(), inTurn)
        at.lending = true
        yield* again
        expect(yield* answers).toEqual(["Refused(ShortNotAllowed)"])
        yield* TestClock.adjust("6 minutes")
        yield* again
        yield* pass
        expect(yield* orders).toEqual(["AAPL sell 5 cancelled", "AAPL sell 5 submitted"])
        expect((yield* Audit.run()).findings).toEqual([])
      })
    )
  })

  test("is asked once in five minutes for a symbol, and for none that nobody sells short", async () => {
    const at = says()
    await playing(
      at,
      Effect.gen(function* () {
        yield* confirmed(sale("t1", "5"), Stage.trade("t2", "1", "MSFT"), sale("t3", "0.1", "NVDA"))
        yield* holding("NVDA", "7")
        yield* Stage.submit(sale("t4", "4.9", "NVDA"))
        at.asked.length = 0
        yield* pass
        expect(at.asked.filter((each) => each.startsWith("instrument"))).toEqual(["instrument AAPL"])
        const { trading } = yield* Ledger
        expect(trading.lendingOf(Stage.account, "MSFT")).toBeUndefined()
        yield* TestClock.adjust("4 minutes")
        yield* ShortSales.readLending(Stage.account, [Ticker.make("AAPL")])
        expect(readingsIn(at)).toBe(1)
        yield* TestClock.adjust("2 minutes")
        yield* ShortSales.readLending(Stage.account, [Ticker.make("AAPL"), Ticker.make("AAPL")])
        expect(readingsIn(at)).toBe(2)
      })
    )
  })

  test.each(["no answer", "never"] as const)(
    "%s: a short sale waits by name, what closes a holding goes at once, and the next reading lets it go",
    async (lending) => {
      const at = says()
      await playing(
        at,
        Effect.gen(function* () {
          yield* confirmed(sale("t1", "5"), sale("t2", "0.1", "NVDA"))
          yield* holding("NVDA", "7")
          yield* Stage.submit(sale("t3", "4.9", "NVDA"))
          at.lending = lending
          const begunMs = yield* Ticks.currentTimeMillis
          const passing = yield* Effect.fork(pass)
          const closed = yield* Stage.until(orders, (all) => all.includes("NVDA sell 5 submitted"))
          expect(closed).not.toContain("AAPL sell 5 submitted")
          expect((yield* Ticks.currentTimeMillis) - begunMs).toBeLessThan(2_000)
          yield* Stage.until(passing.poll, (exit) => exit._tag === "Some")
          expect(yield* orders).toContain("AAPL sell 5 pending LendingUnread")
          const before = readingsIn(at)
          yield* pass
          expect(readingsIn(at)).toBe(before)
          yield* TestClock.adjust("65 seconds")
          yield* watchBlocked
          expect(yield* blocks).toEqual([
            "unsent: O1 is not sent: its broker has not reported whether the symbol can be borrowed"
          ])
          at.lending = true
          yield* TestClock.adjust("10 seconds")
          yield* pass
          expect(yield* orders).toContain("AAPL sell 5 submitted")
          yield* watchBlocked
          expect(yield* blocks).toEqual([])
        })
      )
    }
  )

  test("a sale that closes a part of what is held goes where the broker cannot be asked", async () => {
    const at = says()
    await playing(
      at,
      Effect.gen(function* () {
        yield* confirmed(sale("t1", "0.1"))
        yield* holding("AAPL", "3")
        yield* Stage.submit(sale("t2", "4.9"))
        at.lending = "no answer"
        yield* pass
        expect(yield* orders).toEqual(["AAPL sell 5 submitted"])
      })
    )
  })

  test("two sales of one holding: the second would be short, and waits", async () => {
    const at = says()
    await playing(
      at,
      Effect.gen(function* () {
        yield* confirmed(sale("t1", "0.1"))
        yield* holding("AAPL", "5")
        const direct = { type: "market", timeInForce: "day" } as const
        yield* Stage.submit({ ...sale("d1", "5"), direct }, { ...sale("d2", "5"), direct })
        at.lending = "no answer"
        yield* pass
        expect(yield* orders).toEqual(["AAPL sell 5 submitted", "AAPL sell 5 pending LendingUnread"])
      })
    )
  })

  test("what the broker cannot say leaves what is on record", async () => {
    const at = says("not said")
    await playing(
      at,
      Effect.gen(function* () {
        yield* confirmed(sale("t1", "5"))
        yield* pass
        expect(yield* orders).toEqual(["AAPL sell 5 submitted"])
      })
    )
  })

  test("what the broker no longer trades is not lent, and stays confirmed", async () => {
    const at = says()
    await playing(
      at,
      Effect.gen(function* () {
        yield* confirmed(sale("t1", "5"))
        at.lending = "not traded"
        yield* pass
        expect(yield* answers).toEqual(["Refused(ShortNotAllowed)"])
        expect((yield* Reads.all(InstrumentTable)).map(({ status }) => status)).toEqual(["verified"])
      })
    )
  })

  test("an account that never sells short is not asked for", async () => {
    const at = says()
    await playing(
      at,
      Effect.gen(function* () {
        yield* Stage.opened({ shorting: "never" })
        yield* confirmed(sale("t1", "5"))
        at.asked.length = 0
        yield* pass
        yield* ShortSales.readRefused(yield* pacing.make<string>(), inTurn)
        yield* TestClock.adjust("2 minutes")
        yield* ShortSales.readRefused(yield* pacing.make<string>(), inTurn)
        expect(at.asked).toEqual([])
      })
    )
  })
})

describe("D2: a market order of a symbol that its broker calls halted", () => {
  test("waits by name, asks no more often than once in ten seconds, and goes once the broker says that it trades", async () => {
    const at = says(true, true)
    await playing(
      at,
      Effect.gen(function* () {
        yield* confirmed(Stage.trade("t1", "5"))
        yield* Effect.repeatN(pass, 5)
        expect(yield* orders).toEqual(["AAPL buy 5 pending HaltedAtBroker"])
        expect(at.asked.filter((each) => each.startsWith("quote"))).toHaveLength(1)
        yield* TestClock.adjust("11 seconds")
        at.isHalted = undefined
        yield* pass
        expect(yield* orders).toEqual(["AAPL buy 5 pending HaltedAtBroker"])
        yield* TestClock.adjust("11 seconds")
        at.isHalted = false
        yield* pass
        expect(yield* orders).toEqual(["AAPL buy 5 submitted"])
        expect((yield* Audit.run()).findings).toEqual([])
      })
    )
  })

  test("waits no longer than a quarter of an hour for a broker that does not say any more", async () => {
    const at = says(true, true)
    await playing(
      at,
      Effect.gen(function* () {
        yield* confirmed(Stage.trade("t1", "5"))
        yield* pass
        at.isHalted = undefined
        yield* TestClock.adjust("14 minutes")
        yield* pass
        expect(yield* orders).toEqual(["AAPL buy 5 pending HaltedAtBroker"])
        yield* TestClock.adjust("2 minutes")
        yield* pass
        expect(yield* orders).toEqual(["AAPL buy 5 submitted"])
      })
    )
  })

  test("of a decision ends unsent: a decision waits for nothing", async () => {
    const at = says(true, true)
    await playing(
      at,
      Effect.gen(function* () {
        const { reason, status } = yield* Effect.provide(Stage.executed(), Decisions.layer)
        expect([status, reason]).toEqual(["failed", "Refused, halted at broker: a decision does not wait"])
      })
    )
  })
})
