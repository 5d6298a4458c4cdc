import { Effect, Layer } from "effect"
import { describe, expect, test } from "vitest"
import type { AccountSettings } from "../../src/records/Account.ts"
import { DecisionTable, type DecisionInput } from "../../src/records/Decision.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import type { NotionalTerms } from "../../src/records/OrderTerms.ts"
import { PositionTable, holdingsOf } from "../../src/records/Position.ts"
import { Reference } from "../../src/values/Reference.ts"
import type * as Broker from "../../src/ports/Broker.ts"
import { PriceReference } from "../../src/ports/PriceReference.ts"
import { Answer, type Answered, type Executed, type OrderSeen } from "../../src/records/Report.ts"
import * as Audit from "../../src/services/Audit.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import * as Doubts from "../../src/services/Doubts.ts"
import { BreakTable } from "../../src/records/Break.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as stage from "./Stage.ts"

const AAPL = Ticker.make("AAPL")
const dollars = Decimal.unsafe

const over = (notional: string, parts: Partial<DecisionInput> = {}): DecisionInput => ({
  strategy: "momentum",
  symbol: AAPL,
  side: "buy",
  notional: dollars(notional),
  ...parts
})

type Send = (attemptId: Answered["attemptId"]) => Answer
const accepts: Send = () => Answer.Accepted({ brokerOrderId: stage.theirId })

/** A broker that takes day orders at the market over dollars, of instruments that have fractions. */
const taking = (kept: Array<NotionalTerms> = [], answer: Send = accepts): Partial<Broker.BrokerService> => ({
  capabilities: { ...stage.broker().capabilities, notionalTypes: ["market"], crossesZero: false },
  instrument: (symbol) => Effect.succeed({ ...stage.known(symbol), fractionable: true }),
  prepareNotional: (terms) => {
    kept.push(terms)
    return stage.prepared((id) => Effect.succeed(stage.answered(id, answer(id))))
  }
})

const at150 = Layer.succeed(PriceReference, {
  of: () => Effect.succeed(Reference.Priced({ price: Price.unsafe("150"), at: Instant.make(1n), source: "market" }))
})

const program = (parts: Partial<Broker.BrokerService>, ground: stage.Ground = {}) =>
  Decisions.layer.pipe(Layer.provideMerge(stage.layer(parts, ground)))

type Program = ReturnType<typeof program>

const play = (
  body: Effect.Effect<void, unknown, Layer.Layer.Success<Program>>,
  on: Program = program(taking()),
  settings: Partial<AccountSettings> = {}
) =>
  stage.play(
    Effect.provide(
      Effect.zipRight(Effect.zipRight(stage.opened({ liftedLimits: [], ...settings }), stage.driving), body),
      on
    )
  )

const executed = (input: DecisionInput) =>
  Effect.flatMap(Decisions.Decisions, (decisions) =>
    Effect.flatMap(decisions.decide(stage.account, input), ({ id }) => decisions.execute(id))
  )

const onlyOrder = Effect.flatMap(stage.orders, ([order, ...others]) =>
  order === undefined || others.length > 0 ? Effect.dieMessage("there is not one order") : Effect.succeed(order)
)

const seenOf = (clientOrderId: OrderSeen["clientOrderId"], at: bigint, parts: Partial<OrderSeen> = {}): OrderSeen => ({
  _tag: "OrderSeen",
  account: stage.account,
  asOf: Instant.make(at),
  asOfKind: "broker",
  brokerOrderId: stage.theirId,
  clientOrderId,
  symbol: AAPL,
  side: "buy",
  quantity: Decimal.zero,
  notional: dollars("100"),
  rawStatus: "new",
  state: { _tag: "Open" },
  cumulative: Decimal.zero,
  averagePrice: undefined,
  executionsRead: true,
  ...parts
})

const filledUp = (clientOrderId: OrderSeen["clientOrderId"], at: bigint, shares: string, notional = "100") =>
  stage.book(
    seenOf(clientOrderId, at, {
      notional: dollars(notional),
      rawStatus: "filled",
      state: { _tag: "Closed", kind: "filled" },
      cumulative: dollars(shares)
    })
  )

