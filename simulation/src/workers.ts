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

/** Which histories are played, and by how many processes. */
export interface Share {
  readonly from: number
  readonly seeds: number
  readonly workers: number
  readonly store: string
  readonly played: (played: Played) => void
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
    external: ["better-sqlite3"],
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"\nconst require = requireOf(import.meta.url)'
    },
    logLevel: "warning"
  })

const isPlayed = (message: unknown): message is Played =>
  typeof message === "object" && message !== null && "seed" in message && typeof message.seed === "number"

/** Each process plays every so many-th seed: the dear ones are spread. */
const share = (program: string, first: number, { from, played, seeds, signal, store, workers }: Share): Promise<void> =>
  new Promise((resolve, reject) => {
    const args = [first, workers, from + seeds, store].map(String)
    // Most of what a history makes is young when it is garbage.
    const child = fork(program, args, { execArgv: ["--max-semi-space-size=64"], ...(signal && { signal }) })
    child.on("message", (message) => {
      if (isPlayed(message)) played(message)
    })
    child.on("error", reject)
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))))
  })

/** Plays the histories of seeds, each to its end, in processes of their own. */
export const playAll = async (asked: Share): Promise<void> => {
  // Where its native module is found.
  const cache = join(home, "node_modules", ".cache")
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "simulation-"))
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
  const program = join(folder, "worker.mjs")
  await bundle(program)
  await Promise.all(Array.from({ length: asked.workers }, (_, index) => share(program, asked.from + index, asked)))
}
