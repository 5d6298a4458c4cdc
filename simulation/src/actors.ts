import { Accumulator, Commands, Decimal, Instant, Price, Quantity, SourcePolicy, Ticker, Trade } from "@roundlot/core"
import { type Break, type Command } from "@roundlot/core/ledger"
import type { Instruction } from "@roundlot/broker-paper"
import { Clock, Deferred, Effect, Either, Random } from "effect"
import { account, oneOf, strikes, tell, type Doors, type Open, type Scene } from "./Scene.ts"
import type { Trouble } from "./Weather.ts"

/** Asks a living program for something, again and again until it was answered: who gets no answer does not know. */
const insisting = <A, E>(scene: Scene, ask: Effect.Effect<A, E, Open>): Effect.Effect<A> =>
  Effect.gen(function* () {
    for (;;) {
      const { life } = scene
      const { doors } = life
      const answer = doors === undefined || life.isDead ? undefined : yield* once(ask, doors, life.died)
      if (answer !== undefined) return answer.value
      yield* Effect.sleep(500 + (yield* Random.next) * 1_000)
    }
  })

const once = <A, E>(ask: Effect.Effect<A, E, Open>, doors: Doors, died: Deferred.Deferred<void>) =>
  Effect.provide(ask, doors).pipe(
    Effect.exit,
    Effect.map((exit) => (exit._tag === "Success" ? { value: exit.value } : undefined)),
    Effect.raceFirst(Effect.as(Deferred.await(died), undefined))
  )

const keyOf = (input: Trade.TradeInput): string => `${input.source}/${input.sourceId}`

const quantities = ["0.1", "0.3", "0.4", "0.5", "0.8", "1", "1.2", "2.7", "5"]

const drawnTrade = (scene: Scene, trader: number, number: number) =>
  Effect.gen(function* () {
    const symbol = (yield* oneOf(scene.weather.symbols)) ?? "AAPL"
    return Trade.input({
      source: `trader-${trader}`,
      sourceId: String(number),
      symbol,
      side: (yield* Random.next) < 0.6 ? "buy" : "sell",
      quantity: Quantity.unsafe((yield* oneOf(quantities)) ?? "1"),
      price: Price.unsafe("100"),
      tradedAt: Instant.make(BigInt(number + 1))
    })
  })

/** Hands in trades, alone or several at once, some twice, some with other contents under the same id. */
export const trader = (scene: Scene, number: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { stormMs, trades, traders } = scene.weather
    const own = Math.ceil(trades / traders)
    for (let from = 0; from < own;) {
      yield* Effect.sleep((yield* Random.next) * 2 * (stormMs / own))
      const many = 1 + Math.floor((yield* Random.next) * 4)
      const until = Math.min(own, from + many)
      const chunk = yield* Effect.forEach(
        Array.from({ length: until - from }, (_, i) => from + i),
        (each) => drawnTrade(scene, number, each)
      )
      yield* handIn(scene, chunk)
      if ((yield* Random.next) < 0.2) yield* handIn(scene, chunk)
      from = until
    }
    const known = [...scene.answered.values()].filter(({ input }) => input.source === `trader-${number}`)
    for (const { input } of known) {
      if (yield* strikes(scene, "conflict")) yield* handIn(scene, [{ ...input, quantity: Quantity.unsafe("99") }])
    }
  })

const handIn = (scene: Scene, chunk: ReadonlyArray<Trade.TradeInput>) =>
  Effect.gen(function* () {
    const submit = Effect.flatMap(Accumulator.Accumulator, (accumulator) =>
      accumulator.submitMany(account, chunk, SourcePolicy.anyAge)
    )
    const results = yield* insisting(scene, submit)
    for (const [i, input] of chunk.entries()) {
      const result = results[i]?._tag ?? "no answer"
      if (!scene.answered.has(keyOf(input))) scene.answered.set(keyOf(input), { input, result })
      yield* tell(scene, `${keyOf(input)} ${input.side} ${input.symbol} ${Decimal.format(input.quantity)}: ${result}`)
    }
  })

