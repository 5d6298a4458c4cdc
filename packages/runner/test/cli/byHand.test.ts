import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { buys, desk } from "./roundlot.ts"
import { simulatedAt } from "./simulated.ts"
import type { Simulated } from "./simulated.ts"

const Executions = Schema.Struct({ items: Schema.Array(Schema.Struct({ execId: Schema.String })) })
const Orders = Schema.Struct({
  items: Schema.Array(Schema.Struct({ symbol: Schema.String, brokerOrderId: Schema.String }))
})

/** What `leftAlone` has made: four shares of AAPL that are held, and an order for five of GOOG that works where that is wanted. */
const tradesOf = (works: boolean): string =>
  works ? `${buys(["t1", "4"]).trimEnd()}\nt2,2026-01-02T15:00:00Z,GOOG,buy,5,200\n` : buys(["t1", "4"])

/** An account whose daemon has ended, and what is done by hand at its broker while nobody looks. */
const leftAlone = async (broker: Simulated, works = false) => {
  const place = desk()
  const simulator = await simulatedAt(broker, place.folder)
  const at = ["--env-file", simulator.envFile]
  const fast = ["--order-polling-interval", "200ms", "--order-polling-max-jitter", "0s", "--json"]
  const start = () => place.cli("start", "--until-idle", "--broker", broker, ...at, ...fast)
  let instructed = 0
  const tell = async (act: object) => {
    const done = await place.plain(["exchange", "instruct", JSON.stringify({ id: `i${++instructed}`, do: act }), ...at])
    expect(done).toMatchObject({ code: 0 })
  }
  const newestExecution = async () => {
    const { out } = await place.plain(["exchange", "fills", "--json", ...at])
    return Schema.decodeUnknownSync(Schema.parseJson(Executions))(out).items.at(-1)?.execId ?? ""
  }
  await tell({ price: { symbol: "AAPL", price: "200" } })
  const rests = JSON.stringify({ id: "rests", when: { symbol: "GOOG" }, do: { accept: {} } })
  if (works) expect(await place.plain(["exchange", "instruct", rests, ...at])).toMatchObject({ code: 0 })
  await place.cli("trades", "import", place.file("t.csv", tradesOf(works)), "--account", "paper")
  expect((await start()).code).toBe(works ? 3 : 0)
  const working = async () => {
    const { out } = await place.plain(["exchange", "orders", "--json", ...at])
    const { items } = Schema.decodeUnknownSync(Schema.parseJson(Orders))(out)
    return items.find(({ symbol }) => symbol === "GOOG")?.brokerOrderId
  }
  return {
    ...place,
    start,
    tell,
    newestExecution,
    working,
    end: simulator.end,
    reconcile: () => place.cli("reconcile", "--json", ...at),
    sync: () => place.cli("sync", "trades", "--json", ...at)
  }
}

const brokers = ["alpaca", "schwab", "ibkr"] as const

describe.each(brokers)("what is done by hand at %s while the daemon is stopped", (broker) => {
  it("O7, O14, O15, P6: ours is filled in part and ended, others are adopted, shares without an order are a break; twice is once", async () => {
    const { cli, end, json, reconcile, start, tell, wait, working } = await leftAlone(broker, true)
    const brokerOrderId = await working()
    await tell({ fill: { brokerOrderId, quantity: "2", price: "200" } })
    await tell({ cancel: { brokerOrderId } })
    await tell({ manualOrder: { symbol: "AAPL", side: "buy", quantity: "3" } })
    await tell({ manualOrder: { symbol: "KO", side: "sell", quantity: "2" } })
    await tell({ holding: { symbol: "MSFT", quantity: "5" } })
    wait(10_000)
    const started = await start()
    expect(started.code).toBe(3)
    expect(await json("positions", "show", "GOOG")).toMatchObject({
      hedged: "2",
      inFlight: "0",
      residual: "3",
      answer: { code: "CoolingDown" }
    })
    // Which instrument is confirmed first, and so ordered first, is the broker's.
    expect(await json("orders", "list", "--symbol", "GOOG")).toMatchObject({
      items: [{ symbol: "GOOG", status: "cancelled", filledQuantity: "2" }]
    })
    expect(await json("positions", "show", "AAPL")).toMatchObject({ hedged: "4", adopted: "3", breaks: [] })
    expect(await json("positions", "show", "KO")).toMatchObject({ adopted: "-2", breaks: [] })
    expect(await json("breaks", "list", "--status", "open")).toMatchObject({
      items: [{ kind: "ForeignPosition", symbol: "MSFT", evidence: "books 0, broker 5 (+5)" }]
    })
    wait(20_000)
    const before: unknown = await json("journal", "head")
    const again = await reconcile()
    expect(again.code).toBe(3)
    expect(JSON.parse(again.out)).toMatchObject({ items: [{ agreed: 3, holdings: [{ symbol: "MSFT" }] }] })
    expect(await json("journal", "head")).toEqual(before)
    expect((await cli("audit")).code).toBe(0)
    await end()
  })
})

