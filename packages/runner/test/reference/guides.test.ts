import { Schema } from "effect"
import { describe, expect, it, onTestFinished } from "vitest"
import { parse } from "yaml"
import { databases } from "../cli/database.ts"
import { cameBackTo, logIn } from "../cli/loggingIn.ts"
import { desk, HEADER } from "../cli/roundlot.ts"
import { simulatedAt } from "../cli/simulated.ts"
import { newer } from "../store/later.ts"
import { collector } from "../traces/collector.ts"
import { blocksOf, blockWith, linesOf, pages, read, unknownOf, type Block } from "./blocks.ts"
import { meant, typist, type Program, type Scene, type Words } from "./typed.ts"

const { fresh } = databases()

/** What lines must not end with. */
const failures = (codes: ReadonlyArray<string>): ReadonlyArray<string> => codes.filter((code) => !/^[03] /.test(code))

/** The lines of blocks, typed in a scene of their own; what each ended with. */
const typed = async (found: ReadonlyArray<Block>, scene?: Scene): Promise<ReadonlyArray<string>> => {
  const { codes, typeAll } = await typist(scene)
  await typeAll(found)
  return codes
}

/** A daemon does what is asked of it and ends. */
const AT_WORK = ["start", "--until-idle"]

/** A batch is followed where a daemon runs beside it. */
const followed: Scene = { before: ([, verb]) => (verb === "watch" ? [AT_WORK] : []) }

const OPERATING = "docs/guides/operating.md"
const OWN_BATCH = blockWith("README.md", "batches export")
const TUTORIALS = ["docs/guides/first-steps.md", "docs/guides/batches.md"]

describe("the tutorials", () => {
  it("BAT-12: README.md leads to a first batch of one's own, which ends well", async () => {
    const codes = await typed([OWN_BATCH], followed)
    expect(codes.length).toBe(4)
    expect(codes.filter((code) => !code.startsWith("0 "))).toEqual([])
  })

  it.each(TUTORIALS)("%s works as it stands", async (page) => {
    const codes = await typed(blocksOf(page))
    expect(codes.length).toBeGreaterThan(8)
    expect(codes.filter((code) => !/^[03] /.test(code))).toEqual([])
  })
})

/** A file of trades, whole shares of each symbol. */
const rowsOf = (...symbols: ReadonlyArray<string>): string =>
  [HEADER, ...symbols.map((symbol, at) => `t${at},2026-01-02T15:00:00Z,${symbol},buy,${at + 1},200`), ""].join("\n")

/** Four orders of whole shares, and a trade of less. */
const TRADES = `${rowsOf("AAPL", "MSFT", "IBM", "AIG")}t9,2026-01-02T15:00:00Z,NVDA,buy,0.5,200\n`

const files = { "trades.csv": TRADES, "file.csv": TRADES, "friday.csv": TRADES }

/** Those orders have been filled. */
const atWork: Scene = { files, first: [["trades", "import", "trades.csv"], AT_WORK] }

/** A broker's files of a day, each with a purchase that the books do not have. */
const statements = {
  "flex.xml":
    '<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1" fromDate="20260105" toDate="20260105"><Trades>' +
    '<Trade assetCategory="STK" symbol="AAPL" dateTime="20260105;100000" buySell="BUY" quantity="1" tradePrice="200" ' +
    'ibExecID="0000e0d5.65a1b2c3.01.01" tradeID="1"/></Trades></FlexStatement></FlexStatements></FlexQueryResponse>',
  "activities.json":
    '[{"id":"20260105150000000::a","activity_type":"FILL","type":"fill","order_id":"a","symbol":"AAPL","side":"buy",' +
    '"qty":"1","price":"200","cum_qty":"1","leaves_qty":"0","transaction_time":"2026-01-05T15:00:00Z"}]',
  "transactions.json":
    '[{"activityId":1,"time":"2026-01-05T15:00:00+0000","type":"TRADE","orderId":7,"transferItems":' +
    '[{"instrument":{"assetType":"EQUITY","symbol":"AAPL"},"amount":1,"price":200}]}]'
}

/** The same at Interactive Brokers. */
const atIbkr: ReadonlyArray<Words> = [
  ["trades", "import", "trades.csv"],
  [...AT_WORK, "--broker", "ibkr", "--env-file", "ibkr.env"]
]

