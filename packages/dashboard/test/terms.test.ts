import type { Page, Request } from "playwright-core"
import { describe, expect, test } from "vitest"
import { shownTime } from "../src/format/time.ts"
import { guessed, headerOf, namesIn, separatorIn, wholeLines, withCells, withLines } from "../src/ui/form/batchFile.ts"
import { blank, policyOffered, requestOf, settled, type Wish } from "../src/ui/form/batchWish.ts"
import {
  asAccountSays,
  flagsOf,
  offeredBy,
  policyOfferedBy,
  requestedOf,
  saidBySource,
  type Terms
} from "../src/ui/form/terms.ts"
import { termsWords } from "../src/words/terms.ts"
import { answerOf, findings, stage } from "./stage.ts"

const { daemon, open } = stage()

/** What a field offers. */
const optionsOf = (page: Page, label: string): Promise<ReadonlyArray<string>> =>
  page
    .getByRole("combobox", { name: label, exact: true })
    .locator("option")
    .evaluateAll((all) => all.map((each) => each.getAttribute("value") ?? ""))

const choose = (page: Page, label: string, value: string): Promise<unknown> =>
  page.getByRole("combobox", { name: label, exact: true }).selectOption(value)

const terms = (said: Partial<Terms>): Terms => ({ ...asAccountSays, ...said })

test("FILL-16: the form of a trade sends a limit order for extended hours, offers what the broker takes alone, and says the terms before", async () => {
  await using seen = await open("/trades/new?symbol=MSFT")
  const { page } = seen
  await page.getByLabel("Quantity").fill("2")
  expect(await page.getByLabel("Type").count()).toBe(0)
  await choose(page, "Execution", "direct")
  await expect.poll(() => optionsOf(page, "Session")).toEqual(["", "regular", "extended"])
  await expect.poll(() => optionsOf(page, "Type")).toEqual(["market", "limit", "stop", "stop_limit"])
  await expect
    .poll(() => optionsOf(page, "Time in force"))
    .toEqual(["", "day", "gtc", "gtd", "ioc", "fok", "opg", "cls"])
  const [limit, stop] = [page.getByLabel("Limit price"), page.getByLabel("Stop price")]
  const prices = async () => [await limit.count(), await stop.count()]
  await expect.poll(prices).toEqual([0, 0])
  await choose(page, "Type", "stop")
  await expect.poll(prices).toEqual([0, 1])
  await expect.poll(() => optionsOf(page, "Time in force")).toEqual(["", "day", "gtc", "gtd", "ioc", "fok"])
  await choose(page, "Session", "extended")
  // What the broker does not take in the session is neither kept nor offered.
  await expect.poll(() => optionsOf(page, "Type")).toEqual(["limit"])
  await expect.poll(() => optionsOf(page, "Time in force")).toEqual(["", "day", "gtc", "gtd"])
  await expect.poll(prices).toEqual([1, 0])
  await limit.fill("1,49")
  await page.getByRole("button", { name: "Send trade" }).click()
  const refused = page.getByRole("alert").filter({ hasText: "1,49" })
  await refused.waitFor()
  expect(await limit.getAttribute("aria-invalid")).toBe("true")
  expect(await limit.getAttribute("aria-describedby")).toBe(await refused.getAttribute("id"))
  expect(await findings(page)).toEqual([])
  await limit.fill("1.49")
  await choose(page, "Time in force", "gtd")
  await page.getByLabel("Good till").fill("2099-12-01")
  await page.getByText("--time-in-force gtd --good-till 2099-12-01").waitFor()
  await page.getByRole("button", { name: "Send trade" }).click()
  await page.getByRole("alert").filter({ hasText: "is not an ISO 8601 time with a zone" }).waitFor()
  await choose(page, "Time in force", "gtc")
  expect(await page.getByLabel("Good till").count()).toBe(0)
  const follows = page.getByRole("status", { name: "Order preview" })
  await follows.getByText("Buy 2 MSFT, a direct order: limit at 1.49, good till cancelled, extended session.").waitFor()
  await page.getByText("--direct --type limit --limit-price 1.49 --session extended --time-in-force gtc").waitFor()
  await page.getByRole("button", { name: "Send trade" }).click()
  await page.getByRole("status").getByRole("link").waitFor()
  const [id = "", ...others] = await daemon.idsOf("/api/v1/orders?symbol=MSFT", 1)
  expect(others).toEqual([])
  expect(await daemon.ask(`/api/v1/orders/${id}`)).toMatchObject({
    origin: "direct",
    side: "buy",
    quantity: "2",
    type: "limit",
    limitPrice: "1.49",
    stopPrice: null,
    timeInForce: "gtc",
    session: "extended"
  })
  await page.goto(`${daemon.url}/orders/${id}`)
  await page.getByText("limit, good till cancelled, extended session").waitFor()
  expect(seen.faults).toEqual([])
})

