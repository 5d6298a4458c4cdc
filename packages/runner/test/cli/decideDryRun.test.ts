import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { child, desk } from "./roundlot.ts"

const buy = (symbol: string, ...more: ReadonlyArray<string>) =>
  [
    "decide",
    "--symbol",
    symbol,
    "--side",
    "buy",
    ...(more.includes("--notional") || more.includes("--quantity") ? [] : ["--quantity", "2"]),
    ...more
  ] as const

/** The terms of an order, without what only one that is on record has. */
const TERMS = [
  "symbol",
  "side",
  "quantity",
  "askedNotional",
  "type",
  "limitPrice",
  "stopPrice",
  "timeInForce",
  "goodTill",
  "session"
]

const termsOf = (order: unknown) =>
  order === null ? null : Object.fromEntries(Object.entries(Object(order)).filter(([name]) => TERMS.includes(name)))

/** A rehearsal, then the act itself: what both say became of the decision, and of its order. */
const both = async ({ json }: Pick<ReturnType<typeof desk>, "json">, words: ReadonlyArray<string>) => {
  const { order, outcome, reason } = Object(await json(...words, "--dry-run"))
  const { orderId, reason: why, status } = Object(await json(...words))
  const real = orderId === null ? null : await json("orders", "show", orderId)
  return {
    rehearsed: { outcome, reason, order: termsOf(order) },
    real: { outcome: status === "failed" ? "failed" : "submitted", reason: why, order: termsOf(real) }
  }
}

const failed = (reason: string) => ({ outcome: "failed", reason: expect.stringContaining(reason) })

const contents = (folder: string, file: string) =>
  createHash("sha256")
    .update(readFileSync(join(folder, file)))
    .digest("hex")

