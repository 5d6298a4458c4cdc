import { Sqlite } from "@roundlot/sqlite"
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { databases } from "./database.ts"
import { buys, child, desk } from "./roundlot.ts"

const { fresh } = databases()

const TRADES = 2_000

/** A store with so many trades, worked off to its fills. */
const filled = async (count: number, folder?: string) => {
  const made = desk(undefined, undefined, folder)
  const rows = Array.from({ length: count }, (_, i) => [`t${i}`, `0.0${(i % 9) + 1}`] as const)
  await made.cli("trades", "import", made.file("trades.csv", buys(...rows)))
  expect((await made.cli("start", "--until-idle")).code).toBe(0)
  return made
}

/** One that is only copied, by several tests. */
let many: ReturnType<typeof filled> | undefined
const folderOfMany = mkdtempSync(join(tmpdir(), "roundlot-keeping-"))
const manyTrades = () => (many ??= filled(TRADES, folderOfMany))

afterAll(() => rmSync(folderOfMany, { recursive: true, force: true }))

const at = (store: string) => ["--store", store]

const tablesIn = (file: string) =>
  Sqlite.using(file, { mustExist: true }, (database) => Sqlite.scalar(database, "SELECT count(*) FROM sqlite_master")())

const changed = (file: string, statement: string) =>
  Sqlite.using(file, { mustExist: true }, (database) => database.exec(statement))

describe("moving a store", () => {
  it("SYNC-13: to Postgres and back: the audit is clean, the journal's lines are the same bytes", async () => {
    const source = await manyTrades()
    const { cli, folder, plain } = source
    const database = await fresh()
    const back = `sqlite:${join(folder, "back.db")}`
    expect(await plain(["store", "copy", source.store, database])).toMatchObject({ code: 0 })
    const second = await plain(["store", "copy", database, back, "--json"])
    expect(second).toMatchObject({ code: 0 })
    expect(JSON.parse(second.out)).toMatchObject({ to: join(folder, "back.db") })
    const lines = (await cli("journal", "export")).out
    for (const store of [database, back]) {
      expect((await plain(["journal", "export", ...at(store)])).out === lines).toBe(true)
      expect((await plain(["journal", "head", ...at(store)])).out).toBe((await cli("journal", "head")).out)
      expect(JSON.parse((await plain(["audit", "--json", ...at(store)])).out)).toMatchObject({ ok: true, findings: [] })
    }
    const refused = await plain(["store", "copy", source.store, database])
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("holds a store already") })
  })

  it("a copy drives nothing until it is activated, and what it is of drives nothing afterwards", async () => {
    const source = await filled(10)
    const { folder, plain } = source
    const copy = `sqlite:${join(folder, "copy.db")}`
    const more = source.file("more.csv", buys(["m1", "5"]))
    expect((await plain(["store", "copy", source.store, copy])).code).toBe(0)
    const paper = ["--paper", join(folder, "books.paper.db")]
    for (const words of [
      ["start", "--until-idle", ...paper],
      ["trades", "import", more]
    ]) {
      const { code, err } = await plain([...words, ...at(copy)])
      expect(code).toBe(1)
      expect(err).toContain("it is an inactive copy: it accepts no trades and sends no orders")
      expect(err).toContain("roundlot store activate")
    }
    expect(await source.cli("store", "activate", "--reason", "no copy")).toMatchObject({ code: 1 })
    const activated = await plain(["store", "activate", "--reason", "moved", ...at(copy)])
    expect(activated).toMatchObject({ code: 0, out: expect.stringContaining("is retired") })
    for (const words of [
      ["start", "--until-idle"],
      ["trades", "import", more]
    ]) {
      const { code, err } = await source.cli(...words)
      expect(code).toBe(1)
      expect(err).toContain("it is retired, because a copy took over")
    }
    expect((await plain(["trades", "import", more, ...at(copy)])).code).toBe(0)
    expect((await plain(["start", "--until-idle", ...paper, ...at(copy)])).code).toBe(0)
    expect(await plain(["audit", ...at(copy)])).toMatchObject({ code: 0 })
  })

  it("a source on Postgres is retired as well, by the user that the copy remembers and no password", async () => {
    const source = await filled(5)
    const { folder, plain } = source
    const [first, second] = [await fresh(), await fresh()]
    const last = `sqlite:${join(folder, "last.db")}`
    const activate = (store: string) => plain(["store", "activate", "--reason", "moved", ...at(store)])
    expect((await plain(["store", "copy", source.store, first])).code).toBe(0)
    expect(await activate(first)).toMatchObject({ code: 0 })
    for (const [from, to] of [
      [first, second],
      [second, last]
    ] as const) {
      expect((await plain(["store", "copy", from, to])).code).toBe(0)
      expect(await activate(to)).toMatchObject({ code: 0, out: expect.stringContaining("is retired") })
      const { code, err } = await plain(["start", "--until-idle", ...at(from)])
      expect(code).toBe(1)
      expect(err).toContain("it is retired, because a copy took over")
      const late = source.file("late.csv", buys(["late", "5"]))
      expect(await plain(["trades", "import", late, ...at(from)])).toMatchObject({ code: 1 })
    }
  })

  it("a copy that is killed in its middle is no store, and goes on when it is given again", async () => {
    const source = await manyTrades()
    const database = await fresh()
    const words = ["store", "copy", source.store, database]
    const killed = child(words)
    await killed.says(/rows of trades/)
    killed.signal("SIGKILL")
    await killed.ended
    const unfinished = await source.plain(["orders", "list", ...at(database)])
    expect(unfinished).toMatchObject({ code: 1, err: expect.stringContaining("a copy into it has not ended") })
    const { code, err } = await source.plain(words)
    expect(code).toBe(0)
    expect(err).not.toContain("rows of trades")
    const lines = (await source.cli("journal", "export")).out
    expect((await source.plain(["journal", "export", ...at(database)])).out === lines).toBe(true)
    const other = await filled(3)
    expect(await other.plain(["store", "copy", other.store, database])).toMatchObject({ code: 1 })
  })
})