test("FILL-16: the form of a trade says of its order's session and life only what was chosen, the rest is left to source and account", async () => {
  await using seen = await open("/trades/new?symbol=CAT")
  const { page } = seen
  await page.getByLabel("Quantity").fill("2")
  await choose(page, "Execution", "direct")
  const usual = page.getByRole("combobox", { name: "Session", exact: true }).locator("option").first()
  expect(await usual.textContent()).toBe("account setting: regular session")
  await page
    .getByText("Buy 2 CAT, a direct order: market, time in force and session as configured.", { exact: true })
    .waitFor()
  expect(await page.locator("form code").textContent()).toMatch(/--direct --type market$/)
  await page.getByRole("button", { name: "Send trade" }).click()
  const trade = page.getByRole("status").getByRole("link")
  expect(await daemon.ask(`/api/v1/trades/${await trade.textContent()}`)).toMatchObject({
    direct: { type: "market", timeInForce: null, session: null }
  })
  expect(seen.faults).toEqual([])
})

test("FILL-16: the form of a trade shows the terms that the configuration says of its source, before those of the account", async () => {
  await using seen = await open("/settings")
  const { page } = seen
  await page.route("**/api/v1/sources", (route) =>
    route.fulfill({
      json: { items: [{ name: "api", account: null, session: "extended", timeInForce: null }], nextCursor: null }
    })
  )
  await page.goto(`${daemon.url}/trades/new?symbol=CAT`)
  await choose(page, "Execution", "direct")
  const first = (label: string) => page.getByRole("combobox", { name: label, exact: true }).locator("option").first()
  await expect.poll(() => first("Session").textContent()).toBe("source api setting: extended session")
  await expect.poll(() => first("Time in force").textContent()).toBe("account setting: day")
  // What the broker takes in the session that will hold is offered, and nothing else.
  await expect.poll(() => optionsOf(page, "Type")).toEqual(["limit"])
  expect(seen.faults).toEqual([])
})

test("FILL-16: the form of a decision shows what would become of it, and sends one order with its terms and reason", async () => {
  await daemon.ask("/api/v1/trades", { symbol: "ORCL", side: "buy", quantity: "0.25", price: "205" })
  await using seen = await open("/decisions/new?symbol=ORCL")
  const { page } = seen
  await page.getByLabel("Quantity").fill("2")
  await page.getByLabel("Reason").fill("a hedge")
  const verdict = page.getByRole("status", { name: "Decision preview" })
  await verdict.getByText("buy 2 ORCL, market, day, regular session.").waitFor()
  await choose(page, "Type", "stop_limit")
  await page.getByLabel("Limit price").fill("210")
  await page.getByLabel("Stop price").fill("200")
  await choose(page, "Time in force", "gtd")
  await page.getByLabel("Good till").fill("2020-01-01T00:00:00Z")
  await verdict.getByText("It would fail: Refused, good till passed").waitFor()
  await page.getByLabel("Good till").fill("2099-12-01T21:00:00Z")
  const goodTill = shownTime("2099-12-01T21:00:00Z", Date.now(), false)
  await verdict.filter({ hasText: `stop_limit, stop 200, limit 210, gtd ${goodTill}, regular session.` }).waitFor()
  expect(await findings(page)).toEqual([])
  expect(await daemon.ask("/api/v1/decisions?symbol=ORCL")).toMatchObject({ items: [] })
  await page.getByRole("button", { name: "Send decision" }).click()
  const made = page.getByRole("status").getByRole("link", { name: /^D\d+$/ })
  expect(await daemon.ask(`/api/v1/decisions/${await made.textContent()}`)).toMatchObject({
    side: "buy",
    quantity: "2",
    orderType: "stop_limit",
    limitPrice: "210",
    stopPrice: "200",
    timeInForce: "gtd",
    goodTill: "2099-12-01T21:00:00.000000Z",
    rationale: "a hedge",
    strategy: "manual"
  })
  expect(seen.faults).toEqual([])
})

