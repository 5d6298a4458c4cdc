import { existsSync } from "node:fs"
import { join } from "node:path"
import type { TradeRepository } from "@roundlot/core/adapter"
import { SampleRows as rows } from "@roundlot/testing"
import { side as postgres, PostgresStore } from "@roundlot/store-postgres"
import { Image, Migrations, type Side } from "@roundlot/store-sql"
import { side as sqlite, SqliteStore } from "@roundlot/store-sqlite"
import { TradeRepository as Repository } from "@roundlot/core/adapter"
import { Effect, Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { databases } from "../cli/database.ts"
import { buys, child, desk, until } from "../cli/roundlot.ts"
import { endless, failing, labels, newer } from "./later.ts"

const { fresh } = databases()

/** A store as it is, whatever its version. */
const sideOf = (store: string) =>
  store.startsWith("sqlite:")
    ? sqlite.sideAsItIs(store.slice("sqlite:".length))
    : postgres.sideAsItIs({ url: Redacted.make(store) })

const onSide = <A, E>(
  store: string,
  known: ReadonlyArray<Migrations.Migration>,
  use: (side: Side.Side) => Effect.Effect<A, E>
): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(Effect.flatMap(sideOf(store), use)).pipe(Effect.provideService(Migrations.Known, known))
  )

const sumsOf = (store: string) => onSide(store, newer, Image.sums)
const versionOf = (store: string) =>
  onSide(store, newer, (side) => Effect.map(Migrations.applied(side), (applied) => applied.length))
const tell = (store: string, ...texts: ReadonlyArray<string>) =>
  onSide(store, newer, (side) => Effect.forEach(texts, (text) => side.ask(text)))

/** A store that the older version filled to its fills, and the command line of either version on it. */
const filled = async (kind: string) => {
  const old = desk(kind === "SQLite" ? undefined : await fresh())
  const trades = Array.from({ length: 40 }, (_, i) => [`t${i}`, `0.${(i % 9) + 1}`] as const)
  await old.cli("trades", "import", old.file("trades.csv", buys(...trades)))
  expect((await old.cli("start", "--until-idle")).code).toBe(0)
  const { store } = old
  const later = (known: ReadonlyArray<Migrations.Migration> = newer) => {
    const { plain } = desk(store, known)
    return (...words: ReadonlyArray<string>) => plain([...words, ...old.place, "--json"])
  }
  return { ...old, later, backup: join(old.folder, "before.db") }
}

const shown = (out: string): Record<string, unknown> => JSON.parse(out)

