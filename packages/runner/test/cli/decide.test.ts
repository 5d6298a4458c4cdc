import { describe, expect, it } from "vitest"
import { buys, child, desk } from "./roundlot.ts"

type Cli = ReturnType<typeof desk>["cli"]

const decide = (cli: Cli, symbol: string, ...more: ReadonlyArray<string>) =>
  cli("decide", "--symbol", symbol, "--side", "buy", "--quantity", "1", ...more, "--json")

const tell = (cli: Cli, instruction: object) => cli("exchange", "instruct", JSON.stringify(instruction))

const INSUFFICIENT = "insufficient buying power"
const NOT_TRADABLE = "asset is not tradable"

describe("decisions by the command line", () => {
  it("FILL-16: a stop rests with its terms, and what the broker does not take is refused with all that it takes", async () => {
    const { cli, json, price } = desk()
    await price("KO", "AAPL", "MSFT")
    expect((await decide(cli, "KO")).code).toBe(0)
    const stop = await decide(cli, "AAPL", "--type", "stop", "--stop-price", "160", "--time-in-force", "gtc")
    expect(JSON.parse(stop.out)).toMatchObject({
      orderType: "stop",
      stopPrice: "160",
      timeInForce: "gtc",
      status: "submitted"
    })
    expect(await json("orders", "show", "O2")).toMatchObject({
      type: "stop",
      stopPrice: "160",
      session: "regular",
      status: "submitted"
    })
    const late = await decide(cli, "AAPL", "--session", "extended")
    expect(late.code).not.toBe(0)
    expect(late.err).toContain(
      "the broker takes no market day orders in the extended session; it takes regular: market"
    )
    const evening = await decide(cli, "MSFT", "--type", "limit", "--limit-price", "90", "--session", "extended")
    expect(JSON.parse(evening.out)).toMatchObject({ session: "extended", orderId: "O3" })
    const listed = await cli("decisions", "list", "--json")
    expect(listed.out.match(/"id":"D\d+"/g)).toHaveLength(3)
  })

  it("FILL-16: one that is good till a time rests until then; one without a time, or whose time has passed, is refused", async () => {
    const { cli, json } = desk()
    await decide(cli, "KO")
    await tell(cli, { id: "price", do: { price: { symbol: "AAPL", price: "100" } } })
    const limit = ["--type", "limit", "--limit-price", "90"]
    const made = await decide(cli, "AAPL", ...limit, "--good-till", "2099-12-01T16:00:00-05:00")
    const till = { timeInForce: "gtd", goodTill: "2099-12-01T21:00:00.000000Z" }
    expect(JSON.parse(made.out)).toMatchObject({ ...till, status: "submitted" })
    expect(await json("orders", "show", "O2")).toMatchObject({ ...till, status: "submitted" })
    const endless = await decide(cli, "AAPL", ...limit, "--time-in-force", "gtd")
    expect(endless.err).toContain("a gtd order needs a time until which it is good")
    const both = await decide(cli, "AAPL", ...limit, "--time-in-force", "gtc", "--good-till", "2099-12-01T21:00:00Z")
    expect(both.err).toContain("only a gtd order is good until a time")
    expect((await decide(cli, "AAPL", ...limit, "--good-till", "2099-12-01")).err).toContain(
      '--good-till "2099-12-01" is not a valid ISO 8601 time with a zone'
    )
    const late = await decide(cli, "MSFT", ...limit, "--good-till", "2026-01-01T00:00:00Z")
    expect(late.code).toBe(1)
    expect(JSON.parse(late.out)).toMatchObject({
      status: "failed",
      reason: "Refused, good till passed: it was good until 2026-01-01T00:00:00.000000Z"
    })
  })

  it("AUD-1, AUD-3, AUD-4, AUD-5: one that fills is printed as executed; its attempt has the whole exchange and the decision", async () => {
    const { cli, json, price } = desk()
    await price("AAPL")
    const rationale = '{"signal":0.7}'
    const made = await decide(cli, "AAPL", "--strategy", "momentum", "--rationale", rationale)
    expect(made.code).toBe(0)
    const decision: unknown = JSON.parse(made.out)
    expect(decision).toEqual({
      id: "D1",
      account: "paper",
      strategy: "momentum",
      symbol: "AAPL",
      side: "buy",
      quantity: "1",
      notional: null,
      orderType: "market",
      limitPrice: null,
      stopPrice: null,
      session: "regular",
      timeInForce: "day",
      goodTill: null,
      rationale,
      status: "executed",
      orderId: "O1",
      reason: null,
      control: null,
      createdAt: expect.any(String),
      executedAt: expect.any(String),
      failedAt: null
    })
    const attempt = {
      id: "S1",
      number: 1,
      outcome: "accepted",
      status: "filled",
      orderId: "O1",
      decisionId: "D1",
      brokerOrderId: expect.any(String),
      httpStatus: 200,
      errorCode: null,
      errorMessage: null,
      errorDetails: null,
      filledQuantity: "1",
      filledAveragePrice: "100",
      submittedAt: expect.any(String),
      filledAt: expect.any(String),
      rejectedAt: null,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      requestPayloadId: "P1",
      responsePayloadId: "P2"
    }
    expect(await json("attempts", "list", "--successful")).toMatchObject({ items: [attempt], nextCursor: null })
    expect(await json("attempts", "show", "S1")).toMatchObject({
      ...attempt,
      request: { id: "P1", direction: "request", source: "paper", body: expect.stringContaining("AAPL") },
      response: { id: "P2", direction: "response", statusCode: 200, body: expect.stringContaining("brokerOrderId") },
      decision
    })
    for (const none of [["--failed"], ["--pending"], ["--http-status", "403"], ["--strategy", "other"]]) {
      expect(await json("attempts", "list", ...none)).toEqual({ items: [], nextCursor: null })
    }
    for (const some of [["--recent"], ["--symbol", "aapl"], ["--strategy", "momentum"], ["--http-status", "200"]]) {
      expect(await json("attempts", "list", ...some)).toMatchObject({ items: [{ id: "S1" }] })
    }
    expect(await json("orders", "show", "O1")).toMatchObject({ origin: "direct", decisionId: "D1" })
    expect(await json("audit")).toMatchObject({ ok: true, findings: [] })
  })

  it("a decision fills at the last price of the books, and from then on at that of the exchange's market", async () => {
    const { cli, file, json } = desk()
    await cli("trades", "import", file("a.csv", buys(["a", "0.4"])))
    expect((await decide(cli, "AAPL")).code).toBe(0)
    await tell(cli, { id: "p", do: { price: { symbol: "AAPL", price: "201.5" } } })
    expect((await decide(cli, "AAPL", "--strategy", "again")).code).toBe(0)
    const prices = expect.objectContaining({ filledAveragePrice: "200" })
    const later = expect.objectContaining({ filledAveragePrice: "201.5" })
    expect(await json("attempts", "list")).toMatchObject({ items: expect.arrayContaining([prices, later]) })
  })

  it("FILL-12: without a price nothing is sent; MaxNotional is judged by what the exchange trades at; a person lifts the limit", async () => {
    const { cli } = desk()
    await cli("accounts", "add", "paper", "--order-notional", "99")
    const refused = await decide(cli, "AAPL")
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining("no reference price")])
    await tell(cli, { id: "p", do: { price: { symbol: "AAPL", price: "98" } } })
    expect((await decide(cli, "AAPL", "--strategy", "priced")).code).toBe(0)
    await tell(cli, { id: "q", do: { price: { symbol: "AAPL", price: "100" } } })
    expect((await decide(cli, "AAPL", "--strategy", "dear")).out).toContain("dollars per order")
    const lift = ["controls", "set", "--account", "paper", "--order-notional", "none", "--yes"]
    expect(await cli(...lift)).toMatchObject({ code: 1, err: expect.stringContaining("give a reason") })
    expect((await cli(...lift, "--reason", "a model portfolio")).code).toBe(0)
    expect((await decide(cli, "AAPL", "--strategy", "lifted")).code).toBe(0)
  })

  it("AUD-8: 50 decisions that failed are counted by reason: 45, 3 and 2; nothing is sent twice", async () => {
    const { cli, json, price } = desk()
    await price("KO", "PEP", "DIS")
    await tell(cli, {
      id: "a",
      when: { symbol: "KO" },
      do: { reject: { code: "40310000", words: INSUFFICIENT } },
      times: 45
    })
    await tell(cli, {
      id: "b",
      when: { symbol: "PEP" },
      do: { reject: { code: "42210000", words: NOT_TRADABLE } },
      times: 3
    })
    await tell(cli, {
      id: "c",
      when: { symbol: "DIS" },
      do: { answer: { status: 429, headers: {}, body: {} } },
      times: 2
    })
    const symbols = [...Array<string>(45).fill("KO"), ...Array<string>(3).fill("PEP"), ...Array<string>(2).fill("DIS")]
    for (const symbol of symbols) {
      const made = await decide(cli, symbol)
      expect([made.code, made.out]).toEqual([1, expect.stringContaining('"status":"failed"')])
      expect(made.err).toContain('"message":"decision failed"')
    }
    const items = [
      { reason: INSUFFICIENT, count: 45 },
      { reason: NOT_TRADABLE, count: 3 },
      { reason: "too many requests (429)", count: 2 }
    ]
    expect(await json("decisions", "tally")).toEqual({ items, nextCursor: null })
    expect(await json("attempts", "tally")).toEqual({ items, nextCursor: null })
    expect(await json("attempts", "list", "--failed", "--http-status", "429")).toMatchObject({
      items: [
        { outcome: "not_accepted", status: "rejected", decisionId: "D49" },
        { outcome: "not_accepted", status: "rejected", decisionId: "D50" }
      ]
    })
    expect(await json("exchange", "orders")).toMatchObject({ items: [] })
  })

  it("beside a daemon its holder works the decision off, and the command waits for it", async () => {
    const { cli, json, price, store } = desk()
    await price("AAPL")
    const daemon = child(["start", "--store", store])
    await daemon.says(/Running/)
    const made = await decide(cli, "AAPL")
    daemon.signal("SIGTERM")
    await daemon.ended
    expect([made.code, JSON.parse(made.out)]).toMatchObject([0, { status: "executed", orderId: "O1" }])
    expect(await json("attempts", "list")).toMatchObject({ items: [{ status: "filled" }] })
  })

  it("what cannot be is wrong usage, and makes no store", async () => {
    const { cli } = desk()
    expect(await cli("decide", "--symbol", "AAPL", "--side", "buy")).toMatchObject({ code: 2 })
    expect(await decide(cli, "AAPL", "--notional", "5")).toMatchObject({ code: 2 })
    expect(await decide(cli, "AAPL", "--type", "limit")).toMatchObject({ code: 2 })
    expect(await cli("decisions", "list")).toMatchObject({ code: 1 })
  })
})
