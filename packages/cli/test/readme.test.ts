import { embedded, Program, running, Tree, verbs } from "@roundlot/cli"
import { Roundlot } from "@roundlot/core"
import { Effect, Layer } from "effect"
import { expect, it } from "vitest"

const tree = Tree.group("the books of this program", verbs.ofBooks)

const program = Effect.gen(function* () {
  const books = Layer.succeedContext(yield* Effect.context<Program.Writing>())
  const settings: Program.Settings = {
    ...embedded.nothing,
    books: { shown: "memory", isThere: Effect.succeed(true), reading: books, writing: books }
  }
  const streams = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text)
  }
  return yield* running
    .run(tree, ["accounts", "add", "main", "--json"], {}, streams)
    .pipe(Effect.provideService(Program.Program, { settle: () => Effect.succeed(settings) }))
}).pipe(Effect.provide(Roundlot.layerMemory))

it("the README's program is this one", () => {
  expect(Effect.isEffect(program)).toBe(true)
})
