import * as Command from "@effect/cli/Command"
import * as Descriptor from "@effect/cli/CommandDescriptor"
import { Effect, Option } from "effect"
import { Output } from "./Output.ts"
import { helpOf, type Tree } from "./Tree.ts"
import type { Meant, Surroundings, VerbError } from "./Verb.ts"

const described = async (path: ReadonlyArray<string>, tree: Tree): Promise<Descriptor.Command<Meant>> => {
  const name = path.at(-1) ?? ""
  if (tree._tag === "Leaf") return (await tree.load()).describe(name)
  const under = Object.entries(tree.verbs).map(
    async ([word, verb]) => [word, await described([...path, word], verb)] as const
  )
  const [first, ...others] = await Promise.all(under)
  const help = Effect.flatMap(Output, ({ raw }) => raw(`${helpOf(path.slice(1), tree)}\n`))
  const own = Descriptor.withDescription(Descriptor.make(name), tree.summary)
  if (first === undefined) return Descriptor.map(own, () => ({ name, doing: help }))
  return Descriptor.map(Descriptor.withSubcommands(own, [first, ...others]), ({ subcommand }) => ({
    name,
    doing: Option.match(subcommand, { onNone: () => help, onSome: ([, { doing }]) => doing })
  }))
}

/**
 * A tree of verbs as one command of `@effect/cli`, to stand under those of a program that has its own. All verbs are loaded. The words
 * are read as that library reads them: flags come before what else a verb takes.
 */
export const commandOf = (
  name: string,
  tree: Tree
): Effect.Effect<Command.Command<string, Surroundings, VerbError, Meant>> =>
  Effect.map(
    Effect.promise(() => described([name], tree)),
    Command.fromDescriptor(({ doing }) => doing)
  )
