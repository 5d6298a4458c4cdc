import { describe, expect, test } from "vitest"
import { stage } from "./stage.ts"

const { daemon, findingsInThemes, open } = stage()

describe("an empty store", () => {
  test("leads through its three steps to the first fill, each crossed off as it is done", async () => {
    await daemon.cli("accounts", "add", "paper")
    await using seen = await open("/")
    const { faults, page } = seen
    const steps = page.locator("section", { hasText: "Get started" }).getByRole("listitem")
    const done = steps.filter({ hasText: "Completed" })
    await steps.filter({ hasText: "Add an account" }).getByText("Completed").waitFor()
    expect(await done.count()).toBe(1)
    expect(await findingsInThemes(page)).toEqual([])
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"])
    const command = "npx roundlot trades add --symbol AAPL --side buy --quantity 1.5"
    await steps.getByRole("button", { name: `Copy ${command}` }).click()
    await steps.getByRole("button", { name: `Copied ${command}` }).waitFor()
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(command)
    await steps.getByRole("link", { name: "New trade" }).click()
    await page.getByRole("heading", { level: 1, name: "New trade" }).waitFor()
    // Less than a share: a position, and no order yet.
    await daemon.ask("/api/v1/trades", { symbol: "AAPL", side: "buy", quantity: "0.5", price: "100" })
    await page.goBack()
    await steps.filter({ hasText: "Send a first trade" }).getByText("Completed").waitFor()
    await daemon.ask("/api/v1/trades", { symbol: "AAPL", side: "buy", quantity: "1", price: "100" })
    await daemon.orderAt("filled", "AAPL")
    await steps.first().waitFor({ state: "detached" })
    await page.getByRole("heading", { level: 1, name: "Healthy" }).waitFor()
    expect(faults).toEqual([])
  })
})
