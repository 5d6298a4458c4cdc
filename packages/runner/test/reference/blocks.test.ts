import { existsSync } from "node:fs"
import { join } from "node:path"
import { Instruction } from "@roundlot/broker-paper"
import { Effect, Either, Schema } from "effect"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as CliConfig from "@effect/cli/CliConfig"
import { describe, expect, it } from "vitest"
import { parse as parseYaml } from "yaml"
import { argv, Environment, Output, Tree, Verb } from "@roundlot/cli"
import { Configuration } from "@roundlot/daemon/configuration"
import { layerProgram } from "../../src/cli/run.ts"
import { roundlot } from "../../src/cli/roundlot.ts"
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
    yield* verb.accept(yield* argv.arrange(path.join(" "), verb.usage, rest))
    return undefined
  })
  const nothing = { out: () => undefined, err: () => undefined }
  return Effect.runPromise(
    told.pipe(
      Effect.catchAll(({ message }) => Effect.succeed(message)),
      Effect.provide(Output.layer({ isJson: false }, nothing)),
      Effect.provideService(CliConfig.CliConfig, Verb.config),
      Effect.provideService(Environment.Environment, {}),
      Effect.provide(layerProgram),
      Effect.provide(NodeContext.layer)
    )
  )
}

const scripts: ReadonlyMap<string, string> = new Map(Object.entries(Object(JSON.parse(read("package.json")).scripts)))

/** What is wrong with a line for npm: its script, or a flag that this script's own file has not among its options. */
const wrongScript = ([verb = "", ...words]: ReadonlyArray<string>): string | undefined => {
  const script = scripts.get(verb === "run" ? (words[0] ?? "") : verb)
  if (script === undefined) return `there is no script for ${[verb, ...words].join(" ")}`
  const [file] = /\S+\.(?:ts|mjs)/.exec(script) ?? []
  const options = file === undefined || verb !== "run" ? undefined : read(file)
  const flags = words.filter((word) => word.startsWith("--") && word !== "--").map((word) => word.slice(2))
  return flags.find((flag) => options !== undefined && !new RegExp(`^\\s+${flag}: \\{ type:`, "m").test(options))
}

/** Programs that are not ours: they are shown beside ours, and no test can run them here. */
const others = new Set(["curl", "sh", "ln", "systemctl", "journalctl", "useradd", "cp", "mkdir", "chmod", "chown"])

/** What is wrong with what a container is asked to run, and with the files that are named to docker. */
const wrongInside = async (words: ReadonlyArray<string>): Promise<string | undefined> => {
  const missing = words.filter((word) => word.startsWith("deploy/") && !existsSync(join(root, word)))
  if (missing.length > 0) return `there is no ${missing.join(", ")}`
  const at = words.indexOf("scripts/roundlot.mjs")
  return at < 0 ? undefined : wrongWith(words.slice(at + 1))
}

const wrongLine = async (words: ReadonlyArray<string>): Promise<string | undefined> => {
  const [first = "", ...rest] = words
  if (/^[A-Z_]+=/.test(first)) return wrongLine(rest)
  if (first === "roundlot") return wrongWith(rest)
  if (first === "npx" && rest[0] === "roundlot") return wrongWith(rest.slice(1))
  if (first === "npm") return wrongScript(rest)
  if (first === "node") return existsSync(join(root, rest[0] ?? "")) ? undefined : `there is no file ${rest[0]}`
  if (first === "sudo") return wrongLine(rest)
  if (first === "docker") return wrongInside(rest)
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

const Composed = Schema.decodeUnknownSync(
  Schema.Struct({
    services: Schema.Struct({ roundlot: Schema.Struct({ command: Schema.Array(Schema.String) }) })
  })
)

describe("what the guides show", () => {
  it("is in fences that say what it is", () => {
    expect(pages.flatMap((page) => indentedIn(page).map((line) => `${page}: ${line}`))).toEqual([])
    const known = ["sh", "ts", "js", "json", "csv", "jsonl", "sql", "mermaid", "text"]
    expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([])
  })

  it("an installation names the line of Effect that goes with it", () => {
    // Lines that follow each other are one installation.
    const together = /npm (?:i|install) [^`\n]*(?:\nnpm (?:i|install) [^`\n]*)*/g
    const shown = pages
      .flatMap((page) => read(page).match(together) ?? [])
      .filter((line) => line.includes("@roundlot/"))
    expect(shown.length).toBeGreaterThan(3)
    expect(shown.filter((line) => !line.includes("effect@3"))).toEqual([])
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
      Either.match(Configuration.parse(code, page), { onLeft: ({ message }) => [message], onRight: () => [] })
    )
    expect(wrong).toEqual([])
  })

  it("lines of JSON are instructions that the paper exchange takes", () => {
    const lines = of("jsonl").flatMap(({ code }) => code.trim().split("\n"))
    expect(lines.length).toBeGreaterThan(15)
    expect(lines.filter((line) => Either.isLeft(Instruction.parse(line)))).toEqual([])
  })

  it("units and container files start the program by lines that it takes", async () => {
    const files = ["roundlot.service", "Dockerfile"].map((name) => read(`deploy/${name}`))
    const lines = files.flatMap((code) => {
      const execs = [...code.matchAll(/^Exec\w+=\S*roundlot (.+)$/gm)].map(([, words = ""]) => words.split(" "))
      const runs = [...code.matchAll(/^(?:CMD|ENTRYPOINT) (\[.+\])$/gm)].map(([, words = "[]"]) => JSON.parse(words))
      return [...execs, ...runs.filter((words) => words[0] !== "node")]
    })
    const made = [...read("deploy/Dockerfile").matchAll(/^RUN (.+)$/gm)].flatMap(([, run = ""]) =>
      run.split(" && ").map((each) => each.split(" "))
    )
    expect(made.length).toBeGreaterThan(1)
    for (const words of made) expect([words, await wrongLine(words)]).toEqual([words, undefined])
    expect(lines.length).toBeGreaterThan(1)
    const { command } = Composed(parseYaml(read("deploy/compose.yaml"))).services.roundlot
    for (const words of [...lines, command]) expect([words, await wrongWith(words)]).toEqual([words, undefined])
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
  const read = argv.arrange(path.join(" "), usage, rest)
  return Either.isLeft(read) && !read.left.message.includes("has no value") ? read.left.message : undefined
}