/** Commands something until it is answered; the id makes it happen once. */
export const commanding = (scene: Scene, id: string, command: Command.Command): Effect.Effect<void> =>
  Effect.gen(function* () {
    const request = { id, account, actor: "operator", reason: "simulated", command }
    const perform = Effect.flatMap(Commands.Commands, (commands) => commands.perform(request))
    const answer = yield* insisting(scene, perform)
    yield* tell(scene, `operator ${command._tag}: ${answer._tag}`)
    if (command._tag === "Reverse" && answer._tag === "Done") scene.reversed.add(command.tradeId)
  })

const scopeOf = (symbol: string | undefined): Command.Scope =>
  symbol === undefined ? { _tag: "Everything" } : { _tag: "OneSymbol", symbol: Ticker.Ticker.make(symbol) }

const states = [{ _tag: "Observe" }, { _tag: "Reduce" }, { _tag: "AskFirst" }] as const

/** Sets a trading state and lifts it again, lets orders go that wait for a person, tightens and loosens limits. */
const restrain = (scene: Scene, turn: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (yield* strikes(scene, "limit")) yield* limit(scene)
    const state = yield* oneOf(states)
    if (state === undefined || !(yield* strikes(scene, "restrain"))) return
    const scope = scopeOf(yield* oneOf([undefined, ...scene.weather.symbols]))
    yield* commanding(scene, `restrain-${turn}`, { ...state, scope })
    yield* Effect.sleep((yield* Random.next) * 10_000)
    for (const order of scene.memory.fold.books.orders.all()) {
      if (order.status !== "pending" || order.heldFor === undefined || (yield* Random.nextBoolean)) continue
      const { id: orderId, side } = order
      const quantity = Quantity.make(order.quantity)
      yield* commanding(scene, `approve-${orderId}-${turn}`, { _tag: "Approve", orderId, side, quantity })
    }
    yield* Effect.sleep((yield* Random.next) * 10_000)
    yield* commanding(scene, `lift-${turn}`, { _tag: "Resume", scope })
  })

const limits = [
  {},
  { maxOrderQuantity: Quantity.unsafe("1") },
  { ordersPerMinute: 1 },
  { ordersPerMinute: 3, maxOrderQuantity: Quantity.unsafe("2") }
]

/** The account's limits are others from now on. */
const limit = (scene: Scene, chosen = oneOf(limits)): Effect.Effect<void> =>
  Effect.gen(function* () {
    const settings = { ...scene.settings, ...(yield* chosen) }
    const set = Effect.flatMap(Commands.Commands, (commands) =>
      commands.setAccount(account, settings, "operator", "simulated")
    )
    const answer = yield* insisting(scene, set)
    const quantity = settings.maxOrderQuantity === undefined ? "any" : Decimal.format(settings.maxOrderQuantity)
    const minute = settings.ordersPerMinute ?? "any"
    yield* tell(scene, `operator sets the limits ${quantity} shares, ${minute} orders a minute: ${answer._tag}`)
  })

/** No limits any more. */
export const unlimited = (scene: Scene): Effect.Effect<void> => limit(scene, Effect.succeed({}))

const differences: ReadonlyArray<string> = ["PositionDiffers", "ForeignPosition"]

/** What an operator says of a difference in holdings whose cause he knows, by the figures that the break shows him. */
const correction = (scene: Scene, { details, symbol }: Break.Break): Effect.Effect<Command.Command | undefined> =>
  Effect.gen(function* () {
    if (details._tag !== "PositionDiffers" && details._tag !== "ForeignPosition") return undefined
    if (symbol === undefined || !scene.moved.has(symbol)) return undefined
    const { ours: held, theirs } = details.holdings
    const isDoubled = !Decimal.isZero(held) && Decimal.equals(theirs, Decimal.add(held, held))
    if (isDoubled && (yield* Random.next) < 0.8)
      return { _tag: "AcceptSplit", symbol, to: 2, from: 1, cashInLieu: undefined, held } as const
    const as = (yield* Random.nextBoolean) ? "base" : "hedged"
    const by = Decimal.subtract(theirs, held)
    return { _tag: "AdjustPosition", symbol, as, by, price: Price.unsafe("100"), held } as const
  })

