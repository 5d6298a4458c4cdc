import { Effect } from "effect"
import type { Tree } from "./Tree.ts"

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