const BUY: Words = "trades add --symbol IBM --side buy --quantity 3".split(" ")
const BY_HAND: Words = [
  "exchange",
  "instruct",
  '{ "id": "h1", "do": { "holding": { "symbol": "AAPL", "quantity": "5" } } }'
]

/** Before the first line with a verb of these, that is done as well. */
const withBefore = (done: Readonly<Record<string, ReadonlyArray<Words>>>): Scene => {
  const due = new Map(Object.entries(done))
  const before = ([, verb = ""]: Words) => {
    const now = due.get(verb) ?? []
    due.delete(verb)
    return now
  }
  return { ...atWork, before }
}

/** Blocks of guides for those who know their way: by words that stand in them alone, how many lines are run at least, and where. */
const skilled: ReadonlyArray<readonly [page: string, words: string, lines: number, scene: Scene]> = [
  ["README.md", "trades import trades.csv", 11, { files }],
  ["docs/guides/operating.md", "instruments confirm XYZ", 2, atWork],
  ["docs/guides/operating.md", "its source is odd", 4, atWork],
  ["docs/guides/operating.md", "tokens create model", 1, atWork],
  ["docs/guides/operating.md", "orders approve O5", 6, withBefore({ approve: [BUY, AT_WORK] })],
  ["docs/guides/operating.md", '--reason "over" --dry-run', 1, atWork],
  ["docs/guides/operating.md", "--restricted-hours none", 2, atWork],
  ["docs/guides/operating.md", "orders recheck O5", 7, withBefore({ recheck: [BUY, AT_WORK], adjust: [BY_HAND] })],
  ["docs/guides/operating.md", "report hedging", 3, atWork],
  ["docs/guides/profit.md", "report profit", 4, atWork],
  ["docs/guides/statements.md", "report statement", 3, { ...atWork, files: { ...files, ...statements } }],
  ["docs/guides/statements.md", "sync statement", 3, { ...atWork, files: { ...files, ...statements } }],
  ["docs/guides/operating.md", "batches watch G1", 4, { files, ...followed }],
  ["docs/guides/operating.md", "roundlot webhooks list", 1, atWork],
  ["docs/guides/operating.md", "store retain", 2, atWork],
  ["docs/guides/alpaca.md", "trades import", 2, { files, at: "alpaca" }],
  ["docs/guides/schwab.md", "trades import", 2, { files, at: "schwab" }],
  ["docs/guides/interactive-brokers.md", "trades import", 2, { files, at: "ibkr" }],
  ["docs/guides/interactive-brokers.md", "sync positions", 4, { ...atWork, first: atIbkr, at: "ibkr" }]
]

describe("what the guides show to those who know their way", () => {
  it.each(skilled)("%s: the lines with %s do what they say", async (page, words, lines, scene) => {
    const codes = await typed([blockWith(page, words)], scene)
    expect(codes.length).toBeGreaterThanOrEqual(lines)
    expect(failures(codes)).toEqual([])
  })
})

const START = blockWith(OPERATING, "start --port 8080")
const TOKENS = blockWith(OPERATING, "tokens create dana")
const TRACED = blockWith(OPERATING, "OTEL_EXPORTER")
const RESOLVE = blockWith(OPERATING, "breaks resolve B2")
/** Typed where daemons are killed. */
const GUARD = blockWith(OPERATING, "roundlot guard")
/** Typed in the tests of `approvals`. */
const APPROVALS = blockWith(OPERATING, "approvals approve")
const MOVE = blockWith(OPERATING, "store restore")
const VERSIONS = blockWith(OPERATING, "store migrate --plan")
const LOGIN = blockWith("docs/guides/schwab.md", "schwab login")
const LOTS = blockWith("docs/guides/profit.md", "fills identify F9")
const KEYS = [
  ["docs/guides/alpaca.md", "APCA_API_KEY_ID", "alpaca"],
  ["docs/guides/interactive-brokers.md", "IB_CLIENT_ID", "ibkr"]
] as const

/** What takes minutes or hours, or is what runs here. */
const NOT_TYPED = [
  blockWith("README.md", "npm test"),
  blockWith("docs/guides/dashboard.md", "npm start"),
  blockWith("docs/guides/measuring.md", "npm run bench"),
  blockWith("docs/reliability.md", "npm run simulate"),
  blockWith("docs/reliability.md", "--faults liar"),
  blockWith("docs/reliability.md", "--story properties"),
  blockWith("docs/reliability.md", "--story batch"),
  blockWith("docs/reliability.md", "--story endurance")
]