test("FILL-16: an order and a position say at which step of the ladder they are", async () => {
  await daemon.ask("/api/v1/trades", { symbol: "PG", side: "buy", quantity: "1", price: "50" })
  const id = await daemon.orderAt("filled", "PG")
  await using seen = await open("/settings")
  const { page } = seen
  const ladder = { step: 2, steps: 3, limitOffsetBp: 20 }
  for (const path of [`orders/${id}`, "positions/PG"]) {
    await page.route(`**/api/v1/${path}*`, async (route) => {
      const response = await answerOf(route)
      await route.fulfill({ response, json: { ...(await response.json()), ladder } })
    })
  }
  for (const path of [`orders/${id}`, "positions/paper/PG"]) {
    await page.goto(`${daemon.url}/${path}`)
    await page.getByText("step 2 of 3: limit 20 bp beyond the reference price").waitFor()
    expect(await findings(page)).toEqual([])
  }
  expect(seen.faults).toEqual([])
})

test("FILL-16: a trade of the form joins its position's queue, unless it is asked to be an order of its own", async () => {
  await using seen = await open("/trades/new?symbol=KO")
  const { page } = seen
  await page.getByLabel("Quantity").fill("0.5")
  await choose(page, "Execution", "direct")
  await choose(page, "Session", "extended")
  await choose(page, "Execution", "")
  await page.getByRole("button", { name: "Send trade" }).click()
  const trade = page.getByRole("status").getByRole("link")
  expect(await daemon.ask(`/api/v1/trades/${await trade.textContent()}`)).toMatchObject({
    kind: "accumulate",
    direct: null
  })
  expect(seen.faults).toEqual([])
})

test("FILL-16: in a batch a trade of the form is executed as the batch says, and none that accumulates takes an order of its own", async () => {
  const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Queue", open: true, mode: "accumulate" }))
  const executed = Object(await daemon.ask("/api/v1/batches", { name: "Orders", open: true, mode: "execute" }))
  await using seen = await open("/trades/new?symbol=GE")
  const { page } = seen
  await page.getByLabel("Quantity").fill("2")
  const usual = page.getByRole("combobox", { name: "Execution", exact: true }).locator("option").first()
  expect(await usual.textContent()).toBe("accumulate (account setting)")
  await choose(page, "Batch", executed.batch.id)
  expect(await usual.textContent()).toBe("batch setting: execute")
  await choose(page, "Batch", batch.id)
  expect(await usual.textContent()).toBe("batch setting: accumulate")
  await choose(page, "Execution", "direct")
  const follows = page.getByRole("status", { name: "Order preview" })
  await follows.getByText("None: the batch accumulates").waitFor()
  await page.getByRole("button", { name: "Send trade" }).click()
  await page.getByRole("alert").filter({ hasText: "accumulates its trades" }).waitFor()
  expect(await daemon.ask("/api/v1/trades?symbol=GE")).toMatchObject({ items: [] })
  await choose(page, "Batch", executed.batch.id)
  await choose(page, "Type", "limit")
  await page.getByLabel("Limit price").fill("1.5")
  await choose(page, "Time in force", "gtc")
  await page.getByRole("button", { name: "Send trade" }).click()
  const trade = page.getByRole("status").getByRole("link")
  expect(await daemon.ask(`/api/v1/trades/${await trade.textContent()}`)).toMatchObject({
    batchId: executed.batch.id,
    direct: { type: "limit", limitPrice: "1.5", timeInForce: "gtc", session: null }
  })
  expect(seen.faults).toEqual([])
})