describe("two copies of one store", () => {
  it("the second takes over only where it is said, and one whose activation was cut off goes on", async () => {
    const source = await filled(5)
    const { cli, folder, plain } = source
    const [first, second] = [`sqlite:${join(folder, "first.db")}`, `sqlite:${join(folder, "second.db")}`]
    const activate = (store: string, ...flags: ReadonlyArray<string>) =>
      plain(["store", "activate", "--reason", "drill", ...flags, ...at(store)])
    for (const copy of [first, second]) expect((await plain(["store", "copy", source.store, copy])).code).toBe(0)
    expect(await activate(first)).toMatchObject({ code: 0 })
    const inactive = await activate(second)
    expect(inactive).toMatchObject({ code: 1, err: expect.stringContaining("another copy of that store took over") })
    expect(inactive.err).toContain("--replace-copy")
    expect(await activate(second, "--dry-run")).toEqual(inactive)
    expect((await plain(["start", "--until-idle", ...at(second)])).err).toContain("it is an inactive copy")
    // What is left of an activation that ended between its two stores.
    changed(join(folder, "first.db"), "UPDATE roundlot_ops_store SET state = 'waiting'")
    expect(await activate(first)).toMatchObject({ code: 0, out: expect.stringContaining("is retired") })
    expect(await activate(second, "--replace-copy")).toMatchObject({ code: 0 })
    expect(await cli("start", "--until-idle")).toMatchObject({ code: 1, err: expect.stringContaining("it is retired") })
  })

  it("entries that the copy does not have are given up only where their number is said", async () => {
    const source = await filled(5)
    const { cli, folder, plain } = source
    const copy = `sqlite:${join(folder, "copy.db")}`
    const activate = (...flags: ReadonlyArray<string>) =>
      plain(["store", "activate", "--reason", "drill", ...flags, ...at(copy)])
    expect((await plain(["store", "copy", source.store, copy])).code).toBe(0)
    await cli("trades", "import", source.file("late.csv", buys(["late", "5"])))
    const refused = await activate()
    const [, lost = ""] = /has (\d+) journal entries that/.exec(refused.err) ?? []
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining(`--lose ${lost}`) })
    expect(await activate("--lose", `${Number(lost) - 1}`)).toMatchObject({ code: 1 })
    expect((await cli("trades", "list")).out).toContain("late")
    const shown = await activate("--lose", lost, "--dry-run", "--json")
    expect(JSON.parse(shown.out)).toEqual({
      before: { copy: "inactive", source: "active", entriesLost: 0 },
      after: { copy: "active", source: "retired", entriesLost: Number(lost) }
    })
    expect((await cli("trades", "import", source.file("more.csv", buys(["more", "5"])))).code).toBe(0)
    expect(await activate("--lose", lost)).toMatchObject({ code: 1, err: expect.stringContaining("--lose ") })
    expect(await activate("--lose", "1000")).toMatchObject({ code: 0, out: expect.stringContaining("is retired") })
  })

  it("a source that is gone is said, in the preview too", async () => {
    const source = await filled(3)
    const { folder, plain } = source
    const copy = `sqlite:${join(folder, "copy.db")}`
    expect((await plain(["store", "copy", source.store, copy])).code).toBe(0)
    rmSync(join(folder, "books.db"))
    const words = ["store", "activate", "--reason", "the disk died", ...at(copy)]
    expect((await plain([...words, "--dry-run"])).out).toContain("is not retired (the store is gone)")
    expect((await plain(["start", "--until-idle", ...at(copy)])).code).toBe(1)
    expect(await plain(words)).toMatchObject({
      code: 3,
      out: expect.stringContaining("make sure that neither the original nor another copy of it trades")
    })
  })

  it("a backup that took over in the place of the original is another copy; one that only waits there is retired", async () => {
    const source = await filled(3)
    const { cli, folder, plain } = source
    const [backup, copy] = [join(folder, "backup.db"), `sqlite:${join(folder, "copy.db")}`]
    const activate = (store: string, ...flags: ReadonlyArray<string>) =>
      plain(["store", "activate", "--reason", "drill", ...flags, ...at(store)])
    const books = join(folder, "books.db")
    expect((await cli("store", "backup", backup)).code).toBe(0)
    expect((await plain(["store", "copy", source.store, copy])).code).toBe(0)
    for (const file of [books, `${books}-wal`, `${books}-shm`]) rmSync(file, { force: true })
    expect((await cli("store", "restore", backup)).code).toBe(0)
    expect(await activate(copy, "--dry-run", "--json")).toMatchObject({ code: 0 })
    const restored = await activate(source.store)
    expect(restored).toMatchObject({ code: 3, out: expect.stringContaining("the copy is in its place") })
    expect(await activate(copy)).toMatchObject({
      code: 1,
      err: expect.stringContaining("another copy of that store took over")
    })
    changed(books, "UPDATE roundlot_ops_store SET state = 'copying'")
    expect(await activate(copy)).toMatchObject({
      code: 1,
      err: expect.stringContaining("a copy into it has not ended")
    })
    changed(books, "UPDATE roundlot_ops_store SET state = 'waiting'")
    expect(await activate(copy)).toMatchObject({ code: 0, out: expect.stringContaining("is retired") })
    expect(await activate(source.store)).toMatchObject({ code: 1, err: expect.stringContaining("is retired: only an") })
  })

  it("a source that cannot be opened, or has other entries, is not passed over", async () => {
    const source = await filled(3)
    const { folder, plain } = source
    const books = join(folder, "books.db")
    const copy = `sqlite:${join(folder, "copy.db")}`
    const activate = (...flags: ReadonlyArray<string>) =>
      plain(["store", "activate", "--reason", "drill", ...flags, ...at(copy)])
    expect((await plain(["store", "copy", source.store, copy])).code).toBe(0)
    changed(books, `UPDATE roundlot_heads SET hash = '${"0".repeat(64)}' WHERE account = 'paper'`)
    const other = expect.stringContaining("have different journal entries of paper")
    for (const flags of [[], ["--lose", "1000"], ["--dry-run"]])
      expect(await activate(...flags)).toMatchObject({ code: 1, err: other })
    for (const file of [`${books}-wal`, `${books}-shm`]) rmSync(file, { force: true })
    writeFileSync(books, "no database")
    const unreachable = expect.stringContaining("It may be trading")
    for (const flags of [[], ["--lose", "1000", "--replace-copy"], ["--dry-run"]])
      expect(await activate(...flags)).toMatchObject({ code: 1, err: unreachable })
    expect(await activate("--lose", "-1")).toMatchObject({ code: 2 })
    expect(await activate("--unreachable")).toMatchObject({ code: 3, out: expect.stringContaining("is not retired (") })
  })

  it("on Postgres the same is refused", async () => {
    const source = await filled(3)
    const { folder, plain } = source
    const [first, second] = [await fresh(), await fresh()]
    const last = `sqlite:${join(folder, "last.db")}`
    const activate = (store: string) => plain(["store", "activate", "--reason", "drill", ...at(store)])
    expect((await plain(["store", "copy", source.store, first])).code).toBe(0)
    expect(await activate(first)).toMatchObject({ code: 0 })
    for (const to of [second, last]) expect((await plain(["store", "copy", first, to])).code).toBe(0)
    const late = source.file("late.csv", buys(["late", "5"]))
    expect((await plain(["trades", "import", late, ...at(first)])).code).toBe(0)
    expect(await activate(second)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/has \d+ journal entries that/)
    })
    expect((await plain(["store", "activate", "--reason", "drill", "--lose", "1000", ...at(second)])).code).toBe(0)
    expect(await activate(last)).toMatchObject({ code: 1, err: expect.stringContaining("took over") })
  })
})

