import { spawnSync } from "node:child_process"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { type Asked, atMost, type Figure, inFolder, median, noted } from "./measuring.ts"

const program = fileURLToPath(new URL("../../scripts/roundlot.mjs", import.meta.url))

/** Has a process say at its end what it took. */
const saying = `data:text/javascript,${encodeURIComponent(`process.on("exit", () => {
  const { system, user } = process.cpuUsage()
  process.stderr.write("\\n" + [user + system, process.memoryUsage.rss()].join(" "))
})`)}`

const MIB = 2 ** 20
const ROUNDS = 9

/** What one process took: microseconds of processor time, and bytes resident at its end. */
const took = (cwd: string, ...words: ReadonlyArray<string>): { readonly cpu: number; readonly rss: number } => {
  const { status, stderr } = spawnSync(process.execPath, ["--v8-pool-size=0", "--import", saying, ...words], {
    cwd,
    encoding: "utf8"
  })
  if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`)
  const [cpu = 0, rss = 0] = (stderr.split("\n").at(-1) ?? "").split(" ").map(Number)
  return { cpu, rss }
}

/** What a start takes of the processor, from a checkout whose bundle is there: beside Node that does nothing, the two in turns. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const store = ["--store", `sqlite:${join(folder, "books.db")}`]
    const lines = {
      "--version": ["--version"],
      "a list": ["trades", "list", ...store],
      "a daemon that starts, finds nothing to do and ends": ["start", "--until-idle", "--port", "0", ...store]
    }
    const run = (words: ReadonlyArray<string>) => took(folder, "--", program, ...words)
    // The first makes the store, and what later starts find compiled.
    for (const words of Object.values(lines).toReversed()) run(words)
    const rounds = Array.from({ length: asked.rounds ?? ROUNDS }, () => ({
      bare: took(folder, "-e", "0"),
      ours: Object.values(lines).map(run)
    }))
    const bare = median(rounds.map((round) => round.bare.cpu))
    return [
      noted("node -e 0", `${(bare / 1000).toFixed(0)} ms of the processor`),
      ...Object.keys(lines).flatMap((line, at) => {
        const ours = rounds.flatMap((round) => round.ours[at] ?? [])
        const cpu = median(ours.map((each) => each.cpu))
        return [
          atMost(`${line}, of node -e 0`, cpu / bare, line.startsWith("a daemon") ? 15 : 5, "×"),
          noted(`${line}, resident at its end`, `${(median(ours.map(({ rss }) => rss)) / MIB).toFixed(0)} MiB`)
        ]
      })
    ]
  })
