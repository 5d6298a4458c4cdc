import { beforeAll, describe, expect, test } from "vitest"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

let rests = ""
let filled = ""

beforeAll(async () => {
  await daemon.cli("exchange", "do", JSON.stringify({ id: "rests", when: { symbol: "XOM" }, do: { accept: {} } }))
  await daemon.ask("/api/v1/trades", { sourceId: "rests", symbol: "XOM", side: "buy", quantity: "2", price: "60" })
  await daemon.ask("/api/v1/trades", { sourceId: "filled", symbol: "KO", side: "buy", quantity: "2", price: "60" })
  rests = await daemon.orderAt("submitted", "XOM")
  filled = await daemon.orderAt("filled", "KO")
})

describe("a blotter", () => {
  test("of fills says symbol, side, account, where the order came from, and how long it took", async () => {
    await using seen = await open("/fills")
    const { page } = seen
    const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: filled, exact: true }) })
    await row.waitFor()
    const text = (await row.textContent()) ?? ""
    for (const word of ["KO", "Buy", "paper", "accumulation"]) expect(text).toContain(word)
    expect(text).toMatch(/\d+ ms/)
    expect(await findings(page)).toEqual([])
  })

  test("has the views that many ask for one click away, and keeps the symbol that was chosen", async () => {
    await using seen = await open("/orders?symbol=XOM")
    const { page } = seen
    const views = page.getByRole("navigation", { name: "Views" })
    const row = (id: string) => page.getByRole("link", { name: id, exact: true })
    await row(rests).waitFor()
    expect(await views.getByRole("link", { name: "All" }).getAttribute("aria-current")).toBe("page")
    await views.getByRole("link", { name: "Rejected" }).click()
    await page.getByText("Nothing matches symbol XOM, status rejected.").waitFor()
    await page.goto(`${daemon.url}/orders`)
    await row(filled).waitFor()
    await views.getByRole("link", { name: "Working" }).click()
    await row(filled).waitFor({ state: "detached" })
    await row(rests).waitFor()
    expect(new URL(page.url()).search).toBe("?phase=open")
    expect(await views.locator("[aria-current]").allTextContents()).toEqual(["Working"])
    await views.getByRole("link", { name: "Today" }).click()
    await row(filled).waitFor()
    expect(await views.locator("[aria-current]").allTextContents()).toEqual(["Today"])
    expect(await findings(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })

  test("an average that is exact is shown as it is, and the tab names the record", async () => {
    await using seen = await open(`/orders/${filled}`)
    const { page } = seen
    await page.getByRole("heading", { level: 1 }).waitFor()
    await page.getByText("Average price").first().waitFor()
    expect(await page.locator("main").textContent()).not.toContain("≈")
    await expect.poll(() => page.title()).toContain(`${filled} · Orders · Roundlot`)
    await page.goto(`${daemon.url}/positions/paper/KO`)
    await expect.poll(() => page.title()).toContain("KO on paper · Positions · Roundlot")
    expect(seen.faults).toEqual([])
  })
})
