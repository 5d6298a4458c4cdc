import {
  Cause,
  Clock as EffectClock,
  Context,
  Deferred,
  Duration,
  Effect,
  Either,
  Exit,
  Fiber,
  Layer,
  Logger,
  Random,
  Ref,
  Schedule,
  Scope,
  Stream
} from "effect"
import { Account, type AccountName, Broker, Clock, Commands, Daemon, MemoryRepository, Roundlot } from "@roundlot/core"
import { Entropy, type Lease, MemoryStore, TradeRepository } from "@roundlot/core/adapter"
import { compared, heldOf, type Net } from "./broker/agreement.ts"
import { makeStorm, type Storm } from "./broker/storm.ts"
import * as Simulation from "./Simulation.ts"

/** What an app has: the services, the store, clock and randomness below them, and the brokers. */
export type AppServices = Roundlot.Services | Roundlot.Foundations | Broker.Brokers

/** An app and its world. */
export interface Simulated {
  readonly account: AccountName.AccountName
  /** What is not said is as by default, with the limits lifted. */
  readonly settings?: Partial<Account.AccountSettings> | undefined
  /** The broker of the account, which outlives the programs. Nothing of it may use promises, timers or sockets of its own. */
  readonly broker: Effect.Effect<Broker.BrokerService, unknown, Scope.Scope>
  /** What runs beside the daemon, begun again in every program: a strategy, whatever gives it trades. It may go on for ever. */
  readonly app: Effect.Effect<unknown, unknown, AppServices | Scope.Scope>
  /** What else has to hold once all is calm: a sentence for whatever does not. */
  readonly judge?: Effect.Effect<ReadonlyArray<string>, unknown, AppServices> | undefined
}

/** How one run goes. */
export interface RunOptions {
  /** The same seed, the same run. */
  readonly seed: string
  /** How often the program is killed, and begun again; twice where nothing is said. */
  readonly crashes?: number | undefined
  /** Are answers lost, reads failed, updates lost and doubled? They are where nothing is said. */
  readonly faults?: boolean | undefined
  /** For how long the app runs, in simulated time; five minutes where nothing is said. */
  readonly lasts?: Duration.DurationInput | undefined
  /** How long a run may take, in milliseconds of real time; a minute where nothing is said. */
  readonly longestRealMs?: number | undefined
}

/** What a run came to: what does not hold, a sentence each, and what happened to the program, line by line. */
export interface Outcome {
  readonly findings: ReadonlyArray<string>
  readonly story: ReadonlyArray<string>
}

const START_MS = Date.UTC(2026, 0, 5, 15)
const LASTS = "5 minutes"
const CRASHES = 2
const LONGEST_REAL_MS = 60_000

/**
 * Runs an app with a daemon in simulated time, on books in memory, while its broker's answers are lost, its reads fail and the program is
 * killed; then in calm until nothing moves. Whatever happened, books and broker agree, the audit finds nothing, the app has not failed, and
 * what `judge` asks for holds.
 *
 * @example
 * const { findings, story } = AppSimulation.run({ account, broker, app }, { seed: "7" })
 */
export const run = (simulated: Simulated, options: RunOptions): Outcome => {
  const story: Array<string> = []
  const exit = Simulation.run(Effect.scoped(lived(simulated, options, story)), {
    seed: options.seed,
    startMs: START_MS,
    longestRealMs: options.longestRealMs ?? LONGEST_REAL_MS
  })
  return Exit.match(exit, {
    onSuccess: (findings) => ({ findings, story }),
    onFailure: (cause) => ({ findings: [lineOf(cause)], story })
  })
}

/** A run that finds something, and whether it still does without faults and with fewer crashes: the least that it takes. */
export interface Failed extends Outcome {
  readonly seed: string
  readonly crashes: number
  readonly faults: boolean
}

/** Runs it with each of these seeds; the first that finds something, with as little going wrong as still does, or `undefined`. */
export const search = (
  simulated: Simulated,
  seeds: ReadonlyArray<string>,
  options: Omit<RunOptions, "seed"> = {}
): Failed | undefined => {
  const { crashes: most = CRASHES, faults: withFaults = true } = options
  for (const seed of seeds) {
    if (run(simulated, { ...options, seed }).findings.length === 0) continue
    for (const faults of withFaults ? [false, true] : [false]) {
      for (let crashes = 0; crashes <= most; crashes++) {
        const outcome = run(simulated, { ...options, seed, crashes, faults })
        if (outcome.findings.length > 0) return { ...outcome, seed, crashes, faults }
      }
    }
  }
  return undefined
}

/** What a run that failed came to, for who reads the test. */
export const summary = ({ crashes, faults, findings, seed, story }: Failed): string =>
  [
    `seed ${seed}, ${crashes} crashes, ${faults ? "with" : "without"} faults:`,
    ...findings.map((finding) => `  ${finding}`),
    "what happened:",
    ...story.map((line) => `  ${line}`)
  ].join("\n")