/** Corrects what is held, where shares came or went without an order, or were split (P4, P9). */
export const corrected = (scene: Scene, name: string): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (const each of scene.memory.fold.books.breaks.all()) {
      if (each.closedAt !== undefined || !differences.includes(each.kind)) continue
      const command = yield* correction(scene, each)
      if (command !== undefined) yield* commanding(scene, `${name}-K${each.id}`, command)
    }
  })

/** Says that an order in doubt is the one that the exchange has under its id, accepts an excess, dismisses what a person has seen. */
const judged = (scene: Scene, turn: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { breaks, orders } = scene.memory.fold.books
    const open = breaks.all().filter(({ closedAt }) => closedAt === undefined)
    const theirs = yield* Effect.orDie(scene.exchange.orders)
    for (const { clientOrderId, id: orderId, status } of orders.all()) {
      const found = theirs.find((each) => each.clientOrderId === clientOrderId)
      if (status !== "in_doubt" || found === undefined) continue
      const { brokerOrderId } = found
      yield* commanding(scene, `placed-${orderId}-${turn}`, { _tag: "MarkPlaced", orderId, brokerOrderId })
    }
    const excess = yield* oneOf(orders.all().filter((order) => Decimal.isPositive(order.excess)))
    if (excess !== undefined)
      yield* commanding(scene, `excess-${turn}`, { _tag: "AcceptAdjustment", orderId: excess.id })
    const seen = yield* oneOf(open)
    if (seen !== undefined) yield* commanding(scene, `dismiss-${turn}`, { _tag: "DismissBreak", breakId: seen.id })
  })

/** Gives the verdicts that only a person can give, on what stands there now. */
const giveVerdicts = (scene: Scene, turn: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (!(yield* strikes(scene, "verdict"))) return
    yield* corrected(scene, `verdict-${turn}`)
    yield* judged(scene, turn)
  })

/** Halts and resumes, cancels orders, reverses trades, gives verdicts. */
export const operator = (scene: Scene): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let turn = 1; scene.isStorm; turn++) {
      yield* Effect.sleep((yield* Random.next) * 10_000)
      const books = scene.memory.fold.books
      if (yield* strikes(scene, "halt")) {
        const scope = scopeOf(yield* oneOf([undefined, ...scene.weather.symbols]))
        yield* commanding(scene, `halt-${turn}`, { _tag: "Halt", scope })
        yield* Effect.sleep((yield* Random.next) * 15_000)
        yield* commanding(scene, `resume-${turn}`, { _tag: "Resume", scope })
      }
      yield* restrain(scene, turn)
      const order = yield* oneOf(books.orders.all())
      if (order !== undefined && (yield* strikes(scene, "cancel"))) {
        yield* commanding(scene, `cancel-${turn}`, { _tag: "Cancel", orderId: order.id })
      }
      const trade = yield* oneOf(books.trades.all().filter((each) => each.reversesSourceId === undefined))
      if (trade !== undefined && (yield* strikes(scene, "reverse"))) {
        yield* commanding(scene, `reverse-${turn}`, { _tag: "Reverse", tradeId: trade.id })
      }
      yield* giveVerdicts(scene, turn)
    }
  })

/** What the exchange does of its own accord: it busts, corrects, cancels, hides, takes orders of others, breaks streams. */
export const market = (scene: Scene): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let turn = 1; scene.isStorm; turn++) {
      yield* Effect.sleep((yield* Random.next) * 8_000)
      for (const trouble of marketTroubles) {
        if (!(yield* strikes(scene, trouble))) continue
        const act = yield* actOf(scene, trouble)
        if (act === undefined) continue
        const done = yield* Effect.either(scene.exchange.instruct({ id: `${trouble}-${turn}`, do: act.do }))
        if (Either.isRight(done)) {
          if (act.disturbs !== undefined) scene.disturbed.add(act.disturbs)
          if (act.disturbs !== undefined && act.isMove === true) scene.moved.add(act.disturbs)
          if (trouble === "hide") scene.hiddenUntilMs = (yield* Clock.currentTimeMillis) + HIDDEN_MS
          yield* tell(scene, `exchange ${JSON.stringify(act.do)}`)
        }
      }
    }
  })

