import { createHash } from "node:crypto"
import { join } from "node:path"
import { expect, it } from "vitest"
import { receiver } from "./receiver.ts"
import { desk, HEADER, type Ended } from "./roundlot.ts"

/** What a daily job may take. */
const MOST = 5

const NOW = new Date().toISOString()

const fileOf = (...rows: ReadonlyArray<string>): string => [HEADER, ...rows, ""].join("\n")

/** A desk with two and a half shares bought, of which two were ordered and filled at 100. */
const bought = async () => {
  const place = desk()
  await place.price("AAPL", "KO", "PFE")
  await place.cli(
    "trades",
    "import",
    place.file("first.csv", fileOf(`a,${NOW},AAPL,buy,2.5,100`)),
    "--account",
    "paper"
  )
  await place.cli("start", "--until-idle")
  return place
}

type Place = Awaited<ReturnType<typeof bought>>

/** Tests that a job is done with few commands; each is counted with the code that it ended with. */
const job = (
  name: string,
  does: (by: (...words: ReadonlyArray<string>) => Promise<Ended>, place: Place) => Promise<void>
): void => {
  it(`${name}, with at most five commands`, async () => {
    const place = await bought()
    let commands = 0
    await does((...words) => {
      commands++
      return place.plain(words.includes("--store") ? words : [...words, ...place.place], variables)
    }, place)
    expect(commands).toBeGreaterThan(0)
    expect(commands).toBeLessThanOrEqual(MOST)
  })
}

const variables: Record<string, string> = {}

const entry = (place: Place, tag: string) => place.json("journal", "list", "--tag", tag)

job("what needs a person is read", async (by, { cli, file }) => {
  await cli(
    "batches",
    "submit",
    file("bad.csv", fileOf(`b,${NOW},KO,hold,1,60`, `c,${NOW},KO,buy,1,60`)),
    "--name",
    "Morning",
    "--mode",
    "execute"
  )
  await cli("start", "--until-idle")
  const status = await by("status")
  expect(status).toMatchObject({ code: 3, out: expect.stringMatching(/^Trading, with 1 case open: /) })
  expect((await by("cases", "list")).out).toContain("1 of 2 rows of Morning failed")
})

job("why a position is not ordered is read", async (by) => {
  const { out } = await by("positions", "show", "AAPL")
  expect(out).toContain("0.5")
  expect(out).toMatch(/below the threshold/)
})

job("a bad CSV file is corrected and submitted again", async (by, { file, json }) => {
  const submit = ["batches", "submit", "--mode", "accumulate", "--strict", "--name", "Morning"] as const
  const bad = await by(...submit, file("bad.csv", fileOf(`b,${NOW},KO,hold,1,60`, `c,${NOW},KO,buy,1,60`)))
  expect(bad.code).not.toBe(0)
  expect(bad.err + bad.out).toContain("hold")
  expect(await by(...submit, file("good.csv", fileOf(`b,${NOW},KO,sell,1,60`, `c,${NOW},KO,buy,1,60`)))).toMatchObject({
    code: 0
  })
  expect(await json("trades", "list", "--symbol", "KO")).toMatchObject({
    items: [{ sourceId: "b" }, { sourceId: "c" }]
  })
})

job("rows that failed are retried", async (by, { cli, file, json }) => {
  await cli(
    "exchange",
    "instruct",
    JSON.stringify({ id: "no", when: { symbol: "KO" }, do: { reject: { words: "not today" } } })
  )
  const rows = file("rows.csv", fileOf(`b,${NOW},KO,buy,1,60`, `c,${NOW},PFE,buy,1,30`))
  expect(await by("batches", "submit", rows, "--mode", "execute", "--name", "Morning")).toMatchObject({ code: 0 })
  expect(await by("start", "--until-idle")).toMatchObject({ code: 0 })
  expect(await json("batches", "show", "G1")).toMatchObject({ totalTrades: 2, failedTrades: 1 })
  const retry = ["batches", "retry", "G1", "--reason", "the broker takes it again"] as const
  expect(await by(...retry, "--dry-run")).toMatchObject({
    code: 0,
    out: expect.stringContaining("1 row retried in full")
  })
  expect(await by(...retry, "--yes")).toMatchObject({ code: 0 })
  expect(await by("start", "--until-idle")).toMatchObject({ code: 0 })
  expect(await json("batches", "show", "G2")).toMatchObject({ totalTrades: 1, failedTrades: 0, retryOf: "G1" })
})

