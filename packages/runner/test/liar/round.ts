import {
  Account,
  Accumulator,
  Broker,
  Clock,
  Commands,
  Daemon,
  Decimal,
  Instant,
  MemoryRepository,
  Price,
  Quantity,
  Roundlot,
  Side,
  SourcePolicy,
  type Trade
} from "@roundlot/core"
import { Break, Health, Tracking } from "@roundlot/core/ledger"
import { Cause, Effect, Exit, Fiber, Layer, Logger, Random, Schedule } from "effect"
import { diceOf, type Dice } from "../dice.ts"
import { entropyOf } from "./entropy.ts"
import { account, places, type Desk, type Name } from "./desks.ts"
import {
  blocked,
  doubled,
  hanging,
  lost,
  resent,
  storms,
  twice,
  type Limits,
  type Traded,
  type Watched
} from "./judge.ts"
import { leaping } from "./leaping.ts"
import * as Market from "./market.ts"
import { liesOf, shown, type PlacedLie } from "./Lie.ts"
import * as Mind from "./Mind.ts"
import { audited, observe, placedAt } from "./observation.ts"

/** What a round came to: nothing is found where all holds. */
export interface Round {
  readonly seed: string
  readonly lies: ReadonlyArray<string>
  /** What does not hold, a sentence each. */
  readonly found: ReadonlyArray<string>
  /** Breaks that are open at the end. */
  readonly open: ReadonlyArray<string>
  readonly orders: number
  readonly story: ReadonlyArray<string>
}

const START_MS = Date.UTC(2026, 2, 3, 15)
const SYMBOLS = ["AAPL", "IBM", "KO"] as const
const TRADES = 8
const LATER_TRADES = 3
const LONGEST_PAUSE_MS = 20_000
/** Two sweeps: what the broker changed last was seen, and what follows from it done. */
const TWO_SWEEPS_MS = 130_000
const LOOK_EVERY_MS = 15_000
/** Longer than the longest cool-down. */
const AT_MOST_MS = 75 * 60_000
const HUNDREDTHS = 100
const LOOK_MS = 5_000
const CALM_LOOK_MS = 15_000
const WATCH_MS = 5_000

interface Scene {
  readonly dice: Dice
  /** The market's own: a seed's lies and trades stay what they were. */
  readonly marketDice: Dice
  readonly mind: Mind.Mind
  readonly desk: Desk
  readonly trades: Array<Traded>
  /** What did not hold on the way. */
  readonly found: Set<string>
  watched: Watched
}

let taken = 0

const aTrade = ({ dice }: Scene): Trade.TradeInput => ({
  source: "liar",
  sourceId: `t${++taken}`,
  occurrence: "0",
  symbol: dice.oneOf(SYMBOLS),
  side: dice.chance(80) ? "buy" : "sell",
  quantity: Quantity.unsafe((dice.between(20, 300) / HUNDREDTHS).toFixed(2)),
  price: Price.unsafe("100"),
  tradedAt: Instant.fromMillis(START_MS),
  reverses: undefined
})

/** A trade comes in; what is asked for by now bounds what the exchange may hold. */
const intake = (scene: Scene) =>
  Effect.gen(function* () {
    const trade = aTrade(scene)
    const quantity = Side.signed(trade.side, trade.quantity)
    scene.trades.push({ atMs: scene.mind.world.nowMs(), symbol: trade.symbol, quantity })
    scene.mind.note(`trade ${trade.side} ${Decimal.format(trade.quantity)} ${trade.symbol}`)
    const accumulator = yield* Accumulator.Accumulator
    yield* accumulator.submitMany(account, [trade], SourcePolicy.anyAge)
    yield* Effect.sleep(scene.dice.between(0, LONGEST_PAUSE_MS))
  })

/** Now and then an order rests, or fills in parts, as an instruction has it. */
const orderly = ({ desk, dice }: Scene, name: string) => {
  if (dice.chance(70)) return Effect.void
  const act = dice.oneOf<object>([{ accept: {} }, { fill: { quantity: "1" } }])
  return Effect.ignore(desk.exchange.instructJson(JSON.stringify({ id: name, when: {}, do: act })))
}

const instructed = ({ desk, mind }: Scene, name: string, act: object) => {
  mind.note(`market ${JSON.stringify(act)}`)
  return desk.exchange.instructJson(JSON.stringify({ id: name, do: act })).pipe(
    Effect.tapError((error) => Effect.sync(() => mind.note(`it is refused: ${error.message}`))),
    Effect.ignore
  )
}

/** And the market itself goes on: prices, sizes, halts, bands, other accounts, money. */
const market = (scene: Scene, name: string) => {
  const { marketDice: dice } = scene
  return Effect.zipRight(
    orderly(scene, name),
    dice.chance(40) ? Effect.void : instructed(scene, `${name} happens`, Market.happening(dice, SYMBOLS))
  )
}

/** Nothing at the market keeps an order from being filled any more. */
const calm = (scene: Scene) =>
  Effect.forEach(Market.calmed(SYMBOLS), (act, i) => instructed(scene, `calm ${i}`, act), { discard: true })

const working: ReadonlySet<string> = new Set(["new", "partially_filled"])

/** What works at the exchange fills; what has ended there, by our wish as well, is not filled any more. */
const fillAll = ({ desk }: Scene, name: string) =>
  Effect.flatMap(desk.exchange.orders, (orders) =>
    Effect.forEach(
      orders.filter(({ status }) => working.has(status)),
      ({ brokerOrderId }) =>
        Effect.ignore(desk.exchange.instruct({ id: `${name} ${brokerOrderId}`, do: { fill: { brokerOrderId } } })),
      { discard: true }
    )
  )

