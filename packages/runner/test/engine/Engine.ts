import {
  Account,
  AccountName,
  Accumulator,
  Audit,
  Clock,
  Commands,
  Daemon,
  Decimal,
  Instant,
  MemoryRepository,
  Order,
  Position,
  Price,
  Quantity,
  Reads,
  Roundlot,
  SourcePolicy,
  type Trade
} from "@roundlot/core"
import { Entropy, OrderState } from "@roundlot/core/adapter"
import { type Payload, PositionAnswer } from "@roundlot/core/ledger"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Effect, Layer, TestClock } from "effect"

const foundations = Layer.mergeAll(
  MemoryRepository.layerMemory,
  Clock.layerAlwaysOpen,
  Entropy.layerFixed("0".repeat(32))
)
const brokers = PaperBroker.layerBrokers.pipe(Layer.provideMerge(Exchange.layer({ unsaidPrice: Price.unsafe("100") })))

/** A whole engine on a store in memory and the embedded exchange. */
export const layer = Layer.merge(Roundlot.layer.pipe(Layer.provideMerge(foundations)), brokers)

const utf8 = new TextDecoder()

/** What went over the wire, as text. */
export const textOf = (payload: Payload.Payload | undefined) =>
  payload === undefined ? undefined : utf8.decode(payload.bytes)

/** The one account of these tests. */
export const account = AccountName.AccountName.make("paper")

/** Opens the account and starts the daemon's services in the background. */
export const started = Effect.gen(function* () {
  yield* opened({})
  yield* Effect.forkScoped(Daemon.run())
})

/** Opens the account, with policies beside the defaults. */
export const opened = (settings: Partial<Account.AccountSettings>) =>
  Effect.flatMap(Commands.Commands, (commands) =>
    commands.setAccount(account, { ...Account.defaultSettings, ...settings }, "test")
  )

let taken = 0

const UNTIMED = Instant.make(1n)

/** When a trade without a time was submitted the first time: again it is the same trade. */
const submittedAt = new Map<string, Instant.Instant>()

/** A trade of AAPL with an identity of its own, made when it is submitted first. */
export const trade = (side: "buy" | "sell", quantity: string): Trade.TradeInput => ({
  source: "test",
  sourceId: `t${++taken}`,
  occurrence: "0",
  symbol: "AAPL",
  side,
  quantity: Quantity.unsafe(quantity),
  price: Price.unsafe("150"),
  tradedAt: UNTIMED,
  reverses: undefined
})

/** Takes trades in, whatever their time. */
export const submit = (...trades: ReadonlyArray<Trade.TradeInput>) =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(Math.max(1, yield* Effect.clockWith((clock) => clock.currentTimeMillis)))
    const timed = trades.map((each) => {
      if (each.tradedAt !== UNTIMED) return each
      const tradedAt = submittedAt.get(each.sourceId) ?? now
      submittedAt.set(each.sourceId, tradedAt)
      return { ...each, tradedAt }
    })
    const accumulator = yield* Accumulator.Accumulator
    return yield* accumulator.submitMany(account, timed, SourcePolicy.anyAge)
  })

/** Tells the exchange what to do. */
export const instruct = (id: string, act: object | string, when?: object) =>
  Effect.flatMap(Exchange.Exchange, (exchange) =>
    exchange.instructJson(JSON.stringify({ id, ...(when === undefined ? {} : { when }), do: act }))
  )

/** All orders, oldest first. */
export const orders = Reads.all(Order.OrderTable)

/** The figures of a position, as text. */
export const figures = (symbol: string) =>
  Effect.map(Reads.first(Position.PositionTable, { where: [{ column: "symbol", in: [symbol] }] }), (position) =>
    position === undefined
      ? undefined
      : {
          target: Decimal.format(position.target),
          hedged: Decimal.format(position.hedged),
          inFlight: Decimal.format(position.inFlight),
          residual: Decimal.format(position.residual),
          answer: PositionAnswer.answerText(position.answer)
        }
  )

/** The statuses of all orders. */
export const statuses = Effect.map(orders, (all) => all.map((order) => OrderState.tagOf[order.status]))

const STEPS = 120

/** Lets simulated time pass until a fact is there; the test fails with what is there instead when it never comes. */
export const until = <A, E, R>(
  read: Effect.Effect<A, E, R>,
  holds: (value: A) => boolean,
  step = "1 second" as const
) =>
  Effect.gen(function* () {
    for (let i = 0; i < STEPS; i++) {
      const value = yield* read
      if (holds(value)) return value
      yield* TestClock.adjust(step)
    }
    const last = yield* read
    return yield* Effect.dieMessage(`it never came; last seen: ${JSON.stringify(last, shown)}`)
  })

const shown = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value)

/** The journal proves the books. */
export const audited = Effect.map(Audit.run(), ({ findings }) => findings)