it("no command of a page is left out", () => {
  const known = [OWN_BATCH, START, TOKENS, TRACED, RESOLVE, GUARD, APPROVALS, MOVE, VERSIONS, LOGIN, LOTS, ...NOT_TYPED]
  const others = [
    ...TUTORIALS.flatMap(blocksOf),
    ...KEYS.map(([page, words]) => blockWith(page, words)),
    ...skilled.map(([page, words]) => blockWith(page, words))
  ]
  // It has its own test.
  const here = pages.filter((page) => page !== "docs/guides/deployment.md")
  expect(unknownOf(here, [...known, ...others])).toEqual([])
})

/** What curl is answered; 22 where it is a refusal, as by `--fail`. */
const curl: Program = async (words) => {
  const [name = "", value = ""] = (words[words.indexOf("-H") + 1] ?? "").split(": ")
  const response = await fetch(words.at(-1) ?? "", { headers: { [name]: value } })
  return { code: response.ok ? 0 : 22, out: await response.text(), err: "" }
}

const found = (text: string, what: RegExp): string => what.exec(text)?.[0] ?? ""

/** A free port, the address that it has got, and the token that was made last. */
const served = (word: string, said: string): string =>
  (word === "8080" ? "0" : word)
    .replace("http://127.0.0.1:8080", found(said, /http:\/\/127\.0\.0\.1:\d+/))
    .replace("127.0.0.1:8080", found(said, /127\.0\.0\.1:\d+/))
    .replace("rlt_…", said.match(/rlt_[0-9a-f]+/g)?.at(-1) ?? "")

/** What Prometheus is told of each job: a path, who asks, and where. */
const Scraped = Schema.decodeUnknownSync(
  Schema.Struct({
    scrape_configs: Schema.Array(
      Schema.Struct({
        job_name: Schema.String,
        metrics_path: Schema.String,
        authorization: Schema.Struct({ credentials_file: Schema.String }),
        static_configs: Schema.Array(Schema.Struct({ targets: Schema.Array(Schema.String) }))
      })
    )
  }),
  { onExcessProperty: "error" }
)

