import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { buys, desk } from "./roundlot.ts"

const Fills = Schema.decodeUnknownSync(
  Schema.Struct({
    items: Schema.Array(
      Schema.Struct({ id: Schema.String, orderId: Schema.String, quantity: Schema.String, executedAt: Schema.String })
    )
  })
)
const Breaks = Schema.decodeUnknownSync(
  Schema.Struct({ items: Schema.Array(Schema.Struct({ id: Schema.String, evidence: Schema.String })) })
)
const Orders = Schema.decodeUnknownSync(
  Schema.Struct({ items: Schema.Array(Schema.Struct({ id: Schema.String, brokerOrderId: Schema.String })) })
)

/** Books with two orders that were filled at 100, and what a broker would say of them. */
const filled = async () => {
  const at = desk()
  const { cli, file, json } = at
  await at.price("AAPL")
  for (const [id, quantity] of [
    ["t1", "10"],
    ["t2", "3"]
  ] as const) {
    await cli("trades", "import", file(`${id}.csv`, buys([id, quantity])))
    expect((await cli("start", "--until-idle")).code).toBe(0)
  }
  const orders = new Map(
    Orders(await json("orders", "list")).items.map(({ brokerOrderId, id }) => [id, brokerOrderId] as const)
  )
  const fills = Fills(await json("fills", "list")).items
  const rows = fills.map(({ executedAt, orderId, quantity }, n) => ({
    activityId: n + 1,
    time: executedAt,
    type: "TRADE",
    orderId: orders.get(orderId),
    transferItems: [{ instrument: { assetType: "EQUITY", symbol: "AAPL" }, amount: quantity, price: "100" }]
  }))
  const report = (name: string, text: string, ...more: ReadonlyArray<string>) =>
    cli("report", "statement", file(name, text), "--account", "paper", ...more)
  return { ...at, rows, report }
}

const opens = (opened: number, closed = 0, dismissed = 0) => ({ opened, closed, dismissed })