const started = Effect.flatMap(Health.Health, (health) =>
  Effect.repeat(Effect.delay(health.all, "1 second"), {
    until: (parts) => parts.some(({ lastSuccessAt, part }) => part === "start" && lastSuccessAt !== undefined)
  })
)

/** How it stands now; what does not hold at this moment is kept. */
const looked = (scene: Scene) =>
  Effect.gen(function* () {
    const moment = yield* observe(scene.desk, scene.mind.world.nowMs(), scene.trades)
    const { said, watched } = blocked(scene.watched, moment)
    scene.watched = watched
    for (const each of [...said, ...doubled(moment)]) {
      if (!scene.found.has(each)) scene.mind.note(each)
      scene.found.add(each)
    }
    return moment
  })

/** Waits until nothing is left to be done for as long as two sweeps take; what never ends is left. */
const settled = (scene: Scene, atMostMs: number) =>
  Effect.gen(function* () {
    const begunMs = scene.mind.world.nowMs()
    let stillMs = 0
    for (let look = 0; scene.mind.world.nowMs() - begunMs < atMostMs; look++) {
      yield* fillAll(scene, `fill ${look}`)
      const left = hanging(yield* looked(scene))
      stillMs = left.length > 0 ? 0 : stillMs + LOOK_EVERY_MS
      if (stillMs >= TWO_SWEEPS_MS) return
      yield* Effect.sleep(LOOK_EVERY_MS)
    }
  })

/** Where all is true, what no commit tells of is looked for seldom. */
const pollingOf = (mind: Mind.Mind): Tracking.PollingOptions => ({
  ...Tracking.defaultPolling,
  get lookMs() {
    return mind.isLying ? LOOK_MS : CALM_LOOK_MS
  }
})

const played = (scene: Scene, limits: Limits, atMostMs: number) =>
  Effect.gen(function* () {
    const { dice, mind } = scene
    const commands = yield* Commands.Commands
    yield* commands.setAccount(account, { ...Account.defaultSettings }, "test")
    const daemon = yield* Effect.forkScoped(Daemon.run(pollingOf(mind)))
    yield* Effect.raceFirst(started, Fiber.join(daemon))
    yield* intake(scene)
    yield* Effect.forkScoped(Effect.repeat(looked(scene), Schedule.spaced(WATCH_MS)))
    mind.note("the lies begin")
    mind.isLying = true
    for (let i = 0; i < TRADES; i++) {
      yield* market(scene, `market ${i}`)
      yield* intake(scene)
    }
    yield* Effect.sleep(dice.between(0, 4 * 60_000))
    mind.isLying = false
    mind.note("the truth begins")
    yield* calm(scene)
    for (let i = 0; i < LATER_TRADES; i++) yield* intake(scene)
    yield* settled(scene, atMostMs)
    const ended = daemon.unsafePoll()
    const isOver = ended === null ? [] : [`the daemon has ended: ${String(ended)}`]
    const moment = yield* looked(scene)
    const heard = { asked: mind.asked, posts: mind.posts, placed: yield* placedAt(scene.desk) }
    return {
      found: [
        ...isOver,
        ...scene.found,
        ...lost(moment),
        ...twice(moment),
        ...storms(heard, limits),
        ...resent(heard, moment),
        ...hanging(moment),
        ...(yield* audited)
      ],
      open: moment.breaks.map((each) => `${each.kind} of ${each.subject} ${each.symbol}: ${Break.evidenceOf(each)}`),
      orders: moment.theirs.orders.length
    }
  })

const engine = ({ broker }: Desk, seed: string) =>
  Roundlot.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(MemoryRepository.layerMemory, Clock.layerAlwaysOpen, entropyOf(seed))),
    Layer.provideMerge(Layer.succeed(Broker.Brokers, { get: () => Effect.succeed(broker) }))
  )

/** One round at a broker: trades under lies, trades under the truth, then what must hold. A seed draws its lies, unless some are given. */
export const play = async (
  name: Name,
  seed: string,
  given?: ReadonlyArray<PlacedLie>,
  atMostMs: number = AT_MOST_MS
): Promise<Round> => {
  const dice = diceOf(`${name} ${seed}`)
  const marketDice = diceOf(`market of ${name} ${seed}`)
  const world = leaping(START_MS)
  const { limits, open, vocabulary } = places[name]
  const drawn = liesOf(dice, vocabulary)
  const lies = given ?? drawn
  const mind = Mind.make(world, lies, SYMBOLS)
  const round = Effect.gen(function* () {
    const desk = yield* open(mind)
    // The daemon ends before what it stands on.
    return yield* Effect.provide(
      Effect.scoped(
        played({ dice, marketDice, mind, desk, trades: [], found: new Set(), watched: new Map() }, limits, atMostMs)
      ),
      engine(desk, seed)
    )
  })
  const exit = await Effect.runPromiseExit(
    round.pipe(
      Effect.scoped,
      Effect.provide(Logger.replace(Logger.defaultLogger, Logger.none)),
      Effect.withClock(world.clock),
      Effect.withScheduler(world.scheduler),
      Effect.withRandom(Random.make(seed))
    )
  )
  world.stop()
  const told = { seed, lies: lies.map(shown), story: mind.story }
  if (Exit.isSuccess(exit)) return { ...told, ...exit.value }
  return { ...told, found: [`the round broke: ${Cause.pretty(exit.cause)}`], open: [], orders: 0 }
}
