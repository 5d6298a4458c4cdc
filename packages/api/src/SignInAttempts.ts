import { Recent } from "@roundlot/core/adapter"
import { Effect } from "effect"
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

const SIGN_IN = 401
const CONFIRM = 403

/** The calls at which a secret could be guessed, and the status that says that it was wrong. */
const attempts: ReadonlyArray<readonly [line: RegExp, refused: number]> = [
  [/^POST \/api\/v1\/session$/, SIGN_IN],
  [new RegExp(`^GET ${CALLBACK}$`), SIGN_IN],
  [/^POST \/api\/v1\/tokens(?:\/[^/]+\/(?:revoke|rotate))?$/, CONFIRM]
]

/** The status by which a call refuses a secret; none of a call that takes none. */
export const refusing = (method: string, path: string): number | undefined =>
  attempts.find(([line]) => line.test(`${method} ${path}`))?.[1]

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
