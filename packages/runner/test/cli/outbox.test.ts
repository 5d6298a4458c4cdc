import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { blockWith } from "../reference/blocks.ts"
import { daemonAt } from "./daemon.ts"
import { databases } from "./database.ts"
import { desk, until } from "./roundlot.ts"

const { ask, fresh } = databases()

const GUIDE = "docs/guides/follow-a-source.md"

const { code: TABLE } = blockWith(GUIDE, "CREATE TABLE trade_outbox", "sql")

const row = (symbol: string, quantity: string) =>
  `INSERT INTO trade_outbox (symbol, side, quantity, price) VALUES ('${symbol}', 'buy', '${quantity}', 200)`

const configured = (place: ReturnType<typeof desk>, outbox: object) =>
  place.file(
    "roundlot.json",
    JSON.stringify({
      port: 0,
      accounts: { main: { broker: "paper" } },
      sources: { app: { account: "main", outbox } }
    })
  )

it("ACC-2: an app's rows become orders, once each over restarts; a row that is no trade is kept, and health says so", async () => {
  const place = desk()
  const url = await fresh()
  await ask(url, TABLE)
  await ask(url, row("AAPL", "0.6"))
  await ask(url, row("AAPL", "NaN"))
  await ask(url, row("AAPL", "0.6"))
  const config = configured(place, { table: "trade_outbox" })
  const variables = { ROUNDLOT_SOURCE_URL_APP: url }
  const idle = () => place.plain(["start", "--until-idle", "--config", config, ...place.place], variables)
  expect(await idle()).toMatchObject({ code: 0 })
  expect(await place.json("orders", "list")).toMatchObject({ items: [{ quantity: "1", status: "filled" }] })
  const lines = () => {
    const name = readdirSync(place.folder).find((each) => each.endsWith(".app.rejected.jsonl")) ?? ""
    return readFileSync(join(place.folder, name), "utf8").trimEnd().split("\n")
  }
  expect(lines().map((line) => JSON.parse(line))).toMatchObject([
    { place: "row 2", reason: expect.stringContaining("quantity"), raw: expect.stringContaining("NaN") }
  ])
  await ask(url, row("AAPL", "0.8"))
  const daemon = daemonAt(place, variables, "--config", config)
  await daemon.says(/unreadable trades of app.*move the file away/)
  await until(async () => JSON.stringify(await place.json("trades", "list")).includes('"sourceId":"4"'))
  expect(await place.json("trades", "list")).toMatchObject({
    items: [{ sourceId: "1" }, { sourceId: "3" }, { sourceId: "4" }]
  })
  expect(lines().length).toBe(1)
})

it("what a configuration says of an outbox that cannot be is refused by name, and a missing address is said", async () => {
  const place = desk()
  const refused = async (outbox: object) =>
    (await place.cli("positions", "list", "--config", configured(place, outbox))).err
  expect(await refused({ table: 'x"; DROP TABLE y' })).toContain("sources.app.outbox.table: is not a valid name")
  expect(await refused({ table: "postgres://u:p@h/d" })).not.toContain("u:p")
  expect(await refused({ table: "t", columns: { sides: "way" } })).toContain("sources.app.outbox.columns.sides")
  const daemon = daemonAt(place, {}, "--config", configured(place, { table: "trade_outbox" }))
  await daemon.says(/ROUNDLOT_SOURCE_URL_APP: is not set/)
})