job("an order in doubt is resolved", async (by, place) => {
  const lost = { id: "lost", when: { symbol: "KO" }, do: { resetBefore: {} } }
  await place.cli("exchange", "instruct", JSON.stringify(lost))
  const decided = place.begin(["decide", "--symbol", "KO", "--side", "buy", "--quantity", "1", ...place.place])
  await decided.says(/"answer":"Unknown"/)
  decided.end()
  await decided.ended
  expect((await by("cases", "list")).out).toContain("O2")
  const verdict = ["orders", "resolve", "O2", "--not-placed", "--reason", "the broker said so by phone"] as const
  expect(await by(...verdict, "--dry-run")).toMatchObject({ code: 0 })
  expect(await by(...verdict, "--yes")).toMatchObject({ code: 0 })
  expect(await place.json("orders", "show", "O2")).toMatchObject({ status: "failed" })
})

job("everything is halted and resumed", async (by, place) => {
  expect(await by("halt", "--all", "--reason", "news of the morning")).toMatchObject({ code: 0 })
  expect((await by("status")).out).toMatch(/halted/)
  expect(await by("resume", "--all", "--reason", "the news is old", "--yes")).toMatchObject({ code: 0 })
  expect(await by("status")).toMatchObject({ code: 0 })
  expect(await entry(place, "TradingStateSet")).toMatchObject({ items: [{}, {}] })
})

job("a limit is raised, and what it stopped is ordered", async (by, { cli, file, json }) => {
  await cli("controls", "set", "--account", "paper", "--order-notional", "50", "--yes")
  await cli("trades", "import", file("p.csv", fileOf(`p,${NOW},PFE,buy,3,30`)), "--account", "paper")
  await cli("start", "--until-idle")
  expect((await by("accounts", "show", "paper")).out).toContain("50")
  const raise = [
    "controls",
    "set",
    "--account",
    "paper",
    "--order-notional",
    "100000",
    "--reason",
    "a larger day"
  ] as const
  expect(await by(...raise, "--dry-run")).toMatchObject({ code: 0 })
  expect(await by(...raise, "--yes")).toMatchObject({ code: 0 })
  expect(await by("start", "--until-idle")).toMatchObject({ code: 0 })
  expect(await json("positions", "show", "PFE")).toMatchObject({ hedged: "3" })
})

job("profit of today is read", async (by) => {
  const today = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" })
  expect((await by("report", "profit", "--from", today)).out).toMatch(/AAPL +USD +2 +200\.00 /)
})

job("books are compared with what the broker holds", async (by, { cli, json, wait }) => {
  await cli("exchange", "instruct", JSON.stringify({ id: "held", do: { holding: { symbol: "GE", quantity: "7" } } }))
  wait(10_000)
  expect(await by("reconcile")).toMatchObject({ code: 3, out: expect.stringMatching(/GE[^]*7/) })
  expect(await json("breaks", "list", "--status", "open")).toMatchObject({
    items: [{ kind: "ForeignPosition", symbol: "GE" }]
  })
})

job("the accountant's file is written, with its hash", async (by) => {
  const { code, err, out } = await by("report", "profit", "--account", "paper", "--csv")
  expect(code).toBe(0)
  expect(out).toMatch(/\r\nlot,paper,AAPL,/)
  expect(err).toContain(createHash("sha256").update(out).digest("hex"))
})

job("a channel of alerts is tried", async (by, { file }) => {
  const hook = await receiver()
  variables["ROUNDLOT_CHANNEL_CHAT"] = hook.url
  const alerts = { channels: { chat: { kind: "slack" } } }
  const config = file("roundlot.json", JSON.stringify({ accounts: { paper: { broker: "paper" } }, alerts }))
  expect(await by("alerts", "test", "--config", config)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/chat +sent/)
  })
  expect(hook.heard.map(({ body }) => body).join()).toContain("test alert of this channel")
})

job("a token is rotated", async (by, { cli, json }) => {
  const made = await cli("tokens", "create", "dana", "--role", "read")
  const rotated = await by("tokens", "rotate", "dana")
  const [before, after] = [made, rotated].map(({ out }) => /rlt_\S+/.exec(out)?.[0])
  expect(after).toBeDefined()
  expect(after).not.toBe(before)
  expect(await json("tokens", "list")).toMatchObject({ items: [{ name: "dana", status: "good" }] })
})

job("a backup is restored, and drives", async (by, { cli, folder, plain }) => {
  const backup = join(folder, "backup.db")
  const restored = ["--store", `sqlite:${join(folder, "restored.db")}`]
  expect(await by("store", "backup", backup)).toMatchObject({ code: 0 })
  expect(await by("store", "restore", backup, ...restored)).toMatchObject({ code: 0 })
  expect(await by("store", "activate", "--reason", "the disk failed", ...restored)).toMatchObject({ code: 0 })
  expect(await by("audit", ...restored)).toMatchObject({ code: 0 })
  const paper = ["--paper", join(folder, "books.paper.db")]
  expect(await by("start", "--until-idle", ...paper, ...restored)).toMatchObject({ code: 0 })
  expect((await plain(["fills", "list", ...restored])).out).toContain("AAPL")
  expect(await cli("start", "--until-idle")).toMatchObject({ code: 1, err: expect.stringContaining("it is retired") })
})