const execution = (id: string, quantity: string, at: bigint, parts: Partial<Executed> = {}) =>
  stage.book({
    _tag: "Executed",
    account: stage.account,
    asOf: Instant.make(at),
    asOfKind: "broker",
    execId: `${id}.1`,
    execIdBase: id,
    revision: 1,
    brokerOrderId: stage.theirId,
    clientOrderId: undefined,
    symbol: AAPL,
    side: "buy",
    quantity: dollars(quantity),
    price: Price.unsafe("150"),
    executedAt: Instant.make(at),
    ...parts
  })

const figures = Effect.map(onlyOrder, ({ filled, notional, quantity, status }) =>
  [status, ...[quantity, filled, notional].map(Decimal.format)].join(" ")
)

const decision = Effect.map(Reads.first(DecisionTable, {}), (row) =>
  row === undefined ? "" : row.reason === undefined ? row.status : `${row.status}: ${row.reason}`
)

const held = Effect.map(Reads.first(PositionTable, {}), (position) =>
  position === undefined ? "" : Decimal.format(holdingsOf(position))
)

const isProven = Effect.map(Audit.run(), ({ findings }) => expect(findings).toEqual([]))

/** Its order is at the broker, and open. */
const lookup: Broker.BrokerService["lookup"] = (clientOrderId) =>
  Effect.succeed({ report: seenOf(clientOrderId, 9n), payload: undefined })

