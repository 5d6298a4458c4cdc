import { QueryClient, useQuery } from "@tanstack/react-query"
import type { Effect } from "effect"
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react"
import * as live from "../live/live.ts"
import { readOf } from "./calling.ts"
import type { Api } from "./client.ts"
import { documentAt, type Place, type Served } from "./documents.ts"
import { ProblemError } from "./problem.ts"
import {
  after,
  anchored,
  AT_ONCE,
  counted,
  grown,
  newRows,
  type Page,
  type PageAsked,
  type Parts,
  taken,
  trimmed
} from "./parts.ts"
import { FALLBACK_MS, pauseAfter } from "./pause.ts"

const MOST_TRIES = 2

/** What is only read is tried again where the daemon did not answer, or could not. */
export const tried = {
  retry: (count: number, error: Error): boolean =>
    error instanceof ProblemError && (error.status === 0 || error.status >= 500) && count < MOST_TRIES,
  retryDelay: 400
}

/** A daemon of this machine is there without any network: what the browser thinks of it holds nothing up. */
const networkMode = "always"

/** What was read of the daemon, and when it is read again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 2000, refetchOnWindowFocus: false, networkMode, ...tried },
    mutations: { networkMode }
  }
})

/** How the stream stands. */
export const useStanding = (): live.Standing => useSyncExternalStore(live.watch, live.current)

const isHeard = (): boolean => {
  const word = live.wordOf(live.current(), Date.now())
  return word === "live" || word === "quiet"
}

const isOld = (): boolean => {
  const word = live.wordOf(live.current(), Date.now())
  return word === "stale" || word === "reconnecting"
}

/** Whether nothing was heard for so long that what is shown may be old. */
export const useIsStale = (): boolean => useSyncExternalStore(live.watch, isOld)

/** How often something is read while the stream is silent. */
const useFallback = (): number | false => (useSyncExternalStore(live.watch, isHeard) ? false : FALLBACK_MS)

/** How often something is read beside what the stream says, in milliseconds, as what was read may say. */
type Often<A> = number | false | ((seen: A | undefined) => number)

/**
 * Reads something, and again whenever something happened, and so often where not all of it is told by the stream, as what was read may
 * say. Another record never shows in the place of the one that is asked for.
 */
export const useRead = <A>(
  key: ReadonlyArray<unknown>,
  read: () => Promise<A>,
  enabled = true,
  every: Often<A> = false
) => {
  const fallback = useFallback()
  return useQuery({
    queryKey: key,
    queryFn: () => read(),
    // What was read says nothing of how often to try again where that fails.
    refetchInterval: ({ state: { data, error } }) =>
      fallback || (typeof every === "function" ? every(error === null ? data : undefined) : every),
    enabled
  })
}

/** Reads a document by the client of the whole API. */
export const useAsk = <A, E>(
  key: ReadonlyArray<unknown>,
  use: (api: Api) => Effect.Effect<A, E>,
  enabled = true,
  every: Often<A> = false
) => useRead(key, () => readOf(use), enabled, every)

/** Reads a document of the frame or the first screen. */
export const useDocument = <P extends Place>(
  key: ReadonlyArray<unknown>,
  place: P,
  search: Readonly<Record<string, string>> = {},
  every: Often<Served[P]> = false
) => useRead(key, () => documentAt(place, search), true, every)

/** How a list is read: its name among what was read, its pages, and what tells its rows apart. */
export interface Reading<A, E> {
  readonly key: ReadonlyArray<unknown>
  readonly use: (api: Api, page: PageAsked) => Effect.Effect<Page<A>, E>
  readonly idOf: (row: A) => string
}

/** What of a list is looked at. */
export interface Sight {
  /** Ids of the rows on screen. */
  readonly ids: ReadonlySet<string>
  /** Somebody reads there: nothing may come in above. */
  readonly isKept: boolean
}

const nothing: Sight = { ids: new Set(), isKept: false }
const noNews = { count: 0, isMore: false }

/** Where in a list the first known row stands, below so many that are new; nothing where yet more came in meanwhile. */
const anchorBelow = <A>(head: Page<A>, above: Page<A>, count: number, idOf: (row: A) => string): string | undefined => {
  const last = above.items.at(-1)
  const expected = head.items[count - 1]
  if (last === undefined || expected === undefined || idOf(last) !== idOf(expected)) return undefined
  return above.nextCursor ?? undefined
}

/**
 * Reads a list part by part. Whenever something happened, its beginning and what of it is on screen are read again, however long it
 * is: what nobody looks at is read again by whoever goes there.
 */
