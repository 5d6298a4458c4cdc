import { assert, describe, it } from "@effect/vitest"
import { OrderAnswer, SchwabBroker, Wire } from "@roundlot/broker-schwab"
import {
  Account,
  Accumulator,
  Audit,
  Broker,
  Commands,
  Decimal,
  Fill,
  Instant,
  MemoryRepository,
  Order,
  Price,
  Quantity,
  Reads,
  Roundlot,
  SourcePolicy,
  Ticker,
  Trade
} from "@roundlot/core"
import { HttpOutcome, TradeRepository } from "@roundlot/core/adapter"
import { Driving, Gates, Ledger, OrderReading, Submission, Sweep } from "@roundlot/core/ledger"
import { Effect, FastCheck, Layer, Logger, LogLevel, Redacted, TestClock } from "effect"
import { fill, orderText, readOrder } from "./orderText.ts"
import type { LegText } from "./orderText.ts"
import { account, freshTokens, KEYS, world } from "./setup.ts"

const ID = "1005600000001"
const ENTERED = "2026-11-20T15:00:00+0000"
const AN_ORDER = "/accounts/H/orders"

const said = (status: number, text: string, headers: Readonly<Record<string, string>> = {}) =>
  HttpOutcome.answered({ status, headers }, text, ["location"], undefined)

/** What Schwab is asked, and answers: the order as it stands in the snapshot, a new one for every send. */
const answering =
  (snapshot: () => string) =>
  ({ method, path }: { readonly method: string; readonly path: string }): HttpOutcome.HttpOutcome => {
    if (method === "POST") return said(201, "", { location: `/trader/v1${AN_ORDER}/${ID}` })
    if (path.endsWith("/accountNumbers")) return said(200, '[{"accountNumber":"12345678","hashValue":"H"}]')
    if (path.includes("/quotes"))
      return said(200, '{"AAPL":{"symbol":"AAPL","reference":{"isShortable":true,"isHardToBorrow":false}}}')
    if (path.includes("/instruments")) return said(200, '{"instruments":[{"symbol":"AAPL","assetType":"EQUITY"}]}')
    if (path.includes(`${AN_ORDER}?`)) return said(200, `[${snapshot()}]`)
    return said(200, path.endsWith(`/orders/${ID}`) ? snapshot() : "[]")
  }
const legTexts: FastCheck.Arbitrary<ReadonlyArray<LegText>> = FastCheck.array(
  FastCheck.record({
    quantity: FastCheck.constantFrom("1.0", "2.0"),
    price: FastCheck.constantFrom("10.01", "10.02"),
    time: FastCheck.constantFrom("2026-11-20T15:00:01+0000", "2026-11-20T15:00:02+0000")
  }),
  { minLength: 1, maxLength: 6 }
)

const totalOf = (legs: ReadonlyArray<LegText>): number => legs.reduce((sum, { quantity }) => sum + Number(quantity), 0)

/** The order when these of its executions were known, of as many shares as all of them make. */
const textOf = (known: ReadonlyArray<LegText>, all: ReadonlyArray<LegText>): string =>
  orderText(
    {
      orderId: ID,
      enteredTime: `"${ENTERED}"`,
      quantity: totalOf(all).toFixed(1),
      filledQuantity: totalOf(known).toFixed(1),
      status: known.length === all.length ? '"FILLED"' : '"WORKING"'
    },
    known.length === 0 ? [] : [fill(...known)]
  )

const credentials = {
  baseUrl: "http://127.0.0.1:1",
  appKey: Redacted.make(KEYS.appKey),
  appSecret: Redacted.make(KEYS.appSecret),
  redirectUri: "https://127.0.0.1",
  accountNumber: undefined,
  authorityFile: undefined,
  challenge: undefined
}

/** A look at an order: how many of its executions are shown, in which order, and whether it is read by itself or with others of its window. */
const looks = FastCheck.array(
  FastCheck.tuple(
    FastCheck.nat(6),
    FastCheck.infiniteStream(FastCheck.nat(99)),
    FastCheck.constantFrom("order", "window")
  ),
  { maxLength: 8 }
)

