import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { stage } from "./stage.ts"

const folder = mkdtempSync(join(tmpdir(), "roundlot-webhooks-"))

/** A program that is posted events: it takes none that has the trade `poison`, until it is put right. */
const program = { isRight: false, heard: Array<string>(), watchers: new Set<() => void>() }

const server = createServer((request, response) => {
  let body = ""
  request.on("data", (part) => (body += String(part)))
  request.on("end", () => {
    const isTaken = program.isRight || !body.includes("poison")
    if (isTaken) program.heard.push(body)
    response.writeHead(isTaken ? 200 : 500).end()
    for (const watcher of program.watchers) watcher()
  })
})
await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
const address = server.address()
const port = typeof address === "object" && address !== null ? address.port : 0

/** Waits until something was heard. */
const hears = (text: string): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (program.heard.some((body) => body.includes(text))) resolve()
    }
    program.watchers.add(look)
    look()
  })

const config = join(folder, "roundlot.json")
const variables = join(folder, "secrets.env")
const webhooks = { books: { url: `http://127.0.0.1:${port}/hook`, tags: ["TradeAccepted"] } }
writeFileSync(config, JSON.stringify({ accounts: { paper: { broker: "paper" } }, webhooks }))
writeFileSync(variables, "ROUNDLOT_WEBHOOK_SECRET_BOOKS=planted-webhook-secret\n")

const { daemon, open } = stage(undefined, ["--open", "--config", config, "--env-file", variables])

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const trade = (sourceId: string) =>
  daemon.ask("/api/v1/trades", { sourceId, symbol: "AAPL", side: "buy", quantity: "0.1", account: "paper" })

test("a webhook that takes an event never is seen, tried, and passed over: what follows is posted, and the event is kept for it", async () => {
  await daemon.idsOf("/api/v1/jobs?type=events.deliver", 1)
  await trade("before")
  await hears("before")
  await trade("poison")
  await trade("after")
  await using seen = await open("/ops")
  const { page } = seen
  const row = page.getByRole("table", { name: "Webhooks" }).getByRole("row", { name: /books/ })
  await row.getByText("Failing").waitFor()
  await row.getByText("webhook books: it answered 500").waitFor()
  const act = async (label: string, verb: string, impact?: RegExp) => {
    await row.getByRole("button", { name: label }).click()
    const dialog = page.getByRole("dialog")
    if (impact !== undefined) await dialog.getByRole("list", { name: "Impact" }).getByText(impact).waitFor()
    await dialog.getByRole("button", { name: verb }).click()
    await dialog.getByRole("button", { name: "Close" }).click()
  }
  await act("Test", "Test books")
  await hears('"id":"books/test","events":[]')
  expect(program.heard.join()).not.toContain("after")
  // Before a cursor is entered nothing is foreseen; of one that is none it is said.
  await row.getByRole("button", { name: "Replay" }).click()
  const replaying = page.getByRole("dialog")
  await replaying.getByLabel("Continue after").fill("nowhere")
  await replaying.getByRole("alert").getByText("nowhere").waitFor()
  await replaying.getByLabel("Continue after").fill("beginning")
  await replaying.getByText(/^\d+ commits would follow, from TradeAccepted of T1 on\.$/).waitFor()
  await replaying.getByRole("button", { name: "Cancel" }).click()
  expect(program.heard.join()).not.toContain("after")
  await act("Skip", "Skip TradeAccepted T2", /^\d+ commits? would follow, from TradeAccepted of T3 on\.$/)
  await hears("after")
  await row.getByText("Up to date").waitFor()
  program.isRight = true
  await hears("poison")
  expect(seen.faults).toEqual([])
})
