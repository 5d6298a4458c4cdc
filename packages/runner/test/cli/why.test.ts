import { expect, it } from "vitest"
import { desk, HEADER } from "./roundlot.ts"

it("journal why leads from a fill to its bytes, its order and the file of its trade; payloads show prints the bytes", async () => {
  const { cli, file, json } = desk()
  const trade = [HEADER, `a,${new Date().toISOString()},AAPL,buy,1,100`, ""].join("\n")
  await cli("trades", "import", file("trades.csv", trade))
  await cli("start", "--until-idle")
  const { out } = await cli("journal", "why", "F1")
  const lines = out.split("\n")
  expect(lines[0]).toMatch(/^fill F1: .*quantity 1, price 100.* \[paper\/\d+ FillRecorded\]$/)
  expect(lines[1]).toMatch(
    /^├─ payload (P\d+): direction report, source paper, bytes kept \[paper\/\d+ PayloadStored\]/
  )
  expect(out).toMatch(/^├─ order O1: symbol AAPL, side buy/m)
  expect(out).toMatch(/trade T1: .*\n.*├─ source [\w.-]+: sourceId a/)
  const [, ofTrade = "", part] =
    /└─ payload (P\d+): direction trades, source import, endpoint trades.csv:2, bytes kept, part (.*) \[/.exec(out) ??
    []
  expect(part).toBe(trade.split("\n")[1])
  expect(await json("payloads", "show", ofTrade)).toMatchObject({ direction: "trades", body: trade })
  expect(out).toMatch(/attempt S1: .*\n.*payload P\d+: direction request/)
  const [, payload = ""] = /payload (P\d+): direction report/.exec(out) ?? []
  expect((await cli("payloads", "show", payload)).out).toMatch(/direction +report[^]*sha256[^]*"execId"/)
  const document = await json("journal", "why", "F1")
  expect(document).toMatchObject({ kind: "fill", id: "F1", link: "asked", entry: { account: "paper" }, leftOut: 0 })
  expect(await json("payloads", "show", payload)).toMatchObject({ id: payload, direction: "report" })
  const { code, err } = await cli("journal", "why", "F9")
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining("fill F9 does not exist") })
})

it("journal why leads from a row's trade to its batch and who submitted it, from a reversal to what it undoes, from a halt to the person", async () => {
  const { cli, file } = desk()
  const rows = file("rows.csv", "symbol,side,quantity,price\nAAPL,buy,1,100\n")
  await cli("batches", "submit", rows, "--mode", "accumulate", "--name", "Friday", "--account", "paper")
  await cli("start", "--until-idle")
  const ofRow = (await cli("journal", "why", "T1")).out
  expect(ofRow).toMatch(
    /row G1:2\n.*└─ batch G1: name Friday, fileName rows.csv .*\[paper\/\d+ BatchCreated\].*\n.*└─ actor/
  )
  expect(ofRow).toMatch(/payload P1: direction trades, .*endpoint rows.csv:2, bytes kept, part AAPL,buy,1,100 \[/)
  await cli("trades", "reverse", "T1", "--reason", "a mistake", "--yes")
  expect((await cli("journal", "why", "T2")).out).toMatch(/trade T1: .* \[paper\/\d+ Trade/)
  await cli("halt", "--account", "paper", "--reason", "news of a split")
  const { out } = await cli("journal", "list", "--tag", "TradingStateSet", "--json")
  const [{ account, seq }] = JSON.parse(out).items
  const ofHalt = (await cli("journal", "why", `${account}/${seq}`)).out
  expect(ofHalt).toMatch(
    /^TradingStateSet: .*reason news of a split .*\n└─ command [^\n]+reason news of a split\n   └─ actor [^\n]+: as command/
  )
})
