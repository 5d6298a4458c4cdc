/** A memory of the newest entries by key, and of no more than so many: the oldest is forgotten first. */
export interface Recent<A> {
  readonly get: (key: string) => A | undefined
  /** Remembers an entry as the newest. */
  readonly set: (key: string, value: A) => void
}

/** More than any account has open at once, little enough to be held for ever. */
export const MOST_REMEMBERED = 10_000

/**
 * An empty memory, for what an adapter has seen. It belongs to one connection or one account, whose fibers take turns in it.
 *
 * @example
 * const seen = Recent.make<string>(2)
 * seen.set("7", "filled")
 */
export const make = <A>(most: number = MOST_REMEMBERED): Recent<A> => {
  const known = new Map<string, A>()
  return {
    get: (key) => known.get(key),
    set: (key, value) => {
      known.delete(key)
      known.set(key, value)
      const [oldest] = known.size > most ? known.keys() : []
      if (oldest !== undefined) known.delete(oldest)
    }
  }
}
