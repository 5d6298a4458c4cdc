import { connect } from "./connection.ts"
import type { Told } from "./messages.ts"

/** How the stream stands, as the clock in the top bar says it. Times are milliseconds of this machine's clock. */
export interface Standing {
  readonly phase: "connecting" | "open" | "retrying" | "signedOut"
  /** When anything was last heard, heartbeats too. */
  readonly heardAt: number
  /** Since when nothing has happened, as far as the stream knows: this page may have come later than it. */
  readonly quietSince: number
  /** When something last happened; 0 where this page was told of nothing yet. */
  readonly changedAt: number
  readonly attempt: number
  readonly nextAt: number
}

let standing: Standing = {
  phase: "connecting",
  heardAt: Date.now(),
  quietSince: Date.now(),
  changedAt: 0,
  attempt: 0,
  nextAt: 0
}
let shown = standing
let shownAt = 0
const watchers = new Set<() => void>()
const listeners = new Set<(told: Told) => void>()

const REPAINT_MS = 500

const QUIET_MS = 5000
/** Heartbeats come every 2 s: two may be missed. */
const STALE_MS = 5000

let silence: ReturnType<typeof setTimeout> | undefined

/** Nothing tells that nothing is heard: those who watch are told when that has been so for too long. */
const mindSilence = (): void => {
  clearTimeout(silence)
  silence = setTimeout(() => {
    shown = { ...standing }
    for (const each of watchers) each()
  }, STALE_MS + 1)
}

/** Whatever arrives: what only counts on is told at most twice a second. */
const set = (next: Partial<Standing>): void => {
  standing = { ...standing, ...next }
  mindSilence()
  const isNew = standing.phase !== shown.phase || standing.attempt !== shown.attempt
  if (!isNew && Date.now() - shownAt < REPAINT_MS) return
  shown = standing
  shownAt = Date.now()
  for (const each of watchers) each()
}

const hear = (told: Told): void => {
  switch (told.kind) {
    case "open":
      set({ phase: "open", heardAt: told.at, attempt: 0 })
      break
    case "heard":
      set({ phase: "open", heardAt: told.at, quietSince: told.quietSince })
      break
    case "commit":
      set({ phase: "open", heardAt: told.at, changedAt: told.at })
      break
    case "retrying":
      // Whoever is signed out stays so until he signs in: trying again changes nothing about it.
      if (standing.phase !== "signedOut") set({ phase: "retrying", attempt: told.attempt, nextAt: told.nextAt })
      break
    case "signedOut":
      set({ phase: "signedOut" })
      break
    default:
      break
  }
  for (const each of listeners) each(told)
}

const start = (): (() => void) => {
  if (typeof SharedWorker === "undefined") return connect(hear).again
  const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "roundlot-live" })
  worker.port.addEventListener("message", ({ data }: MessageEvent<ReadonlyArray<Told>>) => data.forEach(hear))
  worker.port.start()
  const say = (word: "bye" | "back" | "again"): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has one other end, and no origin
    worker.port.postMessage(word)
  }
  window.addEventListener("pagehide", () => say("bye"))
  // A page that the browser kept while its reader was elsewhere goes on, and reads what it was not told of.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return
    say("back")
    hear({ kind: "lost" })
  })
  return () => say("again")
}

let again: (() => void) | undefined

/** Opens the stream; once a page. What was away is asked at once when the network is there again. */
export const open = (): void => {
  if (again !== undefined) return
  again = start()
  window.addEventListener("online", () => standing.phase === "retrying" && again?.())
}

/** Tries the stream now. */
export const retry = (): void => {
  set({ phase: "connecting" })
  again?.()
}

/** How the stream stood when those who watch were last told. */
export const current = (): Standing => shown

/** When the stream last told of something. */
export const changedAt = (): number => standing.changedAt

/** Calls back whenever the stream stands otherwise; gives what ends that. */
export const watch = (changed: () => void): (() => void) => {
  watchers.add(changed)
  return () => watchers.delete(changed)
}

/** Calls back with everything that the stream tells; gives what ends that. */
export const listen = (told: (told: Told) => void): (() => void) => {
  listeners.add(told)
  return () => listeners.delete(told)
}

/** Comes when the daemon is heard next. */
export const nextHeard = (): Promise<void> =>
  new Promise((heard) => {
    const end = listen(({ kind }) => {
      if (kind !== "open" && kind !== "heard") return
      end()
      heard()
    })
  })

/** The stream's standing in a word, at a moment: live, quiet (heartbeats, no events), stale (no heartbeat), … */
export type LiveWord = "live" | "quiet" | "stale" | "reconnecting" | "connecting" | "signedOut"

/** The stream's standing in a word. */
export const wordOf = ({ changedAt, heardAt, phase }: Standing, now: number): LiveWord => {
  if (phase === "signedOut" || phase === "connecting") return phase
  if (phase === "retrying") return "reconnecting"
  if (now - heardAt > STALE_MS) return "stale"
  return changedAt > 0 && now - changedAt <= QUIET_MS ? "live" : "quiet"
}
