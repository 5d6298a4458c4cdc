import { describe, expect, test } from "vitest"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

describe("background jobs", () => {
  test("a job is enqueued once for its key, seen with its attempts, cancelled and retried, each after a preview", async () => {
    const later = await daemon.cli("jobs", "enqueue", "trades.sync", "--key", "friday", "--every", "1h", "--json")
    const friday: string = Object(JSON.parse(later)).id
    await using seen = await open("/ops")
    const { faults, page } = seen
    await page.getByRole("link", { name: "All jobs" }).click()
    const form = page.getByRole("form", { name: "Enqueue a job" })
    await form.getByLabel("Type").selectOption("positions.sync")
    await form.getByLabel("Key").fill("friday")
    await form.getByLabel("Payload").fill("{")
    await form.getByText("Enter JSON").waitFor()
    await form.getByLabel("Payload").fill("")
    const dialog = page.getByRole("dialog")
    const act = async (verb: string, impact: string, reason?: string) => {
      await dialog.getByText(impact).waitFor()
      if (reason !== undefined) await dialog.getByLabel("Reason").fill(reason)
      await dialog.getByRole("button", { name: verb }).click()
      await dialog.getByRole("button", { name: "Close" }).click()
    }
    // What comes to an open page is shown once it is asked for.
    const shows = async (reason: string) => {
      await page.getByRole("button", { name: /^\d+ new$/ }).click()
      await page.getByText(reason).first().waitFor()
    }
    await form.getByRole("button", { name: "Enqueue positions.sync" }).click()
    await act("Enqueue positions.sync", "A new job would be queued.")
    const table = page.getByRole("table", { name: "Jobs" })
    await table.getByText("positions.sync friday").first().waitFor()
    await form.getByRole("button", { name: "Enqueue positions.sync" }).click()
    await dialog.getByText("No job would be queued.").waitFor()
    await page.keyboard.press("Escape")
    const row = table.getByRole("row").filter({ hasText: "trades.sync friday" })
    await row.getByText("Queued").waitFor()
    await row.getByRole("link", { name: "trades.sync friday" }).click()
    await page.getByRole("heading", { name: "Attempts and changes" }).waitFor()
    await page.getByRole("button", { name: "Cancel trades.sync friday" }).click()
    await act("Cancel trades.sync friday", "It would be cancelled.", "not this Friday")
    await shows("not this Friday")
    expect(await daemon.ask(`/api/v1/jobs/${friday}`)).toMatchObject({
      status: "cancelled",
      history: expect.arrayContaining([expect.objectContaining({ detail: expect.stringContaining("not this Friday") })])
    })
    await page.getByRole("button", { name: "Retry trades.sync friday" }).click()
    await act("Retry trades.sync friday", "It would be queued again.", "this Friday after all")
    await shows("this Friday after all")
    expect(Object(await daemon.ask(`/api/v1/jobs?status=cancelled`)).items).toEqual([])
    expect(faults).toEqual([])
  })
})
