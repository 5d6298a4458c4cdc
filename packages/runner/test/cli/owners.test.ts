import { expect, it } from "vitest"
import { desk, overwrite } from "./roundlot.ts"

const HEADER = "source_id,timestamp,symbol,side,quantity,price,owner"
const row = (id: string, quantity: string, owner: string) =>
  `${id},2026-11-20T14:30:00Z,AAPL,buy,${quantity},150,${owner}`

it("C7: the owner of a trade comes with a file, a flag and a batch, is shown, and lists are narrowed by it", async () => {
  const { cli, file, json } = desk()
  const rows = [HEADER, row("t-1", "0.3", "client-1"), row("t-2", "0.2", "client-2"), row("t-3", "0.1", "")]
  expect((await cli("trades", "import", file("trades.csv", rows.join("\n")))).code).toBe(0)
  const add = ["trades", "add", "--symbol", "AAPL", "--side", "buy", "--quantity", "0.1", "--price", "150"] as const
  expect((await cli(...add, "--id", "t-4", "--owner", "client-1")).code).toBe(0)
  const bad = await cli(...add, "--owner", "John Smith")
  expect(bad).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      `--owner "John Smith" is not an identifier of 1 to 64 letters, digits, '-', '_', '.' and ':'`
    )
  })
  const batch = ["batches", "submit", file("batch.csv", [HEADER, row("b-1", "0.1", "client-2")].join("\n"))] as const
  expect((await cli(...batch, "--mode", "accumulate", "--name", "Friday")).code).toBe(0)
  const own = async (...more: ReadonlyArray<string>) => await json("trades", "list", ...more)
  expect(await own("--owner", "client-1")).toMatchObject({
    items: [
      { sourceId: "t-1", owner: "client-1" },
      { sourceId: "t-4", owner: "client-1" }
    ]
  })
  expect(await own("--owner", "client-2")).toMatchObject({ items: [{ sourceId: "t-2" }, { sourceId: "b-1" }] })
  expect(await json("trades", "show", "T3")).toMatchObject({ sourceId: "t-3", owner: null })
  expect((await cli("trades", "show", "T1")).out).toMatch(/owner\s+client-1/i)
  const again = await cli("trades", "import", file("again.csv", [HEADER, row("t-1", "0.3", "")].join("\n")))
  expect(again).toMatchObject({ code: 3 })
  expect(await json("breaks", "list", "--kind", "Conflict")).toMatchObject({ items: [{ subject: "T1" }] })
  expect(await json("audit")).toMatchObject({ ok: true })
})

it("C7: what an owner has is listed by account and symbol, now and as of then, and an audit names a row that is wrong", async () => {
  const { cli, file, json, store } = desk()
  const rows = [HEADER, row("t-1", "1.2", "client-1"), row("t-2", "0.5", "client-2"), row("t-3", "0.1", "")]
  await cli("trades", "import", file("trades.csv", rows.join("\n")))
  await cli("start", "--until-idle", "--account", "paper")
  const first = { owner: "client-1", account: "paper", symbol: "AAPL", ordered: "1.2", executed: "1", open: "0.2" }
  expect(await json("owners", "positions", "client-1")).toEqual({
    items: [{ ...first, direct: "0", updatedAt: expect.any(String) }],
    nextCursor: null
  })
  const then = { items: [{ ...first, executed: "0", open: "1.2" }] }
  expect(await json("owners", "positions", "client-1", "--as-of", "4")).toMatchObject(then)
  expect((await cli("owners", "positions", "client-2")).out).toMatch(
    /SYMBOL +ORDERED +EXECUTED +OPEN[^]*AAPL +0.5 +0 +0.5/
  )
  expect((await cli("owners", "positions", "nobody")).out).toBe("None.\n")
  overwrite(store, `UPDATE roundlot_owner_positions SET executed = '0.9' WHERE owner = 'client-1'`)
  expect(await json("audit")).toMatchObject({
    ok: false,
    findings: [{ where: "owner_positions client-1/paper/AAPL", what: "executed is 0.9, the journal gives 1" }]
  })
})
