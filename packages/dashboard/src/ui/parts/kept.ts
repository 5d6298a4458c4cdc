import { useSyncExternalStore } from "react"

/** Lists of things that this browser keeps, each by its name: empty where there is none, or where it cannot be read. */
export const keptLists = <A>(prefix: string, isOne: (value: unknown) => value is A) => {
  const known = new Map<string, ReadonlyArray<A>>()
  const watchers = new Set<() => void>()
  const read = (name: string): ReadonlyArray<A> => {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(prefix + name) ?? "[]")
      return Array.isArray(kept) ? kept.filter(isOne) : []
    } catch {
      return []
    }
  }
  const of = (name: string): ReadonlyArray<A> => {
    const found = known.get(name) ?? read(name)
    known.set(name, found)
    return found
  }
  const watch = (changed: () => void): (() => void) => {
    watchers.add(changed)
    return () => watchers.delete(changed)
  }
  return {
    of,
    use: (name: string): ReadonlyArray<A> => useSyncExternalStore(watch, () => of(name)),
    write: (name: string, items: ReadonlyArray<A>): void => {
      known.set(name, items)
      try {
        localStorage.setItem(prefix + name, JSON.stringify(items))
      } catch {
        // Without a place to keep them, they hold for this page.
      }
      for (const each of watchers) each()
    }
  }
}
