import { Either, Effect } from "effect"
import { unknownWord, type UsageError } from "@roundlot/commands/errors"
import { isFlag } from "./argv.ts"
import type { Verb } from "./Verb.ts"

/** A verb that is loaded when it is used: a program that prints its help or lists orders opens no exchange. */
export interface Leaf {
  readonly _tag: "Leaf"
  readonly summary: string
  readonly load: () => Promise<Verb>
}

/** A word before verbs: `trades`. */
export interface Group {
  readonly _tag: "Group"
  readonly summary: string
  readonly verbs: { readonly [word: string]: Tree }
  /** Under which heads its help has the words; all under none where nothing is said. */
  readonly sections?: Sections
}

/** Words by the head under which they stand. */
type Sections = Readonly<Record<string, ReadonlyArray<string>>>

/** The words of the command line. */
export type Tree = Leaf | Group

/** A verb, loaded when it is used. */
export const leaf = (summary: string, load: () => Promise<Verb>): Leaf => ({ _tag: "Leaf", summary, load })

/** A word before verbs. */
export const group = (summary: string, verbs: Group["verbs"], sections?: Sections): Group => ({
  _tag: "Group",
  summary,
  verbs,
  ...(sections === undefined ? {} : { sections })
})

/** How far the words of a command line lead, and what is left of them. */
export interface Found {
  readonly path: ReadonlyArray<string>
  readonly tree: Tree
  readonly rest: ReadonlyArray<string>
}

/** Follows the words of a command line; flags may stand anywhere, an unknown word is refused with the nearest. */
export const find = (root: Tree, words: ReadonlyArray<string>): Either.Either<Found, UsageError> => {
  const path: Array<string> = []
  const before: Array<string> = []
  let tree = root
  for (const [index, word] of words.entries()) {
    if (tree._tag === "Leaf") return Either.right({ path, tree, rest: [...before, ...words.slice(index)] })
    if (isFlag(word)) {
      before.push(word)
      continue
    }
    const next: Tree | undefined = Object.hasOwn(tree.verbs, word) ? tree.verbs[word] : undefined
    if (next === undefined) return Either.left(unknownWord(["Verb", ...path].join(" "), word, Object.keys(tree.verbs)))
    path.push(word)
    tree = next
  }
  return Either.right({ path, tree, rest: before })
}

/** A line of help: a word, what it is, and of a group the verbs under it. */
const lineOf = (word: string, tree: Tree, width: number): string => {
  const below = tree._tag === "Leaf" ? "" : `: ${Object.keys(tree.verbs).join(", ")}`
  return `  ${word.padEnd(width)}   ${tree.summary}${below}`
}

/** The help of a word before verbs: what there is under it. */
export const helpOf = (path: ReadonlyArray<string>, { sections, summary, verbs }: Group): string => {
  const name = ["roundlot", ...path].join(" ")
  const width = Math.max(...Object.keys(verbs).map((word) => word.length))
  const linesOf = (words: ReadonlyArray<string>) =>
    words.flatMap((word) => (verbs[word] === undefined ? [] : [lineOf(word, verbs[word], width)])).join("\n")
  const list =
    sections === undefined
      ? linesOf(Object.keys(verbs))
      : Object.entries(sections)
          .map(([head, words]) => `${head}\n${linesOf(words)}`)
          .join("\n\n")
  return `${name}: ${summary}\n\n${list}\n\nHelp and examples of a verb: ${name} VERB --help`
}

/** A verb of a command line, by its words, and how it explains itself. */
export interface Help {
  readonly words: string
  readonly text: string
}

/** The help of every verb under a word, in the order in which they are listed. */
const helpsUnder = async (words: string, tree: Tree): Promise<ReadonlyArray<Help>> => {
  if (tree._tag === "Leaf") return [{ words, text: (await tree.load()).help() }]
  const inner = Object.entries(tree.verbs).map(([word, verb]) => helpsUnder(`${words} ${word}`.trim(), verb))
  return (await Promise.all(inner)).flat()
}

/** How every verb of a command line explains itself. */
export const helpsOf = (tree: Tree): Effect.Effect<ReadonlyArray<Help>> => Effect.promise(() => helpsUnder("", tree))
