import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { desk } from "../../runner/test/cli/roundlot.ts"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

const trade = (sourceId: string) =>
  daemon.ask("/api/v1/trades", { sourceId, symbol: "AAPL", side: "buy", quantity: "0.1", account: "paper" })

const filesIn = (...folder: ReadonlyArray<string>): ReadonlyArray<string> =>
  readdirSync(join(daemon.folder, ...folder)).toSorted()

/** The name that a copy of a backup gets. */
const copyOf = (backup: string): string => `books.restored-${backup}`

describe("backups", () => {
  test("a page without any says how one is made; over HTTP only a listed backup is restored, whole or not at all, never over a file", async () => {
    await using seen = await open("/ops")
    await seen.page.getByText("No backups yet.").waitFor()
    const restore = (backup: string) =>
      daemon.ask(`/api/v1/store/backups/${encodeURIComponent(backup)}/restore`, { reason: "a drill" })
    const ended = (status: string, count: number) =>
      daemon.idsOf(`/api/v1/jobs?type=store.restore&status=${status}`, count)
    await daemon.ask("/api/v1/store/backups", { reason: "a drill" })
    await daemon.idsOf("/api/v1/jobs?type=store.backup&status=done", 1)
    const [whole = ""] = filesIn("backups")
    await restore(whole)
    await ended("done", 1)
    const bytes = readFileSync(join(daemon.folder, copyOf(whole)))
    await expect(restore(whole)).rejects.toThrow(`409 `)
    await expect(restore("tuesday.db")).rejects.toThrow('backup \\"tuesday.db\\" does not exist')
    await expect(restore("../books.db")).rejects.toThrow("404 ")
    // The queue alone asks for the same, and is held to the same list.
    const payload = { backup: "../books.db", reason: "a drill", actor: "nobody" }
    await daemon.ask("/api/v1/jobs", { type: "store.restore", payload })
    const backup = readFileSync(join(daemon.folder, "backups", whole))
    writeFileSync(join(daemon.folder, "backups", "cut.db"), backup.subarray(0, 30_000))
    const before = filesIn()
    await restore("cut.db")
    await ended("dead", 2)
    const { items } = Object(await daemon.ask("/api/v1/jobs?type=store.restore&status=dead&order=oldest"))
    expect(items.map(({ failure }: { readonly failure: string }) => failure)).toEqual([
      expect.stringContaining('backup "../books.db" does not exist'),
      expect.stringContaining("the database is damaged")
    ])
    expect(filesIn()).toEqual(before)
    expect([...before, ...filesIn("backups")].filter((name) => name.includes("partial"))).toEqual([])
    expect(readFileSync(join(daemon.folder, copyOf(whole))).equals(bytes)).toBe(true)
    await seen.page.getByRole("table", { name: "Restored copies" }).getByText("the database is damaged").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("a backup is made and a copy of it restored, both after a preview; the copy takes over by the commands that are shown", async () => {
    await trade("before")
    const known = filesIn("backups")
    await using seen = await open("/ops")
    const { faults, page } = seen
    const dialog = page.getByRole("dialog")
    const act = async (verb: string, impact: RegExp) => {
      await dialog.getByText(impact).waitFor()
      // Times that the daemon says are in the zone of the page.
      expect(await dialog.innerText()).not.toMatch(/\d{4}-\d\d-\d\dT\d\d:/)
      await dialog.getByLabel("Reason").fill("before the upgrade")
      await dialog.getByRole("button", { name: verb }).click()
      await dialog.getByText("Recorded for the store as command").waitFor()
      await dialog.getByRole("button", { name: "Close" }).click()
    }
    await page.getByRole("button", { name: "Back up now" }).click()
    await act("Back up now", /would be backed up into a new file in .*backups/)
    await daemon.idsOf("/api/v1/jobs?type=store.backup&status=done", 2)
    const [backup = ""] = filesIn("backups").filter((name) => !known.includes(name) && name.endsWith(".db"))
    await trade("after")
    const row = page.getByRole("table", { name: "Backups" }).getByRole("row").filter({ hasText: backup })
    await row.getByRole("button", { name: "Restore a copy…" }).click()
    await act("Restore a copy of", /written .*\d\d:\d\d:\d\d.* would be restored into .*, inactive, and audited/)
    const copy = join(daemon.folder, copyOf(backup))
    await page.getByText(`Restored: ${copy}`).waitFor()
    const verdict = page.locator(".panel", { has: page.getByRole("heading", { name: "Latest restored copy" }) })
    await verdict.getByText(`--store sqlite:${copy} --lose`).waitFor()
    await verdict.getByText(/Audit clean: the copy has \d+ entries and no findings/).waitFor()
    const [, lacks = ""] = /--lose (\d+)/.exec(await verdict.innerText()) ?? []
    await verdict.getByText(new RegExp(`had ${lacks} entr(y|ies) that the copy lacks`)).waitFor()
    expect(faults).toEqual([])
    await daemon.end()
    const restored = desk(`sqlite:${copy}`, undefined, daemon.folder)
    const activated = await restored.cli("store", "activate", "--lose", lacks, "--reason", "a drill")
    expect(activated).toMatchObject({ code: 0 })
    const { out } = await restored.cli("trades", "list", "--json")
    expect(out).toContain("before")
    expect(out).not.toContain("after")
    // The store that it is a copy of drives nothing any more.
    await expect(daemon.start()).rejects.toThrow("it is retired")
  })
})
