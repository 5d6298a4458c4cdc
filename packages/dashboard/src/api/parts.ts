import type { Documents } from "@roundlot/api"

/** A page of a list, as the daemon gives it. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | null
  readonly count?: Documents.Count | undefined
}

/** What the daemon is asked for: so many rows after a cursor, and how many there are in all. */
export interface PageAsked {
  readonly cursor?: string
  readonly limit: number
  readonly count?: true
}

/** The rows after a cursor, or the first ones. */
export const after = (cursor: string | undefined, limit: number): PageAsked => ({
  limit,
  ...(cursor === undefined ? {} : { cursor })
})

/** Rows that follow one another and are read again together: those after a cursor, up to the next part's. */
export interface Part<A> {
  readonly from: string | undefined
  readonly items: ReadonlyArray<A>
  readonly next: string | null
  /** When they were read, by this machine's clock. */
  readonly readAt: number
  /** With the first part: how many rows the list has in all, as was last said. */
  readonly count?: Documents.Count | undefined
}

/** What was read of a list, in its order. */
export type Parts<A> = ReadonlyArray<Part<A>>

/** What the daemon said to the question for what is after a cursor. */
export interface Answer<A> {
  readonly from: string | undefined
  readonly page: Page<A>
  readonly readAt: number
}

/** How many rows are read at once. */
export const AT_ONCE = 200

const partOf = <A>({ from, page, readAt }: Answer<A>): Part<A> => ({
  from,
  items: page.items,
  next: page.nextCursor,
  readAt
})

/** Small remainders grow together, so that parts stay few. */
const joined = <A>(rest: Part<A>, following: Parts<A>): Parts<A> => {
  const [first, ...others] = following
  if (first === undefined || rest.items.length + first.items.length > AT_ONCE) return [rest, ...following]
  const readAt = Math.min(rest.readAt, first.readAt)
  return [{ from: rest.from, items: [...rest.items, ...first.items], next: first.next, readAt }, ...others]
}

/**
 * A list after a part of it was read again: rows are as they were said, in their order, and what follows stays. Where nothing of what
 * was known is in the answer any more, what follows is unknown and is read again by whoever goes there.
 */
export const taken = <A>(parts: Parts<A>, answer: Answer<A>, idOf: (row: A) => string): Parts<A> => {
  // Where the list is held at a place of its own, its beginning is before all of it.
  const at = answer.from === undefined ? 0 : parts.findIndex(({ from }) => from === answer.from)
  if (at < 0) return parts
  const [before, known] = [parts.slice(0, at), parts.slice(at)]
  const { items, nextCursor } = answer.page
  if (nextCursor === null) return [...before, partOf(answer)]
  const places = new Map(items.map((row, index) => [idOf(row), index]))
  // The last of the known rows that is in the answer: beyond it nothing was said.
  let last: { readonly part: number; readonly row: number; readonly place: number } | undefined
  for (const [part, { items: rows }] of known.entries()) {
    const row = rows.findLastIndex((each) => places.has(idOf(each)))
    const found = rows[row]
    if (found === undefined) break
    last = { part, row, place: places.get(idOf(found)) ?? 0 }
  }
  const until = last === undefined ? undefined : known[last.part]
  if (last === undefined || until === undefined) return [...before, partOf(answer)]
  const rest = until.items.slice(last.row + 1)
  const following = known.slice(last.part + 1)
  if (rest.length === 0 && following.length === 0) return [...before, partOf(answer)]
  const { readAt } = answer
  if (last.place === items.length - 1 && rest.length > 0) {
    return [
      ...before,
      partOf(answer),
      ...joined({ from: nextCursor, items: rest, next: until.next, readAt: until.readAt }, following)
    ]
  }
  // Rows of the answer behind it belong to the next part, which will tell of them.
  const own = [...items.slice(0, last.place + 1), ...rest]
  return [...before, { from: answer.from, items: own, next: until.next, readAt }, ...following]
}

/** A list with what follows its last part. */
export const grown = <A>(parts: Parts<A>, answer: Answer<A>): Parts<A> =>
  parts.at(-1)?.next === answer.from ? [...parts, partOf(answer)] : parts

/** How many rows a page of the dashboard holds of a list whose reader is at its top: what fell off is read again by whoever goes there. */
export const MOST_ROWS = 12_000

/** A list without its last parts, where it has become too long. */
export const trimmed = <A>(parts: Parts<A>): Parts<A> => {
  let rows = 0
  const end = parts.findIndex(({ items }) => (rows += items.length) > MOST_ROWS)
  return end < 0 ? parts : parts.slice(0, Math.max(1, end))
}

/** How many rows of a newer beginning are not in a list, and whether there may be more than those. */
export const newRows = <A>(
  parts: Parts<A>,
  { items, nextCursor }: Page<A>,
  idOf: (row: A) => string
): { readonly count: number; readonly isMore: boolean } => {
  const known = new Set(parts.flatMap(({ items: rows }) => rows.map(idOf)))
  const first = items.findIndex((row) => known.has(idOf(row)))
  return first < 0 ? { count: items.length, isMore: nextCursor !== null } : { count: first, isMore: false }
}

/** A list of which was said how many rows it has in all. */
export const counted = <A>(parts: Parts<A>, count: Documents.Count | undefined): Parts<A> =>
  parts.map((part, index) => (index === 0 ? { ...part, count } : part))

/** A list whose first part no longer begins with whatever is newest, but after a cursor: it can be read again in its place. */
export const anchored = <A>(parts: Parts<A>, cursor: string): Parts<A> =>
  parts.map((part, index) => (index === 0 ? { ...part, from: cursor } : part))