/** The one order of the account, sent for so many shares. */
const sent = (shares: number) =>
  Effect.gen(function* () {
    yield* Effect.flatMap(Commands.Commands, (commands) =>
      commands.setAccount(account, Account.defaultSettings, "test")
    )
    const { leases } = yield* TradeRepository.TradeRepository
    const token = yield* (yield* leases.open(Driving.unnamed)).take(account)
    const ledger = yield* Ledger.Ledger
    yield* ledger.leases.hold(account, { token, provenMs: Number.POSITIVE_INFINITY })
    const accumulator = yield* Accumulator.Accumulator
    yield* accumulator.submitMany(
      account,
      [
        Trade.input({
          source: "test",
          sourceId: "t1",
          symbol: Ticker.Ticker.make("AAPL"),
          side: "buy",
          quantity: Quantity.unsafe(String(shares)),
          price: Price.unsafe("10"),
          tradedAt: Instant.make(1n)
        })
      ],
      SourcePolicy.anyAge
    )
    yield* Gates.confirmInstruments
    yield* Submission.submitPending(() => Effect.succeed(true))
    const [order] = yield* Reads.all(Order.OrderTable)
    return order ?? assert.fail("there is no order")
  })

const shown = ({ price, quantity }: { readonly price?: Price.Price | undefined; readonly quantity: Decimal.Decimal }) =>
  `${Decimal.format(quantity)} at ${price === undefined ? "-" : Decimal.format(price)}`

/** What the books have recorded. */
const recorded = Effect.map(Reads.all(Fill.FillTable), (fills) =>
  fills.map((each) => `${each.execIdBase}: ${shown(each)}`).toSorted()
)

/** What the order tells when all is known of it. */
const told = (text: string) =>
  OrderAnswer.executionsOf(readOrder(text))
    .map((each) => `${each.execIdBase}: ${shown(each)}`)
    .toSorted()

describe("snapshots of an order, in the ledger", () => {
  it.scoped.prop(
    "SYNC-2: however they follow each other, doubled, reordered or of a part, the same fills are recorded, and none twice",
    [legTexts, looks],
    ([legs, seen]) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.parse(ENTERED) + 10_000)
        let snapshot = textOf([], legs)
        const opening = Wire.open({ credentials, tokens: yield* freshTokens })
        const wire = yield* Effect.provide(opening, yield* Layer.build(world))
        const ask = (asked: Parameters<typeof wire.ask>[0]) => Effect.sync(() => answering(() => snapshot)(asked))
        // Its answers are made up: no login stands behind them.
        const made = yield* SchwabBroker.make({ account, wire: { ...wire, ask }, servesAgainFor: 0 })
        const broker = { ...made, login: undefined }
        const brokers = Layer.succeed(Broker.Brokers, { get: () => Effect.succeed(broker) })
        yield* Effect.gen(function* () {
          const order = yield* sent(totalOf(legs))
          assert.strictEqual(order.status, "submitted")
          const looking = { order: OrderReading.readOrder(order), window: Sweep.sweep(account) }
          for (const [left, ranks, way] of seen) {
            const ranked = legs.map((leg) => ({ leg, at: ranks.next().value ?? 0 }))
            const known = ranked.toSorted((a, b) => a.at - b.at).flatMap(({ leg }, i) => (i < left ? [leg] : []))
            snapshot = textOf(known, legs)
            yield* TestClock.adjust("1 second")
            yield* way === "order" ? looking.order : looking.window
          }
          snapshot = textOf(legs, legs)
          yield* TestClock.adjust("1 second")
          yield* looking.order
          const [after] = yield* Reads.all(Order.OrderTable)
          assert.strictEqual(after?.status, "filled")
          assert.deepStrictEqual(yield* recorded, told(snapshot))
          assert.deepStrictEqual((yield* Audit.run()).findings, [])
        }).pipe(Effect.provide(Layer.provideMerge(Roundlot.layerOn(MemoryRepository.layerMemory), brokers)))
      }).pipe(Logger.withMinimumLogLevel(LogLevel.None)),
    { fastCheck: { numRuns: 20 } }
  )
})
