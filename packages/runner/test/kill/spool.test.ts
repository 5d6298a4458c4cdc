import { Sqlite } from "@roundlot/sqlite"
import { Schema } from "effect"
import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { buys, child, desk, until } from "../cli/roundlot.ts"

const ROWS = 8_000
/** How many rows are in when the daemon is killed. */
const KILLS = [700, 2_500, 5_200]

const Counted = Schema.decodeUnknownSync(Schema.Tuple(Schema.Struct({ all: Schema.Int, apart: Schema.Int })))

it("ACC-2: a daemon that is killed in the middle of a file goes on where it was: every row of the folder is taken once", async () => {
  const { cli, file, folder, json, place, store } = desk()
  const spool = join(folder, "in")
  mkdirSync(spool)
  const entry = { account: "paper", folder: "in" }
  const config = file(
    "roundlot.json",
    JSON.stringify({ accounts: { paper: { broker: "paper" } }, sources: { venue: entry } })
  )
  writeFileSync(join(spool, "a.csv"), buys(...Array.from({ length: ROWS }, (_, at) => [`k-${at}`, "0.01"] as const)))
  writeFileSync(join(spool, "b.csv"), buys(["last", "0.01"]))
  const counted = () =>
    Sqlite.using(
      store.replace("sqlite:", ""),
      { readOnly: true, timeout: 5_000 },
      (db) =>
        Counted(
          db.prepare(`SELECT COUNT(*) AS "all", COUNT(DISTINCT "sourceId") AS "apart" FROM roundlot_trades`).all()
        )[0]
    )
  await cli("accounts", "add", "paper")
  for (const rows of KILLS) {
    const daemon = child(["start", "--log-level", "error", "--config", config, ...place])
    await until(async () => daemon.isOver() || counted().all >= rows)
    expect(daemon.isOver() ? daemon.said() : "", "it has ended before it was killed").toBe("")
    daemon.signal("SIGKILL")
    await daemon.ended
    expect(readdirSync(join(spool, "taking"))).toEqual(["000001-a.csv"])
  }
  const { code, err } = await cli("start", "--until-idle", "--config", config)
  expect([code, err]).toEqual([expect.anything(), expect.not.stringContaining("source venue")])
  expect(counted()).toEqual({ all: ROWS + 1, apart: ROWS + 1 })
  expect(readdirSync(join(spool, "done"))).toEqual(["000001-a.csv", "000002-b.csv"])
  expect(await json("audit")).toMatchObject({ ok: true })
})