describe.each(["SQLite", "Postgres"])("SYNC-13, BAT-14: versions of a store on %s", (kind) => {
  it("a plan names versions, steps and the backup, and does nothing", async () => {
    const { backup, later, store } = await filled(kind)
    const before = await sumsOf(store)
    const { code, out } = await later()("store", "migrate", "--plan", "--backup", backup)
    expect(code).toBe(0)
    expect(shown(out)).toMatchObject({
      version: 1,
      newest: 2,
      steps: [{ version: 2, name: "labels", does: labels.does }],
      backup,
      done: false
    })
    expect(existsSync(backup)).toBe(false)
    expect(await sumsOf(store)).toEqual(before)
    const nothing = await later(Migrations.ours)("store", "migrate")
    expect(shown(nothing.out)).toMatchObject({ steps: [], backup: null, done: false })
  })

  it("filled by the earlier version: up, back by a step, up again; every row is the same", async () => {
    const { backup, cli, folder, later, store } = await filled(kind)
    const first = await sumsOf(store)
    const lines = (await cli("journal", "export")).out
    expect(await later()("store", "migrate", "--backup", backup)).toMatchObject({ code: 0, err: "" })
    expect(await versionOf(store)).toBe(2)
    const second = await sumsOf(store)
    expect(second["ops_labels"]?.rows).toBe(0)
    expect(second["fills"]).toEqual(first["fills"])
    expect(second["trades"]?.rows).toBe(first["trades"]?.rows)
    expect(await sumsOf(`sqlite:${backup}`)).toEqual(first)
    const asked = await later()("store", "rollback")
    expect(asked.code).toBe(3)
    expect(shown(asked.out)).toMatchObject({ from: 2, to: 1, by: "step", rows: 0, done: false })
    expect(await versionOf(store)).toBe(2)
    expect(await later()("store", "rollback", "--yes")).toMatchObject({ code: 0 })
    expect(await sumsOf(store)).toEqual(first)
    expect(await cli("audit")).toMatchObject({ code: 0 })
    expect(await later()("store", "migrate", "--backup", join(folder, "again.db"))).toMatchObject({ code: 0 })
    expect(await sumsOf(store)).toEqual(second)
    expect(shown((await later()("audit")).out)).toMatchObject({ ok: true })
    expect((await desk(store, newer).plain(["journal", "export", "--store", store])).out).toBe(lines)
  })

  it("where a step back would lose rows, the backup is put back, and says so first; the store then waits", async () => {
    const { backup, cli, file, later, store } = await filled(kind)
    const first = await sumsOf(store)
    const lines = (await cli("journal", "export")).out
    await later()("store", "migrate", "--backup", backup)
    await tell(store, `INSERT INTO roundlot_ops_labels VALUES (1, 'mine')`)
    await later()("trades", "import", file("more.csv", buys(["later", "0.1"])))
    const asked = await later()("store", "rollback")
    expect(asked.code).toBe(3)
    expect(shown(asked.out)).toMatchObject({ by: "backup", rows: 1, backup, done: false })
    expect(shown(asked.out)["entries"]).toBeGreaterThan(0)
    expect(await later()("store", "rollback", "--yes")).toMatchObject({ code: 0 })
    expect(await sumsOf(store)).toEqual(first)
    const again = file("more.csv", buys(["later", "0.1"]))
    expect(await cli("trades", "import", again)).toMatchObject({
      code: 1,
      err: expect.stringContaining("inactive copy")
    })
    expect((await cli("journal", "export")).out).toBe(lines)
    expect(await cli("store", "activate", "--reason", "version 2 was no good")).toMatchObject({ code: 0 })
    expect(await cli("trades", "import", again)).toMatchObject({ code: 0 })
    expect((await cli("start", "--until-idle")).code).toBe(0)
    expect(await cli("audit")).toMatchObject({ code: 0 })
    expect(await cli("store", "rollback")).toMatchObject({ code: 1, err: expect.stringContaining("the first version") })
  })

  it("a migration that fails in its middle has changed nothing", async () => {
    const { backup, cli, later, store } = await filled(kind)
    const first = await sumsOf(store)
    const known = [...Migrations.ours, failing]
    // The rehearsal on the backup finds it out, before the store is touched.
    expect(await later(known)("store", "migrate", "--backup", backup)).toMatchObject({ code: 1 })
    expect(await later(known)("orders", "list")).toMatchObject({ code: 1 })
    expect(await sumsOf(store)).toEqual(first)
    expect(await versionOf(store)).toBe(1)
    expect(await cli("audit")).toMatchObject({ code: 0 })
  })

  it("a migration that is killed in its middle has changed nothing, and the next one does it", async () => {
    const { later, store } = await filled(kind)
    const first = await sumsOf(store)
    const migrating = child([store, "endless"], "", undefined, "migrating")
    await migrating.says(/at the last statement/)
    migrating.signal("SIGKILL")
    await migrating.ended
    expect(endless.up.sqlite.length).toBe(labels.up.sqlite.length + 1)
    // A server learns of a dead client when it next speaks to it.
    const sleepers = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'`
    await until(async () => {
      if (kind === "Postgres") await tell(store, sleepers)
      return (await later()("orders", "list")).code === 0
    })
    expect(await versionOf(store)).toBe(2)
    expect((await sumsOf(store))["journal"]).toEqual(first["journal"])
  })

  it("two processes that migrate at once make one migration", async () => {
    const { later, store } = await filled(kind)
    const both = [
      child([store, "labels"], "", undefined, "migrating"),
      child([store, "labels"], "", undefined, "migrating")
    ]
    for (const each of both) expect(await each.ended).toMatchObject({ code: 0 })
    expect(await versionOf(store)).toBe(2)
    expect(shown((await later()("audit")).out)).toMatchObject({ ok: true })
  })

  it("an older Roundlot is refused on a newer store, also one that had it open", async () => {
    const { cli, folder, later, place, store } = await filled(kind)
    const layer = store.startsWith("sqlite:")
      ? SqliteStore.layer({ file: store.slice("sqlite:".length) })
      : PostgresStore.layer({ url: Redacted.make(store) })
    const daemon = child(["start", ...place])
    await daemon.says(/Running/)
    const failure = await Effect.runPromise(
      Effect.gen(function* () {
        const repository: TradeRepository.TradeRepositoryService = yield* Repository.TradeRepository
        // Where the daemon commits between backup and migration, nothing is migrated: it is asked for again.
        let tries = 0
        const migrate = () => later()("store", "migrate", "--backup", join(folder, `${tries++}.db`))
        yield* Effect.promise(() => until(async () => (await migrate()).code === 0))
        return yield* Effect.flip(repository.write(rows.scope(), rows.writing([], [rows.part("second", 1)])))
      }).pipe(Effect.provide(layer))
    )
    expect(failure).toMatchObject({ problem: "from_the_future" })
    expect(failure.message).toContain("the store has version 2 now, and this process opened it at version 1")
    expect(await daemon.ended).toMatchObject({ code: 1 })
    const { code, err } = await cli("orders", "list")
    expect(code).toBe(1)
    expect(err).toContain("the store has version 2, and this Roundlot knows versions up to 1")
  })

  it("nothing is migrated where others wrote since the backup", async () => {
    const { store } = await filled(kind)
    const first = await sumsOf(store)
    const guarded = onSide(store, newer, (side) =>
      Effect.flip(Migrations.changing(side, Migrations.climb(side, { guard: Effect.fail("others wrote") })))
    )
    expect(await guarded).toBe("others wrote")
    expect(await sumsOf(store)).toEqual(first)
    expect(await versionOf(store)).toBe(1)
  })
})
