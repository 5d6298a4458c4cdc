import { readFileSync } from "node:fs"
import type { Page } from "playwright-core"
import { beforeAll, describe, expect, test } from "vitest"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

/** What would be done to a reader by who may write a text, by what it tries. */
const hostile = {
  image: `<img src="https://elsewhere.example/a.png" onerror="window.owned = 1">`,
  script: `<script src="https://elsewhere.example/a.js"></script><script>window.owned = 1</script>`,
  attribute: `"'><svg onload=window.owned=1><iframe srcdoc="<script>parent.owned=1</script>">`,
  link: "javascript:window.owned=1//https://elsewhere.example",
  style: `</style><style>@import "https://elsewhere.example/a.css"; body { display: none }</style>`,
  reversed: "\u202Egnp.tfarg\u202C \u2066exe\u2069",
  unseen: "zero\u200Bwidth\u2060and\uFEFFjoined\u200D",
  lines: "first\r\nsecond\u2028third\ttab",
  formula: `=cmd|' /C calc'!A0`,
  fullWidth: `\uFF1DHYPERLINK("https://elsewhere.example")`,
  long: `<b>${"W".repeat(10_000)}`,
  none: "no text\u0000 at all"
} as const

const kinds = Object.entries(hostile)

/** What becomes of a text that is posted: taken, or refused by name. It is never a fault of the daemon. */
const posted = async (path: string, body: unknown, init: RequestInit = {}): Promise<unknown> => {
  const headers = { "content-type": "application/json" }
  const response = await fetch(daemon.url + path, { method: "POST", headers, body: JSON.stringify(body), ...init })
  const said: unknown = await response.json()
  if (response.ok) return said
  if (response.status >= 500) throw new Error(`${path}: ${response.status} ${JSON.stringify(said)}`)
  return undefined
}

/** Where texts of a field are shown, and which of them were taken. */
interface Shown {
  readonly pages: ReadonlyArray<string>
  readonly texts: ReadonlyArray<string>
}

type Write = (text: string, kind: string) => Promise<string | undefined>

/** Writes every text into a field; `write` gives the page of it, or nothing where it was refused. */
const written = async (write: Write, list?: string): Promise<Shown> => {
  const pages: Array<string> = list === undefined ? [] : [list]
  const texts: Array<string> = []
  for (const [kind, text] of kinds) {
    const page = await write(text, kind)
    if (page === undefined) continue
    texts.push(text)
    if (list === undefined) pages.push(page)
  }
  return { pages, texts }
}

const item = (said: unknown): string => Object(said).items?.[0]?.id

const isFilled = (id: unknown): id is string => typeof id === "string" && id !== ""

const trade = (sourceId: string, more: object = {}) => ({
  sourceId,
  symbol: "EVIL",
  side: "buy",
  quantity: "0.001",
  ...more
})

const made = { case: "", attempt: "" }

beforeAll(async () => {
  const clash = { sourceId: "clash", symbol: "UNP", side: "buy" }
  await posted("/api/v1/trades", { ...clash, quantity: "0.25" })
  await posted("/api/v1/trades", { ...clash, quantity: "0.5" })
  const [found = ""] = await daemon.idsOf("/api/v1/breaks?kind=Conflict", 1)
  made.case = found
})

