import { Deferred, Effect } from "effect"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, test } from "vitest"
import { onBooks } from "../onBooks.ts"
import { browsing } from "../stage.ts"
import { compare, read, write } from "./picture.ts"
import { booksOfPictures, NOW, played } from "./pictured.ts"

const open = browsing()

const isPlayed = Effect.runSync(Deferred.make<string>())
const isOver = Effect.runSync(Deferred.make<void>())
let url = ""
let serving: Promise<void> | undefined

beforeAll(async () => {
  const playing = Effect.flatMap(played, (at) => Deferred.succeed(isPlayed, at))
  serving = onBooks(Effect.zipRight(playing, Deferred.await(isOver)), booksOfPictures)
  url = await Promise.race([Effect.runPromise(Deferred.await(isPlayed)), serving.then(() => "")])
})

afterAll(async () => {
  await Effect.runPromise(Deferred.succeed(isOver, undefined))
  await serving
})

interface Screen {
  readonly name: string
  readonly address: string
  /** What is there once it is read. */
  readonly ready: string
}

/** The pages, one of each kind. */
const screens: ReadonlyArray<Screen> = [
  { name: "overview", address: "/", ready: "Pending accumulation" },
  { name: "attention", address: "/attention", ready: "B1" },
  { name: "case", address: "/attention/B1", ready: "At the broker" },
  { name: "positions", address: "/positions", ready: "XOM" },
  { name: "position", address: "/positions/main/AAPL", ready: "Open lots" },
  { name: "profit", address: "/profit", ready: "IBM" },
  { name: "slippage", address: "/profit/slippage", ready: "AAPL" },
  { name: "orders", address: "/orders", ready: "O4" },
  { name: "order", address: "/orders/O1", ready: "Source trades" },
  { name: "trades", address: "/trades", ready: "T9" },
  { name: "trade", address: "/trades/T3", ready: "Allocations" },
  { name: "fills", address: "/fills", ready: "F3" },
  { name: "batches", address: "/batches", ready: "Collected by hand" },
  { name: "batch", address: "/batches/G1", ready: "Failed rows" },
  { name: "new-batch", address: "/batches/new", ready: "Or paste rows" },
  { name: "new-trade", address: "/trades/new", ready: "Send trade" },
  { name: "operations", address: "/ops", ready: "trades.sync" },
  { name: "account", address: "/ops/accounts/main", ready: "Limits" },
  { name: "reconciliation", address: "/ops/reconcile", ready: "Books" },
  { name: "jobs", address: "/ops/jobs", ready: "trades.sync" },
  { name: "audit", address: "/audit", ready: "Run audit" },
  { name: "journal", address: "/journal", ready: "break B2" },
  { name: "settings", address: "/settings", ready: "Single-key shortcuts" }
]

const heights = { 1440: 900, 1024: 768, 390: 844 }
const themes = ["light", "dark"] as const

/** Each screen at each width. */
const views = screens.flatMap(({ address, name, ready }) =>
  Object.entries(heights).map(([width, height]) => ({
    name: `${name}-${width}`,
    address,
    ready,
    width: Number(width),
    height
  }))
)

/** In the page: times are in UTC, and the stream is there and has nothing to say. */
const script = `
  localStorage.setItem("roundlot.utc", "true")
  delete window.SharedWorker
  const { fetch } = window
  const beat = new TextEncoder().encode(": heartbeat\\n\\n")
  const quiet = () => new ReadableStream({ start: (stream) => void setInterval(() => stream.enqueue(beat), 1000) })
  window.fetch = (...asked) =>
    String(asked[0]).startsWith("/api/v1/live") ? Promise.resolve(new Response(quiet())) : fetch(...asked)
`

const baselines = fileURLToPath(new URL("baselines", import.meta.url))
const isWriting = process.env["ROUNDLOT_GOLDEN"] === "write"

/** The browser that the baselines are of is on these machines alone: another one draws letters otherwise. */
const isComparable = process.platform === "linux" && process.arch === "x64"

/** So many pixels of a picture may be another: fewer than one letter of another size. */
const TOLERANCE = 10

/** What a page looks like once it looks so twice in turn. */
const drawn = async (page: Page): Promise<Buffer> => {
  const shot = () => page.screenshot({ animations: "disabled", caret: "hide" })
  for (let last = await shot(); ;) {
    const next = await shot()
    if (next.equals(last)) return next
    last = next
  }
}

let folder: string | undefined

/** Keeps what is there and what of it is another, for who looks for the cause. */
const keep = (name: string, files: Readonly<Record<string, Uint8Array>>): string => {
  folder ??= mkdtempSync(join(tmpdir(), "roundlot-pictures-"))
  for (const [what, bytes] of Object.entries(files)) writeFileSync(join(folder, `${name}-${what}.png`), bytes)
  return join(folder, `${name}-*.png`)
}

/** What is another in a picture than in its baseline, if anything is. */
const judged = (name: string, shot: Buffer): ReadonlyArray<string> => {
  const file = join(baselines, `${name}.png`)
  const is = read(shot)
  if (isWriting) writeFileSync(file, write(is))
  if (!existsSync(file)) return [`${name} has no baseline`]
  const { count, where } = compare(read(readFileSync(file)), is)
  if (count <= TOLERANCE || !isComparable) return []
  return [`${name}: ${count} pixels differ, see ${keep(name, { actual: shot, difference: write(where) })}`]
}

if (isWriting) mkdirSync(baselines, { recursive: true })

test.each(views)("$name looks as its baseline in both themes", async ({ address, height, name, ready, width }) => {
  await using seen = await open(url + address, { at: NOW, script, width, height })
  const { faults, page } = seen
  await page.locator("main").getByText(ready).first().waitFor()
  await page.locator("[data-live=quiet]").waitFor()
  await expect.poll(() => page.locator(".skeleton").count()).toBe(0)
  await page.evaluate(`Promise.all(["16px Geist", "16px 'Geist Mono'"].map((font) => document.fonts.load(font)))`)
  const differing: Array<string> = []
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme })
    differing.push(...judged(`${name}-${theme}`, await drawn(page)))
  }
  expect(differing).toEqual([])
  expect(faults).toEqual([])
})

test("no baseline is of a picture that is drawn no more", () => {
  const names = views.flatMap(({ name }) => themes.map((theme) => `${name}-${theme}.png`))
  expect(readdirSync(baselines).toSorted()).toEqual(names.toSorted())
})
