import { describe, expect, it } from "vitest"
import { buys, desk, HEADER } from "./roundlot.ts"

type Desk = ReturnType<typeof desk>

const idle = ({ cli }: Desk) => cli("start", "--until-idle", "--account", "paper", "--json")

const opened = async (...rows: ReadonlyArray<readonly [id: string, quantity: string]>): Promise<Desk> => {
  const place = desk()
  await place.cli("trades", "import", place.file("trades.csv", buys(...rows)))
  return place
}

const row = (id: string, symbol: string, quantity: number) => `${id},2026-01-02T15:00:00Z,${symbol},buy,${quantity},100`

describe("controls by the command line", () => {
  it("approve: every order waits for a person, who names it; its end is that of any other", async () => {
    const place = await opened(["a", "2"])
    const set = await place.cli("controls", "set", "--state", "approve", "--reason", "first day", "--json")
    expect(JSON.parse(set.out)).toMatchObject({
      state: "approve",
      before: "normal",
      done: "Each order needs approval (all accounts)"
    })
    const waiting = await idle(place)
    expect(waiting.code).toBe(3)
    expect(JSON.parse(waiting.out)).toMatchObject({ orders: [{ id: "O1", status: "pending" }] })
    expect(await place.json("orders", "show", "O1")).toMatchObject({ heldFor: "Approval" })
    expect((await place.cli("orders", "approve", "O1", "--reason", "as planned")).code).toBe(2)
    expect(
      (await place.cli("orders", "approve", "O1", "--quantity", "3", "--reason", "as planned", "--yes")).err
    ).toContain("O1 is buy 2 AAPL, not buy 3")
    expect(await place.json("orders", "approve", "O1", "--reason", "as planned", "--yes")).toMatchObject({
      done: "O1 (buy 2 AAPL) is approved"
    })
    expect((await idle(place)).code).toBe(0)
    expect(await place.json("orders", "show", "O1")).toMatchObject({ status: "filled", heldFor: null })
    expect((await place.cli("orders", "show", "O1")).out).toMatch(/ executed at \(UTC\) /)
    expect(await place.json("controls", "show")).toMatchObject({ states: [{ state: "approve", reason: "first day" }] })
    expect(await place.json("audit")).toMatchObject({ ok: true })
  })

  it("reduce: nothing is opened, until it is lifted", async () => {
    const place = await opened(["a", "2"])
    await place.cli("controls", "set", "--state", "reduce", "--account", "paper", "--reason", "only close")
    const refused = await idle(place)
    expect(refused.code).toBe(3)
    expect(JSON.parse(refused.out)).toMatchObject({
      positions: [{ answer: { code: "Refused", control: "ReduceOnly" } }]
    })
    await place.cli("controls", "set", "--state", "normal", "--account", "paper", "--reason", "open", "--yes")
    expect(await place.cli("controls", "set", "--state", "reduce")).toMatchObject({
      code: 2,
      err: expect.stringContaining("No reason is given")
    })
    expect((await idle(place)).code).toBe(0)
  })

  it("a dry run of a verb shows what would follow, and writes nothing", async () => {
    const place = await opened(["a", "2"])
    await place.cli("start", "--until-idle", "--account", "paper")
    expect(await place.cli("halt")).toMatchObject({ code: 2, err: expect.stringContaining("--reason") })
    await place.cli("halt", "--reason", "news")
    for (const verb of [["resume"], ["controls", "set", "--state", "normal"]])
      expect(await place.cli(...verb, "--reason", "over")).toMatchObject({
        code: 2,
        err: expect.stringContaining("No scope is given. Give --symbol, --account or --all")
      })
    await place.cli("trades", "import", place.file("more.csv", buys(["b", "3"])))
    const head = await place.json("journal", "head")
    const shown = await place.cli("resume", "--all", "--reason", "over", "--dry-run")
    expect(shown.out).toContain("Nothing is written. It would be: Trading resumed (all accounts).")
    expect(shown.out).toMatch(/Orders that would follow:\n {2}buy 3 AAPL of paper, about \$/)
    expect(await place.json("halt", "--symbol", "AAPL", "--reason", "news", "--dry-run")).toMatchObject({
      effects: { orders: [] }
    })
    expect(await place.json("trades", "reverse", "T1", "--reason", "no", "--dry-run")).toMatchObject({
      effects: { entries: expect.arrayContaining([{ tag: "TradeAccepted", count: 1 }]) }
    })
    const limited = await place.json(
      "controls",
      "set",
      "--account",
      "paper",
      "--order-quantity",
      "5",
      "--reason",
      "first week",
      "--dry-run"
    )
    const change = { limit: "orderQuantity", before: "10000 shares", after: "5 shares" }
    expect(limited).toMatchObject({ raised: [], changes: [change] })
    const contradicting = await place.cli(
      "controls",
      "set",
      "--account",
      "paper",
      "--order-quantity",
      "0.5",
      "--dry-run"
    )
    expect(contradicting).toMatchObject({ code: 1, err: expect.stringContaining("0.5 is less than lot 1") })
    expect((await place.cli("orders", "cancel", "O1", "--reason", "wrong", "--dry-run")).err).toContain("O1 is filled")
    expect(await place.json("journal", "head")).toEqual(head)
  })

  it("halt, resume and a state, and their previews, name the orders in their scope that are unconfirmed, and of a halt those that work", async () => {
    const place = await opened(["a", "2"])
    const halves = { id: "i1", when: { symbol: "AAPL" }, do: { fill: { quantity: "1", price: "200" } } }
    const lost = { id: "i2", when: { symbol: "KO" }, do: { resetBefore: {} } }
    for (const each of [halves, lost]) await place.cli("exchange", "instruct", JSON.stringify(each))
    await idle(place)
    await place.price("KO")
    const decided = place.begin(["decide", "--symbol", "KO", "--side", "buy", "--quantity", "1", ...place.place])
    await decided.says(/"answer":"Unknown"/)
    decided.end()
    await decided.ended
    const [inDoubt, working] = [
      [{ id: "O2", account: "paper", symbol: "KO", side: "buy", quantity: "1" }],
      [{ id: "O1", account: "paper", symbol: "AAPL", side: "buy", quantity: "2" }]
    ]
    expect(await place.json("halt", "--reason", "news", "--dry-run")).toMatchObject({ inDoubt, working })
    expect(
      await place.json("halt", "--account", "paper", "--symbol", "KO", "--reason", "news", "--dry-run")
    ).toMatchObject({
      inDoubt,
      working: []
    })
    const resumed = await place.json("resume", "--account", "paper", "--reason", "over", "--dry-run")
    expect(resumed).toMatchObject({ inDoubt })
    expect(resumed).not.toHaveProperty("working")
    const set = ["controls", "set", "--reason", "news", "--dry-run", "--state"] as const
    expect(await place.json(...set, "observe")).toMatchObject({ inDoubt })
    expect((await place.cli(...set, "halted")).out).toContain(
      [
        "Unconfirmed: the broker may have these:",
        "  O2: buy 1 KO of paper",
        "Open orders, not affected:",
        "  O1: buy 2 AAPL of paper"
      ].join("\n")
    )
    expect((await place.cli("halt", "--cancel-open", "--reason", "news", "--dry-run")).out).toContain(
      "At the broker now:\n  O1: buy 2 AAPL"
    )
    expect((await place.cli("orders", "list")).out).toMatch(/^O2 .* unconfirmed /m)
    expect((await place.cli("orders", "show", "O2")).out).toMatch(/^Order O2: buy 1 KO, unconfirmed$/m)
    const named = "Unconfirmed: the broker may have these:\n  O2: buy 1 KO of paper"
    const did = (what: string) => expect.stringMatching(new RegExp(`^${what}\\.\\n${named}`))
    const halt = await place.cli("halt", "--reason", "news")
    expect(halt).toMatchObject({ code: 0, out: did("Halted: all accounts; no submission in progress") })
    expect(await place.json("halt", "--account", "paper", "--reason", "also")).toMatchObject({ inDoubt, working })
    const lifted = await place.cli("resume", "--account", "paper", "--reason", "over", "--yes")
    expect(lifted.out).toEqual(did("Control lifted \\(paper\\); still halted \\(all accounts: news\\)"))
    expect((await place.cli("resume", "--all", "--reason", "over", "--yes")).out).toEqual(
      did("Trading resumed \\(all accounts\\)")
    )
  })

  it("what lifts a stop needs --yes in a script where orders would be sent, and shows them; where none would be it acts", async () => {
    const place = await opened(["a", "2"])
    await idle(place)
    const over = ["--reason", "over"] as const
    await place.cli("halt", "--reason", "news")
    expect(await place.cli("resume", "--all", ...over)).toMatchObject({ code: 0 })
    await place.cli("halt", "--account", "paper", "--reason", "news")
    await place.cli("trades", "import", place.file("more.csv", buys(["b", "3"])))
    const head: unknown = await place.json("journal", "head")
    const normal = ["controls", "set", "--state", "normal", "--account", "paper"] as const
    for (const verb of [["resume", "--account", "paper"], normal]) {
      const unsaid = await place.cli(...verb, ...over)
      expect(unsaid).toMatchObject({ code: 2, out: "", err: expect.stringContaining("re-run with --yes") })
      expect(unsaid.err).toMatch(/Orders that would follow:\n {2}buy 3 AAPL of paper, about \$/)
    }
    expect(await place.json("journal", "head")).toEqual(head)
    expect(await place.cli("resume", "--account", "paper", ...over, "--yes")).toMatchObject({ code: 0 })
    expect((await idle(place)).code).toBe(0)
    expect(await place.json("positions", "list")).toMatchObject({ items: [{ hedged: "5", residual: "0" }] })
  })

  it("a verdict that lets something be sent shows it, and asks; a script says that it is meant", async () => {
    const place = await opened(["a", "2"])
    await place.cli("exchange", "instruct", JSON.stringify({ id: "more", when: {}, do: { fill: { quantity: "4" } } }))
    await idle(place)
    expect(await place.json("breaks", "list", "--status", "open")).toMatchObject({ items: [{ kind: "Excess" }] })
    const head: unknown = await place.json("journal", "head")
    const verdicts = [
      [["breaks", "resolve", "B2", "--reason", "ours"], /Orders that would follow:\n {2}sell 2 AAPL of paper/],
      [["orders", "retry", "O1", "--reason", "again"], /O1 is filled/]
    ] as const
    for (const [verdict, words] of verdicts) {
      const unsaid = await place.cli(...verdict)
      expect(unsaid.code).not.toBe(0)
      expect(unsaid.err).toMatch(words)
      const { err, out } = await place.cli(...verdict, "--dry-run")
      expect(out + err).toMatch(words)
    }
    expect(await place.json("journal", "head")).toEqual(head)
    expect((await place.cli("breaks", "resolve", "B2", "--reason", "ours", "--yes")).code).toBe(0)
    expect(await place.json("breaks", "list", "--status", "open")).toMatchObject({ items: [] })
  })

  it("what counts against a day's limit is shown beside it: dollars sent, and on which market date", async () => {
    const place = await opened(["a", "2"])
    expect(await place.json("accounts", "show", "paper")).toMatchObject({ sent: null })
    await idle(place)
    expect(await place.json("accounts", "show", "paper")).toMatchObject({
      sent: { date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), notional: "400" }
    })
  })

  it("a limit is previewed: which positions it would release or hold, and the orders at once", async () => {
    const place = desk()
    const rows = [HEADER, row("a", "AAPL", 2), row("b", "KO", 3), row("c", "UNP", 1), ""].join("\n")
    await place.cli("accounts", "add", "paper")
    const set = ["controls", "set", "--account", "paper"] as const
    await place.cli(...set, "--order-notional", "150", "--daily-notional", "500")
    await place.cli("trades", "import", place.file("trades.csv", rows))
    await idle(place)
    const head = await place.json("journal", "head")
    const raise = ["--order-notional", "450", "--dry-run"] as const
    expect(await place.json(...set, ...raise)).toMatchObject({
      dryRun: true,
      account: "paper",
      raised: ["limits.orderNotional"],
      changes: [{ limit: "orderNotional", before: "150 dollars", after: "450 dollars" }],
      released: [{ control: "MaxNotional", positions: 1, symbols: ["AAPL"], notional: "200", unpriced: 0 }],
      held: [],
      // Upon the 100 dollars of UNP and the 200 of AAPL the day has no room for 300 more.
      waiting: [{ control: "DailyNotional", positions: 1, symbols: ["KO"], notional: "300" }],
      effects: { orders: [{ symbol: "AAPL", side: "buy", quantity: "2", notional: "200" }] }
    })
    const shown = await place.cli(...set, ...raise)
    expect(shown.out).toContain("Released (dollars per order): 1 position, about $200.00: AAPL\n")
    expect(shown.out).toContain("Still held (dollars per day): 1 position, about $300.00: KO\n")
    expect((await place.cli(...set, "--order-notional", "450")).err).toContain(
      "Released (dollars per order): 1 position"
    )
    expect((await place.cli(...set, "--daily-notional", "9", "--dry-run")).err).toContain(
      "limits.dailyNotional 9 is less"
    )
    expect(await place.json("journal", "head")).toEqual(head)
    await place.cli(...set, "--order-notional", "1000", "--daily-notional", "1000", "--yes", "--reason", "more")
    await idle(place)
    await place.cli("trades", "import", place.file("more.csv", [HEADER, row("d", "AAPL", 4), ""].join("\n")))
    // What is due and not sent yet would be held by a lower limit.
    expect(await place.json(...set, "--order-notional", "300", "--dry-run")).toMatchObject({
      raised: [],
      released: [],
      held: [{ control: "MaxNotional", positions: 1, symbols: ["AAPL"], notional: "400" }]
    })
  })

  it("of each limit it is shown what is used of it, and what it refused today: how often, and what came last", async () => {
    const place = desk()
    await place.cli("accounts", "add", "paper")
    await place.cli("controls", "set", "--account", "paper", "--order-notional", "250", "--orders-per-minute", "9")
    await place.cli("trades", "import", place.file("trades.csv", buys(["a", "1"], ["b", "2"])))
    await idle(place)
    await place.cli(
      "decide",
      "--symbol",
      "KO",
      "--side",
      "buy",
      "--quantity",
      "9",
      "--type",
      "limit",
      "--limit-price",
      "70"
    )
    const { use } = Object(await place.json("accounts", "show", "paper"))
    const refused = { since: expect.any(String), orders: 0, decisions: 0, positions: 0 }
    const unused = { notCounted: null, waiting: 0, refused, last: null }
    const asked = { symbol: "KO", quantity: "9", notional: "630" }
    expect(use).toEqual([
      { limit: "orderQuantity", control: "MaxQuantity", used: "0", unit: "shares", ...unused },
      {
        limit: "orderNotional",
        control: "MaxNotional",
        used: "0",
        unit: "dollars",
        notCounted: null,
        waiting: 1,
        refused: { ...refused, orders: 1, positions: 1 },
        last: { at: expect.any(String), orderId: "O1", decisionId: null, breakId: null, ...asked }
      },
      { limit: "openResidual", control: "OpenResidual", used: "3", unit: "shares", ...unused },
      { limit: "dailyNotional", control: "DailyNotional", used: "0", unit: "dollars", ...unused },
      { limit: "openOrders", control: "OpenOrders", used: "0", unit: "dollars", ...unused },
      { limit: "position", control: "PositionSize", used: "0", unit: "dollars", ...unused },
      { limit: "grossPosition", control: "GrossPosition", used: "0", unit: "dollars", ...unused },
      { limit: "netPosition", control: "NetPosition", used: "0", unit: "dollars", ...unused },
      { limit: "ordersPerMinute", control: "OrdersPerMinute", used: "0", unit: "orders", ...unused },
      { limit: "rejectionsInARow", control: "RejectionsInARow", used: "0", unit: "orders", ...unused },
      { limit: "collarBp", control: "PriceCollar", used: null, unit: "basisPoints", ...unused, notCounted: "perOrder" },
      { limit: "buyingPower", control: "BuyingPower", used: null, unit: "dollars", ...unused, notCounted: "atBroker" }
    ])
    expect(await place.json("orders", "list", "--code", "MaxNotional")).toMatchObject({ items: [{ symbol: "KO" }] })
    expect(await place.json("decisions", "list", "--code", "MaxNotional")).toMatchObject({
      items: [{ id: "D1", orderId: "O1", control: "MaxNotional" }]
    })
    expect(await place.json("decisions", "list", "--code", "MaxQuantity")).toMatchObject({ items: [] })
    expect((await place.cli("accounts", "show", "paper")).out).toMatch(
      /^Dollars per order +\$250\.00 .* O1 KO \$630\.00 /m
    )
    expect(await place.json("controls", "show")).toMatchObject({ limits: [{ account: "paper", use }] })
    const { out } = await place.cli("controls", "show")
    expect(out).toMatch(/^Limits of paper\nLIMIT .* NOT COUNTED$/m)
    expect(out).toMatch(
      /^Dollars per order +\$250\.00 +\$0\.00 +1 order, 1 position +1 +O1 KO \$630\.00 +\d{4}-.* +account +-$/m
    )
    expect(out).toMatch(/^Buying power +the broker's figure +- +0 +0 +- +- +broker +the broker reports it$/m)
  })

  it("a limit is tightened at once; a raise needs a yes and a reason; contradictions are refused by name", async () => {
    const place = await opened(["a", "0.5"])
    const set = ["controls", "set", "--account", "paper"] as const
    expect(await place.json(...set, "--order-quantity", "100", "--daily-notional", "5000")).toMatchObject({
      maxOrderQuantity: "100",
      maxDailyNotional: "5000"
    })
    expect((await place.cli(...set, "--order-quantity", "50")).out).toBe(
      "account paper was changed.\n  shares per order: 100 shares → 50 shares\n"
    )
    expect((await place.cli(...set, "--order-quantity", "50")).out).toContain("no change: these limits are already set")
    expect((await place.cli(...set, "--order-quantity", "60")).code).toBe(2)
    const unreasoned = await place.cli(...set, "--order-quantity", "60", "--yes")
    expect(unreasoned.code).toBe(1)
    expect(unreasoned.err).toContain("limits.orderQuantity of paper would be raised or lifted")
    expect(await place.json(...set, "--order-quantity", "60", "--yes", "--reason", "busier")).toMatchObject({
      maxOrderQuantity: "60"
    })
    expect(await place.json(...set, "--collar-bp", "500")).toMatchObject({ collarBp: 500 })
    expect((await place.cli(...set, "--collar-bp", "600", "--yes")).err).toContain("limits.collarBp of paper")
    for (const [flag, value, words] of [
      ["--order-quantity", "0.5", "limits.orderQuantity 0.5 is less than lot 1"],
      ["--order-notional", "9000", "limits.dailyNotional 5000 is less than limits.orderNotional 9000"]
    ] as const) {
      const contradicting = await place.cli(...set, flag, value, "--yes", "--reason", "x")
      expect(contradicting.code).toBe(1)
      expect(contradicting.err).toContain(words)
    }
    const inForce = [
      { limit: "orderQuantity", amount: "60", unit: "shares", source: "account" },
      { limit: "orderNotional", amount: "100000", unit: "dollars", source: "default" },
      { limit: "openResidual", amount: "100000", unit: "shares", source: "default" },
      { limit: "dailyNotional", amount: "5000", unit: "dollars", source: "account" },
      { limit: "openOrders", amount: null, unit: "dollars", source: "default" },
      { limit: "position", amount: null, unit: "dollars", source: "default" },
      { limit: "grossPosition", amount: null, unit: "dollars", source: "default" },
      { limit: "netPosition", amount: null, unit: "dollars", source: "default" },
      { limit: "ordersPerMinute", amount: null, unit: "orders", source: "default" },
      { limit: "rejectionsInARow", amount: null, unit: "orders", source: "default" },
      { limit: "collarBp", amount: "500", unit: "basisPoints", source: "account" }
    ]
    expect(await place.json("controls", "show")).toMatchObject({ limits: [{ account: "paper", limits: inForce }] })
    expect(await place.json("accounts", "show", "paper")).toMatchObject({ limits: inForce })
    const { out } = await place.cli("accounts", "show", "paper")
    expect(out).toMatch(/^resend window +10 min\nmax trade age +1 d$/m)
    expect(out).toMatch(
      /\nLimits\n[^]*\nShares per order +60 shares .* account .*\nDollars per order +\$100,000\.00 .* default /
    )
    const controls = await place.cli("controls", "show")
    expect(controls.out).toMatch(
      /Shares per order +60 shares .* account .*\nDollars per order +\$100,000\.00 .* default /
    )
    expect((await place.cli(...set)).code).toBe(2)
  })

  it("halt --cancel-open asks for the end of what is open, and names it", async () => {
    const place = await opened(["a", "2"])
    const halves = { id: "i1", when: { symbol: "AAPL" }, do: { fill: { quantity: "1", price: "200" } } }
    await place.cli("exchange", "instruct", JSON.stringify(halves))
    await idle(place)
    expect(await place.json("orders", "show", "O1")).toMatchObject({ status: "partially_filled" })
    expect(await place.json("halt", "--cancel-open", "--reason", "news", "--dry-run")).toMatchObject({
      cancelled: ["O1"]
    })
    expect(await place.json("halt", "--cancel-open", "--reason", "news")).toMatchObject({ cancelled: ["O1"] })
    expect(await place.json("orders", "show", "O1")).toMatchObject({ status: "cancelled", filledQuantity: "1" })
    expect(await place.json("audit")).toMatchObject({ ok: true })
  })
})