test("FILL-16: rows of a file that are executed have the terms of its columns, and else those that its form settled on", async () => {
  await using seen = await open("/batches/new")
  const { page } = seen
  await page
    .getByLabel("Pasted rows")
    .fill("id,symbol,side,quantity,lmt,life\nx1,IBM,buy,1,2.5,gtc\nx2,IBM,buy,2,2.5,\n")
  await page.getByRole("button", { name: "Check", exact: true }).click()
  await page.getByText("each sent as a direct order.").waitFor()
  await page.getByText("Settings: ").click()
  await page.getByLabel("source_id column").selectOption("id")
  await page.getByLabel("Name", { exact: true }).fill("Evening")
  await choose(page, "Mode", "accumulate")
  expect(await page.getByLabel("limit_price column").count()).toBe(0)
  expect(await page.getByLabel("Session", { exact: true }).count()).toBe(0)
  // Every row says a price: unless another mode is chosen, each is an order of its own, as on the command line.
  await choose(page, "Mode", "")
  expect(await page.getByLabel("limit_price column").inputValue()).toBe("lmt")
  await page.getByLabel("time_in_force column").selectOption("life")
  await expect.poll(() => optionsOf(page, "Time in force")).toEqual(["", "day", "gtc", "ioc", "fok", "opg", "cls"])
  await choose(page, "Time in force", "cls")
  await choose(page, "Session", "extended")
  // The closing auction is not one of extended hours: it is neither shown any more nor sent.
  await expect.poll(() => optionsOf(page, "Time in force")).toEqual(["", "day", "gtc"])
  expect(await page.getByRole("combobox", { name: "Time in force", exact: true }).inputValue()).toBe("")
  // What the header covers in part is a smaller target.
  await page.evaluate("scrollTo(0, 0)")
  expect(await findings(page)).toEqual([])
  await page.getByText("each sent as a direct order: extended session, unless a row names its own").waitFor()
  expect(await findings(page)).toEqual([])
  await page.getByRole("button", { name: "Submit (2 orders)" }).click()
  await page.getByRole("heading", { level: 1, name: /Evening/ }).waitFor()
  const ids = await daemon.idsOf("/api/v1/orders?symbol=IBM&order=oldest", 2)
  expect(await Promise.all(ids.map((id) => daemon.ask(`/api/v1/orders/${id}`)))).toMatchObject([
    { quantity: "1", type: "limit", limitPrice: "2.5", timeInForce: "gtc", session: "extended" },
    { quantity: "2", type: "limit", limitPrice: "2.5", timeInForce: "day", session: "extended" }
  ])
  expect(seen.faults).toEqual([])
})

const isOfAccumulation = (request: Request): boolean => /"mode":"accumulate"/.test(request.postData() ?? "")

test("BAT-2: the result of an earlier check that comes late takes the place of no later one", async () => {
  await using seen = await open("/batches/new")
  const { page } = seen
  const held: Array<() => void> = []
  await page.route("**/api/v1/batches", async (route) => {
    if (!isOfAccumulation(route.request())) return route.fallback()
    const response = await route.fetch()
    await new Promise<void>((done) => held.push(done))
    await route.fulfill({ response })
  })
  await page.getByLabel("Pasted rows").fill("symbol,side,quantity,lmt\nKO,buy,1,60\nKO,buy,2,60\n")
  await page.getByRole("button", { name: "Check", exact: true }).click()
  await page.getByText("each sent as a direct order.").waitFor()
  await page.getByText("Settings: ").click()
  const accumulation = page.waitForRequest(isOfAccumulation)
  await choose(page, "Mode", "accumulate")
  await accumulation
  await choose(page, "Mode", "execute")
  await page.getByText("each sent as a direct order.").waitFor()
  const came = page.waitForResponse((response) => isOfAccumulation(response.request()))
  await expect.poll(() => held.length).toBe(1)
  for (const release of held) release()
  await (await came).finished()
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
  await page.getByText("each sent as a direct order.").waitFor()
  await page.getByRole("button", { name: "Submit (2 orders)" }).click()
  await page.getByRole("heading", { level: 1, name: /Pasted rows/ }).waitFor()
  expect(seen.faults).toEqual([])
})