export const useList = <A, E>({ idOf, key, use }: Reading<A, E>) => {
  const sight = useRef(nothing)
  const [news, setNews] = useState(noNews)
  const reading = useRef(false)
  const ask = async (from: string | undefined, asked: PageAsked) => {
    const readAt = Date.now()
    return { from, readAt, page: await readOf((api) => use(api, asked)) }
  }
  const read = (from: string | undefined, limit = AT_ONCE) => ask(from, after(from, limit))
  const readHead = () => ask(undefined, { limit: AT_ONCE, count: true })
  const query = useQuery({
    queryKey: key,
    structuralSharing: false,
    queryFn: async (): Promise<Parts<A>> => {
      const known = queries.getQueryData<Parts<A>>(key) ?? []
      const { ids, isKept } = sight.current
      const seen = known.filter(({ from, items }) => from !== undefined && items.some((row) => ids.has(idOf(row))))
      const [head, answers] = await Promise.all([readHead(), Promise.all(seen.map(({ from }) => read(from)))])
      const ahead = isKept ? newRows(known, head.page, idOf) : noNews
      const isHeld = ahead.count > 0
      const anchor =
        isHeld && !ahead.isMore && known[0]?.from === undefined
          ? anchorBelow(head.page, (await read(undefined, ahead.count)).page, ahead.count, idOf)
          : undefined
      setNews((before) => (before.count === ahead.count && before.isMore === ahead.isMore ? before : ahead))
      // Meanwhile there may be more of it.
      const now = answers.reduce(
        (parts, answer) => taken(parts, answer, idOf),
        queries.getQueryData<Parts<A>>(key) ?? []
      )
      const parts = isHeld ? (anchor === undefined ? now : anchored(now, anchor)) : trimmed(taken(now, head, idOf))
      return counted(parts, head.page.count)
    },
    refetchInterval: useFallback()
  })
  const parts = query.data
  const rows = useMemo(() => (parts ?? []).flatMap(({ items }) => items), [parts])
  const next = parts?.at(-1)?.next ?? null
  return {
    query,
    rows,
    count: parts?.[0]?.count,
    news,
    hasMore: next !== null,
    /** Reads what follows the last row. */
    readOn: (): void => {
      if (next === null || reading.current) return
      reading.current = true
      void read(next)
        .then((answer) => queries.setQueryData<Parts<A>>(key, (now) => (now === undefined ? now : grown(now, answer))))
        // The end stays where it is, and is asked for again when somebody comes near it.
        .catch(() => undefined)
        .finally(() => (reading.current = false))
    },
    /** What is on screen now; where it is older than what happened it is read again. */
    look: (now: Sight): void => {
      const wasKept = sight.current.isKept
      sight.current = now
      const changedAt = live.changedAt()
      const isOld = (parts ?? []).some(
        ({ items, readAt }) => readAt < changedAt && items.some((row) => now.ids.has(idOf(row)))
      )
      if (isOld || (wasKept && !now.isKept)) readSoon()
    }
  }
}

/** Has what is on screen read again, together with what the stream asks for; nothing where no page is open yet. */
let readSoon = (): void => undefined

/** Is something read for the first time? What is read again can be asked for anew; this is waited for. */
const isFirstRead = (): boolean =>
  queries
    .getQueryCache()
    .getAll()
    .some(({ state }) => state.fetchStatus === "fetching" && state.data === undefined)

/** Reads again what is on screen when the stream says that something happened: not more often than the daemon can answer it. */
export const useLiveReading = (): void => {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let cost = 0
    let isDue = false
    const read = async (): Promise<void> => {
      isDue = false
      const begun = performance.now()
      // An answer that is on its way may be from before what happened, and nothing else would ever ask for a newer one.
      const isLate = isFirstRead()
      await queries.invalidateQueries({}, { cancelRefetch: true })
      cost = performance.now() - begun
      timer = undefined
      if (isDue || isLate) later()
    }
    const later = (): void => {
      isDue = true
      if (document.hidden) return
      timer ??= setTimeout(() => void read(), pauseAfter(cost))
    }
    const visible = (): void => {
      if (isDue && !document.hidden) later()
    }
    const stop = live.listen((told) => {
      if (told.kind === "commit" || told.kind === "begun" || told.kind === "lost" || told.kind === "open") later()
    })
    document.addEventListener("visibilitychange", visible)
    readSoon = later
    live.open()
    return () => {
      stop()
      readSoon = () => undefined
      document.removeEventListener("visibilitychange", visible)
      clearTimeout(timer)
    }
  }, [])
}
