import { existsSync } from "node:fs"
import { basename, join } from "node:path"
import { Instruction } from "@roundlot/broker-paper"
import { Effect, Either } from "effect"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as CliConfig from "@effect/cli/CliConfig"
import { describe, expect, it } from "vitest"
import { arrange } from "../../src/cli/argv.ts"
import { layer as layerOutput } from "../../src/cli/Output.ts"
import { roundlot } from "../../src/cli/roundlot.ts"
import * as Tree from "../../src/cli/Tree.ts"
import { config } from "../../src/cli/Verb.ts"
import { parse } from "../../src/settings/Configuration.ts"
import { Environment } from "../../src/settings/Settings.ts"
import { desk, HEADER } from "../cli/roundlot.ts"
import { simulatedAt, type Simulated } from "../cli/simulated.ts"
import { blocksOf, filesIn, indentedIn, linesOf, pages, read, root, spokenIn, type Block } from "./blocks.ts"

const blocks = pages.flatMap(blocksOf)
const of = (...languages: ReadonlyArray<string>): ReadonlyArray<Block> =>
  blocks.filter(({ language }) => languages.includes(language))

/** Reads a command line as the program does, without doing it; what is wrong with it. */
const wrongWith = async (words: ReadonlyArray<string>): Promise<string | undefined> => {
  const told = Effect.gen(function* () {
    const { path, rest, tree } = yield* Tree.find(roundlot, words)
    if (tree._tag === "Group")
      return rest.some((word) => ["--help", "--version"].includes(word)) ? undefined : "no verb"
    const verb = yield* Effect.promise(tree.load)
    if (rest.includes("--help")) return undefined
    yield* verb.accept(yield* arrange(path.join(" "), verb.usage, rest))
    return undefined
  })
  const nothing = { out: () => undefined, err: () => undefined }
  return Effect.runPromise(
    told.pipe(
      Effect.catchAll(({ message }) => Effect.succeed(message)),
      Effect.provide(layerOutput(false, nothing)),
      Effect.provideService(CliConfig.CliConfig, config),
      Effect.provideService(Environment, {}),
      Effect.provide(NodeContext.layer)
    )
  )
}

const npmScripts = new Set([
  "start",
  "test",
  "install",
  ...Object.keys(Object(JSON.parse(read("package.json")).scripts))
])

/** Programs that are not ours: they are shown beside ours, and no test can run them here. */
const others = new Set(["curl", "ln", "systemctl", "journalctl", "useradd", "cp", "mkdir", "chmod"])

const wrongLine = async (words: ReadonlyArray<string>): Promise<string | undefined> => {
  const [first = "", ...rest] = words
  if (/^[A-Z_]+=/.test(first)) return wrongLine(rest)
  if (first === "roundlot") return wrongWith(rest)
  if (first === "npx" && rest[0] === "roundlot") return wrongWith(rest.slice(1))
  if (first === "npm") {
    const script = rest[0] === "run" ? (rest[1] ?? "") : (rest[0] ?? "")
    return npmScripts.has(script) ? undefined : `there is no script ${script}`
  }
  if (first === "node") return existsSync(join(root, rest[0] ?? "")) ? undefined : `there is no file ${rest[0]}`
  if (first === "sudo") return wrongLine(rest)
  return others.has(first) ? undefined : `nobody knows ${first}`
}

const wrongOf = async (found: ReadonlyArray<Block>): Promise<ReadonlyArray<string>> => {
  const wrong: Array<string> = []
  for (const { code, page } of found) {
    for (const line of linesOf(code)) {
      const why = line._tag === "Command" ? await wrongLine(line.words) : undefined
      if (why !== undefined) wrong.push(`${page}: ${JSON.stringify(line)}: ${why}`)
    }
  }
  return wrong
}

const flat = (text: string): string => text.replaceAll(/\s+/g, " ")

