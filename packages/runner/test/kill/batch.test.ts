import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { databases } from "../cli/database.ts"
import { desk, HEADER, program, running, until } from "../cli/roundlot.ts"
import { LONGEST_STORY_MS } from "./stories.ts"

const rows = Number(process.env["ROUNDLOT_BATCH_ROWS"] ?? 100)

/** Of a hundred rows 3 are no trades, and 5 are rejected by the broker. */
const BAD = 3
const REJECTED = 5
const HUNDRED = 100

const quantityOf = (at: number): string => (at % HUNDRED < BAD ? `"1,5"` : "2")
const isRejected = (at: number): boolean => at % HUNDRED >= HUNDRED - REJECTED
const rowOf = (at: number): string =>
  `b-${at},2026-01-05T15:00:00Z,${isRejected(at) ? "MSFT" : "AAPL"},buy,${quantityOf(at)},100`

const all = Array.from({ length: rows }, (_, at) => at)
const bad = all.filter((at) => at % HUNDRED < BAD).length
const rejected = all.filter(isRejected).length

const LOOK_AGAIN_MS = Math.min(1000, rows / 10)

/** At which parts of the work the daemon is killed. */
const KILLS = [0.1, 0.4, 0.7]

const Processed = Schema.decodeUnknownSync(Schema.Struct({ processedTrades: Schema.Int }))
const Orders = Schema.decodeUnknownSync(
  Schema.Struct({ items: Schema.Array(Schema.Struct({ clientOrderId: Schema.String, status: Schema.String })) })
)
const Submitted = Schema.decodeUnknownSync(Schema.Struct({ accepted: Schema.Int, rejected: Schema.Int }))

const Again = Schema.decodeUnknownSync(
  Schema.Struct({ accepted: Schema.Int, duplicates: Schema.Int, conflicts: Schema.Int, rejected: Schema.Int })
)

const { fresh } = databases()

/** A batch is worked off by daemons that are killed, one after the other. */
const tell = async (address?: string) => {
  const { cli, file, folder, json, place } = desk(address)
  const text = [HEADER, ...all.map(rowOf), ""].join("\n")
  const submitted = await cli(
    "batches",
    "submit",
    file("rows.csv", text),
    "--name",
    "all",
    "--mode",
    "execute",
    "--account",
    "paper",
    "--json"
  )
  expect(Submitted(JSON.parse(submitted.out))).toEqual({ accepted: rows - bad, rejected: bad })
  const refuse = { id: "refuse", when: { symbol: "MSFT" }, do: { reject: { code: "no", words: "no" } }, times: rows }
  expect((await cli("exchange", "instruct", JSON.stringify(refuse))).code).toBe(0)
  for (const part of KILLS) {
    const daemon = running(program("main", ["start", "--log-level", "error", ...place]))
    await until(async () => {
      // Who looks all the time takes the processor from whom he watches.
      await new Promise((resolve) => void setTimeout(resolve, LOOK_AGAIN_MS))
      const { processedTrades } = Processed(await json("batches", "show", "G1"))
      return daemon.isOver() || processedTrades - bad >= (rows - bad) * part
    })
    daemon.signal("SIGKILL")
    await daemon.ended
  }
  await cli("start", "--until-idle")
  const counts = {
    total: rows,
    done: rows - bad - rejected,
    failed: bad + rejected,
    waiting: 0,
    working: 0,
    cancelled: 0
  }
  expect(await json("batches", "watch", "G1")).toMatchObject({ status: "partial_success", ...counts })
  const taken = Orders(await json("exchange", "orders")).items
  expect(new Set(taken.map(({ clientOrderId }) => clientOrderId)).size).toBe(taken.length)
  // Those that the exchange refused never were orders there.
  expect(taken).toHaveLength(rows - bad - rejected)
  expect(new Set(taken.map(({ status }) => status))).toEqual(new Set(["filled"]))
  const filled = Orders(await json("orders", "list", "--limit", "0", "--status", "filled")).items
  expect(filled).toHaveLength(rows - bad - rejected)
  expect(await json("audit")).toMatchObject({ ok: true })
  const results = join(folder, "results.csv")
  await cli("batches", "export", "G1", "--to", results)
  expect(readFileSync(results, "utf8").trim().split("\r\n")).toHaveLength(rows + 1)
  const again = await cli("batches", "submit", "--mode", "execute", results, "--name", "again", "--json")
  return Again(JSON.parse(again.out))
}

describe("a batch whose daemon is killed three times", () => {
  it(
    "BAT-6: ends with exact counts, every row accounted for and nothing sent twice, and its results are taken again",
    { timeout: 3 * LONGEST_STORY_MS },
    async () => {
      const again = await tell(process.env["ROUNDLOT_BATCH_STORE"] === "postgres" ? await fresh() : undefined)
      expect(again).toMatchObject({ accepted: 0, duplicates: rows - bad, conflicts: 0, rejected: bad })
    }
  )
})