describe("BAT-2: lines of a file", () => {
  const csv = 'symbol,side\r\nKO,hold\r\n"A\r\nB",buy\r\n"KO",x'

  test("are shown where they are a row by themselves, and corrected where they stand", () => {
    expect([...wholeLines(csv, [2, 3, 4, 5, 9])]).toEqual([
      [2, "KO,hold"],
      [5, '"KO",x']
    ])
    const corrected = new Map([
      [2, "KO,buy"],
      [5, ""]
    ])
    expect(withLines(csv, corrected)).toBe('symbol,side\r\nKO,buy\r\n"A\r\nB",buy\r\n')
  })

  test("have cells that are corrected one by one; what is not corrected stays as it is written", () => {
    expect(withCells('"a,b", KO ,hold', ",", new Map([[2, "buy"]]))).toBe('"a,b", KO ,buy')
    expect(withCells("a;b", ";", new Map([[1, 'x;"y"']]))).toBe('a;"x;""y"""')
  })

  test("have columns that are recognised by their names, also below other lines; of two that could be one, neither", () => {
    const report = "Trades of Friday\n\nTicker;Side;Qty;Limit Price\nKO;buy;1;60"
    expect([separatorIn(report), headerOf(report, ";")]).toEqual([";", 2])
    expect(guessed(namesIn(report, ";"))).toEqual({
      symbol: "Ticker",
      side: "Side",
      quantity: "Qty",
      limit_price: "Limit Price"
    })
    expect(guessed(["Qty", "Shares"])).toEqual({})
    expect(guessed(["Qty", "Quantity"])).toEqual({ quantity: "Quantity" })
  })
})

