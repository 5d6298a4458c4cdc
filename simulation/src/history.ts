import { Exchange } from "@roundlot/broker-paper"
import { Account, AccountName, Clock, Commands, MemoryRepository, Price } from "@roundlot/core"
import { Cache, Entropy, MemoryStore, TradeRepository } from "@roundlot/core/adapter"
import { Ledger } from "@roundlot/core/ledger"
import { Simulation } from "@roundlot/testing"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Cause, Context, Deferred, Effect, Exit, Layer, Option } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { clockSetter, market, operator, trader } from "./actors.ts"
import * as Memory from "./Memory.ts"
import { supervised } from "./Process.ts"
import { account, born, marketAt, tell, type Scene } from "./Scene.ts"
import { settle } from "./settle.ts"
import { draw, type Trouble } from "./Weather.ts"

/** The stores that a history can be played on: in memory, or in a file that is gone afterwards. */
export const storeKinds = ["memory", "sqlite"] as const

/** One of them. */
type StoreKind = (typeof storeKinds)[number]

/** What a history is played with. */
export interface HistoryOptions {
  readonly seed: number
  /** What does not go wrong this time. */
  readonly without?: ReadonlySet<Trouble>
  readonly mostTrades?: number
  /** On which store; in memory where nothing is said. */
  readonly store?: StoreKind
  /** Is all handed in at once, and nothing waited for that only a storm leaves behind? */
  readonly isBrief?: boolean
  /** At which boundaries the program is killed, whatever else happens: 1 is before its first commit. */
  readonly killAt?: ReadonlySet<number>
}

/** How a history ended: `fault` says which rule did not hold, in one sentence. */
export interface History {
  readonly seed: number
  readonly store: StoreKind
  readonly fault: string | undefined
  readonly story: ReadonlyArray<string>
  /** How many boundaries its lives passed, before and after each commit and each request to the broker. */
  readonly boundaries: number
}

const START_MS = Date.UTC(2026, 0, 5, 15)
/** What has not settled in three hours is a finding by then. */
const LONGEST_MS = 24 * 3_600_000

/** Plays the history of a seed to its end. */
export const play = (options: HistoryOptions): History => {
  const { killAt = new Set(), seed, store = "memory" } = options
  const boundaries = { passed: 0, killAt }
  const story: Array<string> = []
  let fault: string | undefined
  const program = Effect.scoped(
    Effect.gen(function* () {
      const scene = yield* begin(options, boundaries, story)
      const whole = Effect.disconnect(Effect.raceFirst(unfold(scene), supervised(scene)))
      yield* Effect.raceFirst(whole, Deferred.await(scene.broken))
      fault = scene.fault
    })
  )
  const exit = Simulation.run(program, { seed: `history ${seed}`, startMs: START_MS, longestMs: LONGEST_MS })
  return { seed, store, fault: fault ?? faultOf(exit), story, boundaries: boundaries.passed }
}

const faultOf = (exit: Exit.Exit<unknown, { readonly message: string }>): string | undefined =>
  Exit.isSuccess(exit)
    ? undefined
    : Option.match(Cause.failureOption(exit.cause), {
        onNone: () => Cause.pretty(exit.cause),
        onSome: ({ message }) => message
      })

const begin = (
  { isBrief = false, mostTrades = 1_000, seed, store: kind = "memory", without = new Set() }: HistoryOptions,
  boundaries: Scene["boundaries"],
  story: Array<string>
) =>
  Effect.gen(function* () {
    const drawn = yield* draw(without, mostTrades)
    const weather = isBrief ? { ...drawn, stormMs: 500, hiddenMs: 2_000, sweeps: 0 } : drawn
    let isStorm = true
    const exchange = yield* Exchange.make({
      seed,
      get faultRate() {
        return isStorm ? weather.rates.exchange : 0
      }
    })
    const store = yield* storeOf(kind, seed)
    const isLaddered = seed % LADDERED === 5 && !isBrief
    const settings = isLaddered ? ladder : Account.defaultSettings
    yield* accountMade(store, settings)
    if (isLaddered)
      for (const symbol of weather.symbols)
        yield* marketAt(exchange, { id: `spread-${symbol}`, symbol, price: HUNDRED })
    const scene: Scene = {
      weather,
      accountName: account,
      settings,
      memory: Memory.begin(),
      exchange,
      store,
      boundaries,
      get isStorm() {
        return isStorm
      },
      set isStorm(is: boolean) {
        isStorm = is
      },
      skewMs: 0,
      life: yield* born(0),
      lives: new Set(),
      driver: undefined,
      disturbed: new Set(),
      moved: new Set(),
      hiddenUntilMs: 0,
      answered: new Map(),
      reversed: new Set(),
      story,
      fault: undefined,
      broken: yield* Deferred.make<void>()
    }
    const journals: ReadonlyArray<AccountName.JournalName> = [AccountName.STORE, account]
    yield* Effect.forEach(journals, (name) => Memory.catchUp(scene.memory, store, name), { discard: true })
    return scene
  })

const sqlite = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-simulation-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const context = yield* Layer.build(SqliteStore.layer({ file: join(folder, "books.db"), thread: false }))
  return Context.get(context, TradeRepository.TradeRepository)
})

const FORGETFUL = 8

/** The store keeps what it has read between writes, as stores on files do; that of every eighth seed reads each row anew. */
const memoryOf = (seed: number) =>
  Effect.sync(() => MemoryRepository.make(MemoryStore.make(seed % FORGETFUL === 0 ? undefined : Cache.make())))

const storeOf = (kind: StoreKind, seed: number) => (kind === "memory" ? memoryOf(seed) : sqlite)

const LADDERED = 8
const HUNDRED = Price.unsafe("100")

/** In every eighth seed orders are limit orders: the first two steps rest in a market with such a spread, the third fills. */
const ladder: Account.AccountSettings = {
  ...Account.defaultSettings,
  limitOffsetBp: 5,
  repriceOffsetsBp: [20, 50],
  orderLifeSeconds: 3
}

const accountMade = (store: TradeRepository.TradeRepositoryService, settings: Account.AccountSettings) =>
  Effect.flatMap(Commands.Commands, (commands) => commands.setAccount(account, settings, "operator")).pipe(
    Effect.provide(commandsAlone),
    Effect.provideService(TradeRepository.TradeRepository, store)
  )

const commandsAlone = Commands.layer.pipe(
  Layer.provide(Ledger.layer),
  Layer.provide(Layer.mergeAll(Clock.layerAlwaysOpen, Entropy.layerFixed("0".repeat(32))))
)

/** The storm with everybody in it, then the calm in which all must settle. */
const unfold = (scene: Scene) =>
  Effect.gen(function* () {
    const { traders, stormMs } = scene.weather
    const handing = Array.from({ length: traders }, (_, number) => trader(scene, number + 1))
    const storm = Effect.zipRight(
      Effect.sleep(stormMs),
      Effect.suspend(() => {
        scene.isStorm = false
        return tell(scene, "nothing goes wrong from now on")
      })
    )
    yield* Effect.all([...handing, operator(scene), market(scene), clockSetter(scene), storm], {
      concurrency: "unbounded",
      discard: true
    })
    yield* settle(scene)
  })
