import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { tamper } from "../../runner/test/cli/database.ts"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

/** The anchors that the daemon has written beside its store. */
const written = (): ReadonlyArray<{ readonly position: number; readonly hash: string }> =>
  readdirSync(daemon.folder)
    .filter((name) => name.includes("anchors") && existsSync(join(daemon.folder, name)))
    .flatMap((name) =>
      readFileSync(join(daemon.folder, name), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => Object(JSON.parse(line)))
    )

describe("the audit", () => {
  test("is run in the browser; what it finds is shown, with the anchors that it is held to", async () => {
    await daemon.ask("/api/v1/trades", { sourceId: "one", symbol: "AAPL", side: "buy", quantity: "0.5", price: "100" })
    // An anchor is written as the daemon ends.
    await daemon.end()
    const [anchor] = written().slice(-1)
    await daemon.start()
    await using seen = await open("/ops")
    const { faults, page } = seen
    await page.locator("main").getByRole("link", { name: "Audit", exact: true }).click()
    const anchors = page.getByRole("table", { name: "Anchors" })
    await anchors.getByText(String(anchor?.position), { exact: true }).first().waitFor()
    await anchors.getByText("Not signed").first().waitFor()
    const run = async () => {
      await page.getByRole("button", { name: "Run audit" }).click()
      const dialog = page.getByRole("dialog")
      await dialog.getByRole("button", { name: "Run audit" }).click()
      await dialog.getByRole("button", { name: "Close" }).click()
    }
    await run()
    await page.getByText("no findings").waitFor()
    tamper(join(daemon.folder, "books.db"), `UPDATE roundlot_trades SET quantity = '0.7' WHERE "sourceId" = 'one'`)
    await run()
    await page.getByRole("table", { name: "Findings" }).getByText("trades").first().waitFor()
    await page.getByRole("table", { name: "Audits" }).getByText("Agrees").waitFor()
    expect(faults).toEqual([])
  })
})