const lineOf = (cause: Cause.Cause<unknown>): string => {
  const failure = Cause.squash(cause)
  return failure instanceof Error ? failure.message : (Cause.pretty(cause).split("\n", 1)[0] ?? "")
}

/** One life of the program: what it does after its death nobody hears. */
interface Life {
  isDead: boolean
  readonly died: Deferred.Deferred<void>
  /** What it has, once it is up. */
  readonly up: Deferred.Deferred<Context.Context<AppServices>>
  readonly app: Deferred.Deferred<Fiber.RuntimeFiber<unknown, unknown>>
}

const born: Effect.Effect<Life> = Effect.map(
  Effect.all([
    Deferred.make<void>(),
    Deferred.make<Context.Context<AppServices>>(),
    Deferred.make<Fiber.RuntimeFiber<unknown, unknown>>()
  ]),
  ([died, up, app]) => ({ isDead: false, died, up, app })
)

interface World extends Simulated {
  readonly theirs: Broker.BrokerService
  readonly storm: Storm
  readonly store: TradeRepository.TradeRepositoryService
  readonly failures: Ref.Ref<ReadonlyArray<string>>
  readonly say: (what: string) => Effect.Effect<void>
}

const saying =
  (story: Array<string>) =>
  (what: string): Effect.Effect<void> =>
    Effect.map(
      EffectClock.currentTimeMillis,
      (now) => void story.push(`${((now - START_MS) / 1000).toFixed(3)} s: ${what}`)
    )

const LONGEST_DOWN_MS = 8_000

const lived = (
  simulated: Simulated,
  { crashes = CRASHES, faults = true, lasts = LASTS }: RunOptions,
  story: Array<string>
) =>
  Effect.gen(function* () {
    const say = saying(story)
    const storm = yield* makeStorm(yield* Random.nextIntBetween(1, 2 ** 31), say)
    if (!faults) yield* storm.calm
    const theirs = yield* Effect.orDie(simulated.broker)
    const store = MemoryRepository.make(MemoryStore.make())
    const failures = yield* Ref.make<ReadonlyArray<string>>([])
    const world: World = { ...simulated, theirs, storm, store, failures, say }
    const { holdings } = yield* Effect.orDie(Broker.altered(theirs, {}).positions)
    for (let crash = 0; crash < crashes; crash++) {
      const life = yield* begun(world)
      yield* sleepFor(lasts, (yield* Random.next) / crashes)
      yield* say("the program is killed")
      yield* ended(life)
      yield* Effect.sleep((yield* Random.next) * LONGEST_DOWN_MS)
    }
    const last = yield* begun(world)
    yield* sleepFor(lasts, 1)
    yield* storm.calm
    yield* say("calm")
    const findings = yield* settled(world, last, heldOf(holdings))
    yield* ended(last)
    return [...(yield* Ref.get(failures)), ...findings]
  })

const sleepFor = (lasts: Duration.DurationInput, part: number) =>
  Effect.sleep(Duration.times(Duration.decode(lasts), part))

/** Begins the program; who finds the dead one's lease waits for its end. */
const begun = (world: World): Effect.Effect<Life> =>
  Effect.gen(function* () {
    const life = yield* born
    yield* world.say("the program begins")
    const foundations = Context.make(TradeRepository.TradeRepository, repositoryOf(world, life)).pipe(
      Context.add(Entropy.Entropy, { hex: randomHex }),
      Context.add(Broker.Brokers, { get: () => Effect.succeed(brokerOf(world, life)) })
    )
    const services = Roundlot.layer.pipe(
      Layer.provideMerge(Layer.merge(Layer.succeedContext(foundations), Clock.layerAlwaysOpen))
    )
    const program = Effect.gen(function* () {
      yield* Deferred.succeed(life.up, yield* Effect.context<AppServices>())
      const settings = {
        ...Account.defaultSettings,
        liftedLimits: Account.liftableLimits,
        ...world.settings,
        broker: world.theirs.name
      }
      yield* Effect.flatMap(Commands.Commands, (commands) => commands.setAccount(world.account, settings, "simulation"))
      yield* Deferred.succeed(life.app, yield* Effect.fork(appOf(world, life)))
      return yield* Effect.retry(Daemon.run(POLLING), {
        while: ({ _tag }) => _tag === "LeaseHeld",
        schedule: Schedule.spaced("1 second")
      })
    })
    const quiet = Logger.replace(Logger.defaultLogger, Logger.none)
    const running = Effect.scoped(program).pipe(
      Effect.provide(Layer.merge(services, quiet)),
      Effect.tapErrorCause((cause) => failed(world, life, `the daemon has ended: ${lineOf(cause)}`))
    )
    const fiber = yield* Effect.forkDaemon(running)
    // What takes any order may interrupt a fiber where it never ends: it is not waited for.
    yield* Effect.forkDaemon(Effect.zipRight(Deferred.await(life.died), Fiber.interruptFork(fiber)))
    return life
  })