describe("what TWS holds", () => {
  it("Refusals: an order that is not worked is a warning with TWS's reason and its cancel, until it is worked again", async () => {
    const { cli, end, json, start, tell, wait, working } = await leftAlone("ibkr", true)
    const brokerOrderId = await working()
    await tell({ status: { word: "Inactive/locate", brokerOrderId } })
    wait(10_000)
    expect((await start()).code).toBe(3)
    wait(6_000)
    const held = { severity: "warning", recommended: { resolution: "cancel" } }
    expect(await json("cases", "list")).toMatchObject({
      items: [{ ...held, what: expect.stringContaining("holds O2 without working it (locate): 5 in flight") }]
    })
    expect(await json("orders", "show", "O2")).toMatchObject({
      status: "submitted",
      breaks: [{ kind: "OrderNotWorking", closes: "by itself" }]
    })
    expect((await cli("cases", "show", "B1")).out).toMatch(/resolution +cancel/)
    const asked = await cli("orders", "cancel", "O2", "--reason", "nothing to borrow", "--dry-run")
    expect(asked.out).toContain("cancel of O2 requested")
    await tell({ status: { word: "Submitted", brokerOrderId } })
    wait(10_000)
    await start()
    expect(await json("breaks", "list", "--status", "open")).toMatchObject({ items: [] })
    expect((await cli("audit")).code).toBe(0)
    await end()
  })
})

/** An execution of a filled order is corrected at the broker, which the next start books, and then busted. */
const bustedAt = async (broker: Simulated) => {
  const left = await leftAlone(broker)
  const { json, newestExecution, start, tell, wait } = left
  await tell({ correct: { execId: await newestExecution(), price: "199.5" } })
  wait(10_000)
  expect((await start()).code).toBe(0)
  expect(await json("orders", "show", "O1")).toMatchObject({ filledQuantity: "4", averagePrice: "199.5" })
  await tell({ bust: { execId: await newestExecution() } })
  wait(10_000)
  return left
}

describe("what was executed is corrected while the daemon is stopped", () => {
  it("F3, F5 of reconciliation: at Alpaca a correction and a bust are booked to the order that was filled", async () => {
    const { cli, end, json, start } = await bustedAt("alpaca")
    await start()
    expect(await json("orders", "show", "O1")).toMatchObject({ filledQuantity: "0" })
    expect((await cli("audit")).code).toBe(0)
    await end()
  })

  it("O9, P7: TWS corrects by a new id and only leaves away what is busted: a break until it is synced", async () => {
    const { cli, end, json, start, sync } = await bustedAt("ibkr")
    expect((await start()).code).toBe(3)
    expect(await json("breaks", "list", "--status", "open", "--holds", "symbol")).toMatchObject({
      items: [
        { kind: "CumulativeBelow", subject: "O1" },
        { kind: "PositionDiffers", evidence: "books 4 (hedged 4), broker 0 (-4)" }
      ]
    })
    expect(JSON.parse((await sync()).out)).toMatchObject({ canonicalChanges: 1 })
    expect(await json("orders", "show", "O1")).toMatchObject({ filledQuantity: "0" })
    expect((await cli("audit")).code).toBe(0)
    await end()
  })

  it("O9: Schwab shows what counts now under another identity: held until it is synced", async () => {
    const { cli, end, json, newestExecution, start, sync, tell, wait } = await leftAlone("schwab")
    await tell({ correct: { execId: await newestExecution(), price: "199.5" } })
    wait(10_000)
    expect((await start()).code).toBe(0)
    expect(await json("breaks", "list", "--status", "open")).toMatchObject({ items: [{ kind: "AverageDiffers" }] })
    expect(await json("breaks", "list", "--status", "closed")).toMatchObject({ items: [{ kind: "Implausible" }] })
    wait(10_000)
    expect(JSON.parse((await sync()).out)).toMatchObject({ canonicalChanges: 1 })
    expect((await start()).code).toBe(0)
    expect(await json("breaks", "list", "--status", "open")).toMatchObject({ items: [] })
    expect(await json("orders", "show", "O1")).toMatchObject({ filledQuantity: "4", averagePrice: "199.5" })
    expect((await cli("audit")).code).toBe(0)
    await end()
  })
})
