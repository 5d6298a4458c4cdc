import { QueryClient, useInfiniteQuery, useQuery } from "@tanstack/react-query"
import type { Effect } from "effect"
import { useEffect, useSyncExternalStore } from "react"
import * as live from "../live/live.ts"
import { type Api, call, ProblemError } from "./client.ts"

const MOST_TRIES = 2

/** What was read of the daemon, and when it is read again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2000,
      refetchOnWindowFocus: false,
      retry: (count, error) =>
        error instanceof ProblemError && (error.status === 0 || error.status >= 500) && count < MOST_TRIES,
      retryDelay: 400
    }
  }
})

/** How often the page reads where the stream does not tell it when. */
const FALLBACK_MS = 5000

/** How the stream stands. */
export const useStanding = (): live.Standing => useSyncExternalStore(live.watch, live.current)

const useInterval = (): number | false => (useStanding().phase === "open" ? false : FALLBACK_MS)

/** Reads a document, and again whenever something happened. Another record never shows in the place of the one that is asked for. */
export const useAsk = <A, E>(key: ReadonlyArray<unknown>, use: (api: Api) => Effect.Effect<A, E>, enabled = true) =>
  useQuery({
    queryKey: key,
    queryFn: () => call(use),
    refetchInterval: useInterval(),
    enabled
  })

/** A page of a list, as the daemon gives it. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | null
}

/** Reads a list page by page, and again whenever something happened. */
export const useList = <A, E>(
  key: ReadonlyArray<unknown>,
  use: (api: Api, cursor: string | undefined) => Effect.Effect<Page<A>, E>
) =>
  useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }: { readonly pageParam: string | undefined }) => call((api) => use(api, pageParam)),
    initialPageParam: first(),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: useInterval()
  })

const first = (): string | undefined => undefined

const LEAST_MS = 300

/** Reads again what is on screen when the stream says that something happened: not more often than the daemon can answer it. */
export const useLiveReading = (): void => {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let cost = 0
    let isDue = false
    const read = async (): Promise<void> => {
      isDue = false
      const begun = performance.now()
      await queries.invalidateQueries({}, { cancelRefetch: false })
      cost = performance.now() - begun
      timer = undefined
      if (isDue) later()
    }
    const later = (): void => {
      isDue = true
      if (document.hidden) return
      timer ??= setTimeout(() => void read(), Math.max(LEAST_MS, 2 * cost))
    }
    const visible = (): void => {
      if (isDue && !document.hidden) later()
    }
    const stop = live.listen((told) => {
      if (told.kind === "commit" || told.kind === "begun" || told.kind === "lost" || told.kind === "open") later()
    })
    document.addEventListener("visibilitychange", visible)
    live.open()
    return () => {
      stop()
      document.removeEventListener("visibilitychange", visible)
      clearTimeout(timer)
    }
  }, [])
}