describe("decide --dry-run", () => {
  it("AUD-1: says which order would be sent, at which price, with what is held and sent before and after; writes nothing", async () => {
    const { cli, folder, json } = desk()
    await cli("accounts", "add", "paper", "--daily-notional", "1000")
    await cli("exchange", "instruct", JSON.stringify({ id: "p", do: { price: { symbol: "AAPL", price: "100" } } }))
    expect((await cli(...buy("AAPL"))).code).toBe(0)
    const files = readFiles(folder)
    const head: unknown = await json("journal", "head")
    const orders: unknown = await json("exchange", "orders")
    expect(await json(...buy("AAPL", "--strategy", "other"), "--dry-run")).toEqual({
      dryRun: true,
      account: "paper",
      outcome: "submitted",
      reason: null,
      order: {
        symbol: "AAPL",
        side: "buy",
        quantity: "2",
        askedNotional: null,
        type: "market",
        limitPrice: null,
        stopPrice: null,
        timeInForce: "day",
        goodTill: null,
        session: "regular"
      },
      price: expect.objectContaining({ price: "100" }),
      held: { before: "2", after: "4" },
      sentToday: { before: "200", after: "400", most: "1000" },
      waitsFor: null,
      dependsOn: []
    })
    const said = await cli(...buy("AAPL", "--strategy", "other"), "--dry-run")
    expect(said.code).toBe(0)
    expect(said.out).toContain("Nothing is written. It would be sent: buy 2 AAPL, market, day, regular session.\n")
    expect(said.out).toContain("  held: 2 → 4 shares, once it is filled\n")
    expect(said.out).toContain("  sent today: $200.00 → $400.00 of $1,000.00\n")
    expect(await json("journal", "head")).toEqual(head)
    expect(await json("exchange", "orders")).toEqual(orders)
    expect(await json("decisions", "list")).toMatchObject({ items: [{ id: "D1" }] })
    expect(readFiles(folder)).toEqual(files)
  })

  it("AUD-2: says the same as the act itself does then on the same books: of what is sent, and of what each control refuses", async () => {
    const place = desk()
    const { cli, price } = place
    await price("AAPL", "IBM", "MSFT")
    const agree = async (...words: ReadonlyArray<string>) => {
      const { real, rehearsed } = await both(place, words)
      expect(rehearsed).toEqual(real)
      return rehearsed
    }
    await cli("accounts", "add", "paper", "--order-notional", "500", "--daily-notional", "1500")
    expect(await agree(...buy("AAPL"))).toMatchObject({
      outcome: "submitted",
      order: { quantity: "2", type: "market" }
    })
    expect(await agree(...buy("AAPL"))).toMatchObject({ ...failed("duplicate intent"), order: null })
    expect(await agree(...buy("KO", "--notional", "250"))).toMatchObject({
      ...failed("no reference price"),
      order: null
    })
    await cli("exchange", "instruct", JSON.stringify({ id: "p", do: { price: { symbol: "KO", price: "60" } } }))
    expect(await agree(...buy("KO", "--notional", "250"))).toMatchObject({
      outcome: "submitted",
      order: { quantity: "4" }
    })
    await cli("exchange", "instruct", JSON.stringify({ id: "r", when: { symbol: "MSFT" }, do: { accept: {} } }))
    const limit = ["--type", "limit", "--limit-price", "90"]
    expect(await agree(...buy("MSFT", ...limit))).toMatchObject({ outcome: "submitted", order: { limitPrice: "90" } })
    expect(await agree(...buy("IBM", "--type", "limit", "--limit-price", "300"))).toMatchObject(
      failed("dollars per order")
    )
    expect(await agree(...buy("NOSUCH"))).toMatchObject(failed("instrument unknown"))
    // The limit order rests, and a decision of the other side does not wait for it.
    const sell = ["decide", "--symbol", "MSFT", "--side", "sell", "--quantity", "1"]
    expect(await agree(...sell)).toMatchObject(failed("order on the other side"))
    await cli("halt", "--symbol", "AAPL", "--reason", "news")
    expect(await agree(...buy("AAPL", "--strategy", "late"))).toMatchObject(failed("halted"))
    await cli("resume", "--symbol", "AAPL", "--reason", "over")
    for (const strategy of ["a", "b", "c"]) await cli(...buy("AAPL", "--strategy", strategy))
    expect(await agree(...buy("AAPL", "--quantity", "4", "--strategy", "d"))).toMatchObject(failed("dollars per day"))
    const refused = await cli(...buy("IBM", "--type", "limit", "--limit-price", "300", "--strategy", "x"), "--dry-run")
    expect(refused).toMatchObject({ code: 3, out: expect.stringContaining("It would fail: ") })
  })

  it("makes no store where there is none, and says what it would say beside a daemon", async () => {
    const { cli, json, price, store } = desk()
    const unpriced = { outcome: "failed", reason: expect.stringContaining("no reference price") }
    expect(await json(...buy("AAPL"), "--dry-run")).toMatchObject(unpriced)
    await price("AAPL")
    expect(await json(...buy("AAPL"), "--dry-run")).toMatchObject({ outcome: "submitted", held: { before: "0" } })
    expect((await cli("decisions", "list")).code).not.toBe(0)
    const daemon = child(["start", "--store", store])
    await daemon.says(/Running/)
    const rehearsed = await json(...buy("AAPL"), "--dry-run")
    expect(await json("decisions", "list")).toMatchObject({ items: [] })
    daemon.signal("SIGTERM")
    await daemon.ended
    expect(rehearsed).toMatchObject({ outcome: "submitted", order: { quantity: "2" } })
  })

  it("at a broker that is not asked says what hangs on its answer", async () => {
    const { cli, json } = desk()
    await cli("accounts", "add", "away", "--broker", "alpaca")
    expect(await json(...buy("AAPL", "--account", "away"), "--dry-run")).toMatchObject({
      account: "away",
      order: { symbol: "AAPL", quantity: "2" },
      dependsOn: ["instrument", "price"]
    })
    const said = await cli(...buy("AAPL", "--account", "away"), "--dry-run")
    expect(said.out).toContain("the instrument and its price: checked with the broker before sending, not in a dry run")
    const priced = [...buy("AAPL", "--account", "away", "--type", "limit", "--limit-price", "90"), "--dry-run"]
    expect(await json(...priced)).toMatchObject({ outcome: "open", dependsOn: ["instrument"] })
    expect(await cli(...priced)).toMatchObject({
      code: 3,
      out: expect.stringContaining("It would be sent, once its broker has confirmed the instrument: buy 2 AAPL")
    })
  })

  it("of an account of real money says what the act says: nothing is sent for it", async () => {
    const { cli, file } = desk()
    const limits = { orderQuantity: "9", orderNotional: "9000", openResidual: "9000", dailyNotional: "9000" }
    const accounts = { real: { broker: "alpaca", live: true, limits } }
    const config = file("roundlot.json", JSON.stringify({ accounts }))
    const asked = [...buy("AAPL", "--account", "real"), "--config", config]
    const [rehearsed, act] = [await cli(...asked, "--dry-run"), await cli(...asked)]
    expect(rehearsed.err).toContain("real")
    expect([rehearsed.code, rehearsed.err]).toEqual([act.code, act.err])
  })

  it("a decision that cannot be is wrong usage", async () => {
    const { cli } = desk()
    expect((await cli("decide", "--symbol", "AAPL", "--side", "buy", "--dry-run")).code).toBe(2)
  })
})

/** The store and its exchange, byte by byte. */
const readFiles = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".db"))
    .map((file) => [file, contents(folder, file)])
