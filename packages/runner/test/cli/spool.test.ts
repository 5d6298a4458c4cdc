import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { healthOf } from "../kill/health.ts"
import { daemonAt } from "./daemon.ts"
import { buys, desk, HEADER, until } from "./roundlot.ts"

const configured = (place: ReturnType<typeof desk>, sources: object) =>
  place.file("roundlot.json", JSON.stringify({ port: 0, accounts: { paper: { broker: "paper" } }, sources }))

/** A folder beside the configuration, and how another program puts a file there. */
const inbox = (place: ReturnType<typeof desk>) => {
  const folder = join(place.folder, "in")
  mkdirSync(folder)
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, `${name}.part`), text)
    renameSync(join(folder, `${name}.part`), join(folder, name))
  }
  return { folder, put }
}

it("ACC-4: a daemon takes the files of a folder for its account, under the mapping of its source; until idle it ends, and says what was not taken", async () => {
  const place = desk()
  const { folder, put } = inbox(place)
  const config = configured(place, { venue: { account: "paper", folder: "in", symbols: { "AAPL.x": "AAPL" } } })
  put("a.csv", `${HEADER}\nv-1,2026-11-20T14:30:00Z,AAPL.x,buy,2.5,200\n`)
  const first = await place.cli("start", "--until-idle", "--config", config)
  expect([first.code, first.err]).toEqual([3, expect.not.stringContaining("source venue")])
  expect(await place.json("trades", "list")).toMatchObject({
    items: [{ account: "paper", source: "venue", sourceId: "v-1", symbol: "AAPL", quantity: "2.5" }]
  })
  expect(readdirSync(join(folder, "done"))).toEqual(["000001-a.csv"])
  put("b.csv", `${HEADER}\nv-2,2026-11-20T14:30:00Z,AAPL.x,buy,much,200\n`)
  const second = await place.cli("start", "--until-idle", "--config", config)
  expect([second.code, second.err]).toEqual([
    3,
    expect.stringContaining("source venue: not imported, see rejected/000002-b.csv.rejected.csv: 2,quantity,much,")
  ])
  const daemon = daemonAt(place, {}, "--config", config)
  await daemon.says(/Running/)
  put("c.csv", buys(["v-3", "1"]))
  await until(async () => JSON.stringify(await place.json("trades", "list")).includes('"v-3"'))
  await until(async () => {
    const { parts } = await healthOf(daemon.said())
    const detail = parts.find(({ part }) => part === "folder of venue")?.detail ?? ""
    return /much.*0 files wait; the last imported is 000003-c\.csv, at /.test(detail)
  })
})

it("what a configuration says of a folder that cannot be is refused by name; one that two sources have is taken by neither", async () => {
  const place = desk()
  const { put } = inbox(place)
  put("a.csv", buys(["1", "1"]))
  const refused = async (sources: object) =>
    (await place.cli("start", "--until-idle", "--config", configured(place, sources))).err
  expect(await refused({ venue: { folder: "in" } })).toContain("sources.venue: has a folder and no account")
  expect(await refused({ venue: { account: "paper", folder: "" } })).toContain("sources.venue.folder")
  expect(await refused({ venue: { account: "paper", folder: "in", webhook: true } })).toContain(
    "sources.venue: has webhook and folder"
  )
  expect(await refused({ venue: { account: "paper", folder: "nowhere" } })).toContain(
    "nowhere cannot be opened (ENOENT)"
  )
  const both = { one: { account: "paper", folder: "in" }, two: { account: "paper", folder: "./in/../in" } }
  expect(await refused(both)).toContain("is also the folder of another source")
  expect(await place.json("trades", "list")).toMatchObject({ items: [] })
})

it("ACC-2: a store that is restored from a backup older than the folder takes nothing until its files are back; then nothing is bought twice", async () => {
  const place = desk()
  const { folder, put } = inbox(place)
  const config = configured(place, { venue: { account: "paper", folder: "in" } })
  const start = (at: ReadonlyArray<string>) => place.plain(["start", "--until-idle", "--config", config, ...at])
  put("a.csv", buys(["1", "1"]))
  await start(place.place)
  const backup = join(place.folder, "backup.db")
  expect((await place.cli("store", "backup", backup)).code).toBe(0)
  put("b.csv", buys(["1", "1"], ["2", "1"]))
  await start(place.place)
  const restored = ["--store", `sqlite:${join(place.folder, "restored.db")}`]
  expect((await place.plain(["store", "restore", backup, ...restored])).code).toBe(0)
  expect((await place.plain(["store", "activate", "--reason", "drill", "--lose", "1000", ...restored])).code).toBe(0)
  expect((await start(restored)).err).toContain("was in use before these books were restored or copied")
  renameSync(join(folder, ".roundlot-claim.json"), join(folder, ".roundlot-claim.released"))
  expect((await start(restored)).err).toContain("000002-b.csv was imported from")
  renameSync(join(folder, "done", "000002-b.csv"), join(folder, "000002-b.csv"))
  await start(restored)
  const listed = JSON.parse((await place.plain(["trades", "list", "--json", ...restored])).out)
  expect(listed.items.map(({ sourceId }: { readonly sourceId: string }) => sourceId).toSorted()).toEqual(["1", "2"])
})
