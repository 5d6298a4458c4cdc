import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"

const here = fileURLToPath(new URL(".", import.meta.url))
const roundlot = fileURLToPath(new URL("../../scripts/roundlot.mjs", import.meta.url))

const fillOf = (id: number, shares: string): string =>
  `${JSON.stringify({ id: String(id), symbol: "AAPL", side: "buy", shares, price: "187.50" })}\n`

/** A configuration that brings nothing. */
const withoutParts = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-daemon-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, "roundlot.json"), "{}")
  return join(folder, "roundlot.json")
}

/** A folder with a file of fills and a store, and the command line as it is called beside the configuration. */
const desk = (fills: string, store?: string) => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-daemon-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, "fills.jsonl"), fills)
  const env = {
    ...process.env,
    FILLS_FILE: join(folder, "fills.jsonl"),
    ROUNDLOT_STORE: store ?? `sqlite:${join(folder, "books.db")}`,
    LINES_FILE: join(folder, "books.lines"),
    XDG_STATE_HOME: folder
  }
  return (...words: ReadonlyArray<string>) =>
    new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
      const child = execFile(process.execPath, [roundlot, ...words], { cwd: here, env }, (_error, out, err) =>
        resolve({ code: child.exitCode ?? 1, out, err })
      )
    })
}

it("ACC-4: the daemon takes in what a source of one's own delivers, and orders it at a broker of one's own", async () => {
  const cli = desk(fillOf(1, "0.4") + fillOf(2, "0.7") + '{"id":"3","sym')
  const started = await cli("start", "--until-idle")
  expect(started.out + started.err).toContain("house broker, account desk.")
  expect(started.code).toBe(0)
  const orders = await cli("orders", "list", "--json")
  expect(JSON.parse(orders.out)).toMatchObject({
    items: [{ account: "desk", symbol: "AAPL", quantity: "1", status: "filled", brokerOrderId: "H1" }]
  })
  expect((await cli("trades", "list", "--json")).out).toContain('"source":"fills"')
  expect((await cli("audit")).code).toBe(0)
})

it("a line that is no fill is said by its source, and what came before it is taken in", async () => {
  const cli = desk(`${fillOf(1, "1")}{"id":"2"}\n`)
  const started = await cli("start", "--until-idle")
  expect(started.code).toBe(1)
  expect(started.err).toContain("source fills failed: symbol is missing")
  expect((await cli("trades", "list", "--json")).out).toContain('"sourceId":"1"')
})

it("an account is moved to a broker of the configuration by a verb; one that nobody brings is refused with the nearest", async () => {
  const cli = desk("")
  expect((await cli("accounts", "add", "other", "--broker", "house")).code).toBe(0)
  const elsewhere = withoutParts()
  const undriven = await cli("start", "--until-idle", "--config", elsewhere)
  expect(undriven.err).toContain("Account other is not running: its broker house is not configured.")
  expect(undriven.code).toBe(3)
  expect((await cli("doctor", "--config", elsewhere)).out).toContain(
    "account other uses broker house, which is not configured"
  )
  const written = await cli("init")
  expect([written.code, written.err]).toEqual([
    1,
    expect.stringContaining("roundlot.config.ts is a code configuration")
  ])
  const refused = await cli("start", "--until-idle", "--account", "other", "--broker", "hause")
  expect(refused.code).toBe(2)
  expect(refused.err).toContain("Broker 'hause' is not known. Did you mean 'house'?")
})

it("SDK-1: books are kept in a store of one's own, by verbs and the daemon; what copies stores leaves it alone", async () => {
  const plain = desk("", "")
  const cli = (...words: ReadonlyArray<string>) => plain(...words, "--config", "lines.config.ts")
  const trade = ["trades", "add", "--source", "hand", "--id", "1", "--symbol", "AAPL", "--side", "buy"]
  expect((await cli(...trade, "--quantity", "2", "--price", "187.50")).code).toBe(0)
  const started = await cli("start", "--until-idle")
  expect(started.out + started.err).toContain("store lines, paper broker")
  expect(JSON.parse((await cli("orders", "list", "--json")).out)).toMatchObject({
    items: [{ symbol: "AAPL", quantity: "2", status: "filled" }]
  })
  expect((await cli("audit")).code).toBe(0)
  const backup = await cli("store", "backup", "copy.db")
  expect(backup.code).toBe(1)
  expect(backup.err).toContain("lines: roundlot can neither copy nor migrate a custom store")
})
