import { PaperBroker } from "@roundlot/broker-paper"
import { Broker, Clock, Daemon, Instant, Roundlot, type AccountName } from "@roundlot/core"
import { Entropy, type Lease, TradeRepository } from "@roundlot/core/adapter"
import { Tracking } from "@roundlot/core/ledger"
import {
  Context,
  Deferred,
  Effect,
  Either,
  Exit,
  Fiber,
  Layer,
  Logger,
  Random,
  Schedule,
  Scope as EffectScope,
  Stream
} from "effect"
import {
  awake,
  born,
  dead,
  isKilledHere,
  isUndisturbed,
  killed,
  mayStop,
  strikes,
  tell,
  type Life,
  type Scene
} from "./Scene.ts"
import * as Watch from "./Watch.ts"

/** Something that a living program does outside of itself: it may be killed before, or after, and then hears nothing. */
const outside = <A, E, R>(
  scene: Scene,
  life: Life,
  where: string,
  act: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    if (!isUndisturbed(scene, life) || scene.boundaries.killAt.size > 0) return disturbed(scene, life, where, act)
    scene.boundaries.passed += 1
    return Effect.flatMap(act, (done) => {
      scene.boundaries.passed += 1
      return life.isDead ? dead : Effect.succeed(done)
    })
  })

const disturbed = <A, E, R>(scene: Scene, life: Life, where: string, act: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* awake(life)
    if (life.isDead) return yield* dead
    if (yield* isKilledHere(scene)) return yield* killed(scene, life, `before ${where}`)
    const done = yield* act
    yield* awake(life)
    if (life.isDead) return yield* dead
    if (yield* isKilledHere(scene)) return yield* killed(scene, life, `after ${where}`)
    return done
  })

const unavailable = (detail: string) =>
  new TradeRepository.StoreUnavailable({ place: "the store", problem: "io", detail, remedy: "Try again." })

/** The store of a life: it fails, or commits and fails, or is the last thing that the program ever calls. */
const repositoryOf = (scene: Scene, life: Life): TradeRepository.TradeRepositoryService => {
  const { store } = scene
  const disturbedRead = <A>(what: Effect.Effect<A, TradeRepository.StoreError>) =>
    Effect.gen(function* () {
      yield* awake(life)
      if (life.isDead) return yield* dead
      if (yield* strikes(scene, "storeError")) return yield* unavailable("a read failed")
      return yield* what
    })
  const read = <A>(what: Effect.Effect<A, TradeRepository.StoreError>) =>
    Effect.suspend(() => (isUndisturbed(scene, life) ? what : disturbedRead(what)))
  return {
    identity: store.identity,
    write: (scope, plan) =>
      outside(
        scene,
        life,
        "a commit",
        Effect.gen(function* () {
          yield* mayStop(scene, life)
          yield* awake(life)
          if (yield* strikes(scene, "storeError")) return yield* unavailable("a write failed")
          const seen = Watch.planning(plan)
          const written = yield* store.write(scope, seen.plan)
          yield* Watch.driven(scene, life, seen.planned())
          yield* Watch.committed(scene, seen.planned())
          if (yield* strikes(scene, "lostCommit")) return yield* unavailable("the answer to COMMIT was lost")
          return written
        })
      ),
    page: (query) => read(store.page(query)),
    count: (query) => read(store.count(query)),
    entries: (query) => read(store.entries(query)),
    feed: (after, limit) => read(store.feed(after, limit)),
    heads: read(store.heads),
    headsAt: (query) => read(store.headsAt(query)),
    leases: { ...store.leases, open: (holder) => untilDead(scene, life, store.leases.open(holder)) },
    snapshot: (reads) => store.snapshot(reads)
  }
}

/** A session ends with the life that began it, however that ends. */
const untilDead = <E>(
  scene: Scene,
  life: Life,
  open: Effect.Effect<Lease.LeaseSession, E, EffectScope.Scope>
): Effect.Effect<Lease.LeaseSession, E> =>
  Effect.gen(function* () {
    const scope = yield* EffectScope.make()
    const session = yield* EffectScope.extend(open, scope)
    const whenAwake = <A, E>(asked: Effect.Effect<A, E>) => Effect.zipRight(awake(life), asked)
    yield* Effect.forkDaemon(Effect.zipRight(Deferred.await(life.died), EffectScope.close(scope, Exit.void)))
    return {
      ...session,
      take: (account) =>
        Effect.tap(whenAwake(session.take(account)), (token) =>
          Effect.sync(() => {
            if (token > (scene.driver?.token ?? 0)) scene.driver = { token, life }
          })
        ),
      renew: whenAwake(session.renew)
    }
  })

const LONGEST_LATENCY_MS = 4_000
const OVER_ANY_DEADLINE_MS = 70_000

/** Answers take a while, and now and then longer than anyone waits. */
const latency = (scene: Scene): Effect.Effect<void> =>
  Effect.flatMap(strikes(scene, "latency"), (isLate) => (isLate ? waiting : Effect.void))

const waiting = Effect.flatMap(Random.next, (chance) =>
  Effect.sleep(chance > 0.95 ? OVER_ANY_DEADLINE_MS : chance * LONGEST_LATENCY_MS)
)