describe("an order over a notional, at a broker that takes it", () => {
  test("AUD-1: asks for dollars as they were decided, without a price and without a quantity", () => {
    const kept: Array<NotionalTerms> = []
    return play(
      Effect.gen(function* () {
        expect((yield* executed(over("100.25"))).status).toBe("submitted")
        expect(kept.map(({ notional }) => Decimal.format(notional))).toContain("100.25")
        expect((yield* onlyOrder).askedNotional).toEqual(dollars("100.25"))
        expect(yield* figures).toBe("submitted 0 0 0")
        yield* isProven
      }),
      program(taking(kept))
    )
  })

  test("FILL-5: its fills decide the quantity: some of it is a part, until the broker says that was all", () =>
    play(
      Effect.gen(function* () {
        yield* executed(over("100"))
        const { clientOrderId } = yield* onlyOrder
        yield* execution("e1", "0.5", 5n)
        expect(yield* figures).toBe("partially_filled 0.5 0.5 75")
        expect(yield* decision).toBe("submitted")
        yield* execution("e2", "0.166666666", 6n)
        yield* filledUp(clientOrderId, 6n, "0.666666666")
        expect(yield* figures).toBe("filled 0.666666666 0.666666666 99.9999999")
        expect([yield* decision, yield* held]).toEqual(["executed", "0.666666666"])
        yield* isProven
      })
    ))

  test("W3, W4, W9: more shares than its dollars pay for at a tenth of the price are held, and the truth counts", () =>
    play(
      Effect.gen(function* () {
        yield* executed(over("100"))
        const { clientOrderId } = yield* onlyOrder
        yield* filledUp(clientOrderId, 5n, "3000000")
        yield* execution("lie", "666666", 5n)
        expect(yield* figures).toBe("submitted 0 0 0")
        expect((yield* Reads.all(BreakTable)).map(({ kind }) => kind)).toEqual(["Implausible"])
        yield* execution("e1", "0.6", 6n)
        yield* filledUp(clientOrderId, 7n, "0.6")
        expect(yield* figures).toBe("filled 0.6 0.6 90")
      }),
      program(taking(), { prices: at150 })
    ))

  test("F5: a final word that comes before the executions has what they lack inferred, and they replace it", () =>
    play(
      Effect.gen(function* () {
        yield* executed(over("100"))
        yield* filledUp((yield* onlyOrder).clientOrderId, 6n, "0.6")
        expect(yield* figures).toBe("filled 0.6 0.6 0")
        yield* execution("e1", "0.6", 5n)
        expect(yield* figures).toBe("filled 0.6 0.6 90")
        yield* isProven
      })
    ))

  test("F2: a bust of what the broker had called the whole cuts it; its decision keeps what is left", () =>
    play(
      Effect.gen(function* () {
        yield* executed(over("100"))
        yield* execution("e1", "0.4", 5n)
        yield* execution("e2", "0.2", 6n)
        yield* filledUp((yield* onlyOrder).clientOrderId, 6n, "0.6")
        yield* execution("e2", "0", 9n, { execId: "e2.2", revision: 2 })
        expect(yield* figures).toBe("cancelled 0.6 0.4 60")
        expect(yield* decision).toBe(
          "executed: cancelled: closed as filled, then a fill was taken back; 0.4 filled for $60 of $100"
        )
        expect(yield* held).toBe("0.4")
        yield* isProven
      })
    ))

  test("AUD-1: one that ends with a part is executed with that part, one that ends with nothing has failed", () =>
    play(
      Effect.gen(function* () {
        yield* executed(over("100"))
        yield* execution("e1", "0.2", 5n)
        const { clientOrderId } = yield* onlyOrder
        const ended = { rawStatus: "canceled", state: { _tag: "Closed", kind: "cancelled" } } as const
        yield* stage.book(seenOf(clientOrderId, 6n, { ...ended, cumulative: dollars("0.2") }))
        expect(yield* decision).toBe("executed: cancelled: canceled by the broker; 0.2 filled for $30 of $100")
        yield* execution("e1", "0", 8n, { execId: "e1.2", revision: 2 })
        expect(yield* decision).toBe("failed: cancelled: canceled by the broker")
        yield* isProven
      })
    ))

  test("O29: another notional under its id is never applied to it", () =>
    play(
      Effect.gen(function* () {
        yield* executed(over("100"))
        const { clientOrderId } = yield* onlyOrder
        yield* stage.book(seenOf(clientOrderId, 5n, { notional: dollars("1000"), cumulative: dollars("5") }))
        expect(yield* figures).toBe("in_doubt 0 0 0")
      }),
      program(taking([], () => Answer.Unknown({ why: "no answer in time", candidate: undefined })))
    ))

  test("after a doubtful send it is looked for by its id and found, never sent again", () => {
    const kept: Array<NotionalTerms> = []
    const sends: Array<number> = []
    const lost: Send = (id) => {
      sends.push(id)
      return Answer.Unknown({ why: "reset", candidate: undefined })
    }
    return play(
      Effect.gen(function* () {
        expect((yield* executed(over("100"))).status).toBe("submitted")
        expect(yield* figures).toBe("in_doubt 0 0 0")
        const asked = yield* Doubts.makeAsked
        yield* stage.until(
          Effect.zipRight(Doubts.askForDoubtful(asked), stage.statuses),
          ([now]) => now === "submitted"
        )
        expect(sends).toHaveLength(1)
        yield* isProven
      }),
      program({ ...taking(kept, lost), lookup })
    )
  })

  test("P9: of an instrument whose symbol has changed it leaves by the ticker of the market", () => {
    const kept: Array<NotionalTerms> = []
    return play(
      Effect.gen(function* () {
        yield* stage.submit(stage.trade("t0", "0.5"))
        const command = { _tag: "RenameSymbol", symbol: AAPL, to: Ticker.make("META"), since: undefined } as const
        const commands = yield* Commands
        yield* commands.perform({ id: "c0", account: stage.account, actor: "op", reason: "announced", command })
        expect((yield* executed(over("100"))).status).toBe("submitted")
        expect(kept.at(-1)?.symbol).toBe("META")
        expect((yield* onlyOrder).symbol).toBe("AAPL")
      }),
      program(taking(kept))
    )
  })

  test("E2: what somebody else ordered over dollars is adopted, with what it fills", () =>
    play(
      Effect.gen(function* () {
        yield* stage.book(seenOf("somebody-else", 5n))
        expect(yield* figures).toBe("submitted 0 0 0")
        yield* execution("e1", "0.25", 6n)
        expect([yield* figures, yield* held]).toEqual(["partially_filled 0.25 0.25 37.5", "0.25"])
        yield* isProven
      })
    ))
})

