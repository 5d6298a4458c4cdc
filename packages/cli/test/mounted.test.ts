import * as Command from "@effect/cli/Command"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { embedded, Environment, Tree, mounted, Output, Program, running, Verb, verbs } from "@roundlot/cli"
import { AccountName, Reads, Roundlot } from "@roundlot/core"
import { Effect, Layer } from "effect"
import { describe, expect, it } from "vitest"

const hello = Verb.make({
  name: "hello",
  summary: "say it",
  flags: {},
  run: () => Effect.flatMap(Output.Output, ({ answer }) => answer({ said: "hello" }, "hello"))
})

/** The verbs on books beside one of the program's own. */
const tree: Tree.Group = Tree.group("a program of one's own", {
  ...verbs.ofBooks,
  hello: Tree.leaf("say it", () => Promise.resolve(hello)),
  completion: Tree.leaf("completion", () => verbs.completionOf(tree))
})

const done = (words: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const said = { out: "", err: "" }
    const streams = { out: (text: string) => void (said.out += text), err: (text: string) => void (said.err += text) }
    const code = yield* running.run(tree, words, {}, streams)
    return { code, ...said }
  })

const onBooks = Effect.map(Effect.context<Program.Writing>(), (context): Program.Settings => {
  const books = Layer.succeedContext(context)
  return {
    ...embedded.nothing,
    books: { shown: "memory", isThere: Effect.succeed(true), reading: books, writing: books }
  }
})

const printed = () => {
  const said = { out: "" }
  const streams = { out: (text: string) => void (said.out += text), err: () => undefined }
  return { said, layer: Output.layer({ isJson: true }, streams) }
}

/** Command lines, one after another, on the same books in memory. */
const ran = (...lines: ReadonlyArray<string>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const settings = yield* onBooks
      const program: Program.ProgramService = { settle: () => Effect.succeed(settings) }
      return yield* Effect.forEach(lines, (line) => done(line.split(" "))).pipe(
        Effect.provideService(Program.Program, program)
      )
    }).pipe(Effect.provide(Roundlot.layerMemory))
  )

describe("the command line of a program of one's own", () => {
  it("works on the books that the program gives, with its answers and exit codes", async () => {
    const [added, taken, again, listed, shown] = await ran(
      "accounts add main",
      "trades add --id t-1 --symbol AAPL --side buy --quantity 0.3 --price 199.5",
      "trades add --id t-1 --symbol AAPL --side buy --quantity 0.4 --price 199.5",
      "trades list --json",
      "orders show O9"
    )
    expect(added).toMatchObject({ code: 0 })
    expect(taken).toEqual({ code: 0, out: "T1 accepted\n", err: "" })
    expect(again).toMatchObject({ code: 3 })
    expect(JSON.parse(listed?.out ?? "")).toMatchObject({ items: [{ id: "T1", account: "main", quantity: "0.3" }] })
    expect(shown).toMatchObject({ code: 1, out: "" })
  })

  it("knows the program's own verbs: their help, their completion, the nearest word", async () => {
    const [said, near, completion] = await ran("hello", "helo", "completion bash")
    expect(said).toEqual({ code: 0, out: "hello\n", err: "" })
    expect(near?.code).toBe(2)
    expect(near?.err).toContain("hello")
    expect(completion?.out).toMatch(/^ {4}""\) words="status connections trades .* hello completion"/m)
    const helped = await Effect.runPromise(Tree.helpsOf(tree))
    expect(helped.map(({ words }) => words)).toContain("hello")
  })

  it("stands as a command of @effect/cli under the program's own", async () => {
    const { layer, said } = printed()
    const app = Command.withSubcommands(Command.make("app"), [
      await Effect.runPromise(mounted.commandOf("books", tree))
    ])
    const line = (...words: ReadonlyArray<string>) =>
      Command.run(app, { name: "app", version: "1" })(["node", "app", "books", ...words])
    await Effect.runPromise(
      Effect.gen(function* () {
        const settings = yield* onBooks
        yield* Effect.zipRight(line("accounts", "add", "--lot", "10", "main"), line("hello")).pipe(
          Effect.provideService(Program.Program, { settle: () => Effect.succeed(settings) })
        )
        expect(yield* Reads.account(AccountName.AccountName.make("main"))).toMatchObject({ name: "main" })
      }).pipe(
        Effect.provide(layer),
        Effect.provideService(Environment.Environment, {}),
        Effect.provide(NodeContext.layer),
        Effect.provide(Roundlot.layerMemory)
      )
    )
    expect(said.out).toContain('"name":"main"')
    expect(said.out).toContain('{"said":"hello"}')
  })

  it("rehearses nothing where the program copies no books, and writes nothing meanwhile", async () => {
    const [, rehearsed, listed] = await ran(
      "accounts add main",
      "trades add --symbol AAPL --side buy --quantity 0.3 --dry-run",
      "trades list --json"
    )
    expect(rehearsed).toMatchObject({ code: 2, err: expect.stringContaining("does not support --dry-run") })
    expect(JSON.parse(listed?.out ?? "")).toMatchObject({ items: [] })
  })
})
