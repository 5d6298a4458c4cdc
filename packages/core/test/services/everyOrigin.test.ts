import { Effect, Layer } from "effect"
import { describe, expect, test } from "vitest"
import { defaultSettings, type AccountSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import type { Command } from "../../src/rules/operator/Command.ts"
import type { Control } from "../../src/records/Control.ts"
import { DecisionTable } from "../../src/records/Decision.ts"
import { BrokerOrderId } from "../../src/values/ClientOrderId.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { Reference } from "../../src/values/Reference.ts"
import { OrderTable } from "../../src/records/Order.ts"
import { atMarket, type Instruction, type OrderType } from "../../src/records/OrderTerms.ts"
import { opposite, type Side } from "../../src/records/Side.ts"
import * as Broker from "../../src/ports/Broker.ts"
import { PriceReference } from "../../src/ports/PriceReference.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { Answer } from "../../src/records/Report.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import * as Batches from "../../src/services/Batches.ts"
import * as BatchWork from "../../src/services/BatchWork.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as StartGate from "../../src/services/StartGate.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import type { TradeInput } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const AAPL = Ticker.make("AAPL")
const KO = Ticker.make("KO")
const SILENT = Ticker.make("ZZZ")

/** Whatever can bring an order about. */
const origins = ["netted trades", "a direct trade", "a decision", "by hand", "a row of a batch"] as const
type Origin = (typeof origins)[number]

/** Those whose orders leave as they are given, or not at all. */
const asGiven = origins.filter((origin) => origin !== "netted trades")

/** The order that is wished for, and what stands around it. Ten shares to buy where nothing else is said, at a market of $150. */
interface Scene {
  readonly side?: Side
  readonly shares?: string
  /** The price of the order where it is given one, else of the trades. */
  readonly price?: string
  /** Until when it is good: its order is of the time in force `gtd`. */
  readonly goodTill?: Instant.Instant
  /** The same was sent for another symbol already. */
  readonly after?: "another symbol"
  readonly settings?: Partial<AccountSettings>
  readonly held?: string
  /** Apple where nothing is said. */
  readonly symbol?: Ticker
  readonly capabilities?: Partial<Broker.Capabilities>
  readonly instrument?: Broker.BrokerService["instrument"]
  /** What the broker says that the account may spend, in dollars. */
  readonly buyingPower?: string
  readonly command?: Command
}

/** What is asked for at the limit of a control, and beyond it. */
interface Case {
  readonly at: Scene
  /** One unit more, or a limit that is one unit lower. */
  readonly beyond: Scene
  /** The origins that can meet it; all where nothing is said. */
  readonly of?: ReadonlyArray<Origin>
  /** What netted trades are cut to in place of a refusal. */
  readonly cut?: string
}

const most = Quantity.unsafe
const limited = (settings: Partial<AccountSettings>, more: Scene = {}): Scene => ({ ...more, settings })
const second = { after: "another symbol" } as const
const scope = { _tag: "WholeAccount" } as const
const commanded = (command: Command): Scene => ({ command })
const reducing = commanded({ _tag: "Reduce", scope })
const sell = (shares: string, held: string, more: Scene = {}): Scene => ({ side: "sell", shares, held, ...more })
const noShort: Scene = { settings: { shorting: "never" } }
const atZero: Scene = { capabilities: { crossesZero: false } }
const fractions = (fractionable: boolean): Scene => ({
  shares: "1.5",
  instrument: (symbol) => Effect.succeed({ ...Stage.known(symbol), fractionable })
})
const untold: Scene = {
  instrument: () => new Broker.BrokerReadFailed({ operation: "instrument", kind: "unreadable", detail: "garbage" })
}
const untraded: Scene = { instrument: (symbol) => Effect.succeed({ _tag: "NotKnown", symbol }) }

/** Good until so long after the clock of these tests, which stands. */
const until = (millis: number): Scene => ({ goodTill: Instant.fromMillis(millis) })

const limitOrders = (types: ReadonlyArray<OrderType>): Scene => ({
  ...limited({ limitOffsetBp: 10 }, { price: "150" }),
  capabilities: { supportedOrders: [{ session: "regular", types, timesInForce: ["day"] }] }
})

/** A new control is tried here too, unless no input can meet it (OwedBound), only a decision can (DuplicateIntent) or the rest waits (OppositeOrderLive). */
const ofControls: Record<Exclude<Control, "OwedBound" | "DuplicateIntent" | "OppositeOrderLive">, Case> = {
  MaxQuantity: {
    at: limited({ maxOrderQuantity: most("10") }),
    beyond: limited({ maxOrderQuantity: most("9") }),
    cut: "9"
  },
  MaxNotional: {
    at: limited({ maxOrderNotional: most("1500") }),
    beyond: limited({ maxOrderNotional: most("1499.99") })
  },
  DailyNotional: {
    at: limited({ maxDailyNotional: most("3000") }, second),
    beyond: limited({ maxDailyNotional: most("2999.99") }, second)
  },
  OpenOrders: {
    at: limited({ maxOpenOrders: most("3000") }, second),
    beyond: limited({ maxOpenOrders: most("2999.99") }, second)
  },
  PositionSize: {
    at: limited({ maxPosition: most("1500") }),
    beyond: limited({ maxPosition: most("1499.99") })
  },
  GrossPosition: {
    at: limited({ maxGrossPosition: most("3000") }, second),
    beyond: limited({ maxGrossPosition: most("2999.99") }, second)
  },
  NetPosition: {
    at: limited({ maxNetPosition: most("3000") }, second),
    beyond: limited({ maxNetPosition: most("2999.99") }, second)
  },
  OpenResidual: {
    at: limited({ maxOpenResidual: most("1500") }),
    beyond: limited({ maxOpenResidual: most("1499.99") }),
    of: ["netted trades"]
  },
  NoReferencePrice: {
    at: limited({ maxOrderNotional: most("9999") }, { price: "150", symbol: SILENT }),
    beyond: limited({ maxOrderNotional: most("9999") }, { symbol: SILENT })
  },
  BuyingPower: {
    at: { ...second, buyingPower: "3000" },
    beyond: { ...second, buyingPower: "2999.99" },
    of: ["netted trades"]
  },
  PriceCollar: {
    at: limited({ collarBp: 500 }, { price: "157.5" }),
    beyond: limited({ collarBp: 500 }, { price: "157.51" })
  },
  OrdersPerMinute: {
    at: limited({ ordersPerMinute: 2 }, second),
    beyond: limited({ ordersPerMinute: 1 }, second)
  },
  Restricted: { at: limited({ restricted: ["KO"] }), beyond: limited({ restricted: ["AAPL"] }) },
  ShortNotAllowed: { at: sell("10", "10", noShort), beyond: sell("11", "10", noShort), cut: "10" },
  CrossesZero: { at: sell("10", "10", atZero), beyond: sell("11", "10", atZero), cut: "10" },
  ReduceOnly: { at: sell("10", "10", reducing), beyond: sell("11", "10", reducing), cut: "10" },
  FractionHeld: { at: sell("1", "1", atZero), beyond: sell("1", "0.9", atZero), of: ["netted trades"] },
  GoodTillPassed: {
    at: until(1000),
    beyond: until(0),
    of: asGiven
  },
  NotFractionable: {
    at: fractions(true),
    beyond: fractions(false),
    of: asGiven
  },
  UnsupportedOrder: { at: limitOrders(["market", "limit"]), beyond: limitOrders(["market"]) },
  InstrumentUnverified: { at: {}, beyond: untold },
  InstrumentUnknown: { at: {}, beyond: untraded }
}

/** What stands before all orders of an account until an operator says otherwise, by what the record says of it. */
const ofStates: Readonly<Record<string, Case>> = {
  Halted: { at: {}, beyond: commanded({ _tag: "Halt", scope }) },
  Observed: { at: {}, beyond: commanded({ _tag: "Observe", scope }) },
  Approval: { at: {}, beyond: commanded({ _tag: "AskFirst", scope }) }
}

interface Tried {
  readonly says: string
  readonly tried: Case
}

const all: ReadonlyArray<Tried> = Object.entries({ ...ofControls, ...ofStates }).map(([says, tried]) => ({
  says,
  tried
}))

/** One account for each origin, at the limit and beyond it: all are driven by one daemon. */
interface Stand {
  readonly account: AccountName
  readonly origin: Origin
  readonly scene: Scene
}

const sides = ["at", "beyond"] as const

const standsOf = ({ says, tried }: Tried): ReadonlyArray<Stand> =>
  (tried.of ?? origins).flatMap((origin) =>
    sides.map((where) => ({
      account: AccountName.make(`${says}-${origin.replaceAll(" ", "-")}-${where}`),
      origin,
      scene: tried[where]
    }))
  )

/** A broker that keeps what it is sent, by account and symbol, and takes all of it. */
const brokerOf = (sent: Map<string, string>, { account, scene }: Stand): Partial<Broker.BrokerService> => ({
  capabilities: {
    ...Stage.broker().capabilities,
    supportedOrders: [{ session: "regular", types: ["market", "limit"], timesInForce: ["day", "gtd"] }],
    ...scene.capabilities
  },
  prepare: ({ clientOrderId, quantity, side }) =>
    Stage.prepared((id) =>
      Effect.sync(() => {
        const before = sent.get(account)
        sent.set(account, `${before === undefined ? "" : `${before}, `}${side} ${Decimal.format(quantity)}`)
        const brokerOrderId = BrokerOrderId.make(`b-${clientOrderId}`)
        const { report, payload } = Stage.answered(id, Answer.Accepted({ brokerOrderId }))
        return { report: { ...report, account }, payload }
      })
    ),
  positions: Effect.succeed({
    complete: true,
    holdings:
      scene.held === undefined ? [] : [{ symbol: AAPL, quantity: Decimal.unsafe(scene.held), averagePrice: undefined }]
  }),
  ...(scene.buyingPower === undefined ? {} : { account: spending(scene.buyingPower) }),
  ...(scene.instrument === undefined ? {} : { instrument: scene.instrument })
})

const spending = (amount: string): Broker.BrokerService["account"] =>
  Effect.succeed({ brokerAccountId: undefined, currency: "USD", buyingPower: Decimal.unsafe(amount) })

/** The market says what a share is worth, except of the one that it is silent about. */
const market = Layer.succeed(PriceReference, {
  of: (symbol) =>
    Effect.succeed(
      symbol === SILENT
        ? Reference.NoPrice()
        : Reference.Priced({ price: Price.unsafe("150"), at: Instant.make(1n), source: "market" })
    )
})

/** The account as it is before anything is wished for. */
const opened = ({ account, scene }: Stand) =>
  Effect.gen(function* () {
    const commands = yield* Commands
    yield* commands.setAccount(account, { ...defaultSettings, ...scene.settings }, "test")
    yield* Stage.drivingOf(account)
    if (scene.held !== undefined) {
      const by = Decimal.unsafe(scene.held)
      yield* perform(account, { _tag: "AdjustPosition", symbol: AAPL, as: "base", by, price: undefined })
    }
  })

const perform = (account: AccountName, command: Command) =>
  Effect.flatMap(Commands, (commands) =>
    commands.perform({ account, id: `${account} ${command._tag}`, actor: "test", reason: "it is tried", command })
  )

const prepared = (stand: Stand) =>
  Effect.gen(function* () {
    const { account, scene } = stand
    if (scene.command !== undefined) yield* perform(account, scene.command)
    if (scene.after !== undefined) yield* ask(stand, KO, "before")
  })

const symbolOf = ({ symbol = AAPL }: Scene) => symbol
const sharesOf = ({ shares = "10" }: Scene) => shares

const tradeOf = ({ scene }: Stand, symbol: Ticker, sourceId: string) => ({
  ...Stage.trade(sourceId, sharesOf(scene), symbol),
  side: scene.side ?? ("buy" as const),
  price: undefined
})

const instructionOf = ({ goodTill, price }: Scene): Instruction => ({
  ...(price === undefined ? atMarket : { type: "limit", limitPrice: Price.unsafe(price), timeInForce: "day" }),
  ...(goodTill === undefined ? {} : { timeInForce: "gtd", goodTill })
})

/** The wish, as each origin says it. */
const ask = (
  stand: Stand,
  symbol: Ticker,
  id: string
): Effect.Effect<void, unknown, Accumulator | Batches.Batches | Decisions.Decisions> => {
  const { account, origin, scene } = stand
  const trade = tradeOf(stand, symbol, id)
  const direct = { ...trade, direct: instructionOf(scene) }
  const submit = (...trades: ReadonlyArray<TradeInput>) =>
    Effect.flatMap(Accumulator, (accumulator) =>
      Effect.asVoid(accumulator.submitMany(account, trades, SourcePolicy.plain))
    )
  switch (origin) {
    case "netted trades": {
      const price = scene.price === undefined ? undefined : Price.unsafe(scene.price)
      const more = Quantity.make(Decimal.add(trade.quantity, Decimal.unsafe("3")))
      const back = { ...Stage.trade(`${id} back`, "3", symbol), side: opposite(trade.side), price }
      return submit({ ...trade, quantity: more, price }, back)
    }
    case "a direct trade":
      return submit(direct)
    case "a decision":
    case "by hand":
      return decide(stand, symbol)
    case "a row of a batch":
      return batched(account, direct)
  }
}

const decide = ({ account, origin, scene }: Stand, symbol: Ticker) =>
  Effect.gen(function* () {
    const decisions = yield* Decisions.Decisions
    const { goodTill, limitPrice } = instructionOf(scene)
    const { id } = yield* decisions.decide(account, {
      ...(origin === "by hand" ? {} : { strategy: "momentum" }),
      symbol,
      side: scene.side ?? "buy",
      quantity: Quantity.unsafe(sharesOf(scene)),
      ...(limitPrice === undefined ? {} : { orderType: "limit" as const, limitPrice }),
      ...(goodTill === undefined ? {} : { timeInForce: "gtd" as const, goodTill })
    })
    yield* decisions.execute(id)
  })

const batched = (account: AccountName, input: TradeInput) =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const uid = `${account} ${input.sourceId}`
    const asked = { account, actor: "test", uid, name: uid, mode: "execute", priority: 0 } as const
    const batch = yield* batches.create(asked)
    yield* batches.add(batch, [{ line: 2, input }], SourcePolicy.plain)
    yield* batches.queue(batch.id, { actor: "test" })
  })

