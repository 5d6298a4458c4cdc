import { Either, Option, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { polling } from "@roundlot/daemon/configuration"
import { buys, desk } from "./roundlot.ts"

const Recorded = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({
      body: Schema.Struct({
        part: Schema.optional(Schema.String),
        changes: Schema.optional(
          Schema.Array(
            Schema.Struct({
              name: Schema.String,
              before: Schema.optional(Schema.String),
              after: Schema.optional(Schema.String)
            })
          )
        )
      })
    })
  )
})

describe("flags over variables over files", () => {
  it("names the store by flag, else by ROUNDLOT_STORE, else by the configuration; an env file wins over the environment", async () => {
    const { file, folder, plain } = desk()
    const at = (name: string) => `sqlite:${folder}/${name}.db`
    const config = file("roundlot.json", JSON.stringify({ store: at("configured") }))
    const environment = file("env", `# where\nexport ROUNDLOT_STORE="${at("enveloped")}"\n`)
    const said = async (words: ReadonlyArray<string>, variables = {}) =>
      (await plain(["orders", "list", "--config", config, ...words], variables)).err
    expect(await said([])).toContain("configured.db")
    expect(await said([], { ROUNDLOT_STORE: at("inherited") })).toContain("inherited.db")
    expect(await said(["--env-file", environment], { ROUNDLOT_STORE: at("inherited") })).toContain("enveloped.db")
    expect(await said(["--env-file", environment, "--store", at("flagged")])).toContain("flagged.db")
  })

  it("names the place of a value that may not stand there, and all that may", async () => {
    const { cli, file, plain } = desk()
    const refused = async (settings: object) => {
      const config = file("roundlot.json", JSON.stringify({ accounts: { paper: settings } }))
      const { code, err } = await cli("start", "--until-idle", "--config", config)
      expect(code).toBe(2)
      return err
    }
    expect(await refused({ direction: "mirrored" })).toContain(
      `accounts.paper.direction: is "mirrored", and may be "mirror" or "offset". Correct it there.`
    )
    expect(await refused({ lot: "0" })).toContain("accounts.paper.lot: is 0, and may be a number above zero.")
    expect((await plain(["start", "--store", "sqlite:"])).err).toContain("such as sqlite:.roundlot/roundlot.db.")
  })

  it.each(["postgresql+psycopg://me:hunter2@db/books", "Postgres://me:hunter2@db/books", "me:hunter2@db/books"])(
    "a password in the address of a store that cannot be read is not repeated: %s",
    async (store) => {
      const { code, err } = await desk().plain(["orders", "list", "--store", store])
      expect(code).toBe(2)
      expect(err).toContain("--store: the address cannot be read. Write postgres://USER@HOST:PORT/DATABASE")
      expect(err).not.toContain("hunter2")
    }
  )

  it("what a file says of sources is on record when it changes, value by value", async () => {
    const { file, json } = desk()
    const files = {
      first: { sources: { venue: { direction: "offset", suffixes: ["s1", "s2"], symbols: { Apple: "AAPL" } } } },
      second: { port: 8484, sources: { venue: { direction: "offset", suffixes: ["s1"] } } },
      fourth: { port: 8484, sources: { desk: { account: "paper", webhook: true, alarmAfter: "15m" } } },
      third: { port: 8484 }
    }
    const add = async (name: keyof typeof files) => {
      const config = file(`${name}.json`, JSON.stringify(files[name]))
      await json("trades", "add", "--symbol", "AAPL", "--side", "buy", "--quantity", "1", "--config", config)
    }
    const recorded = async () => {
      const entries: unknown = await json("journal", "list", "--account", "_store", "--limit", "0")
      return Schema.decodeUnknownSync(Recorded)(entries).items.flatMap(({ body: { changes, part } }) =>
        part?.startsWith("accounts.") === false
          ? [`${part}: ${changes?.map(({ after, before, name }) => `${name} ${before} > ${after}`).join(", ")}`]
          : []
      )
    }
    await add("first")
    await add("first")
    const first =
      "sources.venue: direction undefined > offset, suffixes undefined > s1 s2, symbols.Apple undefined > AAPL"
    expect(await recorded()).toEqual([first])
    await add("second")
    expect(await recorded()).toEqual(
      expect.arrayContaining([
        first,
        "daemon: port undefined > 8484",
        "sources.venue: suffixes s1 s2 > s1, symbols.Apple AAPL > undefined"
      ])
    )
    await json("trades", "add", "--symbol", "AAPL", "--side", "buy", "--quantity", "1")
    expect(await recorded()).toHaveLength(3)
    await add("third")
    expect(await recorded()).toContain("sources.venue: direction offset > undefined, suffixes s1 > undefined")
    await add("fourth")
    expect(await recorded()).toContain(
      "sources.desk: account undefined > paper, alarmAfter undefined > 15m, webhook undefined > true"
    )
  })

  it("an env file that is not there is refused by name", async () => {
    const { code, err } = await desk().cli("start", "--until-idle", "--env-file", "none.env")
    expect(err).toContain("--env-file: none.env does not exist. Check the path and its permissions.")
    expect(code).toBe(2)
  })

  it("FILL-4: polling is 15 s with up to 5 s of jitter; flag over variable over that", () => {
    const none = { interval: Option.none(), maxJitter: Option.none() }
    const variables = new Map([
      ["ORDER_POLLING_INTERVAL", "4s"],
      ["ORDER_POLLING_MAX_JITTER", "500ms"]
    ])
    const nothing = { orderPollingInterval: undefined, orderPollingMaxJitter: undefined }
    const said = (
      flags: Parameters<typeof polling.polling>[0],
      known = variables,
      file: Parameters<typeof polling.polling>[2] = nothing
    ) =>
      Either.match(
        polling.polling(flags, (name) => known.get(name), file),
        { onLeft: ({ message }) => message, onRight: (all) => all }
      )
    expect(said(none, new Map())).toEqual({ intervalMs: 15_000, maxJitterMs: 5_000 })
    expect(said(none)).toEqual({ intervalMs: 4_000, maxJitterMs: 500 })
    expect(said({ ...none, interval: Option.some("2s") })).toEqual({ intervalMs: 2_000, maxJitterMs: 500 })
    const written = { orderPollingInterval: "20", orderPollingMaxJitter: "0" }
    expect(said(none, variables, written)).toEqual({ intervalMs: 4_000, maxJitterMs: 500 })
    expect(said(none, new Map(), written)).toEqual({ intervalMs: 20_000, maxJitterMs: 0 })
    expect(said({ ...none, interval: Option.some("2.5") })).toEqual({ intervalMs: 2_500, maxJitterMs: 500 })
    expect(said({ ...none, maxJitter: Option.some("9s") })).toContain("--order-polling-max-jitter: 9000 ms is more")
    const bad = (value: string) => said(none, new Map([["ORDER_POLLING_INTERVAL", value]]))
    for (const value of ["0", "0s", "-5s", "soon", ""]) expect(bad(value)).toMatch(/^ORDER_POLLING_INTERVAL: /)
    expect(said({ ...none, interval: Option.some("-1") })).toMatch(/^--order-polling-interval: '-1'/)
    expect(said(none, new Map(), { ...nothing, orderPollingInterval: "0" })).toMatch(/^orderPollingInterval: is zero/)
    const badJitter = (value: string) => said(none, new Map([["ORDER_POLLING_MAX_JITTER", value]]))
    for (const value of ["-5s", "soon", "", "1e3", "16s"])
      expect(badJitter(value)).toMatch(/^ORDER_POLLING_MAX_JITTER: /)
    // Off, as a bench has it.
    expect(badJitter("0")).toEqual({ intervalMs: 15_000, maxJitterMs: 0 })
    expect(said({ ...none, maxJitter: Option.some("-1") })).toMatch(/^--order-polling-max-jitter: '-1'/)
    expect(said({ ...none, maxJitter: Option.some("1s") })).toEqual({ intervalMs: 4_000, maxJitterMs: 1_000 })
    const unparsable = { ...nothing, orderPollingMaxJitter: "often" }
    expect(said(none, new Map(), unparsable)).toMatch(/^orderPollingMaxJitter: 'often'/)
  })

  it("FILL-16: a cancel with no daemon running asks the broker itself, and holds the position until resumed", async () => {
    const { cli, json, price } = desk()
    await price("AAPL")
    await cli("exchange", "instruct", JSON.stringify({ id: "a", do: { accept: {} } }))
    await cli("trades", "add", "--symbol", "AAPL", "--side", "buy", "--quantity", "2")
    expect((await cli("start", "--until-idle")).out).toContain("order O1 (paper): buy 2 AAPL is submitted")
    expect(await json("orders", "cancel", "O1", "--reason", "enough")).toMatchObject({ status: "cancelled" })
    const held = await json("positions", "show", "AAPL")
    expect(held).toMatchObject({ heldBy: "O1", residual: "2" })
    expect(held).toMatchObject({
      answer: { code: "Held", by: "cancel", orderId: "O1" },
      next: {
        why: "O1 was cancelled by an operator; nothing is ordered until the symbol is resumed"
      }
    })
    const shown = (await cli("positions", "show", "AAPL")).out
    expect(shown).toMatch(/^answer +Held: cancel O1$/m)
    expect(shown).toMatch(/^Run: roundlot resume --account paper --symbol AAPL --reason WHY$/m)
    expect((await cli("orders", "cancel", "O1", "--reason", "wrong limit")).code).toBe(1)
  })

  it("ACC-10: the direction is declared by account, by source, or for an import, never guessed", async () => {
    const { cli, file, json } = desk()
    await cli("accounts", "add", "hedge", "--direction", "offset")
    await cli("trades", "import", file("a.csv", buys(["a", "0.3"])), "--account", "hedge")
    await cli("trades", "import", file("b.csv", buys(["b", "0.5"])), "--account", "hedge", "--direction", "mirror")
    expect(await json("positions", "show", "AAPL")).toMatchObject({ exposure: "0.8", target: "0.2" })
    const config = file(
      "roundlot.json",
      JSON.stringify({ sources: { desk: { account: "hedge", direction: "mirror" } } })
    )
    const declared = ["--source", "desk", "--config", config]
    expect((await cli("trades", "import", file("c.csv", buys(["c", "0.4"])), ...declared)).code).toBe(0)
    expect(await json("positions", "show", "AAPL")).toMatchObject({ exposure: "1.2", target: "0.6" })
  })

  it("--dry-run shows what would be accepted and ordered, and writes nothing", async () => {
    const { cli, file, json, plain } = desk()
    const trades = file("a.csv", buys(["a", "0.7"], ["b", "0.7"]))
    const dry = await cli("trades", "import", trades, "--dry-run", "--json")
    expect(JSON.parse(dry.out)).toMatchObject({ accepted: 2, orders: [{ symbol: "AAPL", side: "buy", quantity: "1" }] })
    expect((await cli("orders", "list")).err).toContain("there is no store")
    await cli("trades", "import", trades)
    const again = await cli("trades", "import", trades, "--dry-run", "--json")
    expect(JSON.parse(again.out)).toMatchObject({ accepted: 0, duplicates: 2, orders: [{ quantity: "1" }] })
    expect(await json("orders", "list")).toMatchObject({ items: [] })
    expect((await plain([])).out).toMatch(/trades .*import/)
    expect((await plain(["trades", "import", "--help"])).out).toContain("roundlot trades import trades.csv --dry-run")
  })

  it("halt stops sending with no daemon running, and a command id makes it happen once", async () => {
    const { cli, file, json } = desk()
    await cli("trades", "import", file("a.csv", buys(["a", "1.5"])))
    const once = await json("halt", "--reason", "news", "--command-id", "h1")
    expect(await json("halt", "--reason", "news", "--command-id", "h1")).toEqual(once)
    expect((await cli("start", "--until-idle")).code).toBe(3)
    expect(await json("positions", "show", "AAPL")).toMatchObject({ next: { answer: { code: "Halted" } } })
    await cli("resume", "--all", "--reason", "over", "--yes")
    expect((await cli("start", "--until-idle")).code).toBe(0)
    expect(await json("orders", "list", "--status", "filled")).toMatchObject({ items: [{ quantity: "1" }] })
  })

  it("a trade is reversed once, and its order's shares are due back", async () => {
    const { cli, json } = desk()
    await cli("trades", "add", "--id", "a", "--symbol", "AAPL", "--side", "buy", "--quantity", "1")
    await cli("start", "--until-idle")
    expect(await json("trades", "reverse", "T1", "--reason", "withdrawn", "--yes")).toMatchObject({
      done: "T1 is reversed by T2"
    })
    expect(await json("trades", "reverse", "T1", "--reason", "withdrawn", "--yes")).toMatchObject({
      done: "T1 was already reversed by T2"
    })
    await cli("start", "--until-idle")
    expect(await json("positions", "show", "AAPL")).toMatchObject({ exposure: "0", hedged: "0", residual: "0" })
  })

  it("the journal's head anchors an audit, and its export is its lines", async () => {
    const { cli, json } = desk()
    await cli("trades", "add", "--id", "a", "--symbol", "AAPL", "--side", "buy", "--quantity", "0.5")
    const anchor = (await cli("journal", "head")).out.trim()
    await cli("trades", "add", "--id", "b", "--symbol", "AAPL", "--side", "buy", "--quantity", "0.1")
    expect(await json("audit", "--anchor", anchor)).toMatchObject({ ok: true })
    const cut = await cli(
      "audit",
      "--anchor",
      anchor.replace(/.$/, (last) => (last === "0" ? "1" : "0"))
    )
    expect(cut.code).toBe(3)
    const lines = (await cli("journal", "export")).out.trimEnd().split("\n")
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ tag: "AccountOpened", seq: 1 })
  })
})