const HIDDEN_MS = 10_000

const marketTroubles = [
  "bust",
  "correct",
  "brokerCancel",
  "hide",
  "reject",
  "rest",
  "manualOrder",
  "dropStream",
  "expireToken",
  "transfer",
  "split"
] as const

interface Act {
  readonly do: Instruction.ActInput
  /** The symbol of which the broker said something else before. */
  readonly disturbs?: string
  /** Is that because its shares came or went without an order? */
  readonly isMove?: boolean
}

const actOf = (scene: Scene, trouble: Trouble): Effect.Effect<Act | undefined> =>
  Effect.gen(function* () {
    const fill = yield* oneOf(yield* Effect.orDie(scene.exchange.fills))
    const order = yield* oneOf(yield* Effect.orDie(scene.exchange.orders))
    const symbol = (yield* oneOf(scene.weather.symbols)) ?? "AAPL"
    switch (trouble) {
      case "bust":
        return fill === undefined ? undefined : { do: { bust: { execId: fill.execId } }, disturbs: fill.symbol }
      case "correct": {
        const quantity = (yield* oneOf(["1", "2", "3"])) ?? "1"
        return fill === undefined
          ? undefined
          : { do: { correct: { execId: fill.execId, quantity } }, disturbs: fill.symbol }
      }
      case "brokerCancel":
        return order === undefined ? undefined : { do: { cancel: { brokerOrderId: order.brokerOrderId } } }
      case "hide":
        return order === undefined ? undefined : { do: { hide: { ms: HIDDEN_MS, brokerOrderId: order.brokerOrderId } } }
      case "reject":
        return { do: { reject: { code: "no", words: "not today" } } }
      case "rest":
        return { do: { accept: {} } }
      case "manualOrder":
        return { do: { manualOrder: { account, symbol, side: "buy", quantity: "3" } } }
      case "dropStream":
        return { do: { dropStream: {} } }
      case "expireToken":
        return { do: { expireToken: {} } }
      case "transfer": {
        const by = Decimal.unsafe((yield* oneOf(["-3", "-1", "2", "5"])) ?? "1")
        return yield* moving(scene, symbol, (held) => Decimal.add(held, by))
      }
      case "split":
        return yield* moving(scene, symbol, (held) => Decimal.add(held, held))
      default:
        return undefined
    }
  })

/** Shares of a symbol of which no order works come or go, or are split. */
const moving = (scene: Scene, name: string, to: (held: Decimal.Decimal) => Decimal.Decimal) =>
  Effect.gen(function* () {
    const symbol = Ticker.Ticker.make(name)
    const { held, working } = yield* Effect.orDie(scene.exchange.stand(account, symbol))
    const quantity = to(held)
    if (working.length > 0 || Decimal.equals(quantity, held)) return undefined
    return { do: { holding: { account, symbol, quantity: Decimal.format(quantity) } }, disturbs: symbol, isMove: true }
  })

const SETTINGS_OF_CLOCK_MS = [-90_000, -5_000, 5_000, 90_000, 3_600_000, 0]

/** Somebody sets our clock. */
export const clockSetter = (scene: Scene): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (scene.isStorm) {
      yield* Effect.sleep((yield* Random.next) * 20_000)
      if (!(yield* strikes(scene, "clock"))) continue
      scene.skewMs = (yield* oneOf(SETTINGS_OF_CLOCK_MS)) ?? 0
      yield* tell(scene, `our clock is set off by ${scene.skewMs} ms`)
    }
    scene.skewMs = 0
  })
