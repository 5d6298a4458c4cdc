import { Recent } from "@roundlot/core/adapter"
import { Effect, FiberRef } from "effect"
import { CALLBACK } from "./Access.ts"
import * as Limiter from "./Limiter.ts"

/** Attempts to sign in, or to confirm with a secret, that failed, and who has to wait for the next one. */
export interface SignInAttempts {
  /** How many seconds an address waits before it is heard; 0 where it is heard now. */
  readonly waitSeconds: (address: string) => Effect.Effect<number>
  /** An attempt of an address failed. */
  readonly failed: (address: string) => Effect.Effect<void>
}

/** Attempts of one address: a person errs some times. */
const OF_ONE: Limiter.Rate = { burst: 10, perSecond: 1 / 6 }

/** Attempts of all addresses together. */
const OF_ALL: Limiter.Rate = { burst: 200, perSecond: 1 }

/** The calls at which a secret could be guessed: all that such a call refuses with 401 to sign in, or only a wrong secret to confirm. */
const attempts = [
  [/^POST \/api\/v1\/session$/, "signIn"],
  [new RegExp(`^GET ${CALLBACK}$`), "signIn"],
  [/^POST \/api\/v1\/tokens(?:\/[^/]+\/(?:revoke|rotate))?$/, "confirmation"]
] as const

/** What a secret could be guessed for at a call, if anything. */
export const attemptAt = (method: string, path: string): "signIn" | "confirmation" | undefined =>
  attempts.find(([line]) => line.test(`${method} ${path}`))?.[1]

const call = FiberRef.unsafeMake({ isSecretWrong: false })

/** Says that the secret in the call that is answered is wrong: what is refused for another reason is no attempt to guess it. */
export const wrongSecret: Effect.Effect<void> = Effect.map(FiberRef.get(call), (answered) => {
  answered.isSecretWrong = true
})

/** Answers a call, and says whether its secret was wrong. */
export const judged = <A, E, R>(
  answer: Effect.Effect<A, E, R>
): Effect.Effect<{ readonly response: A; readonly isSecretWrong: boolean }, E, R> =>
  Effect.suspend(() => {
    const answered = { isSecretWrong: false }
    const response = Effect.locally(answer, call, answered)
    return Effect.map(response, (response) => ({ response, isSecretWrong: answered.isSecretWrong }))
  })

const waitOf = ({ perSecond }: Limiter.Rate): number => Math.ceil(1 / perSecond)

/**
 * None yet. An address from which none failed is heard whatever others do: who tries from many locks nobody out.
 */
export const make = (): SignInAttempts => {
  const ofAll = Limiter.make(OF_ALL)
  const known = Recent.make<Limiter.Limiter>()
  return {
    waitSeconds: (address) =>
      Effect.gen(function* () {
        const own = known.get(address)
        if (own === undefined) return 0
        if (!(yield* own.isOpen)) return waitOf(OF_ONE)
        return (yield* ofAll.isOpen) ? 0 : waitOf(OF_ALL)
      }),
    failed: (address) =>
      Effect.gen(function* () {
        const own = known.get(address) ?? Limiter.make(OF_ONE)
        known.set(address, own)
        yield* own.take
        yield* ofAll.take
      })
  }
}
