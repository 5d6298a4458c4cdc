import { Random, Effect } from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url))
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
const ROUNDS = Number(process.env["ROUNDLOT_KILL_ROUNDS"] ?? 4)
const ROWS = 600

/** A tape of small trades in three symbols, both ways. */
const tape = [
  "source_id,timestamp,symbol,side,quantity,price",
  ...Array.from({ length: ROWS }, (_, i) =>
    [
      `k-${i}`,
      "2026-01-05T15:00:00Z",
      ["AAPL", "KO", "SPY"][i % 3],
      i % 4 === 0 ? "sell" : "buy",
      `0.${1 + (i % 9)}7`,
      "100"
    ].join()
  ),
  ""
].join("\n")

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
}

/** Runs the command line as a process of its own; once it has printed `killAfter` lines it is killed, wherever it is. */
const run = (words: ReadonlyArray<string>, killAfter = Infinity): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["-C", "@roundlot/source", "--import", TSX, MAIN, ...words], {
      stdio: ["ignore", "pipe", "pipe"]
    })
    let out = ""
    const heard = (chunk: Buffer) => {
      out += chunk.toString()
      if (out.split("\n").length > killAfter) child.kill("SIGKILL")
    }
    child.stdout.on("data", heard)
    child.stderr.on("data", heard)
    child.on("error", reject)
    child.on("close", (code, signal) => resolve({ code, signal, out }))
  })

interface Listed {
  readonly items: ReadonlyArray<{
    readonly clientOrderId: string
    readonly filledQuantity: string
    readonly status: string
  }>
}

describe("kill -9 while trades arrive, orders go out and fills come back", () => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-kill-"))
  const file = join(folder, "tape.csv")
  const store = ["--store", `sqlite:${join(folder, "books.db")}`]
  beforeAll(() => writeFileSync(file, tape))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const listed = async (...words: ReadonlyArray<string>): Promise<Listed> =>
    JSON.parse((await run([...words, ...store, "--json"])).out)

  test("ACC-1, ACC-2: nothing acknowledged is lost, nothing is counted or sent twice, and the audit is clean", async () => {
    const lines = Effect.runSync(
      Effect.withRandom(
        Effect.forEach(Array.from({ length: ROUNDS }), () => Random.nextIntBetween(3, 14)),
        Random.make("kill")
      )
    )
    let killed = 0
    for (const line of lines) {
      const faults = ["--seed", String(line), "--faults", "0.1"]
      const ended = await run(["start", ...store, "--tape", file, ...faults], line)
      if (ended.signal === "SIGKILL") killed += 1
    }
    expect(killed).toBe(ROUNDS)

    const finished = await run(["start", ...store, "--tape", file, "--until-idle"])
    expect([0, 3]).toContain(finished.code)
    const audit = await run(["audit", ...store, "--json"])
    expect(audit.out).toContain('"ok":true')

    const trades = await listed("trades", "list", "--limit", "0")
    expect(trades.items.length).toBe(ROWS)
    const ours = await listed("orders", "list", "--limit", "0")
    const theirs = await listed("exchange", "orders")
    const filled = (orders: Listed) =>
      orders.items
        .filter((order) => order.filledQuantity !== "0")
        .map((order) => `${order.clientOrderId} ${order.filledQuantity}`)
        .toSorted()
    expect(filled(ours)).toEqual(filled(theirs))
    expect(new Set(theirs.items.map((order) => order.clientOrderId)).size).toBe(theirs.items.length)
  }, 120_000)
})