describe("what goes on while other lines are typed", () => {
  it("operating.md: a daemon answers who has the token that was made, and Prometheus where it is told to ask", async () => {
    const { codes, rest, run, typeAll } = await typist({ ...atWork, here: served, programs: { curl }, goesOn: true })
    await typeAll([START])
    const [link, , overview] = await typeAll([TOKENS])
    expect(link).toMatchObject({ code: 0, out: expect.stringMatching(/\/sign-in#code=/) })
    expect(overview).toMatchObject({ code: 0, out: expect.stringContaining('"positions"') })
    const { scrape_configs: jobs } = Scraped(parse(read("deploy/prometheus.yml")))
    await run("roundlot tokens create prometheus --role read".split(" "))
    for (const { metrics_path: path, static_configs: configs } of jobs) {
      const [target = ""] = configs.flatMap(({ targets }) => targets)
      const ask = (who: string) => run(["curl", "-H", `Authorization: Bearer ${who}`, `http://${target}${path}`])
      expect(await ask("rlt_…")).toMatchObject({ code: 0, out: expect.stringContaining("roundlot_part_ok") })
      expect(await ask("nobody")).toMatchObject({ code: 22 })
    }
    await rest()
    expect(codes.filter((code) => !/^[03] |^22 curl .*nobody/.test(code))).toEqual([])
  })

  it("operating.md: a collector is told of trades", async () => {
    const { end, endpoint, spans } = await collector()
    const here = (word: string) => word.replace("http://127.0.0.1:4318", endpoint)
    const codes = await typed([TRACED], {
      files,
      first: [["trades", "import", "trades.csv"]],
      here
    })
    await end()
    expect(failures(codes)).toEqual([])
    expect(spans.length).toBeGreaterThan(3)
  })

  it("operating.md: breaks, orders in doubt and quarantined trades are ended on a person's word", async () => {
    const { codes, rest, run, says, typeAll } = await typist({ ...undecided, goesOn: true })
    await run(["roundlot", "start"])
    await says(/"Unknown"[^]*"Unknown"/)
    await rest()
    for (const words of CONTRADICTING) await run(["roundlot", ...words])
    await typeAll([RESOLVE])
    expect(failures(codes)).toEqual([])
    const shown = async (line: string) => (await run(["roundlot", ...line.split(" ")])).out
    expect(await shown("breaks show B2")).toMatch(/^status +closed$/m)
    expect(await shown("orders show O5")).toMatch(/P1234-7/)
    expect(await shown("orders show O6")).toMatch(/^reason +not placed: the broker confirmed/m)
    expect(await shown("trades show T7")).toMatch(/^symbol +AAPL$/m)
    expect(await shown("trades show T8")).toMatch(/^reason +Dismissed: a test/m)
  })
})

/** Six orders; no answer comes to the last two, which are in doubt until somebody looks again. */
const undecided: Scene = {
  files: {
    "trades.csv": rowsOf("AAPL", "AIG", "IBM", "MSFT", "XOM", "ZTS"),
    "again.csv": rowsOf("AIG", "AAPL"),
    "venue.csv": `${HEADER}\nv1,2026-01-02T15:00:00Z,Apple,buy,1,200\nv2,2026-01-02T15:00:00Z,TEST,buy,1,200\n`,
    "roundlot.json": '{ "sources": { "venue": { "suffixes": ["s1"] } } }'
  },
  first: [
    ...["XOM", "ZTS"].map((symbol): Words => [
      "exchange",
      "instruct",
      JSON.stringify({ id: symbol, when: { symbol }, do: { resetBefore: {} } })
    ]),
    ["trades", "import", "trades.csv"]
  ]
}

/** Two trades come again that are not what they were, and two of symbols that nobody knows. */
const CONTRADICTING: ReadonlyArray<Words> = [
  ["trades", "import", "again.csv"],
  ["trades", "import", "venue.csv", "--source", "venue", "--config", "roundlot.json"]
]

/** What was restored has taken over before it is moved. */
const restored = ([, verb]: Words): ReadonlyArray<Words> =>
  verb === "copy" ? [["store", "activate", "--store", "sqlite:books.db", "--reason", "restored"]] : []

/** The new version is there for who looks after the store. */
const versionFor = ([group]: Words) => (group === "store" ? newer : undefined)

describe("a store", () => {
  it("operating.md: is backed up, restored, moved to Postgres and activated there, and drives nothing where it was", async () => {
    const database = await fresh()
    const here = (word: string, said: string) =>
      word
        .replace(/^backups\/roundlot-.+/, found(said, /\S+backups\/roundlot-[\dTZ]+\.db/))
        .replace("postgres://roundlot@db/books", database)
    const { codes, run, typeAll } = await typist({ ...atWork, before: restored, here, store: "desk.db" })
    await typeAll([MOVE])
    expect(failures(codes)).toEqual([])
    const starts = (...where: Words) => run(["roundlot", ...AT_WORK, ...where])
    expect(await starts()).toMatchObject({ code: 1, err: expect.stringContaining("it is retired") })
    expect(await starts("--store", "sqlite:books.db")).toMatchObject({ code: 1 })
    expect(await starts("--store", database, "--paper", "desk.paper.db")).toMatchObject({ code: 0 })
  })

  it("operating.md: is brought to a new version and back", async () => {
    const { codes, run, typeAll } = await typist({ ...atWork, version: versionFor })
    const [plan, migrated, way, back] = await typeAll([VERSIONS])
    expect(failures(codes)).toEqual([])
    expect([plan, migrated, way, back].map((ended) => ended?.code)).toEqual([0, 0, 3, 0])
    expect(await run(["roundlot", "audit"])).toMatchObject({ code: 0 })
  })
})

describe("keys of a broker", () => {
  it.each(KEYS)("%s: the names with %s are those by which %s is found", async (page, words, at) => {
    const { simulator } = await typist({ at })
    const lines = linesOf(blockWith(page, words).code)
    const names = lines.flatMap((line) => (line._tag === "Variable" ? [line.name] : []))
    expect(names.length).toBeGreaterThan(2)
    expect(names.filter((name) => simulator?.value(name) === "")).toEqual([])
  })

  it("schwab.md: somebody logs in with the file of keys", async () => {
    const { folder } = desk()
    const schwab = await simulatedAt("schwab", folder)
    onTestFinished(() => void schwab.end())
    const [line] = linesOf(LOGIN.code)
    const words = line?._tag === "Command" ? meant(line.words).words : []
    const { code, out } = await logIn(
      words.slice(1).map((word) => (word === "schwab.env" ? schwab.envFile : word)),
      cameBackTo
    )
    expect([code, out]).toEqual([0, expect.stringContaining("Logged in until")])
  })
})
