import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { desk, HEADER } from "./roundlot.ts"

type Words = ReadonlyArray<string>

/** What is read of a row: of a fill its order, since fills of several orders arrive in any order. */
const Page = Schema.decodeUnknownSync(
  Schema.Struct({
    items: Schema.Array(Schema.Struct({ id: Schema.String, orderId: Schema.optional(Schema.String) })),
    nextCursor: Schema.NullOr(Schema.String)
  })
)

const place = () => {
  const { cli, file, json, wait } = desk()
  /** The names in a list: a page, or so many on each of its pages. */
  const namesOf = async (list: Words, words: Words, limit?: string) => {
    const names: Array<string> = []
    let cursor: Words = limit === undefined ? [] : ["--limit", limit]
    for (let isMore = true; isMore;) {
      const { items, nextCursor } = Page(await json(...list, ...words, ...cursor))
      names.push(...items.map(({ id, orderId }) => orderId ?? id))
      isMore = limit !== undefined && nextCursor !== null
      if (isMore) expect(items).toHaveLength(Number(limit))
      cursor = ["--limit", limit ?? "0", "--cursor", nextCursor ?? ""]
    }
    return names
  }
  return {
    cli,
    file,
    wait,
    listed: async (list: Words, words: Words, limit?: string) => (await namesOf(list, words, limit)).join(" "),
    sorted: async (list: Words, words: Words, limit?: string) =>
      (await namesOf(list, words, limit)).toSorted().join(" ")
  }
}

const ORDERS = ["orders", "list"]
const FILLS = ["fills", "list"]
const BATCHES = ["batches", "list"]

describe("lists by the command line", () => {
  it("SYNC-11: orders and fills are narrowed by account, symbol, status and limit", async () => {
    const { cli, file, listed, sorted } = place()
    const now = new Date().toISOString()
    const rowOf = (symbol: string) => `t-${symbol},${now},${symbol},buy,2,50`
    const own = { first: ["AAPL", "KO"], second: ["AAPL", "PG"] }
    for (const [account, symbols] of Object.entries(own)) {
      expect(await cli("accounts", "add", account)).toMatchObject({ code: 0 })
      const trades = file(`${account}.csv`, [HEADER, ...symbols.map(rowOf), ""].join("\n"))
      expect(await cli("trades", "import", trades, "--account", account)).toMatchObject({ code: 0 })
    }
    const refusal = { id: "r", when: { symbol: "PG" }, do: { reject: { code: "40310000", words: "no" } } }
    expect(await cli("exchange", "instruct", JSON.stringify(refusal))).toMatchObject({ code: 0 })
    await cli("start", "--until-idle")
    const orders: Readonly<Record<string, Words>> = {
      "O1 O2 O3 O4": [],
      "O1 O2": ["--account", "first"],
      "O3 O4": ["--account", "second"],
      "O1 O3": ["--symbol", "aapl"],
      O3: ["--symbol", "AAPL", "--account", "second"],
      O4: ["--status", "rejected"],
      "O1 O2 O3": ["--status", "filled"],
      O2: ["--status", "filled", "--account", "first", "--symbol", "KO"],
      "": ["--status", "rejected", "--account", "first"]
    }
    for (const [names, words] of Object.entries(orders)) {
      expect([words, await listed(ORDERS, words)]).toEqual([words, names])
      expect([words, await listed(ORDERS, words, "1")]).toEqual([words, names])
    }
    const fills: Readonly<Record<string, Words>> = {
      "O1 O2 O3": [],
      "O1 O2": ["--account", "first"],
      O3: ["--account", "second"],
      "O1 O3": ["--symbol", "aapl"],
      O1: ["--symbol", "AAPL", "--account", "first"],
      "": ["--symbol", "PG"]
    }
    for (const [names, words] of Object.entries(fills)) {
      expect([words, await sorted(FILLS, words)]).toEqual([words, names])
      expect([words, await sorted(FILLS, words, "2")]).toEqual([words, names])
    }
    expect(await cli("orders", "list", "--account", "nobody")).toMatchObject({ code: 2 })
  })

  it("BAT-9: batches are filtered by date and status, sorted by date, status and size, page by page", async () => {
    const { cli, file, listed, wait } = place()
    const DAY_MS = 86_400_000
    const began = Date.now()
    for (const [at, symbols] of [["KO", "PG", "AAPL"], ["KO"], ["PG", "KO"]].entries()) {
      const rows = symbols.map((symbol) => `${at}-${symbol},,${symbol},buy,2,`)
      const submitted = [
        "batches",
        "submit",
        "--mode",
        "execute",
        file(`${at}.csv`, [HEADER, ...rows, ""].join("\n")),
        "--name",
        `b${at}`
      ]
      expect(await cli(...submitted)).toMatchObject({ code: 0 })
      wait(DAY_MS)
    }
    expect(await cli("batches", "cancel", "G3", "--reason", "wrong file", "--yes")).toMatchObject({ code: 0 })
    const noonAfter = (days: number) => new Date(began + (days - 0.5) * DAY_MS).toISOString()
    const questions: ReadonlyArray<readonly [names: string, words: Words]> = [
      ["G2", ["--since", noonAfter(1), "--until", noonAfter(2)]],
      ["G2 G3", ["--since", noonAfter(1)]],
      ["G1", ["--until", noonAfter(1)]],
      ["G1 G2", ["--status", "pending"]],
      ["G3", ["--status", "cancelled"]],
      ["", ["--status", "running"]],
      ["G2 G3 G1", ["--sort", "size"]],
      ["G1 G3 G2", ["--sort", "size", "--order", "newest"]],
      ["G3 G1 G2", ["--sort", "status"]],
      ["G3 G2 G1", ["--sort", "date", "--order", "newest"]],
      ["G2 G1", ["--sort", "size", "--status", "pending"]]
    ]
    for (const [names, words] of questions) {
      expect([words, await listed(BATCHES, words)]).toEqual([words, names])
      expect([words, await listed(BATCHES, words, "1")]).toEqual([words, names])
    }
  })
})