/** Commits wake whatever follows from them: what nobody says is looked for seldom, so that a minute takes little time. */
const POLLING = { intervalMs: 2_000, maxJitterMs: 0, lookMs: 15_000, sweepMs: 20_000 }

/** An app that fails, fails the run; what it meets after its death it does not. */
const appOf = (world: World, life: Life) =>
  Effect.tapErrorCause(Effect.scoped(world.app), (cause) => failed(world, life, `the app has failed: ${lineOf(cause)}`))

const failed = ({ failures }: World, life: Life, finding: string) =>
  Effect.suspend(() => (life.isDead ? Effect.void : Ref.update(failures, (all) => [...all, finding])))

const ended = (life: Life) =>
  Effect.suspend(() => {
    life.isDead = true
    return Deferred.succeed(life.died, undefined)
  })

/** Nothing that a dead program does comes about, and it hears of nothing. */
const whileAlive =
  (life: Life) =>
  <A, E, R>(act: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const heard = Effect.flatMap(act, (done) => (life.isDead ? Effect.never : Effect.succeed(done)))
    return Effect.suspend(() => (life.isDead ? Effect.never : heard))
  }

const repositoryOf = ({ store }: World, life: Life): TradeRepository.TradeRepositoryService => {
  const alive = whileAlive(life)
  return {
    identity: store.identity,
    write: (scope, plan) => alive(store.write(scope, plan)),
    page: (query) => alive(store.page(query)),
    count: (query) => alive(store.count(query)),
    entries: (query) => alive(store.entries(query)),
    feed: (after, limit) => alive(store.feed(after, limit)),
    heads: alive(store.heads),
    headsAt: (query) => alive(store.headsAt(query)),
    snapshot: (reads) => store.snapshot(reads),
    leases: { ...store.leases, open: (holder) => untilDead(life, store.leases.open(holder)) }
  }
}

/** The session of a program ends with it, however it ends: as a connection that breaks. */
const untilDead = <E>(
  life: Life,
  open: Effect.Effect<Lease.LeaseSession, E, Scope.Scope>
): Effect.Effect<Lease.LeaseSession, E> =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const session = yield* Scope.extend(open, scope)
    yield* Effect.forkDaemon(Effect.zipRight(Deferred.await(life.died), Scope.close(scope, Exit.void)))
    const alive = whileAlive(life)
    return { ...session, take: (account) => alive(session.take(account)), renew: alive(session.renew) }
  })

const brokerOf = ({ storm, theirs }: World, life: Life): Broker.BrokerService => {
  const alive = whileAlive(life)
  const broker = storm.over(theirs)
  const { lookup, updates } = broker
  return Broker.altered(broker, {
    prepare: (terms) =>
      Either.map(broker.prepare(terms), ({ request, send }) => ({ request, send: (id) => alive(send(id)) })),
    cancel: (order) => alive(broker.cancel(order)),
    lookup: lookup && ((id) => alive(lookup(id))),
    order: (id) => alive(broker.order(id)),
    orders: (window) => alive(broker.orders(window)),
    fills: (window) => alive(broker.fills(window)),
    fillsOf: (id) => alive(broker.fillsOf(id)),
    positions: alive(broker.positions),
    updates: updates && Stream.filterEffect(updates, () => Effect.succeed(!life.isDead))
  })
}

const HEX = 16
const DIGITS = 8

const randomHex = Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, HEX ** DIGITS), 4), (parts) =>
  parts.map((part) => part.toString(HEX).padStart(DIGITS, "0")).join("")
)

/** What failed a minute ago may be right now: both sides are compared again and again for some minutes. */
const CALM = Schedule.spaced("5 seconds").pipe(Schedule.upTo("5 minutes"))

/** The app decides nothing more; what is on its way comes to its end, and everything is held together. */
const settled = (world: World, life: Life, before: Net) =>
  Effect.gen(function* () {
    const context = yield* Deferred.await(life.up)
    yield* Fiber.interruptFork(yield* Deferred.await(life.app))
    const place = { account: world.account, broker: world.theirs }
    const looked = Effect.gen(function* () {
      yield* Daemon.untilIdle
      const { findings } = yield* compared(place, before)
      return [...findings, ...(yield* world.judge ?? Effect.succeed([]))]
    }).pipe(Effect.catchAllCause((cause) => Effect.succeed([`what holds cannot be seen: ${lineOf(cause)}`])))
    return yield* Effect.repeat(looked, {
      schedule: Schedule.intersect(
        CALM,
        Schedule.recurWhile<ReadonlyArray<string>>((findings) => findings.length > 0)
      ).pipe(Schedule.map(([, findings]) => findings))
    }).pipe(Effect.provide(context))
  })
