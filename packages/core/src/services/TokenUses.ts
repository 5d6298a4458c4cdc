import { Context, Effect, Layer, Queue } from "effect"
import { Need } from "../books/Need.ts"
import { lifted } from "../ports/AccountScope.ts"
import { Clock } from "../ports/Clock.ts"
import type { Entropy } from "../ports/Entropy.ts"
import type { StoreError, TradeRepository, WriteError } from "../ports/TradeRepository.ts"
import { TokenUseTable } from "../records/TokenUse.ts"
import * as Instant from "../values/Instant.ts"
import { change } from "./operational.ts"
import * as Reads from "./Reads.ts"

/** Notes uses of tokens. */
export interface TokenUsesService {
  /** Notes that the token of a name is used now. It is written later: no caller waits for the store. */
  readonly note: (token: string) => Effect.Effect<void>
}

/** Notes uses of tokens. */
export class TokenUses extends Context.Tag("@roundlot/core/TokenUses")<TokenUses, TokenUsesService>() {}

const QUEUE = "_token_uses"

const MINUTE_MICROS = 60_000_000n

/** How many tokens a commit writes at most. */
const AT_ONCE = 200

const minuteOf = (at: Instant.Instant): Instant.Instant => Instant.make(at - (at % MINUTE_MICROS))

type Use = readonly [token: string, minute: Instant.Instant]

/** Writes when tokens were last used; a later minute on record stays. */
const write = (uses: ReadonlyArray<Use>): Effect.Effect<void, WriteError, TradeRepository | Entropy> =>
  lifted(
    change(
      QUEUE,
      uses.map(([token]) => Need.TokenUse({ token })),
      ({ ops_token_uses: kept }) => {
        for (const [token, lastUsedAt] of uses) {
          const known = kept.get(token)
          if (known === undefined || known.lastUsedAt < lastUsedAt) kept.put({ token, lastUsedAt })
        }
      }
    )
  )

/**
 * Notes uses of tokens until the scope closes, and writes them beside the calls: the first at once, then those of a minute together,
 * each token once. What cannot be written is written a minute later. What the last minute of a program noted is lost with it: no end
 * of a program waits for a store that may be closed.
 */
export const make = Effect.gen(function* () {
  const clock = yield* Clock
  const noted = new Map<string, Instant.Instant>()
  const written = new Map<string, Instant.Instant>()
  const wake = yield* Queue.sliding<void>(1)
  const writeSome = (uses: ReadonlyArray<Use>) =>
    Effect.map(write(uses), () => {
      for (const [token, minute] of uses) {
        written.set(token, minute)
        if (noted.get(token) === minute) noted.delete(token)
      }
    })
  const parts = Effect.sync(() => {
    const uses = [...noted]
    return Array.from({ length: Math.ceil(uses.length / AT_ONCE) }, (_, at) =>
      uses.slice(at * AT_ONCE, (at + 1) * AT_ONCE)
    )
  })
  const pass = Effect.flatMap(parts, (uses) => Effect.forEach(uses, writeSome, { discard: true })).pipe(
    Effect.catchAll((error) => {
      wake.unsafeOffer(undefined)
      return Effect.logDebug("uses of tokens could not be written; tried again in a minute", error)
    })
  )
  const passes = Effect.zipRight(Queue.take(wake), Effect.zipRight(pass, Effect.sleep("1 minute")))
  yield* Effect.forkScoped(Effect.forever(passes))
  const note = (token: string) =>
    Effect.map(clock.now, (now) => {
      const minute = minuteOf(now)
      if (written.get(token) === minute || noted.get(token) === minute) return
      noted.set(token, minute)
      wake.unsafeOffer(undefined)
    })
  return { note } satisfies TokenUsesService
})

/** Notes uses of the tokens of the program's store. */
export const layer: Layer.Layer<TokenUses, never, TradeRepository | Clock | Entropy> = Layer.scoped(TokenUses, make)

/** When each token was last used, to the minute, by its name; tokens without a use on record are not in it. */
export const all: Effect.Effect<ReadonlyMap<string, Instant.Instant>, StoreError, TradeRepository> = Effect.map(
  Reads.all(TokenUseTable),
  (uses) => new Map(uses.map(({ lastUsedAt, token }) => [token, lastUsedAt]))
)

/** When the token of a name was last used, to the minute; undefined where no use is on record. */
export const lastUseOf = (token: string): Effect.Effect<Instant.Instant | undefined, StoreError, TradeRepository> =>
  Effect.map(Reads.first(TokenUseTable, { where: [{ column: "token", in: [token] }] }), (use) => use?.lastUsedAt)
