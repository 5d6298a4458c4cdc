import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type { Usage } from "@effect/cli/Usage"
import { Either, HashMap, Option } from "effect"
import { UsageError, unknownWord } from "./UsageError.ts"

/** A flag of a verb. */
interface Flag {
  readonly names: ReadonlyArray<string>
  readonly takesValue: boolean
}

/** What a command line comes to once its words are known: the verb, and its arguments with every flag before them. */
export interface Line {
  readonly path: ReadonlyArray<string>
  readonly descriptor: CommandDescriptor.Command<unknown>
  readonly args: ReadonlyArray<string>
  readonly isJson: boolean
  readonly wantsHelp: boolean
  readonly isVerb: boolean
}

const flagsOf = (usage: Usage): ReadonlyArray<Flag> => {
  switch (usage._tag) {
    case "Named":
      return [{ names: usage.names, takesValue: Option.isSome(usage.acceptedValues) }]
    case "Optional":
    case "Repeated":
      return flagsOf(usage.usage)
    case "Alternation":
    case "Concat":
      return [...flagsOf(usage.left), ...flagsOf(usage.right)]
    default:
      return []
  }
}

const isFlag = (word: string): boolean => word.startsWith("-") && word !== "-" && word !== "--"

/** Follows the words of a command line down the verbs, naming the nearest where one is not known. */
const descend = (
  root: CommandDescriptor.Command<unknown>,
  words: ReadonlyArray<string>
): Either.Either<Pick<Line, "path" | "descriptor" | "isVerb"> & { readonly rest: ReadonlyArray<string> }, UsageError> => {
  const path: Array<string> = []
  const before: Array<string> = []
  let descriptor = root
  for (const [index, word] of words.entries()) {
    const inner = CommandDescriptor.getSubcommands(descriptor)
    if (HashMap.size(inner) === 0) return Either.right({ path, descriptor, isVerb: true, rest: [...before, ...words.slice(index)] })
    if (isFlag(word)) {
      before.push(word)
      continue
    }
    const next = Option.getOrUndefined(HashMap.get(inner, word))
    if (next === undefined) return Either.left(unknownWord(path.length === 0 ? "Verb" : `'${path.join(" ")}' verb`, word, [...HashMap.keys(inner)]))
    path.push(word)
    descriptor = next
  }
  const isVerb = HashMap.size(CommandDescriptor.getSubcommands(descriptor)) === 0
  return Either.right({ path, descriptor, isVerb, rest: before })
}

const HELP = ["--help", "-h"]

/** Puts flags first, each in one word with its value, so that order and leading dashes mean nothing to the parser. */
const arrange = (
  path: ReadonlyArray<string>,
  flags: ReadonlyArray<Flag>,
  rest: ReadonlyArray<string>
): Either.Either<ReadonlyArray<string>, UsageError> => {
  const options: Array<string> = []
  const positionals: Array<string> = []
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? ""
    if (word === "--") {
      positionals.push(...rest.slice(index + 1))
      break
    }
    if (!isFlag(word)) {
      positionals.push(word)
      continue
    }
    const [name = word, ...value] = word.split("=")
    const flag = flags.find(({ names }) => names.includes(name))
    if (flag === undefined) return Either.left(unknownWord(`'${path.join(" ")}' flag`, name, flags.flatMap(({ names }) => names)))
    if (!flag.takesValue || value.length > 0) {
      options.push(word)
      continue
    }
    index += 1
    const next = rest[index]
    if (next === undefined) return Either.left(new UsageError({ problem: `${name} has no value`, remedy: `Write one after it; see 'roundlot ${path.join(" ")} --help'` }))
    options.push(`${name}=${next}`)
  }
  return Either.right([...options, ...positionals])
}

/** Reads a command line against the verbs that there are. */
export const read = (
  root: CommandDescriptor.Command<unknown>,
  words: ReadonlyArray<string>
): Either.Either<Line, UsageError> =>
  Either.gen(function* () {
    const isJson = words.includes("--json")
    const { descriptor, isVerb, path, rest } = yield* descend(root, words)
    const wantsHelp = rest.some((word) => HELP.includes(word)) || !isVerb
    if (wantsHelp) return { path, descriptor, args: [], isJson, wantsHelp, isVerb }
    const flags = flagsOf(CommandDescriptor.getUsage(descriptor))
    return { path, descriptor, args: yield* arrange(path, flags, rest), isJson, wantsHelp, isVerb }
  })
