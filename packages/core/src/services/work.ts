import { Cause, Duration, Effect, Queue, Stream, type Scope } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Ledger, type Topic } from "../ledger/Ledger.ts"
import { Clock } from "../ports/Clock.ts"
import { TradeRepository } from "../ports/TradeRepository.ts"
import { Health } from "./Health.ts"

/** Runs a pass of work on a schedule alone. A pass that fails is reported to health and comes again. */
export const every = <E, R>(
  part: string,
  interval: Duration.DurationInput,
  pass: Effect.Effect<unknown, E, R>
): Effect.Effect<never, never, R | Health> =>
  Effect.forever(Effect.zipRight(Effect.sleep(interval), reported(part, pass)))

/**
 * Says to health how a pass went, and lets nothing out: whatever failed comes again, a part of it that was interrupted too. (An
 * interruption of ours does not come by here: it ends the pass.)
 */
export const reported = <E, R>(
  part: string,
  pass: Effect.Effect<unknown, E, R>
): Effect.Effect<void, never, R | Health> =>
  Effect.flatMap(Health, (health) =>
    Effect.matchCauseEffect(pass, {
      onSuccess: () => health.succeeded(part),
      onFailure: (cause) => health.failed(part, faultIn(cause))
    })
  )

/** What failed, in a line. */
export const faultIn = (cause: Cause.Cause<unknown>): string => Cause.pretty(cause).split("\n")[0] ?? ""

/**
 * A part that failed for an account, of which nothing is left that could fail again, is well: `busy` are the orders that it still
 * has to do with, asked for only where a part of that kind is ill.
 */
export const recoverIdle = <E, R>(
  kind: string,
  busy: Effect.Effect<Iterable<{ readonly account: AccountName }>, E, R>
): Effect.Effect<void, E, R | Health> =>
  Effect.gen(function* () {
    const health = yield* Health
    const ill = (yield* health.all).filter(({ isWell, part }) => !isWell && part.startsWith(`${kind} `))
    if (ill.length === 0) return
    const parts = new Set(Array.from(yield* busy, ({ account }) => `${kind} ${account}`))
    for (const { part } of ill) if (!parts.has(part)) yield* health.succeeded(part)
  })

/** One timer for all parts that look now and then for what nobody told them. */
export interface Looks {
  readonly every: () => Duration.DurationInput
  /** Who is woken by it. */
  readonly wakes: Set<() => void>
}

/** Wakes those parts once per `every`, which is asked for each time, until the scope closes. */
export const makeLooks = (every: Looks["every"]): Effect.Effect<Looks, never, Scope.Scope> =>
  Effect.suspend(() => {
    const wakes: Looks["wakes"] = new Set()
    const tick = Effect.suspend(() => Effect.sleep(every()))
    const wakeAll = Effect.sync(() => {
      for (const wake of wakes) wake()
    })
    return Effect.as(Effect.forkScoped(Effect.forever(Effect.zipRight(tick, wakeAll))), { every, wakes })
  })

/** What wakes a pass of work, and how long it rests. */
export interface Waking {
  /** The commits of this process that do; every one where nothing is said. */
  readonly after?: ReadonlyArray<Topic>
  /** How many times as long as it took a pass rests at least (no longer than until the clock wakes it): it may read much. */
  readonly rest?: number
}

/**
 * Runs a pass of work again and again: after the commits of this process that may have made some, after those of others where the
 * store tells of them, and with all that look now and then for what nobody told or the clock has brought. A pass that fails is reported
 * to health and comes again; it ends nothing.
 */
export const forever = <E, R>(
  part: string,
  looks: Looks,
  pass: Effect.Effect<unknown, E, R>,
  { after, rest = 0 }: Waking = {}
): Effect.Effect<never, never, R | Clock | Ledger | Health | TradeRepository> =>
  Effect.scoped(
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const once = resting(reported(part, pass), rest, looks.every)
      const wake = yield* Queue.sliding<void>(1)
      const waken = () => void wake.unsafeOffer(undefined)
      yield* ledger.watch(after, waken)
      looks.wakes.add(waken)
      yield* Effect.addFinalizer(() => Effect.sync(() => looks.wakes.delete(waken)))
      const { news } = yield* TradeRepository
      const passes = Effect.zipRight(once, Effect.forever(Effect.zipRight(Queue.take(wake), once)))
      if (news === undefined) return yield* passes
      const told = Stream.runForEach(news, () => Effect.sync(waken))
      yield* Effect.all([told, passes], { concurrency: "unbounded", discard: true })
      return yield* Effect.never
    })
  )

const resting = <R>(
  pass: Effect.Effect<void, never, R>,
  times: number,
  most: () => Duration.DurationInput
): Effect.Effect<void, never, R | Clock> =>
  times === 0
    ? pass
    : Effect.gen(function* () {
        const clock = yield* Clock
        const begunMs = yield* clock.monotonicMs
        yield* pass
        const tookMs = Math.ceil((yield* clock.monotonicMs) - begunMs)
        yield* Effect.sleep(Duration.min(Duration.millis(tookMs * times), most()))
      })
