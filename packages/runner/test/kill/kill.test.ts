import { Effect, Random, Schema } from "effect"
import { rmSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { databases } from "../cli/database.ts"
import { child, desk } from "../cli/roundlot.ts"

const SEED = process.env["ROUNDLOT_KILL_SEED"] ?? "1"
const STORIES = Number(process.env["ROUNDLOT_KILL_STORIES"] ?? 2)
const ROUNDS = 5
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

/** Runs the command line as a process of its own until it has printed so many lines, then kills it, wherever it is. */
const killed = async (words: ReadonlyArray<string>, lines: number): Promise<boolean> => {
  const process = child(words)
  await process.says(new RegExp(`(?:[^\\n]*\\n){${lines}}`))
  const isHit = process.signal("SIGKILL")
  await process.ended
  return isHit
}

const Listed = Schema.Struct({
  items: Schema.Array(Schema.Struct({ clientOrderId: Schema.NullOr(Schema.String), filledQuantity: Schema.String }))
})

const decode = Schema.decodeUnknownSync(Listed)

/** What each order at one of the two has filled. */
const filled = (orders: typeof Listed.Type) =>
  orders.items
    .filter((order) => order.filledQuantity !== "0")
    .map((order) => `${order.clientOrderId} ${order.filledQuantity}`)
    .toSorted()

/** The seeds of the stories, and at which line each round of a story is killed. */
const stories = Array.from({ length: STORIES }, (_, story) => ({
  story,
  lines: Effect.runSync(
    Effect.withRandom(
      Effect.forEach(Array.from({ length: ROUNDS }), () => Random.nextIntBetween(3, 14)),
      Random.make(`${SEED}/${story}`)
    )
  )
}))

const stores = (process.env["ROUNDLOT_KILL_STORES"] ?? "sqlite,postgres").split(",")
const { fresh } = databases()

describe.each(stores)("on %s, kill -9 while trades arrive, orders go out and fills come back", (store) => {
  // One story on Postgres costs what two on a file do.
  test.each(store === "postgres" && process.env["ROUNDLOT_KILL_STORIES"] === undefined ? stories.slice(0, 1) : stories)(
    "ACC-1, ACC-2: story $story, killed at lines $lines: nothing acknowledged is lost, nothing counted or sent twice",
    async ({ lines, story }) => {
      const { file, folder, json, place } = desk(store === "postgres" ? await fresh() : undefined)
      const trades = file("tape.csv", tape)
      const start = ["start", ...place, "--tape", trades]
      for (const [round, line] of lines.entries()) {
        const faults = ["--seed", `${story * ROUNDS + round}`, "--faults", "0.1"]
        expect(await killed([...start, ...faults], line)).toBe(true)
      }
      expect([0, 3]).toContain((await child([...start, "--until-idle"]).ended).code)
      expect(await json("audit")).toMatchObject({ ok: true })
      expect(await json("trades", "list", "--limit", "0")).toHaveProperty("items.length", ROWS)
      const ours = decode(await json("orders", "list", "--limit", "0"))
      const theirs = decode(await json("exchange", "orders"))
      expect(filled(ours)).toEqual(filled(theirs))
      expect(new Set(theirs.items.map((order) => order.clientOrderId)).size).toBe(theirs.items.length)
      rmSync(folder, { recursive: true, force: true })
    },
    60_000 + ROUNDS * 30_000
  )
})
