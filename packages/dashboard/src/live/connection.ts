import { createParser } from "eventsource-parser"
import type { Told } from "./messages.ts"

const LONGEST_WAIT_MS = 10_000

/** Heartbeats come every 2 s: a connection that is silent this long is none. */
const SILENT_MS = 15_000

/** One connection to the daemon's stream that comes again by itself and goes on where it was. */
export interface Connection {
  /** Tries now: after signing in, and when the machine wakes. */
  readonly again: () => void
}

/** Calls this when it was silent for too long. */
const whenSilent = (end: () => void) => {
  let timer = setTimeout(end, SILENT_MS)
  return {
    heard: (): void => {
      clearTimeout(timer)
      timer = setTimeout(end, SILENT_MS)
    },
    over: (): void => clearTimeout(timer)
  }
}

/** Reads texts to their end. */
const readAll = async (
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onPart: (part: string) => void
): Promise<void> => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onPart(value)
  }
}

/** Waits so long, or until it is ended before. */
const pause = (millis: number, onBegin: (end: () => void) => void): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, millis)
    onBegin(() => {
      clearTimeout(timer)
      resolve()
    })
  })

const addressAfter = (cursor: string | undefined): string =>
  `/api/v1/live${cursor === undefined ? "" : `?after=${encodeURIComponent(cursor)}`}`

/** Follows the daemon's stream for as long as the page or worker lives. */
export const connect = (tell: (told: Told) => void): Connection => {
  let cursor: string | undefined
  let attempt = 0
  /** When something was last told; as long as nothing was, since when it would have been. */
  let quietSince = 0
  let wake: (() => void) | undefined
  let current: AbortController | undefined

  const parser = createParser({
    onEvent: ({ data, event, id }) => {
      const at = Date.now()
      if (id !== undefined) cursor = id
      if (event === "begun") tell({ kind: "begun", cursor: cursor ?? "" })
      else if (event === "commit") {
        quietSince = at
        tell({ kind: "commit", at, commit: JSON.parse(data) })
      }
    },
    onComment: () => tell({ kind: "heard", at: Date.now(), quietSince })
  })

  const once = async (): Promise<void> => {
    const aborting = new AbortController()
    current = aborting
    const silence = whenSilent(() => aborting.abort())
    try {
      const response = await fetch(addressAfter(cursor), { signal: aborting.signal, cache: "no-store" })
      if (response.status === 401) return tell({ kind: "signedOut" })
      if (response.status === 410) {
        cursor = undefined
        return tell({ kind: "lost" })
      }
      if (!response.ok || response.body === null) return
      attempt = 0
      parser.reset()
      if (quietSince === 0) quietSince = Date.now()
      tell({ kind: "open", at: Date.now() })
      await readAll(response.body, (part) => {
        silence.heard()
        parser.feed(part)
        tell({ kind: "heard", at: Date.now(), quietSince })
      })
    } catch {
      // Not answered, or ended: it is tried again.
    } finally {
      silence.over()
    }
  }

  const run = async (): Promise<never> => {
    for (;;) {
      await once()
      attempt += 1
      const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(attempt - 1, 6))
      tell({ kind: "retrying", attempt, nextAt: Date.now() + wait })
      await pause(wait, (end) => (wake = end))
      wake = undefined
    }
  }
  void run()

  return {
    again: () => {
      attempt = 0
      if (wake === undefined) current?.abort()
      else wake()
    }
  }
}
