import { Random, Effect } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { child } from "../cli/roundlot.ts"

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

/** Runs the command line as a process of its own to its end. */
const run = (words: ReadonlyArray<string>) => child(words).ended

/** Runs it until it has printed so many lines, then kills it, wherever it is. */
const killed = async (words: ReadonlyArray<string>, lines: number): Promise<boolean> => {
  const process = child(words)
  await process.says(new RegExp(`(?:[^\\n]*\\n){${lines}}`))
  const isHit = process.signal("SIGKILL")
  await process.ended
  return isHit
}

interface Listed {
  readonly items: ReadonlyArray<{
    readonly clientOrderId: string
    readonly filledQuantity: string
    readonly status: string
  }>
}

/** What each order at one of the two has filled. */
const filled = (orders: Listed) =>
  orders.items
    .filter((order) => order.filledQuantity !== "0")
    .map((order) => `${order.clientOrderId} ${order.filledQuantity}`)
    .toSorted()

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
    for (const line of lines) {
      const faults = ["--seed", String(line), "--faults", "0.1"]
      expect(await killed(["start", ...store, "--tape", file, ...faults], line)).toBe(true)
    }

    const finished = await run(["start", ...store, "--tape", file, "--until-idle"])
    expect([0, 3]).toContain(finished.code)
    const audit = await run(["audit", ...store, "--json"])
    expect(audit.out).toContain('"ok":true')

    const trades = await listed("trades", "list", "--limit", "0")
    expect(trades.items.length).toBe(ROWS)
    const ours = await listed("orders", "list", "--limit", "0")
    const theirs = await listed("exchange", "orders")
    expect(filled(ours)).toEqual(filled(theirs))
    expect(new Set(theirs.items.map((order) => order.clientOrderId)).size).toBe(theirs.items.length)
  }, 120_000)
})
