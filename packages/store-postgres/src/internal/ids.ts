import { Books, type Id } from "@roundlot/core/adapter"

/** How many ids of each kind changes have taken, from where they began to count. */
export const taken = (from: Id.Counters, changes: ReadonlyArray<Books.TableChanges>): ReadonlyMap<Id.Kind, number> => {
  const counts = new Map<Id.Kind, number>()
  for (const { inserts, table } of changes) {
    const kind = Books.idKinds[table]
    if (kind === undefined) continue
    const highest = inserts.reduce((high, { id }) => (typeof id === "number" && id > high ? id : high), 0)
    if (highest >= from[kind]) counts.set(kind, highest - from[kind] + 1)
  }
  return counts
}

/** Do counters begin where these runs of ids do? */
export const beginAt = (counters: Id.Counters, firsts: ReadonlyMap<Id.Kind, number>): boolean =>
  [...firsts].every(([kind, first]) => counters[kind] === first)