/** Every field that is shown, and how a text gets into it. */
const fields: Readonly<Record<string, () => Promise<Shown>>> = {
  "the id of a trade": () =>
    written(async (text) => {
      const id = item(await posted("/api/v1/trades", trade(text)))
      return isFilled(id) ? `/trades/${id}` : undefined
    }),
  "the source of a trade": () =>
    written(
      async (text, kind) => item(await posted("/api/v1/trades", trade(`s-${kind}`, { source: text }))),
      "/trades?symbol=EVIL"
    ),
  "the symbol of a trade": () =>
    written(
      async (text, kind) => item(await posted("/api/v1/trades", trade(`y-${kind}`, { symbol: text }))),
      "/trades"
    ),
  "the strategy and rationale of a decision": () =>
    written(async (text) => {
      const decided = { symbol: "XOM", side: "buy", quantity: "0.001", strategy: text.slice(0, 60), rationale: text }
      const { id } = Object(await posted("/api/v1/decisions", { ...decided, waitSeconds: 0 }))
      return isFilled(id) ? `/decisions/${id}` : undefined
    }),
  "the name of a batch": () =>
    written(
      async (name) => Object(await posted("/api/v1/batches", { name, open: true, mode: "accumulate" })).batch?.id,
      "/batches"
    ),
  "the name of a file": () =>
    written(async (fileName, kind) => {
      const terms = new URLSearchParams({ name: `file ${kind}`, mode: "accumulate", fileName })
      const body = `source_id,symbol,side,quantity\nf-${kind},EVIL,buy,0.001\n`
      const headers = { "content-type": "text/csv" }
      const { batch } = Object(await posted(`/api/v1/batches/upload?${String(terms)}`, {}, { headers, body }))
      return batch === undefined ? undefined : `/batches/${batch.id}`
    }),
  "a cell of a file": () =>
    written(async (text, kind) => {
      const csv = `source_id,symbol,side,quantity\nc-${kind},EVIL,"${text.replaceAll('"', '""')}",1\nd-${kind},EVIL,buy,0.001\n`
      const { batch } = Object(await posted("/api/v1/batches", { name: `cell ${kind}`, csv, mode: "accumulate" }))
      return batch === undefined ? undefined : `/batches/${batch.id}/errors`
    }),
  "a note on a case": () =>
    written(
      async (reason, kind) =>
        (await posted(
          `/api/v1/cases/${made.case}/note`,
          { reason },
          {
            headers: { "content-type": "application/json", "idempotency-key": `n-${kind}` }
          }
        )) === undefined
          ? undefined
          : "there",
      `/attention/${made.case}`
    ),
  "the owner of a case and the reason for it": () =>
    written(async (text) => {
      const assigned = { to: text.slice(0, 100), reason: text }
      return (await posted(`/api/v1/cases/${made.case}/assign`, assigned)) === undefined ? undefined : "there"
    }, "/journal"),
  "a broker's words in a refusal": () =>
    written(async (words, kind) => {
      const symbol = `R${kind.toUpperCase()}`
      const refusal = { id: `refuse ${kind}`, when: { symbol }, do: { reject: { code: "no", words } } }
      await daemon.cli("instruments", "confirm", symbol, "--account", "paper", "--lot", "1", "--reason", "a test")
      await daemon.cli("exchange", "instruct", JSON.stringify(refusal))
      await posted("/api/v1/trades", { sourceId: `r-${kind}`, symbol, side: "buy", quantity: "1", price: "10" })
      const id = await daemon.orderAt("rejected", symbol)
      return `/orders/${id}`
    }),
  "the reason of a halt": () =>
    written(async (reason, kind) => {
      const halted = await posted("/api/v1/controls/halt", { reason, symbol: `H${kind.toUpperCase()}` })
      return halted === undefined ? undefined : "there"
    }, "/ops")
}

/** What a page must not have done, whatever texts it shows: run them, ask elsewhere for something, or lead there. */
const watched = (page: Page) => {
  const elsewhere: Array<string> = []
  page.on("request", (request) => {
    if (!request.url().startsWith(daemon.url)) elsewhere.push(request.url())
  })
  return async () => ({
    elsewhere,
    owned: await page.evaluate("window.owned"),
    foreign: await page
      .locator("main img, main script, main iframe, main style, main b, a[href^='javascript' i]")
      .count(),
    isWide: await page.evaluate("document.documentElement.scrollWidth > innerWidth")
  })
}

const untouched = { elsewhere: [], owned: undefined, foreign: 0, isWide: false }

/** A text without what is not seen, or is shown by a sign or an escape. */
const seenOf = (text: string): string =>
  text.replaceAll(/\\u\{?[0-9a-f]{4}\}?|\\[nrt0]|[\s\p{Cf}\p{Cc}\u2400-\u2426]/giu, "")

/** As much of a text as a page has to show: long ones are cut. */
const beginning = (text: string): string => seenOf(text.slice(0, 40))

describe("a hostile text is text and nothing else", () => {
  test.each(Object.keys(fields))("in %s", async (field) => {
    const { pages, texts } = await (fields[field] ?? (() => Promise.reject(new Error(field))))()
    expect(texts.length).toBeGreaterThan(field === "the symbol of a trade" ? 0 : kinds.length / 2)
    await using seen = await open("/")
    const { faults, page } = seen
    // Rows that are not on screen are not in the page.
    await page.setViewportSize({ width: 1440, height: 6000 })
    const state = watched(page)
    let shown = ""
    for (const path of pages) {
      await page.goto(daemon.url + path)
      await page.locator("h1").first().waitFor()
      await expect.poll(() => page.locator("main .skeleton").count()).toBe(0)
      shown += ` ${(await page.locator("main").evaluate((main) => main.textContent)) ?? ""}`
      expect({ path, ...(await state()) }).toEqual({ path, ...untouched })
    }
    const read = seenOf(shown)
    expect(texts.map(beginning).filter((text) => !read.includes(text))).toEqual([])
    // The page goes on working.
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click()
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor()
    expect(faults).toEqual([])
  })

  test("and is no formula in a list that is exported", async () => {
    await posted("/api/v1/trades", trade(hostile.formula, { symbol: "SUM", source: hostile.fullWidth }))
    await using seen = await open("/trades?symbol=SUM")
    const { page } = seen
    await page.getByRole("heading", { level: 1, name: "Trades" }).waitFor()
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export CSV" }).click()
    ])
    const saved = readFileSync(await file.path(), "utf8")
    expect(saved).toContain(`,'=cmd|' /C calc'!A0,`)
    expect(saved).toContain(`"'\uFF1DHYPERLINK(`)
    expect(seen.faults).toEqual([])
  })
})
