import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { client, realProvider } from "../../runner/test/oidc/realProvider.ts"
import { findingsInThemes, stage } from "./stage.ts"

const provider = await realProvider()

/** A daemon whose team signs in with a provider that others wrote; the secret of its client is in a file of its owner's alone. */
const { daemon, open } = stage((folder) => {
  const file = join(folder, "client-secret")
  writeFileSync(file, client.secret, { mode: 0o600 })
  const roles = { "traders-ira": { role: "trade" }, operators: { role: "operate" } }
  const oidc = { issuer: provider.issuer, clientId: client.id, clientSecretFile: file, name: "Desk login", roles }
  writeFileSync(join(folder, "roundlot.json"), JSON.stringify({ oidc }))
  return Promise.resolve(`sqlite:${join(folder, "books.db")}`)
}, [])

afterAll(() => provider.close())

describe("a team that signs in with its provider", () => {
  test("is sent there and comes back to the page that it asked for, with the role of its groups", async () => {
    provider.serve(`${daemon.url}/sign-in/oidc/callback`)
    await using seen = await open("/orders?status=filled")
    const { faults, page } = seen
    await page.getByText("Session ended").first().waitFor()
    await page.getByRole("link", { name: "Sign in", exact: true }).first().click()
    const button = page.getByRole("link", { name: "Sign in with Desk login" })
    await button.waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await button.click()
    await page.getByPlaceholder("Enter any login").fill("dana")
    await page.getByPlaceholder("and password").fill("any")
    await page.getByRole("button", { name: "Sign-in" }).click()
    await page.getByRole("button", { name: "Continue" }).click()
    await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link", { name: "DANA of the desk (trade)" })
      .waitFor()
    expect(page.url()).toBe(`${daemon.url}/orders?status=filled`)
    expect(await page.evaluate("document.cookie")).toBe("")
    await page.goto(`${daemon.url}/settings`)
    await page.getByRole("button", { name: "Sign out" }).click()
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor()
    expect(await daemon.cli("sessions", "list")).not.toContain("DANA")
    expect(faults).toEqual([])
  })

  test("whose groups have no role reads what is missing, and is not signed in", async () => {
    provider.serve(`${daemon.url}/sign-in/oidc/callback`)
    await using seen = await open("/sign-in")
    const { faults, page } = seen
    await page.getByRole("link", { name: "Sign in with Desk login" }).click()
    await page.getByPlaceholder("Enter any login").fill("guest")
    await page.getByPlaceholder("and password").fill("any")
    await page.getByRole("button", { name: "Sign-in" }).click()
    await page.getByRole("button", { name: "Continue" }).click()
    await page.getByText('None of your groups has a role here (1 group was given in the claim "groups")').waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await page.getByRole("link", { name: "Sign in again, or with a token" }).click()
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor()
    expect(await daemon.cli("sessions", "list")).not.toContain("GUEST")
    expect(faults).toEqual([])
  })
})