describe("FILL-16: of the terms of an order", () => {
  const regular = { session: "regular", types: ["market", "limit"], timesInForce: ["day", "gtc"] } as const
  const auction = { session: "regular", types: ["limit"], timesInForce: ["cls"] } as const
  const extended = { session: "extended", types: ["limit"], timesInForce: ["gtc"] } as const
  const account = { order: "market", supportedOrders: [regular, auction, extended] } as const

  test("only what the broker declares for the others is offered, and what it does not take becomes what it does", () => {
    expect(offeredBy(account, terms({}))).toMatchObject({
      sessions: ["regular", "extended"],
      types: ["market", "limit"],
      times: ["day", "gtc"],
      isUsualTaken: true,
      terms: { type: "market", session: "", timeInForce: "" }
    })
    expect(offeredBy(account, terms({ type: "limit", timeInForce: "cls" }))).toMatchObject({
      times: ["day", "gtc", "cls"],
      terms: { timeInForce: "cls" }
    })
    expect(offeredBy(account, terms({ session: "extended", limitPrice: "2", stopPrice: "3" }))).toMatchObject({
      types: ["limit"],
      times: ["gtc"],
      isUsualTaken: false,
      terms: { type: "limit", session: "extended", timeInForce: "gtc", limitPrice: "2", stopPrice: "" }
    })
  })

  test("what is not said is what the account says", () => {
    const evening = { ...account, order: { session: "extended", timeInForce: "gtc" } } as const
    expect(offeredBy(evening, terms({}))).toMatchObject({
      types: ["limit"],
      isUsualTaken: true,
      usual: {
        session: "account setting: extended session",
        timeInForce: "account setting: good till cancelled"
      },
      terms: { session: "", timeInForce: "" }
    })
  })

  test("a broker that has declared nothing yet is offered a market order as the account says", () => {
    expect(
      offeredBy({ order: "market", supportedOrders: [] }, terms({ session: "extended", type: "limit" }))
    ).toMatchObject({
      sessions: [],
      types: ["market"],
      times: [],
      terms: { type: "market", session: "", timeInForce: "" }
    })
  })

  test("until when an order is good is asked for where that is its life, and a policy says no such time", () => {
    const long = { order: "market", supportedOrders: [{ ...regular, timesInForce: ["day", "gtd"] }] } as const
    const said = terms({ timeInForce: "gtd", goodTill: " 2099-12-01T21:00:00Z " })
    expect(requestedOf(offeredBy(long, said).terms, true)).toEqual({
      type: "market",
      timeInForce: "gtd",
      goodTill: "2099-12-01T21:00:00Z"
    })
    const order = {
      type: "limit",
      timeInForce: "gtd",
      goodTill: "2099-12-01T21:00:00.000000Z",
      session: "regular"
    } as const
    expect(termsWords(order, true)).toBe("limit, good till 1 Dec 2099 21:00:00, regular session")
    const inUtc = terms({ timeInForce: "gtd", goodTill: "2099-12-01 21:00" })
    expect(requestedOf(inUtc, true).goodTill).toBe("2099-12-01T21:00:00.000Z")
    expect(requestedOf(terms({ ...inUtc, goodTill: "2099-12-01" }), true).goodTill).toBe("2099-12-01")
    expect(flagsOf(inUtc, true)).toContain("--good-till 2099-12-01T21:00:00.000Z")
    expect(offeredBy(account, said).terms).toMatchObject({ timeInForce: "", goodTill: "" })
    expect(policyOfferedBy(long, said)).toMatchObject({ times: ["day"], terms: { timeInForce: "" } })
  })

  test("a request says what was chosen and nothing else", () => {
    expect(requestedOf(terms({}), true)).toEqual({ type: "market" })
    expect(requestedOf(terms({ type: "limit", limitPrice: " 2 ", session: "extended" }), true)).toEqual({
      type: "limit",
      limitPrice: "2",
      session: "extended"
    })
  })

  test("of a batch the template comes before the account, and says so", () => {
    expect(policyOfferedBy(account, terms({}), [["template", { session: "extended" }]])).toMatchObject({
      times: ["gtc"],
      isUsualTaken: false,
      usual: { session: "template setting: extended session", timeInForce: "account setting: day" },
      terms: { session: "", timeInForce: "gtc" }
    })
  })

  test("what the configuration says of a source comes before the account and after the template, and each is named", () => {
    const sources = [
      { name: "api", account: null, session: "extended", timeInForce: null },
      { name: "batch", account: null, session: "extended", timeInForce: "gtc" }
    ] as const
    const evening = { ...account, order: { session: "regular", timeInForce: "gtc" } } as const
    expect(offeredBy(evening, terms({}), saidBySource("api", sources)).usual).toEqual({
      session: "source api setting: extended session",
      timeInForce: "account setting: good till cancelled"
    })
    expect(saidBySource("other", sources)).toEqual([])
    const before = [["template", { session: "regular" }], ...saidBySource("batch", sources)] as const
    expect(policyOfferedBy(account, terms({}), before).usual).toEqual({
      session: "template setting: regular session",
      timeInForce: "source batch setting: good till cancelled"
    })
    const wish: Wish = { ...blank, account: "a", mode: "execute" }
    const known = { accounts: [{ ...account, name: "a" }], templates: [], sources }
    expect(policyOffered(wish, known)?.usual.session).toBe("source batch setting: extended session")
  })

  test("a batch is submitted by what its form settled on, whatever was chosen before its account or mode were", () => {
    const read = {
      accounts: [
        { ...account, name: "a" },
        { ...account, name: "b", supportedOrders: [regular] }
      ]
    }
    const known = { ...read, templates: [] }
    const wish: Wish = {
      ...blank,
      account: "a",
      mode: "execute",
      session: "extended",
      timeInForce: "cls",
      template: "gone"
    }
    const sent = (said: Partial<Wish>) => requestOf(settled({ ...wish, ...said }, known))
    expect(sent({})).toMatchObject({ session: "extended", timeInForce: "gtc" })
    // A column that is not chosen is not read, also where the file has one of the name.
    expect(sent({ columns: { symbol: "ticker", limit_price: "lmt" } }).columns).toEqual({
      symbol: "ticker",
      limit_price: "lmt",
      stop_price: "",
      time_in_force: "",
      good_till: "",
      session: ""
    })
    const unsaid = [{ account: "b" }, { account: "" }, { mode: "accumulate" }] as const
    for (const said of unsaid) {
      const request = sent(said)
      expect([request.session, request.timeInForce, request.template]).toEqual([undefined, undefined, undefined])
    }
    // Until it is known what the broker takes, nothing that was chosen is lost.
    expect(requestOf(settled(wish, { accounts: undefined, templates: undefined }))).toMatchObject({
      session: "extended",
      timeInForce: "cls",
      template: "gone"
    })
  })
})
