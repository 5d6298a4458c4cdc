import { Effect, Either, Fiber, Layer, Option, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import { defaultSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import * as Decision from "../../src/records/Decision.ts"
import { type AttemptId, DecisionId } from "../../src/values/Id.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { AttemptTable } from "../../src/records/Attempt.ts"
import type { OrderTerms } from "../../src/records/OrderTerms.ts"
import { UnsupportedOrder } from "../../src/records/SupportedOrders.ts"
import * as Broker from "../../src/ports/Broker.ts"
import { Clock } from "../../src/ports/Clock.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import { Answer, type Report } from "../../src/records/Report.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import * as Driving from "../../src/services/Driving.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as MarketHours from "../../src/values/MarketHours.ts"
import * as XnysCalendar from "../../src/values/XnysCalendar.ts"
import * as stage from "./Stage.ts"

const KO = Ticker.make("KO")

const wanted = { strategy: "momentum", quantity: Quantity.unsafe("3") } as const

const program = (parts: Partial<Broker.BrokerService> = {}, ground: stage.Ground = {}) =>
  Decisions.layer.pipe(Layer.provideMerge(stage.layer(parts, ground)))

const decided = (parts: Partial<Decision.DecisionInput> = {}) => stage.decided({ ...wanted, ...parts })

const executed = (parts: Partial<Decision.DecisionInput> = {}) => stage.executed({ ...wanted, ...parts })

const seen = ({ reason, status }: Decision.Decision) => (reason === undefined ? status : `${status}: ${reason}`)

const all = Effect.map(Reads.all(Decision.DecisionTable), (every) => every.map(seen))

const answering = (answer: Answer): Partial<Broker.BrokerService> => ({
  prepare: () => stage.prepared((id) => Effect.succeed(stage.answered(id, answer)))
})

const refusing = answering(Answer.Refused({ code: "40310000", words: "insufficient buying power", class: "final" }))

type Program = ReturnType<typeof program>

const play = (body: Effect.Effect<void, unknown, Layer.Layer.Success<Program>>, on: Program = program()) =>
  stage.play(Effect.provide(Effect.zipRight(Effect.zipRight(stage.opened(), stage.driving), body), on))

/** The same beside a daemon that has started. */
const playDriven = (body: Effect.Effect<void, unknown, Layer.Layer.Success<Program>>, on: Program = program()) =>
  stage.play(
    Effect.provide(
      Effect.gen(function* () {
        yield* stage.opened()
        const fiber = yield* Effect.fork(Daemon.run())
        yield* TestClock.adjust("2 seconds")
        yield* body
        yield* Fiber.interrupt(fiber)
      }),
      on
    )
  )

describe("AUD-1: a decision", () => {
  test("is an outbox row: pending until it is executed, market and day where nothing else is said", () =>
    play(
      Effect.gen(function* () {
        const made = yield* decided({ rationale: '{"signal":0.7}' })
        expect([made.status, made.orderType, made.timeInForce, made.rationale]).toEqual([
          "pending",
          "market",
          "day",
          '{"signal":0.7}'
        ])
        expect(yield* stage.orders).toEqual([])
      })
    ))

  test("becomes one direct order that names it, and is submitted when the broker has taken that", () =>
    play(
      Effect.gen(function* () {
        const became = yield* executed()
        expect(became.status).toBe("submitted")
        const [order] = yield* stage.orders
        expect([order?.origin, order?.decisionId, order?.tradeId, order?.status, order?.id]).toEqual([
          "direct",
          became.id,
          undefined,
          "submitted",
          became.orderId
        ])
      })
    ))

  test("AUD-1: is rehearsed without a trace, and its attempt then comes to what was said", () =>
    play(
      Effect.gen(function* () {
        const repository = yield* TradeRepository
        const before = yield* repository.heads
        const input = { ...wanted, symbol: KO, side: "buy" } as const
        const said = yield* Decisions.rehearse(stage.account, input)
        expect([yield* repository.heads, yield* all, yield* stage.orders]).toEqual([before, [], []])
        const became = yield* executed({ symbol: KO })
        const [order] = yield* stage.orders
        expect([said.decision.status, said.order?.quantity]).toEqual([became.status, order?.quantity])
        // A repetition makes no order, and is no worse for having been rehearsed.
        const twice = yield* Decisions.rehearse(stage.account, input)
        expect([twice.order, twice.decision.reason]).toEqual([undefined, (yield* executed({ symbol: KO })).reason])
        expect(twice.decision.status).toBe("failed")
      })
    ))

  test.each<readonly [string, Partial<Decision.DecisionInput>]>([
    ["it names either a quantity or a notional", { quantity: undefined }],
    ["it names either a quantity or a notional", { notional: Decimal.unsafe("5") }],
    ["its notional is not above zero", { quantity: undefined, notional: Decimal.zero }],
    ["a limit order needs a limit price", { orderType: "limit" }],
    ["a market order takes no limit price", { limitPrice: Price.unsafe("5") }]
  ])("that cannot be is refused before it is on record: %s", (problem, parts) =>
    play(
      Effect.gen(function* () {
        expect(yield* Effect.flip(decided(parts))).toEqual(new Decisions.UnsoundDecision({ problem }))
        expect(yield* all).toEqual([])
      })
    )
  )

  test("over a notional buys as many whole shares as its limit price allows", () =>
    play(
      Effect.gen(function* () {
        const limit = { orderType: "limit", limitPrice: Price.unsafe("30") } as const
        yield* executed({ quantity: undefined, notional: Decimal.unsafe("100"), ...limit })
        const [order] = yield* stage.orders
        expect(order === undefined ? "" : Decimal.format(order.quantity)).toBe("3")
        expect(seen(yield* executed({ quantity: undefined, notional: Decimal.unsafe("29.99"), ...limit }))).toContain(
          "NotionalTooSmall"
        )
        const unpriced = yield* executed({ quantity: undefined, notional: Decimal.unsafe("101") })
        expect(seen(unpriced)).toContain("Refused, no reference price")
        expect([unpriced.control, unpriced.orderId]).toEqual(["NoReferencePrice", undefined])
      })
    ))
})

const asPrepared = ({ limitPrice: limit, session, stopPrice, timeInForce, type }: OrderTerms) =>
  [type, limit, stopPrice]
    .map((each) => (each === undefined || typeof each === "string" ? each : Decimal.format(each)))
    .concat(timeInForce, session)
    .join(" ")

describe("FILL-16: a decision says when and how its order leaves", () => {
  const stopAt = Price.unsafe("160")
  const limitPrice = Price.unsafe("140")
  const capabilities: Broker.Capabilities = {
    ...stage.broker().capabilities,
    supportedOrders: [
      { session: "regular", types: ["market", "limit", "stop"], timesInForce: ["day", "gtc", "opg"] },
      { session: "extended", types: ["limit"], timesInForce: ["day"] }
    ]
  }
  const keepingTerms = (kept: Array<OrderTerms>) => program({ capabilities, prepare: stage.keeping(kept) })

  test("a stop and an order of the extended session reach the broker with the terms that were decided", () => {
    const kept: Array<OrderTerms> = []
    return play(
      Effect.gen(function* () {
        yield* executed({ orderType: "stop", stopPrice: stopAt, timeInForce: "gtc" })
        yield* executed({ symbol: KO, orderType: "limit", limitPrice, session: "extended" })
        expect(kept.map(asPrepared)).toEqual(["stop  160 gtc regular", "limit 140  day extended"])
        const orders = yield* stage.orders
        expect(orders.map(({ session, stopPrice }) => [session, stopPrice && Decimal.format(stopPrice)])).toEqual([
          ["regular", "160"],
          ["extended", undefined]
        ])
      }),
      keepingTerms(kept)
    )
  })

  test("what it leaves open its account says, and what neither says is the regular session and the day", () => {
    const kept: Array<OrderTerms> = []
    return play(
      Effect.gen(function* () {
        yield* executed({ symbol: KO })
        yield* stage.opened({ orderSession: "extended", limitOffsetBp: 10, orderLifeSeconds: 60 })
        yield* executed({ orderType: "limit", limitPrice })
        yield* executed({
          orderType: "limit",
          limitPrice,
          quantity: Quantity.unsafe("4"),
          session: "regular",
          timeInForce: "gtc"
        })
        expect(kept.map(asPrepared)).toEqual([
          "market   day regular",
          "limit 140  day extended",
          "limit 140  gtc regular"
        ])
      }),
      keepingTerms(kept)
    )
  })

  test("what its broker does not take is refused with all that it takes, and nothing is on record", () =>
    play(
      Effect.gen(function* () {
        yield* executed()
        const refused = yield* Effect.flip(decided({ session: "extended" }))
        expect(refused).toBeInstanceOf(UnsupportedOrder)
        expect(String(refused)).toContain(
          "the broker takes no market day orders in the extended session; it takes regular: market, limit, stop (day, gtc, opg); extended: limit (day)"
        )
        expect(yield* all).toEqual(["submitted"])
      }),
      keepingTerms([])
    ))

  test("an account whose broker is known not to take its orders is not changed so", () =>
    play(
      Effect.gen(function* () {
        yield* executed()
        const commands = yield* Commands
        const answer = yield* commands.setAccount(
          stage.account,
          { ...defaultSettings, orderSession: "extended" },
          "test"
        )
        expect(answer).toMatchObject({ _tag: "Refused" })
        expect(JSON.stringify(answer)).toContain("takes no market day orders in the extended session")
      }),
      keepingTerms([])
    ))

  const FRIDAY = XnysCalendar.sessionOn("2026-11-27") ?? { opensAt: Instant.make(0n), closesAt: Instant.make(0n) }
  test.each<readonly [string, Partial<Decision.DecisionInput>, minutes: number, leaves: boolean]>([
    ["in the evening of an early close", { session: "extended", orderType: "limit", limitPrice }, 180 + 30 + 239, true],
    ["after its extended session", { session: "extended", orderType: "limit", limitPrice }, 180 + 30 + 240, false],
    ["in the evening, for the regular session", { orderType: "limit", limitPrice }, 180 + 30 + 1, false],
    ["for the opening, three minutes before it", { timeInForce: "opg" }, -3, true],
    ["for the opening, a minute before it", { timeInForce: "opg" }, -1, false]
  ])("an order leaves while the exchange takes it: %s", (_, parts, minutes, leaves) => {
    return play(
      Effect.gen(function* () {
        yield* (yield* Clock).learn(stage.account, MarketHours.xnys)
        yield* TestClock.setTime(Instant.toMillis(Instant.addMillis(FRIDAY.opensAt, minutes * 60_000)))
        const decision = yield* executed(parts)
        expect(seen(decision)).toMatch(leaves ? /^submitted$/ : /^failed: Refused, session closed/)
      }),
      keepingTerms([])
    )
  })
})

describe("AUD-6: one that is not pending", () => {
  test("is refused with a typed error, and nothing is sent again", () =>
    play(
      Effect.gen(function* () {
        const decisions = yield* Decisions.Decisions
        const { id } = yield* executed()
        expect(yield* Effect.flip(decisions.execute(id))).toEqual(
          new Decisions.DecisionNotPending({ id: `D${id}`, status: "submitted" })
        )
        expect(yield* stage.orders).toHaveLength(1)
      })
    ))

  test("is told from one that is unknown", () =>
    play(
      Effect.gen(function* () {
        const decisions = yield* Decisions.Decisions
        expect(yield* Effect.flip(decisions.execute(DecisionId.make(9)))).toEqual(
          new Decisions.UnknownDecision({ id: "D9" })
        )
      })
    ))

  test("is executed once where two ask at the same time", () =>
    play(
      Effect.gen(function* () {
        const decisions = yield* Decisions.Decisions
        const { id } = yield* decided()
        const both = yield* Effect.all([Effect.either(decisions.execute(id)), Effect.either(decisions.execute(id))], {
          concurrency: 2
        })
        expect(both.filter(Either.isRight)).toHaveLength(1)
        expect(yield* stage.orders).toHaveLength(1)
      })
    ))
})

const notSent = (why: string) => Answer.NotSent({ why, retryAfterMs: 1_000 })

/** A broker that keeps the symbol of each request that leaves. */
const counting = (answerOf: (terms: OrderTerms, id: AttemptId) => Answer) => {
  const sent: Array<string> = []
  const parts: Partial<Broker.BrokerService> = {
    prepare: (terms) =>
      stage.prepared((id) =>
        Effect.sync(() => {
          sent.push(terms.symbol)
          return stage.answered(id, answerOf(terms, id))
        })
      )
  }
  return { parts, sent }
}

describe("AUD-2: executing is one attempt", () => {
  test("a decision does not fail because one before it was given up while the broker was read", () => {
    let asked = 0
    const { account } = stage.broker()
    return play(
      Effect.gen(function* () {
        const first = yield* Effect.fork(executed())
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(first)
        expect(seen(yield* executed({ symbol: KO }))).toBe("submitted")
      }),
      program({ account: Effect.suspend(() => (asked++ === 0 ? Effect.never : account)) })
    )
  })

  test.each<readonly [words: string, answer: Answer]>([
    [
      "insufficient buying power",
      Answer.Refused({ code: "40310000", words: "insufficient buying power", class: "final" })
    ],
    ["rate limit exceeded (local)", notSent("rate limit exceeded (local)")],
    ["too many requests (429)", notSent("too many requests (429)")],
    ["connect ECONNREFUSED", Answer.NotSent({ why: "connect ECONNREFUSED", retryAfterMs: undefined })]
  ])(
    "what the broker does not take has failed with its words, and no error; it was sent once, and never goes again: %s",
    (words, answer) => {
      const { parts, sent } = counting(() => answer)
      return playDriven(
        Effect.gen(function* () {
          expect(seen(yield* executed())).toBe(`failed: ${words}`)
          yield* TestClock.adjust("2 minutes")
          expect([yield* stage.statuses, yield* all, sent]).toEqual([["rejected"], [`failed: ${words}`], ["AAPL"]])
          expect((yield* Reads.all(AttemptTable)).map(({ number }) => number)).toEqual([1])
        }),
        program(parts)
      )
    }
  )

  test("W11: where a timer fires before its time, what is left until a refusal may be confirmed is waited for again", () => {
    const coarseNow = Effect.clockWith((clock) =>
      Effect.map(clock.currentTimeMillis, (ms) => Instant.fromMillis(Math.floor(ms / 7) * 7))
    )
    const capabilities = { ...stage.broker().capabilities, clientOrderIds: false, uniqueClientOrderIds: false }
    return play(
      Effect.gen(function* () {
        const asked = yield* Effect.fork(executed())
        yield* TestClock.adjust("5 seconds")
        expect(yield* asked.poll).toEqual(Option.none())
        yield* TestClock.adjust("1 second")
        expect(seen(yield* Fiber.join(asked))).toBe("failed: insufficient buying power")
      }),
      program({ ...refusing, capabilities, lookup: undefined }, { now: coarseNow })
    )
  })

  test("a daemon executes what is asked of it in the order of the decisions: one that fails is left, and the next one goes", () => {
    const [first, second, third] = [Ticker.make("PG"), KO, Ticker.make("AAPL")]
    const { parts, sent } = counting(({ symbol }, id) =>
      symbol === second ? notSent("too many requests (429)") : stage.taken(id)
    )
    return playDriven(
      Effect.gen(function* () {
        const made = yield* Effect.forEach([first, second, third], (symbol) => decided({ symbol }))
        yield* Effect.forEach(made, Decisions.ask)
        yield* stage.until(all, (every) => every.every((each) => each !== "pending"))
        yield* TestClock.adjust("2 minutes")
        expect(yield* all).toEqual(["submitted", "failed: too many requests (429)", "submitted"])
        expect(sent).toEqual([first, second, third])
      }),
      program(parts)
    )
  })

  test("decisions of one account are sent in the order of their arrival, each when the one before has its outcome", () => {
    const sent: Array<string> = []
    const slow: Partial<Broker.BrokerService> = {
      prepare: ({ symbol }) =>
        stage.prepared((id) =>
          Effect.gen(function* () {
            sent.push(`${symbol} leaves`)
            yield* Effect.sleep("3 seconds")
            sent.push(`${symbol} answered`)
            return stage.answered(id, Answer.Refused({ code: "1", words: "no", class: "final" }))
          })
        )
    }
    return play(
      Effect.gen(function* () {
        const symbols = ["AAPL", "KO", "PG"].map((each) => Ticker.make(each))
        const fiber = yield* Effect.fork(
          Effect.forEach(symbols, (symbol) => executed({ symbol }), { concurrency: "unbounded" })
        )
        yield* TestClock.adjust("20 seconds")
        expect((yield* Fiber.join(fiber)).map(seen)).toEqual(["failed: no", "failed: no", "failed: no"])
        expect(sent).toEqual(["AAPL", "KO", "PG"].flatMap((symbol) => [`${symbol} leaves`, `${symbol} answered`]))
      }),
      program(slow)
    )
  })
})

const unknown = Answer.Unknown({ why: "no answer in time", candidate: undefined })

const doubtful = (
  parts: Partial<Broker.BrokerService>,
  checks: Effect.Effect<void, unknown, Layer.Layer.Success<Program>>
) =>
  playDriven(
    Effect.gen(function* () {
      expect((yield* executed()).status).toBe("submitted")
      expect(yield* stage.statuses).toEqual(["in_doubt"])
      yield* checks
    }),
    program({ ...answering(unknown), ...parts })
  )

describe("after a doubtful send", () => {
  test("it is looked for twice, five seconds apart, and has failed when both find nothing; it is never sent again", () => {
    const looked: Array<number> = []
    const sends: Array<number> = []
    const lookup = () =>
      Effect.flatMap(
        Effect.clockWith((clock) => clock.currentTimeMillis),
        (at) => {
          looked.push(at)
          return stage.notFound()
        }
      )
    const prepare = () =>
      stage.prepared((id) => {
        sends.push(id)
        return Effect.succeed(stage.answered(id, unknown))
      })
    return doubtful(
      { lookup, prepare },
      Effect.gen(function* () {
        yield* TestClock.adjust("4 seconds")
        expect(looked).toEqual([])
        yield* stage.until(all, ([first]) => first?.startsWith("failed") === true)
        expect(yield* all).toEqual(["failed: not found at the broker in 2 look-ups"])
        yield* TestClock.adjust("2 minutes")
        expect(looked).toHaveLength(2)
        const [first = 0, second = 0] = looked
        expect(first).toBeGreaterThanOrEqual(7_000)
        expect(second - first).toBeGreaterThanOrEqual(5_000)
        expect(sends).toHaveLength(1)
      })
    )
  })

  test("it stays with a break where client order ids are not unique, until its absence is proven", () =>
    doubtful(
      { capabilities: { ...stage.broker().capabilities, uniqueClientOrderIds: false } },
      Effect.gen(function* () {
        yield* TestClock.adjust("40 seconds")
        expect(yield* stage.statuses).toEqual(["in_doubt"])
        expect(yield* all).toEqual(["submitted"])
        yield* TestClock.adjust("2 minutes")
        expect((yield* stage.orders).map(({ code }) => code)).toEqual(["NotPlaced"])
        expect(yield* all).toEqual(["failed: its broker never received it"])
      })
    ))
})

const perform = (id: string, command: Parameters<typeof Commands.Service.perform>[0]["command"]) =>
  Effect.flatMap(Commands, (commands) =>
    commands.perform({ id, account: stage.account, actor: "test", reason: "test", command })
  )

describe("what stands before a decision ends it, naming the control", () => {
  test("a halt", () =>
    play(
      Effect.gen(function* () {
        yield* perform("c1", { _tag: "Halt", scope: { _tag: "WholeAccount" } })
        expect(seen(yield* executed())).toContain("failed: Refused, halted")
      })
    ))

  test("a market that is closed: it does not wait until that opens", () =>
    play(
      Effect.gen(function* () {
        const clock = yield* Clock
        const tomorrow = Instant.make(86_400_000_000n)
        const session = { opensAt: tomorrow, closesAt: Instant.addMillis(tomorrow, 3_600_000) }
        yield* clock.learn(stage.account, MarketHours.ofSessions("stage", [session]) ?? MarketHours.xnys)
        expect(seen(yield* executed())).toMatch(/^failed: Refused, session closed/)
        yield* TestClock.adjust("25 hours")
        expect(yield* stage.statuses).toEqual(["failed"])
      })
    ))

  test("an order in doubt of the same instrument; other instruments go on", () =>
    play(
      Effect.gen(function* () {
        yield* executed()
        expect(seen(yield* executed({ strategy: "other" }))).toMatch(/^failed: Refused, unconfirmed order ahead \(O1\)/)
        expect(seen(yield* executed({ symbol: KO }))).toBe("submitted")
      }),
      program(answering(Answer.Unknown({ why: "reset", candidate: undefined })))
    ))

  test("D5: a live order of the other side; it is refused and waits for nothing", () =>
    play(
      Effect.gen(function* () {
        yield* executed()
        expect(seen(yield* executed({ side: "sell" }))).toMatch(/^failed: Refused, order on the other side \(O1\)/)
        expect(yield* stage.statuses).toEqual(["submitted", "failed"])
      })
    ))

  test("D5: a live order of the other side; where the account says so it waits, and goes when that has ended", () => {
    const ended = { asOf: Instant.make(9n), rawStatus: "filled", state: { _tag: "Closed", kind: "filled" } } as const
    return playDriven(
      Effect.gen(function* () {
        yield* stage.opened({ crossing: "wait" })
        yield* executed()
        const [first] = yield* stage.orders
        if (first === undefined) return yield* Effect.dieMessage("no order")
        expect(seen(yield* executed({ side: "sell" }))).toBe("submitted")
        yield* TestClock.adjust("5 seconds")
        expect(yield* stage.statuses).toEqual(["submitted", "pending"])
        yield* stage.book({ ...stage.seen(first), ...ended, cumulative: first.quantity, averagePrice: first.quantity })
        yield* stage.until(stage.statuses, ([, second]) => second === "submitted")
      })
    )
  })

  test("the same intent within a minute, unless the first has failed", () =>
    play(
      Effect.gen(function* () {
        yield* executed()
        const repeated = yield* executed()
        expect(seen(repeated)).toMatch(/^failed: Refused, duplicate intent.*D1/)
        expect(repeated.control).toBe("DuplicateIntent")
        expect(seen(yield* executed({ strategy: "other" }))).toBe("submitted")
        yield* TestClock.adjust("1 minute")
        expect(seen(yield* executed())).toBe("submitted")
      })
    ))

  test("the same intent is free again where the broker refused it", () =>
    play(
      Effect.gen(function* () {
        yield* executed()
        expect(seen(yield* executed())).toBe("failed: insufficient buying power")
      }),
      program(refusing)
    ))

  test("an instrument that the broker cannot confirm", () =>
    play(
      Effect.gen(function* () {
        const said = seen(yield* executed())
        expect(said).toContain("failed: Refused, instrument unverified")
      }),
      program({
        instrument: () =>
          Effect.fail(new Broker.BrokerReadFailed({ operation: "instrument", kind: "unreadable", detail: "html" }))
      })
    ))
})

const report = (parts: Partial<Extract<Report, { readonly _tag: "OrderSeen" }>>) =>
  Effect.flatMap(stage.orders, ([order]) =>
    order === undefined ? Effect.die("no order") : stage.book({ ...stage.seen(order), executionsRead: true, ...parts })
  )
const fill = (quantity: string) =>
  stage.book({
    _tag: "Executed",
    account: stage.account,
    asOf: Instant.make(4n),
    asOfKind: "broker",
    execId: "e1",
    execIdBase: "e1",
    revision: 0,
    brokerOrderId: stage.theirId,
    clientOrderId: undefined,
    symbol: "AAPL",
    side: "buy",
    quantity: Decimal.unsafe(quantity),
    price: Price.unsafe("150"),
    executedAt: Instant.make(4n)
  })

describe("what becomes of its order becomes of the decision", () => {
  test("filled: executed", () =>
    play(
      Effect.gen(function* () {
        yield* executed()
        yield* fill("3")
        expect(yield* all).toEqual(["executed"])
      })
    ))

  test("ended with a part filled: executed, with that quantity", () =>
    play(
      Effect.gen(function* () {
        yield* executed()
        yield* fill("1")
        expect(yield* all).toEqual(["submitted"])
        yield* report({
          state: { _tag: "Closed", kind: "cancelled" },
          cumulative: Decimal.unsafe("1"),
          asOf: Instant.make(9n)
        })
        const [said] = yield* all
        expect(said).toMatch(/^executed: .*1 of 3 filled$/)
      })
    ))

  test("ended without a fill: failed", () =>
    play(
      Effect.gen(function* () {
        yield* executed()
        yield* report({ state: { _tag: "Closed", kind: "expired" }, asOf: Instant.make(9n) })
        const [said] = yield* all
        expect(said).toMatch(/^failed/)
      })
    ))
})

describe("a daemon", () => {
  test("shows what it finds pending and executes nothing of it by itself; what is asked for from then on it works off", () =>
    stage.play(
      Effect.provide(
        Effect.gen(function* () {
          yield* stage.opened()
          const first = yield* decided()
          yield* Decisions.ask(first)
          const fiber = yield* Effect.fork(Daemon.run())
          yield* TestClock.adjust("30 seconds")
          expect(yield* all).toEqual(["pending"])
          const second = yield* decided({ symbol: KO })
          yield* TestClock.adjust("30 seconds")
          expect(yield* all).toEqual(["pending", "pending"])
          yield* Decisions.ask(second)
          yield* stage.until(all, ([, other]) => other !== "pending")
          expect(yield* all).toEqual(["pending", "submitted"])
          yield* Decisions.ask(first)
          yield* stage.until(all, ([one]) => one !== "pending")
          yield* Fiber.interrupt(fiber)
        }),
        program()
      )
    ))

  test("works off what was asked of it while it was still starting: from the moment on at which its lease is seen", () =>
    stage.play(
      Effect.provide(
        Effect.scoped(
          Effect.gen(function* () {
            yield* stage.opened()
            const driving = yield* Driving.open(Driving.unnamed)
            yield* driving.take(stage.account)
            yield* Decisions.ask(yield* decided())
            yield* Effect.forkScoped(Daemon.drive(driving))
            yield* stage.until(all, ([one]) => one !== "pending")
            expect(yield* all).toEqual(["submitted"])
          })
        ),
        program()
      )
    ))

  test("AUD-2: fails no decision because its broker is still being read: it is sent when that is done", () =>
    stage.play(
      Effect.provide(
        Effect.gen(function* () {
          yield* stage.opened()
          yield* Effect.forkScoped(Daemon.run())
          yield* TestClock.adjust("16 seconds")
          yield* Decisions.ask(yield* decided())
          yield* TestClock.adjust("2 seconds")
          expect(yield* all).toEqual(["pending"])
          yield* stage.until(all, ([one]) => one !== "pending")
          expect(yield* all).toEqual(["submitted"])
        }),
        program({ account: Effect.delay(stage.broker().account, "20 seconds") })
      )
    ))

  test("AUD-2: fails a decision whose broker was tried and could not be read, and says so", () => {
    const unread = new Broker.BrokerReadFailed({ operation: "account", kind: "unauthorised", detail: "no" })
    return stage.play(
      Effect.provide(
        Effect.gen(function* () {
          yield* stage.opened()
          yield* Effect.forkScoped(Daemon.run())
          yield* TestClock.adjust("2 seconds")
          yield* Decisions.ask(yield* decided())
          yield* stage.until(all, ([one]) => one !== "pending")
          expect(yield* all).toEqual(["failed: the broker could not be read: nothing is sent before it was"])
        }),
        program({ account: Effect.fail(unread) })
      )
    )
  })

  test("AUD-2: executes the decisions of one account while the broker of another gives no answer", () => {
    const silent = AccountName.make("silent")
    return stage.play(
      Effect.provide(
        Effect.gen(function* () {
          yield* stage.opened()
          yield* Effect.flatMap(Commands, (commands) => commands.setAccount(silent, defaultSettings, "test"))
          yield* Effect.forkScoped(Daemon.run())
          yield* TestClock.adjust("20 seconds")
          yield* Decisions.ask(yield* Decisions.decide(silent, { symbol: KO, side: "buy", ...wanted }))
          yield* TestClock.adjust("5 seconds")
          yield* Decisions.ask(yield* decided({ symbol: KO }))
          yield* TestClock.adjust("5 seconds")
          expect(yield* all).toEqual(["pending", "submitted"])
        }),
        program({}, { partsOf: (name) => (name === silent ? { account: Effect.never } : {}) })
      )
    )
  })

  test("that drives nothing executes nothing, and the decision stays pending", () =>
    stage.play(
      Effect.provide(
        Effect.gen(function* () {
          yield* stage.opened()
          const failure = yield* Effect.flip(executed())
          expect(failure._tag).toBe("NotDriven")
          expect(yield* all).toEqual(["pending"])
        }),
        program()
      )
    ))
})