/** The control that ends a decision over so many dollars; `none` where it leaves. */
const refusedBy = (settings: Partial<AccountSettings>, notional: string, ground: stage.Ground = {}) => {
  let control = ""
  return play(
    Effect.gen(function* () {
      control = (yield* executed(over(notional))).reason ?? "none"
    }),
    program(taking(), ground),
    settings
  ).then(() => control.replace(/:.*$/s, ""))
}

describe("the controls before an order over a notional", () => {
  const most = Quantity.unsafe("1000")

  test("dollars are judged as they are asked for, whatever the price, and counted so", async () => {
    expect(await refusedBy({ maxOrderNotional: most }, "1000")).toBe("none")
    expect(await refusedBy({ maxOrderNotional: most }, "1000.01")).toBe("dollars per order")
    await play(
      Effect.gen(function* () {
        yield* executed(over("600"))
        expect((yield* executed(over("400.01"))).reason).toContain("dollars per day")
        expect((yield* executed(over("400", { strategy: "other" }))).status).toBe("submitted")
      }),
      program(taking()),
      { maxDailyNotional: most }
    )
  })

  test("shares are judged by the price that is known, and without one refused", async () => {
    const limit = { maxOrderQuantity: Quantity.unsafe("2") }
    expect(await refusedBy(limit, "300", { prices: at150 })).toBe("none")
    expect(await refusedBy(limit, "300.01", { prices: at150 })).toBe("shares per order")
    expect(await refusedBy(limit, "1")).toBe("no reference price")
  })

  test("a sale through zero is refused by what its dollars come to; what another sale still asks for counts", () =>
    play(
      Effect.gen(function* () {
        yield* executed(over("300"))
        yield* execution("e1", "2", 5n)
        yield* filledUp((yield* onlyOrder).clientOrderId, 6n, "2", "300")
        expect((yield* executed(over("300.01", { side: "sell" }))).reason).toContain("crosses zero")
        expect((yield* executed(over("200", { side: "sell" }))).status).toBe("submitted")
        expect((yield* executed(over("150", { side: "sell" }))).reason).toContain("crosses zero")
      }),
      program(taking(), { prices: at150 })
    ))

  test("a sale of what is held, whose dollars no price turns into shares, is refused", () =>
    play(
      Effect.gen(function* () {
        yield* executed(over("300"))
        yield* execution("e1", "2", 5n)
        yield* filledUp((yield* onlyOrder).clientOrderId, 6n, "2", "300")
        expect((yield* executed(over("1", { side: "sell" }))).reason).toContain("no reference price")
      })
    ))
})

describe("a decision over a notional that its broker does not take so", () => {
  test.each<readonly [string, Partial<DecisionInput>, boolean]>([
    ["a limit order", { orderType: "limit", limitPrice: Price.unsafe("30") }, true],
    ["another life than the day", { timeInForce: "gtc" }, true],
    ["an instrument without fractions", {}, false]
  ])("is turned into shares, rounded down: %s", (_, parts, fractionable) => {
    const kept: Array<NotionalTerms> = []
    const broker = taking(kept)
    const supported = { session: "regular", types: ["market", "limit"], timesInForce: ["day", "gtc"] } as const
    const taken = { supportedOrders: [supported], notionalTypes: ["market"] } as const
    return play(
      Effect.gen(function* () {
        yield* executed(over("400", parts))
        const order = yield* onlyOrder
        expect(order.askedNotional).toBeUndefined()
        expect(Decimal.isPositive(order.quantity)).toBe(true)
        expect(kept).toEqual([])
      }),
      program(
        {
          ...broker,
          capabilities: { ...stage.broker().capabilities, ...taken },
          instrument: (symbol) => Effect.succeed({ ...stage.known(symbol), fractionable })
        },
        { prices: at150 }
      )
    )
  })
})