/** Why the last wish was not sent, in the words of the record that says so. */
const whyNot = (account: AccountName) =>
  Effect.gen(function* () {
    const where = [{ column: "account", in: [account] }]
    const position = yield* Reads.first(PositionTable, { where })
    const orders = yield* Reads.all(OrderTable, { where })
    const decisions = yield* Reads.all(DecisionTable, { where })
    const told = [orders.at(-1)?.heldFor, orders.at(-1)?.code, decisions.at(-1)?.reason, answered(position)]
    return told.filter((each) => each !== undefined).join("; ")
  })

/** Everything that a daemon would do now, once. */
const worked = (gate: StartGate.StartGate) =>
  Effect.gen(function* () {
    yield* Effect.ignore(Gates.confirmInstruments)
    yield* Effect.repeat(BatchWork.workOff(), { until: (isMore) => !isMore })
    yield* Submission.submitPending(gate.isOpen)
  })

/** What the broker was sent for each account, and why not where it was sent nothing. */
const play = async (stands: ReadonlyArray<Stand>): Promise<ReadonlyMap<string, string>> => {
  const byAccount = new Map(stands.map((stand) => [stand.account, stand]))
  const sent = new Map<string, string>()
  const seen = new Map<string, string>()
  const partsOf = (account: AccountName) => {
    const stand = byAccount.get(account)
    return stand === undefined ? {} : brokerOf(sent, stand)
  }
  const program = Effect.gen(function* () {
    yield* Effect.forEach(stands, opened)
    const gate = yield* StartGate.make
    yield* Effect.forEach(stands, prepared)
    yield* worked(gate)
    sent.clear()
    yield* Effect.forEach(stands, (stand) => ask(stand, symbolOf(stand.scene), "wanted"))
    yield* worked(gate)
    // What was planned before the last trade netted with it is planned anew by the first pass.
    yield* worked(gate)
    for (const { account } of stands) seen.set(account, sent.get(account) ?? (yield* whyNot(account)))
  })
  const layer = Decisions.layer.pipe(Layer.provideMerge(Stage.layer({}, { partsOf, prices: market })))
  await Stage.play(Effect.provide(program, layer))
  return seen
}

/** What must have become of a wish: at the limit all of it is sent; beyond it what netting may cut it to, or nothing, and the record says why. */
const wanted = ({ says, tried }: Tried, { origin, scene }: Stand): unknown => {
  const { side = "buy" } = scene
  if (scene === tried.at) return `${side} ${sharesOf(scene)}`
  const isCut = origin === "netted trades" && tried.cut !== undefined
  return isCut ? `${side} ${tried.cut}` : expect.stringContaining(says)
}

describe("each control, by every origin of an order", () => {
  test.each(all)("$says: at the limit it is sent as wished, one unit beyond it is not", async (each) => {
    const stands = standsOf(each)
    const seen = await play(stands)
    expect(stands.map(({ account }) => [account, seen.get(account)])).toEqual(
      stands.map((stand) => [stand.account, wanted(each, stand)])
    )
  })
})
