import { build } from "esbuild"
import { fork } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

/** A history that was played, and what was found in it, for a person. */
export interface Played {
  readonly seed: number
  readonly finding?: string | undefined
}

/** A process that ended before it had played its share. */
export interface Crash {
  /** Its seeds: from the first, every so many-th, up to the end. */
  readonly first: number
  readonly step: number
  readonly end: number
  /** The one that it was at. */
  readonly at: number
  readonly why: string
}

/** Which histories are played, and by how many processes. */
export interface Share {
  readonly from: number
  readonly seeds: number
  readonly workers: number
  readonly store: string
  readonly played: (played: Played) => void
  /** What a process that ends early leaves unplayed; the others go on. */
  readonly crashed: (crash: Crash) => void
  /** Ends the processes where they are. */
  readonly signal?: AbortSignal
}

const home = fileURLToPath(new URL("..", import.meta.url))

/** One file of all modules: it is there in a tenth of the time that these take, of which a worker would need 20 histories' worth. */
const bundle = (outfile: string) =>
  build({
    absWorkingDir: home,
    entryPoints: ["src/worker.ts"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@roundlot/source"],
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"\nconst require = requireOf(import.meta.url)'
    },
    logLevel: "warning"
  })

const isPlayed = (message: unknown): message is Played =>
  typeof message === "object" && message !== null && "seed" in message && typeof message.seed === "number"

/** A process a core: what V8 does beside it would wait for another one's share. */
const EXEC_ARGV = ["--min-semi-space-size=64", "--max-semi-space-size=128", "--v8-pool-size=0"]

/** Each process plays every so many-th seed: the dear ones are spread. */
const share = (program: string, first: number, asked: Share): Promise<void> =>
  new Promise((resolve) => {
    const { crashed, from, played, seeds, signal, store, workers } = asked
    const end = from + seeds
    let at = first
    let isOver = false
    const ends = (why?: string): void => {
      if (isOver) return
      isOver = true
      if (why !== undefined && signal?.aborted !== true) crashed({ first, step: workers, end, at, why })
      resolve()
    }
    const args = [first, workers, end, store].map(String)
    // Most of what a history makes is young when it is garbage.
    const child = fork(program, args, { execArgv: EXEC_ARGV, ...(signal && { signal }) })
    child.on("message", (message) => {
      if (!isPlayed(message)) return
      at = message.seed + workers
      played(message)
    })
    child.on("error", ({ message }) => ends(message))
    child.on("close", (code, by) => ends(code === 0 ? undefined : `it ended with ${by ?? code}`))
  })

/** Plays the histories of seeds, each to its end, in processes of their own. */
export const playAll = async (asked: Share): Promise<void> => {
  // Where SQLite's binary is found.
  const cache = join(home, "node_modules", ".cache")
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "simulation-"))
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
  const program = join(folder, "worker.mjs")
  await bundle(program)
  await Promise.all(Array.from({ length: asked.workers }, (_, index) => share(program, asked.from + index, asked)))
}
