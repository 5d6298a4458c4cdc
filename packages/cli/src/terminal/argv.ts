import type { Usage } from "@effect/cli/Usage"
import { Either, Option } from "effect"
import { unknownWord, UsageError } from "@roundlot/commands/errors"

/** A flag of a verb. */
interface Flag {
  readonly names: ReadonlyArray<string>
  readonly takesValue: boolean
  /** It may be said several times. */
  readonly isRepeated: boolean
}

const flagsOf = (usage: Usage): ReadonlyArray<Flag> => {
  switch (usage._tag) {
    case "Named":
      return [{ names: usage.names, takesValue: Option.isSome(usage.acceptedValues), isRepeated: false }]
    case "Optional":
      return flagsOf(usage.usage)
    case "Repeated":
      return flagsOf(usage.usage).map((flag) => ({ ...flag, isRepeated: true }))
    case "Alternation":
    case "Concat":
      return [...flagsOf(usage.left), ...flagsOf(usage.right)]
    default:
      return []
  }
}

/** A word that names a flag; `-` alone is the standard input, `--` ends the flags. */
export const isFlag = (word: string): boolean => word.startsWith("-") && word !== "-" && word !== "--"

/** The flags of a verb, as they are typed. */
export const flagNames = (usage: Usage): ReadonlyArray<string> =>
  flagsOf(usage)
    .flatMap(({ names }) => names)
    .filter(isFlag)

/** What a verb takes beside its flags, as its help names it: `<ID>`. */
export const argumentNames = (usage: Usage): ReadonlyArray<string> =>
  flagsOf(usage)
    .flatMap(({ names }) => names)
    .filter((name) => name.startsWith("<"))

/**
 * Puts a verb's flags first, each in one word with its value, so that neither order nor a leading dash of a value means anything
 * to the parser. An unknown flag is refused with the nearest.
 */
export const arrange = (
  name: string,
  usage: Usage,
  words: ReadonlyArray<string>
): Either.Either<ReadonlyArray<string>, UsageError> => {
  const flags = flagsOf(usage).filter(({ names }) => names.some(isFlag))
  const options: Array<string> = []
  const values: Array<string> = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ""
    if (word === "--") return Either.right([...options, ...values, ...words.slice(index + 1)])
    if (!isFlag(word)) {
      values.push(word)
      continue
    }
    const [flagName = word, ...value] = word.split("=")
    const flag = flags.find(({ names }) => names.includes(flagName))
    if (flag === undefined) {
      return Either.left(
        unknownWord(
          `'${name}' flag`,
          flagName,
          flags.flatMap(({ names }) => names)
        )
      )
    }
    if (!flag.takesValue || (value.length > 0 && !flag.isRepeated)) {
      options.push(word)
      continue
    }
    if (value.length === 0) index += 1
    const next = value.length > 0 ? value.join("=") : words[index]
    // Of a flag that may be repeated the parser leaves an empty value away in silence, as if the flag was not said.
    if (next === undefined || (flag.isRepeated && next.trim() === "")) {
      return Either.left(
        new UsageError({ problem: `${flagName} has no value`, remedy: `See 'roundlot ${name} --help'` })
      )
    }
    // The parser finds those that are repeated in words of their own alone.
    options.push(...(flag.isRepeated ? [flagName, next] : [`${flagName}=${next}`]))
  }
  return Either.right([...options, ...values])
}
