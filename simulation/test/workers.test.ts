import { execFileSync, spawn } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Plays more than anybody waits for, in one worker. */
const playing = () => {
  const program = ["-C", "@roundlot/source", "--import", "tsx", "simulation/src/main.ts"]
  const args = [...program, "--seeds", "1000000", "--from", "1", "--workers", "1"]
  const main = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] })
  onTestFinished(() => void main.kill("SIGKILL"))
  let said = ""
  main.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()))
  main.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => main.on("close", resolve))
  // A worker that lives on has its ends of the pipes.
  const gone = new Promise((resolve) => main.on("exit", resolve))
  return { main, ended, gone, said: () => said }
}

/** The workers that play, each with the process that it was begun by: one that has ended has no command any more. */
const workers = (): ReadonlyArray<{ readonly pid: number; readonly parent: number }> =>
  execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("worker.mjs"))
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid = 0, parent = 0]) => ({ pid, parent }))

/** The worker of a process, once it is there. */
const workerOf = async (main: number | undefined): Promise<number> => {
  const find = () => workers().find(({ parent }) => parent === main)?.pid ?? 0
  await expect.poll(find).toBeGreaterThan(0)
  return find()
}

const isThere = (worker: number): boolean => workers().some(({ pid }) => pid === worker)

it("a worker ends with the process that it plays for, also where that is killed", async () => {
  const { gone, main } = playing()
  const worker = await workerOf(main.pid)
  onTestFinished(() => void (isThere(worker) && process.kill(worker, "SIGKILL")))
  main.kill("SIGKILL")
  await gone
  await expect.poll(() => isThere(worker)).toBe(false)
})

it("a worker that crashes is told with its seeds, and after it the sum and how to go on", async () => {
  const { ended, main, said } = playing()
  process.kill(await workerOf(main.pid), "SIGKILL")
  expect(await ended).toBe(1)
  expect(said()).toMatch(
    /a worker crashed at seed (\d+): it ended with SIGKILL; its seeds are every 1 from 1, below 1000001\n\d+ seeds from 1, 0 failed, .*\nall before \1 were played; the rest: --from \1 --seeds \d+\n/
  )
})
