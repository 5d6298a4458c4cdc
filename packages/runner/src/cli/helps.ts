import type { references } from "@roundlot/http"
import { Effect } from "effect"
import { roundlot } from "./roundlot.ts"
import type { Tree } from "./Tree.ts"

/** The help of every verb under a word, in the order in which they are listed. */
const helpsOf = async (words: string, tree: Tree): Promise<ReadonlyArray<references.Help>> => {
  if (tree._tag === "Leaf") return [{ words, text: (await tree.load()).help() }]
  const inner = Object.entries(tree.verbs).map(([word, verb]) => helpsOf(`${words} ${word}`.trim(), verb))
  return (await Promise.all(inner)).flat()
}

/** How every verb explains itself. */
export const helps: Effect.Effect<ReadonlyArray<references.Help>> = Effect.promise(() => helpsOf("", roundlot))
