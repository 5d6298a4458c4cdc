import { Effect } from "effect"

/** A memory of the newest entries by key, and of no more than so many: the oldest is forgotten first. */
export interface Recent<A> {
  readonly get: (key: string) => Effect.Effect<A | undefined>
  /** Remembers an entry; one of the same key keeps its age. */
  readonly set: (key: string, value: A) => Effect.Effect<void>
}

/** More than any account has open at once, little enough to be held for ever. */
export const MOST_REMEMBERED = 10_000

/** An empty memory. It belongs to one connection or one account, whose fibers take turns in it. */
export const make = <A>(most: number = MOST_REMEMBERED): Effect.Effect<Recent<A>> =>
  Effect.sync(() => {
    const known = new Map<string, A>()
    return {
      get: (key) => Effect.sync(() => known.get(key)),
      set: (key, value) =>
        Effect.sync(() => {
          known.set(key, value)
          const [oldest] = known.size > most ? known.keys() : []
          if (oldest !== undefined) known.delete(oldest)
        })
    }
  })
