import { Problem } from "@roundlot/api"
import { type Duration, Effect, FiberHandle, Ref, type Scope, Stream } from "effect"

/** A problem of a read that cannot be done now, and why. */
export const unavailable = (detail: string): Problem.Failure<"Unavailable"> =>
  Problem.failures.unavailable(`this cannot be read: ${detail}`)

/** Places for so many at a time, and for so many who wait. */
interface Bounds {
  readonly together: number
  readonly waiting: number
}

/** Places that are taken and given up. */
interface Seats {
  /** Waits for a place, and has it until the scope closes. */
  readonly take: Effect.Effect<void, Problem.Failure<"Unavailable">, Scope.Scope>
  readonly isEmpty: () => boolean
}

/** Lets so many pass at a time until their scopes close, and so many wait. */
export const make = ({ together, waiting: most }: Bounds): Effect.Effect<Seats> =>
  Effect.map(Effect.makeSemaphore(together), (seats) => {
    let waiting = 0
    let taken = 0
    const take = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        if (taken >= together && waiting >= most)
          return yield* Effect.fail(unavailable(`${waiting} reads wait already. Ask again in a moment`))
        waiting += 1
        yield* Effect.ensuring(
          restore(seats.take(1)),
          Effect.sync(() => void (waiting -= 1))
        )
        taken += 1
        yield* Effect.addFinalizer(() => {
          taken -= 1
          return seats.release(1)
        })
      })
    )
    return { take, isEmpty: () => taken + waiting === 0 }
  })

const UNTAKEN = "the caller took no bytes of the answer for too long"

/**
 * Bytes as they are taken; `giveUp` is done once none were taken for so long, and they fail from then on: what they come from may end as
 * if it were whole.
 */
export const whileTaken = <E>(
  bytes: Stream.Stream<Uint8Array, E>,
  longest: Duration.DurationInput,
  giveUp: Effect.Effect<void>
): Stream.Stream<Uint8Array, E> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const watch = yield* FiberHandle.make()
      const pull = yield* Stream.toPull(bytes)
      const isUntaken = yield* Ref.make(false)
      const leave = Effect.zipRight(Ref.set(isUntaken, true), giveUp)
      const untaken = FiberHandle.run(watch, Effect.delay(leave, longest))
      const next = Effect.tap(pull, () => untaken)
      return Stream.repeatEffectChunkOption(
        Effect.zipRight(
          FiberHandle.clear(watch),
          Effect.if(Ref.get(isUntaken), { onTrue: () => Effect.dieMessage(UNTAKEN), onFalse: () => next })
        )
      )
    })
  )