/** A program in the parts that a compiled file has word for word: each import, and what is between empty lines. */
const partsOf = (code: string): ReadonlyArray<string> =>
  code
    .split(/\n\n|\n(?=import )/)
    .flatMap((part) =>
      part.startsWith("import ") ? [part.replace(/import \{ (?:Effect|Layer)(?:, \w+)? \} from "effect"/, "")] : [part]
    )
    .map((part) => part.trim())
    .filter((part) => part !== "")

describe("what the guides show", () => {
  it("is in fences that say what it is", () => {
    expect(pages.flatMap((page) => indentedIn(page).map((line) => `${page}: ${line}`))).toEqual([])
    const known = ["sh", "ts", "json", "ini", "dockerfile", "yaml", "csv", "jsonl", "mermaid", "text"]
    expect(blocks.filter(({ language }) => language !== "" && !known.includes(language))).toEqual([])
  })

  it("every command line is one that the program takes", async () => {
    expect(of("sh").length).toBeGreaterThan(25)
    expect(await wrongOf(of("sh"))).toEqual([])
    expect(await wrongWith(["orders", "lst"])).toMatch(/list/)
    expect(await wrongWith(["halt", "--raeson", "x"])).toMatch(/--reason/)
    expect(await wrongWith(["trades", "import"])).toBeDefined()
  })

  it("a command in running text names a verb, and flags that it has", async () => {
    const wrong: Array<string> = []
    for (const page of pages) {
      for (const spoken of spokenIn(page)) {
        const words = spoken.split(" ").filter((word) => !/^[A-Z…]/.test(word))
        const found = Tree.find(roundlot, words)
        const why = Either.isLeft(found)
          ? found.left.message
          : found.right.tree._tag === "Group"
            ? undefined
            : await lacking(found.right)
        if (why !== undefined) wrong.push(`${page}: roundlot ${spoken}: ${why}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it("TypeScript is word for word in a file that is compiled", () => {
    const files = [
      ...filesIn("examples", ".ts"),
      ...filesIn("packages", "/test/readme.test.ts"),
      "packages/broker-paper/test/Contract.test.ts"
    ]
    const sources = flat(files.map(read).join("\n"))
    const shown = of("ts").flatMap(({ code, page }) => partsOf(code).map((part) => ({ page, part })))
    expect(shown.length).toBeGreaterThan(15)
    const strange = shown.filter(({ part }) => !sources.includes(flat(part)))
    expect(strange.map(({ page, part }) => `${page}: ${part}`)).toEqual([])
  })

  it("JSON is a configuration that the program reads", () => {
    const shown = of("json")
    expect(shown.length).toBeGreaterThan(2)
    const wrong = shown.flatMap(({ code, page }) =>
      Either.match(parse(code, page), { onLeft: ({ message }) => [message], onRight: () => [] })
    )
    expect(wrong).toEqual([])
  })

  it("lines of JSON are instructions that the paper exchange takes", () => {
    const lines = of("jsonl").flatMap(({ code }) => code.trim().split("\n"))
    expect(lines.length).toBeGreaterThan(15)
    expect(lines.filter((line) => Either.isLeft(Instruction.parse(line)))).toEqual([])
  })

  it("units and container files start the program by lines that it takes", async () => {
    const lines = of("ini", "dockerfile").flatMap(({ code }) => {
      const execs = [...code.matchAll(/^Exec\w+=\S*roundlot (.+)$/gm)].map(([, words = ""]) => words.split(" "))
      const runs = [...code.matchAll(/^(?:CMD|ENTRYPOINT) (\[.+\])$/gm)].map(([, words = "[]"]) => JSON.parse(words))
      return [...execs, ...runs.filter((words) => words[0] !== "node")]
    })
    const made = of("dockerfile").flatMap(({ code }) =>
      [...code.matchAll(/^RUN (.+)$/gm)].flatMap(([, run = ""]) => run.split(" && ").map((each) => each.split(" ")))
    )
    expect(made.length).toBeGreaterThan(1)
    for (const words of made) expect([words, await wrongLine(words)]).toEqual([words, undefined])
    expect(lines.length).toBeGreaterThan(1)
    for (const words of lines) expect([words, await wrongWith(words)]).toEqual([words, undefined])
  })

  it("every metric is one that a daemon has", () => {
    const sources = [
      ...filesIn("packages/runner/src", ".ts"),
      ...filesIn("packages/core/src", ".ts"),
      ...filesIn("packages/api/src", ".ts")
    ]
      .map(read)
      .join("\n")
    const named = new Set(pages.flatMap((page) => read(page).match(/\broundlot_(?!ops_)[a-z_]+[a-z]\b/g) ?? []))
    expect(named.size).toBeGreaterThan(8)
    const known = (name: string): boolean => sources.includes(name.replace(/_(?:bucket|sum|count)$/, ""))
    expect([...named].filter((name) => !known(name))).toEqual([])
  })

  it("every message of the troubleshooting page is one that the program says", () => {
    const sources = filesIn("packages", ".ts")
      .filter((path) => path.includes("/src/"))
      .map(read)
      .join("\n")
    const heads = [...read("docs/guides/troubleshooting.md").matchAll(/^### `(.+)`$/gm)].map(([, head = ""]) => head)
    expect(heads.length).toBeGreaterThan(20)
    const isSaid = (head: string) => head.split("…").every((part) => sources.includes(part.trim()))
    expect(heads.filter((head) => !isSaid(head))).toEqual([])
  })
})

const lacking = async ({ path, rest, tree }: Tree.Found): Promise<string | undefined> => {
  if (tree._tag === "Group") return undefined
  const { usage } = await tree.load()
  const read = arrange(path.join(" "), usage, rest)
  return Either.isLeft(read) && !read.left.message.includes("has no value") ? read.left.message : undefined
}

type Words = ReadonlyArray<string>

/** What is there before a block is typed: files, a simulated broker, what was done, and what is done before a line. */
interface Scene {
  readonly at?: Simulated
  readonly files?: Readonly<Record<string, string>>
  readonly first?: ReadonlyArray<Words>
  readonly before?: (words: Words) => ReadonlyArray<Words>
}

/** What a person types of a block, run in a folder of its own, one line after the other; what each ended with. */
const typed = async (found: ReadonlyArray<Block>, { at, before = () => [], files = {}, first = [] }: Scene = {}) => {
  const { file, folder, plain, wait } = desk()
  const variables = { ROUNDLOT_STORE: `sqlite:${join(folder, "books.db")}` }
  const placed = (word: string): string =>
    /\.(?:csv|db|env)$/.test(word) ? word.replace(/[^:]*$/, (path) => join(folder, basename(path))) : word
  const codes: Array<string> = []
  const run = async (words: Words) => {
    const { code, err } = await plain(words.map(placed), variables)
    codes.push(`${code} ${words.join(" ")} ${code === 0 ? "" : err}`)
  }
  const simulator = at === undefined ? undefined : await simulatedAt(at, folder)
  for (const [name, text] of Object.entries(files)) file(name, text)
  for (const words of first) await run(words)
  wait(60_000)
  for (const line of found.flatMap(({ code, language }) => (language === "sh" ? linesOf(code) : []))) {
    if (line._tag === "File") file(line.name, line.text)
    if (line._tag !== "Command" || line.words[0] === "npm") continue
    const words = line.words.slice(line.words.indexOf("roundlot") + 1)
    // The simulator is there already, and a daemon that goes on for ever is ended when it is idle.
    if (words[0] === "simulate") continue
    const isEndless = words[0] === "start" && !words.includes("--until-idle")
    for (const each of [...before(words), isEndless ? [...words, "--until-idle"] : words]) await run(each)
  }
  await simulator?.end()
  return codes
}

/** A daemon does what is asked of it and ends. */
const AT_WORK = ["start", "--until-idle"]

/** A batch is followed where a daemon runs beside it. */
const followed: Scene = { before: ([, verb]) => (verb === "watch" ? [AT_WORK] : []) }

describe("the tutorials", () => {
  it("BAT-12: README.md leads to a first batch of one's own, which ends well", async () => {
    const own = blocksOf("README.md").filter(({ code }) => code.includes("batches export"))
    const codes = await typed(own, followed)
    expect(codes.length).toBe(4)
    expect(codes.filter((code) => !code.startsWith("0 "))).toEqual([])
  })

  it.each(["docs/guides/first-steps.md", "docs/guides/batches.md"])("%s works as it stands", async (page) => {
    const codes = await typed(blocksOf(page))
    expect(codes.length).toBeGreaterThan(8)
    expect(codes.filter((code) => !/^[03] /.test(code))).toEqual([])
  })
})

/** Four orders of whole shares, and a trade of less. */
const TRADES = [
  HEADER,
  ...["AAPL", "MSFT", "IBM", "AIG"].map((symbol, at) => `t${at},2026-01-02T15:00:00Z,${symbol},buy,${at + 1},200`),
  "t9,2026-01-02T15:00:00Z,NVDA,buy,0.5,200",
  ""
].join("\n")

const files = { "trades.csv": TRADES, "file.csv": TRADES, "friday.csv": TRADES }

/** Those orders have been filled. */
const atWork: Scene = { files, first: [["trades", "import", "trades.csv"], AT_WORK] }

/** The same at Interactive Brokers. */
const atIbkr: ReadonlyArray<Words> = [
  ["trades", "import", "trades.csv"],
  [...AT_WORK, "--broker", "ibkr", "--env-file", "ibkr.env"]
]

const BUY: Words = "trades add --symbol IBM --side buy --quantity 3".split(" ")
const BY_HAND: Words = ["exchange", "do", '{ "id": "h1", "do": { "holding": { "symbol": "AAPL", "quantity": "5" } } }']

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
const known: ReadonlyArray<readonly [page: string, words: string, lines: number, scene: Scene]> = [
  ["README.md", "trades import trades.csv", 11, { files }],
  ["docs/guides/operating.md", "its source is odd", 4, atWork],
  ["docs/guides/operating.md", "orders approve O5", 6, withBefore({ approve: [BUY, AT_WORK] })],
  ["docs/guides/operating.md", '--reason "over" --dry-run', 1, atWork],
  ["docs/guides/operating.md", "orders recheck O5", 7, withBefore({ recheck: [BUY, AT_WORK], adjust: [BY_HAND] })],
  ["docs/guides/operating.md", "report hedging", 2, atWork],
  ["docs/guides/operating.md", "batches watch G1", 4, { files, ...followed }],
  ["docs/guides/operating.md", "store retain", 2, atWork],
  ["docs/guides/alpaca.md", "trades import", 2, { files, at: "alpaca" }],
  ["docs/guides/schwab.md", "trades import", 2, { files, at: "schwab" }],
  ["docs/guides/interactive-brokers.md", "trades import", 2, { files, at: "ibkr" }],
  ["docs/guides/interactive-brokers.md", "sync positions", 4, { ...atWork, first: atIbkr, at: "ibkr" }],
  ["docs/guides/deployment.md", "takeThenReset", 2, { at: "alpaca" }]
]

describe("what the guides show to those who know their way", () => {
  it.each(known)("%s: the lines with %s do what they say", async (page, words, lines, scene) => {
    const found = blocksOf(page).filter(({ code }) => code.includes(words))
    expect(found).toHaveLength(1)
    const codes = await typed(found, scene)
    expect(codes.length).toBeGreaterThanOrEqual(lines)
    expect(codes.filter((code) => !/^[03] /.test(code))).toEqual([])
  })
})