describe("backup and restore", () => {
  it("a preview audits the backup, writes nothing, and is refused where the restore would be", async () => {
    const { cli, folder, plain } = await filled(3)
    const [backup, target] = [join(folder, "backup.db"), join(folder, "target.db")]
    expect((await cli("store", "backup", backup)).code).toBe(0)
    const restore = (...flags: ReadonlyArray<string>) =>
      plain(["store", "restore", backup, ...flags, ...at(`sqlite:${target}`)])
    const shown = await restore("--dry-run", "--json")
    expect(shown).toMatchObject({ code: 0 })
    expect(existsSync(target)).toBe(false)
    writeFileSync(target, "")
    expect(await restore("--dry-run", "--json")).toEqual(shown)
    expect(tablesIn(target)).toBe(0)
    const { incarnation, ...made } = JSON.parse((await restore("--json")).out)
    expect(incarnation).toMatch(/^[0-9a-f]{32}$/)
    expect(JSON.parse(shown.out)).toEqual(made)
    const refused = await restore()
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("holds a store already") })
    expect(await restore("--dry-run")).toMatchObject({ code: 1, err: expect.stringContaining("holds a store already") })
  })

  it("a backup is one proven file; restored it waits, and its source is retired when it is activated", async () => {
    const source = await filled(20)
    const { cli, folder, plain } = source
    expect(await cli("store", "backup", `${join(folder, "backups")}/`)).toMatchObject({ code: 0 })
    const [file = "", ...others] = readdirSync(join(folder, "backups")).filter((name) => name.endsWith(".db"))
    expect(file).toMatch(/^roundlot-\d{8}T\d{6}Z\.db$/)
    expect(others).toEqual([])
    const restored = `sqlite:${join(folder, "restored.db")}`
    const words = ["store", "restore", join(folder, "backups", file), ...at(restored)]
    expect(await plain(words)).toMatchObject({ code: 0 })
    expect((await plain(["journal", "export", ...at(restored)])).out).toBe((await cli("journal", "export")).out)
    expect(await plain(["start", "--until-idle", ...at(restored)])).toMatchObject({ code: 1 })
    expect(await plain(["store", "activate", "--reason", "drill", ...at(restored)])).toMatchObject({ code: 0 })
    expect(await cli("start", "--until-idle")).toMatchObject({ code: 1, err: expect.stringContaining("it is retired") })
    expect((await plain(["store", "restore", join(folder, "none.db"), ...at(restored)])).err).toContain("no store at")
    expect(existsSync(join(folder, "none.db"))).toBe(false)
  })
})
