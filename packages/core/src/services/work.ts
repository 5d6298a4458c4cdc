import { Cause, Effect, Queue, Stream } from "effect"
import type { Duration } from "effect"
import type { AccountName } from "../account/AccountName.ts"
import { Ledger } from "../ledger/Ledger.ts"
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
      onFailure: (cause) => health.failed(part, Cause.pretty(cause).split("\n")[0] ?? "")
    })
  )

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

/**
 * Runs a pass of work again and again: after every commit of this process, after those of others where the store tells of them,
 * and at least once per `every` for what nobody told or the clock has brought. A pass that fails is reported to health and comes again; it ends nothing.
 */
export const forever = <E, R>(
  part: string,
  every: Duration.DurationInput,
  pass: Effect.Effect<unknown, E, R>
): Effect.Effect<never, never, R | Ledger | Health | TradeRepository> =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const once = reported(part, pass)
    const wake = yield* Queue.sliding<void>(1)
    const waken = Queue.offer(wake, undefined)
    const commits = Stream.runForEach(ledger.commits, () => waken)
    const { news = Stream.empty } = yield* TradeRepository
    const told = Stream.runForEach(news, () => waken)
    const ticks = Effect.forever(Effect.zipRight(Effect.sleep(every), waken))
    const passes = Effect.zipRight(once, Effect.forever(Effect.zipRight(Queue.take(wake), once)))
    yield* Effect.all([commits, told, ticks, passes], { concurrency: "unbounded", discard: true })
    return yield* Effect.never
  })