describe("a broker's file beside the books of an account", () => {
  it("STMT-1, STMT-4: exit code 0 where all agrees, 3 with each difference and its line, and nothing is written", async () => {
    const { cli, report, rows } = await filled()
    expect(rows.length).toBe(2)
    const journal = (await cli("journal", "export")).out
    const dividend = { activityId: 9, type: "DIVIDEND_OR_INTEREST", time: rows[0]?.time }
    const agreed = await report("agreed.json", JSON.stringify([...rows, dividend]), "--json")
    expect([agreed.code, agreed.err]).toEqual([0, ""])
    expect(JSON.parse(agreed.out)).toMatchObject({
      account: "paper",
      broker: "schwab",
      executions: 2,
      agreed: 2,
      otherRows: { DIVIDEND_OR_INTEREST: 1 },
      differences: []
    })
    const [first, ...others] = rows
    const higher = [{ instrument: { assetType: "EQUITY", symbol: "AAPL" }, amount: "10", price: "100.01" }]
    const foreign = { ...first, activityId: 7, orderId: "nobody's" }
    const broken = { ...first, activityId: 8, transferItems: [] }
    const all = [{ ...first, transferItems: higher }, foreign, broken]
    const lines = `[\n${all.map((row) => JSON.stringify(row)).join(",\n")}\n]`
    const differing = await report("differing.json", lines, "--json")
    expect(differing.code).toBe(3)
    expect(JSON.parse(differing.out)).toMatchObject({
      agreed: 0,
      differences: [
        { kind: "differs", line: 2, fill: "F1", figures: [{ figure: "price", statement: "100.01", books: "100" }] },
        { kind: "missing_in_books", line: 3, brokerOrderId: "nobody's", quantity: "10" },
        { kind: "missing_in_statement", line: null, fill: "F2", quantity: "3" },
        { kind: "unmatched_row", line: 4, reason: "is a trade without an instrument" }
      ]
    })
    const shown = await report("shown.json", JSON.stringify(others))
    expect([shown.code, shown.out]).toEqual([
      3,
      expect.stringMatching(/missing_in_statement .* F1 .* AAPL +buy +10 +100/)
    ])
    expect((await cli("journal", "export")).out).toBe(journal)
  })

  it("STMT-5: each difference is one break, however often its file is read; the next file that agrees closes it, and what a person closed stays closed", async () => {
    const { cli, file, json, rows } = await filled()
    const [first, second] = rows
    const foreign = { ...first, activityId: 7, orderId: "nobody's" }
    const broken = { ...first, activityId: 8, transferItems: [] }
    const higher = [{ instrument: { assetType: "EQUITY", symbol: "AAPL" }, amount: "10", price: "100.01" }]
    const differing = file("differing.json", JSON.stringify([{ ...first, transferItems: higher }, foreign, broken]))
    const synced = async (path: string, ...more: ReadonlyArray<string>) => {
      const { code, out } = await cli("sync", "statement", path, "--account", "paper", "--json", ...more)
      return [code, Object(JSON.parse(out)).breaks]
    }
    const open = async () =>
      Breaks(await json("breaks", "list", "--status", "open")).items.map(({ evidence, id }) => `${id} ${evidence}`)
    const count = async () => (await cli("journal", "export")).out.split("\n").length
    const before = await count()
    expect(await synced(differing, "--dry-run")).toEqual([3, { opened: 4, closed: 0, dismissed: 0 }])
    expect(await count()).toBe(before)
    expect(await synced(differing)).toEqual([3, { opened: 4, closed: 0, dismissed: 0 }])
    const found = (await open()).toSorted()
    expect(found).toEqual([
      expect.stringMatching(
        /^B1 F1 differs from line 1 \(row 1\) of schwab's differing\.json: price 100\.01, books 100$/
      ),
      expect.stringMatching(
        /^B2 line 1 \(row 2\) of schwab's differing\.json, buy 10 AAPL at 100, has no fill in the books$/
      ),
      expect.stringMatching(/^B3 F2, buy 3 AAPL at 100, is not in schwab's differing\.json$/),
      expect.stringMatching(
        /^B4 line 1 \(row 3\) of schwab's differing\.json cannot be read: is a trade without an instrument$/
      )
    ])
    const after = await count()
    expect(await synced(differing)).toEqual([3, { opened: 0, closed: 0, dismissed: 0 }])
    expect(await count()).toBe(after)
    expect((await cli("breaks", "resolve", "B2", "--reason", "by hand at the broker", "--yes")).code).toBe(0)
    expect(await synced(differing)).toEqual([3, { opened: 0, closed: 0, dismissed: 1 }])
    const agreed = file("agreed.json", JSON.stringify([first, second]))
    expect(await synced(agreed)).toEqual([0, { opened: 0, closed: 2, dismissed: 0 }])
    expect(await open()).toEqual(found.slice(3))
    expect((await cli("audit")).code).toBe(0)
  })

  it("STMT-5: rows of one execution are one break, which goes once they can be read; a row without an id is known by what it says", async () => {
    const { cli, file, json, rows } = await filled()
    const synced = async (name: string, all: ReadonlyArray<unknown>) => {
      const text = `[\n${all.map((row) => JSON.stringify(row)).join(",\n")}\n]`
      const { out } = await cli("sync", "statement", file(name, text), "--account", "paper", "--json")
      return Object(JSON.parse(out)).breaks
    }
    const open = async () =>
      Breaks(await json("breaks", "list", "--status", "open")).items.map(({ evidence, id }) => `${id} ${evidence}`)
    const broken = (activityId: number, time = rows[0]?.time) => ({ ...rows[0], activityId, time, transferItems: [] })
    expect(await synced("transactions.json", [...rows, broken(3)])).toEqual(opens(1))
    expect((await cli("breaks", "resolve", "B1", "--reason", "an option", "--yes")).code).toBe(0)
    expect(await synced("later.json", [broken(3), ...rows])).toEqual(opens(0, 0, 1))
    expect(await synced("transactions.json", [...rows, broken(4)])).toEqual(opens(1))
    const fill = { activity_type: "FILL", id: "x", order_id: "o", symbol: "AAPL", side: "buy", qty: "1", cum_qty: "1" }
    const one = { ...fill, price: "100", transaction_time: "2020-01-02T15:00:00Z" }
    const day = { activity_type: "DIV", id: "y", date: "2020-01-02" }
    for (const opened of [1, 0, 0]) {
      expect(await synced("twice.json", [one, { ...one, price: "101" }, day])).toMatchObject({ opened, closed: 0 })
    }
    const before = (await open()).filter((evidence) => evidence.includes("twice.json"))
    expect(before).toEqual([expect.stringContaining("line 2 (row 1) of alpaca's twice.json cannot be read")])
    expect(await synced("once.json", [one])).toMatchObject({ closed: 1 })
    const after = (await open()).filter((evidence) => /twice|once/.test(evidence))
    expect(after).toContainEqual(
      expect.stringContaining("of alpaca's once.json, buy 1 AAPL at 100, has no fill in the books")
    )
    expect(after.filter((evidence) => evidence.includes("cannot be read"))).toEqual([])
    expect((await cli("audit")).code).toBe(0)
  })

  it("STMT-5: a figure that a person has closed and that comes back after another one is shown again", async () => {
    const { cli, file, json, rows } = await filled()
    const [first, ...others] = rows
    const at = (price: string) => {
      const transferItems = [{ instrument: { assetType: "EQUITY", symbol: "AAPL" }, amount: "10", price }]
      return file(`at${price}.json`, JSON.stringify([{ ...first, transferItems }, ...others]))
    }
    const synced = async (price: string) =>
      Object(JSON.parse((await cli("sync", "statement", at(price), "--account", "paper", "--json")).out)).breaks
    expect(await synced("101")).toMatchObject({ opened: 1 })
    await cli("breaks", "resolve", "B1", "--reason", "agreed with the broker", "--yes")
    expect(await synced("101")).toMatchObject({ opened: 0, dismissed: 1 })
    expect(await synced("102")).toMatchObject({ opened: 1, dismissed: 0 })
    expect(await synced("101")).toMatchObject({ opened: 1, dismissed: 0 })
    const open = Breaks(await json("breaks", "list", "--status", "open")).items
    expect(open).toMatchObject([{ id: "B2", evidence: expect.stringContaining("price 101, books 100") }])
  })

  it("STMT-2: a file of another broker's account is held against nothing, and named", async () => {
    const { cli, file, rows } = await filled()
    await cli("accounts", "add", "elsewhere", "--broker", "alpaca")
    const path = file("schwab.json", JSON.stringify(rows))
    for (const verb of [["report"], ["sync"]]) {
      const { code, err } = await cli(...verb, "statement", path, "--account", "elsewhere")
      expect([code, err]).toEqual([2, expect.stringContaining("is of schwab, but account elsewhere is alpaca")])
    }
  })

  it("STMT-2: exit code 2 for a file that cannot be read, which names file, line and remedy; nothing is guessed", async () => {
    const { cli, folder, report, rows } = await filled()
    const text = JSON.stringify(rows, undefined, 1)
    const refused = async (name: string, contents: string, ...more: ReadonlyArray<string>) => {
      const { code, err, out } = await report(name, contents, ...more)
      expect([name, code, out]).toEqual([name, 2, ""])
      return err
    }
    expect(await refused("cut.json", text.slice(0, -9))).toMatch(/cut\.json, line \d+ is not valid JSON: download/)
    const flex = '<FlexQueryResponse>\n<FlexStatements>\n<FlexStatement fromDate="20260105" toDate="20260105">'
    expect(await refused("no-zone.xml", flex)).toContain("--zone or IB_TIME_ZONE")
    expect(await refused("cut.xml", flex, "--zone", "UTC")).toMatch(/cut\.xml, line 3 is broken XML/)
    expect(await refused("empty.json", "[]")).toContain("--broker")
    expect((await cli("report", "statement", `${folder}/none.json`)).err).toContain("does not exist")
    expect((await report("other.json", text, "--account", "nobody")).code).toBe(2)
  })
})