/** The paper broker as a life sees it: behind a network that is slow and loses answers. */
const brokerOf = (scene: Scene, life: Life, account: AccountName.AccountName): Broker.BrokerService => {
  const paper = PaperBroker.make(scene.exchange, account)
  const asked = <A, E>(operation: string, ask: Effect.Effect<A, E>, lost: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.gen(function* () {
      yield* latency(scene)
      const answer = yield* outside(scene, life, operation, ask)
      yield* latency(scene)
      if (life.isDead) return yield* dead
      return (yield* strikes(scene, "unheard")) ? yield* lost : answer
    })
  const read = <A>(operation: string, ask: Effect.Effect<A, Broker.BrokerReadFailed>) =>
    asked(operation, ask, new Broker.BrokerReadFailed({ operation, kind: "network", detail: "no answer came" }))
  return {
    ...paper,
    prepare: (terms) =>
      Either.map(paper.prepare(terms), (prepared) => ({
        request: prepared.request,
        send: (attemptId) =>
          asked(
            `the send of ${terms.clientOrderId}`,
            Effect.zipRight(Watch.sending(scene, attemptId, terms), prepared.send(attemptId)),
            Effect.dieMessage("the connection broke")
          )
      })),
    cancel: (order) =>
      asked("a cancel", paper.cancel(order), Effect.succeed({ _tag: "Unknown", why: "no answer came" })),
    ...(paper.lookup === undefined ? {} : { lookup: lookedUp(paper.lookup, read) }),
    order: (id) => read("order", paper.order(id)),
    orders: (window) => read("orders", paper.orders(window)),
    fills: (window) => read("fills", paper.fills(window)),
    fillsOf: (id) => read("fills of an order", paper.fillsOf(id)),
    positions: read("positions", paper.positions),
    account: read("account", paper.account),
    instrument: (symbol) => read("instrument", paper.instrument(symbol)),
    updates:
      paper.updates === undefined
        ? undefined
        : Stream.filterEffect(paper.updates, () =>
            Effect.zipRight(
              awake(life),
              Effect.map(strikes(scene, "lostMessage"), (isLost) => !life.isDead && !isLost)
            )
          )
  }
}

const lookedUp =
  (
    lookup: NonNullable<Broker.BrokerService["lookup"]>,
    read: <A>(
      operation: string,
      ask: Effect.Effect<A, Broker.BrokerReadFailed>
    ) => Effect.Effect<A, Broker.BrokerReadFailed>
  ): NonNullable<Broker.BrokerService["lookup"]> =>
  (id) =>
    read("lookup", lookup(id))

/** Our clock, which somebody sets now and then; what never jumps does not. */
const clockOf = (scene: Scene): Effect.Effect<Clock.ClockService> =>
  Effect.map(Effect.provide(Clock.Clock, Clock.layerAlwaysOpen), (clock) => ({
    ...clock,
    now: Effect.map(clock.now, (now) => Instant.addMillis(now, scene.skewMs))
  }))

const HEX = 16
const DIGITS = 8

const randomHex = Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, HEX ** DIGITS), 4), (parts) =>
  parts.map((part) => part.toString(HEX).padStart(DIGITS, "0")).join("")
)

const CALM_LOOK_MS = 30_000

/** When the storm is over little happens that no commit tells of: it is looked for seldom. */
const pollingOf = (scene: Scene): Tracking.PollingOptions => ({
  ...Tracking.defaultPolling,
  get lookMs() {
    return scene.isStorm ? scene.weather.lookMs : CALM_LOOK_MS
  }
})

/** One life of the program: the real services, driven until it is killed. */
const live = (scene: Scene, life: Life) =>
  Effect.gen(function* () {
    scene.life = life
    scene.lives.add(life)
    yield* tell(scene, scene.lives.size > 1 ? "starts, and stands by" : "starts")
    const foundations = Context.make(TradeRepository.TradeRepository, repositoryOf(scene, life)).pipe(
      Context.add(Clock.Clock, yield* clockOf(scene)),
      Context.add(Entropy.Entropy, { hex: Effect.succeed(yield* randomHex) }),
      Context.add(Broker.Brokers, { get: (account) => Effect.succeed(brokerOf(scene, life, account)) })
    )
    const services = Layer.provideMerge(Roundlot.layer, Layer.succeedContext(foundations))
    const program = Effect.gen(function* () {
      life.doors = yield* Effect.context<Roundlot.Services>()
      // Whoever finds another one driving stands by.
      return yield* Effect.retry(Daemon.run(pollingOf(scene)), {
        while: ({ _tag }) => _tag === "LeaseHeld",
        schedule: Schedule.spaced("1 second")
      })
    })
    // Killed, it is left as it is: what takes any order may interrupt a fiber where it never ends.
    const running = yield* Effect.forkDaemon(
      Effect.provide(Effect.scoped(program), services).pipe(
        Effect.provide(Logger.replace(Logger.defaultLogger, Logger.none))
      )
    )
    const ended = yield* Effect.raceFirst(
      Effect.as(Deferred.await(life.died), "killed"),
      Effect.map(Fiber.await(running), String)
    )
    life.isDead = true
    scene.lives.delete(life)
    yield* Deferred.succeed(life.died, undefined)
    life.doors = undefined
    if (ended !== "killed") yield* tell(scene, `life ${life.number} ended by itself: ${ended}`)
    yield* Fiber.interruptFork(running)
  })

const LONGEST_DOWN_MS = 8_000

/** Starts the program again and again, whatever kills it; another one to stand by where it is stopped. */
export const supervised = (scene: Scene): Effect.Effect<never> =>
  Effect.scoped(
    Effect.gen(function* () {
      for (let number = 1; ; number++) {
        const life = yield* born(number)
        const living = yield* Effect.forkScoped(live(scene, life))
        yield* Effect.raceFirst(Fiber.join(living), Deferred.await(life.stalled))
        yield* Effect.sleep((yield* Random.next) * LONGEST_DOWN_MS)
      }
    })
  )
