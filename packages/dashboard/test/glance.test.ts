import { beforeAll, describe, expect, test } from "vitest"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

beforeAll(async () => {
  await daemon.ask("/api/v1/trades", { sourceId: "first", symbol: "AAPL", side: "buy", quantity: "2.5", price: "100" })
})

describe("what is told at a glance", () => {
  test("an order that works is shown before all that have ended since, however many", async () => {
    await daemon.cli("exchange", "do", JSON.stringify({ id: "rests", when: { symbol: "XOM" }, do: { accept: {} } }))
    await daemon.ask("/api/v1/trades", { sourceId: "rests", symbol: "XOM", side: "buy", quantity: "2", price: "60" })
    const working = await daemon.orderAt("submitted", "XOM")
    const rows = Array.from({ length: 21 }, (_, n) => `ended-${n},ABT,buy,1`).join("\n")
    const csv = `source_id,symbol,side,quantity\n${rows}\n`
    await daemon.ask("/api/v1/batches", { name: "Ended", mode: "execute", csv })
    await daemon.idsOf("/api/v1/orders?symbol=ABT&status=filled", 21)
    await using seen = await open("/")
    const orders = seen.page.locator("section", { hasText: "Working orders" })
    await orders.getByRole("link", { name: "Buy 2 XOM" }).waitFor()
    expect(await orders.getByRole("listitem").count()).toBe(1)
    await daemon.ask(`/api/v1/orders/${working}/cancel`, { reason: "it has rested enough" })
    await daemon.orderAt("cancelled", "XOM")
    await seen.page.locator("section", { hasText: "Latest orders" }).getByText("none is working").waitFor()
    expect(seen.faults).toEqual([])
  })
})
