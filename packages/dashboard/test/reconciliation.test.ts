import { Effect } from "effect"
import { beforeAll, describe, expect, test } from "vitest"
import { serving } from "../../runner/test/serve/serving.ts"
import * as scene from "../../runner/test/views/scene.ts"
import { onBooks } from "./onBooks.ts"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

const hold = (id: string, symbol: string, quantity: string) =>
  daemon.cli("exchange", "instruct", JSON.stringify({ id, do: { holding: { symbol, quantity } } }))

beforeAll(async () => {
  await hold("one", "KO", "5")
  await daemon.ask("/api/v1/reconcile", {})
  await daemon.idsOf("/api/v1/breaks", 1)
})

describe("books against broker", () => {
  test("SYNC-15, P6: each symbol, differences first, leads to its break; Reconcile now finds the next, and each run is below", async () => {
    await using seen = await open("/ops")
    const { faults, page } = seen
    await page.getByRole("link", { name: "Books vs. broker" }).click()
    const table = page.getByRole("table", { name: "Books vs. broker" })
    const row = (symbol: string) => table.getByRole("row").filter({ hasText: symbol })
    await row("KO").getByText("Differs").waitFor()
    await row("KO").getByText("+5", { exact: true }).first().waitFor()
    await hold("two", "XOM", "7")
    await page.getByRole("button", { name: "Reconcile now" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByRole("button", { name: "Reconcile now" }).click()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.getByRole("button", { name: "1 new" }).click()
    await row("XOM").getByText("Differs").waitFor()
    const runs = page.getByRole("table", { name: "Reconciliations" })
    await runs.getByText("Differed").nth(1).waitFor()
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Not compared" }).click()
    await page.getByText("Nothing matches").waitFor()
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Differences" }).click()
    await row("KO")
      .getByRole("link", { name: /^B\d+$/ })
      .click()
    await page.getByText("At the broker").first().waitFor()
    expect(faults).toEqual([])
  })

  test("SYNC-15: books that were never reconciled say so once", () =>
    onBooks(
      Effect.gen(function* () {
        yield* scene.at(0)
        yield* scene.open()
        const port = yield* serving
        yield* Effect.promise(async () => {
          await using seen = await open("/ops")
          const { page } = seen
          await page.goto(`http://127.0.0.1:${port}/ops/reconcile`)
          await page.getByText("Symbols are listed here once an account is reconciled.").waitFor()
          await page
            .getByText(/^Nothing reconciled yet/)
            .first()
            .waitFor()
          expect(await page.getByText(/^Nothing reconciled yet/).count()).toBe(1)
          expect(seen.faults).toEqual([])
        })
      })
    ))
})
