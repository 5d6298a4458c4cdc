import { Schema } from "effect"
import { Smallest, smallest } from "./smallest.ts"
import { storeKinds, type History } from "./history.ts"

/** A history that broke a rule, and the least of it that still does. */
const Finding = Schema.Struct({
  seed: Schema.Int,
  store: Schema.Literal(...storeKinds),
  fault: Schema.String,
  smallest: Smallest
})

/** See `Finding`. */
export type Finding = typeof Finding.Type

/** Is it one? A worker sends the number of a seed in which nothing was found. */
export const isFinding = Schema.is(Finding)

/** What a history broke, if it did. */
export const findingOf = (history: History): Finding | undefined =>
  history.fault === undefined
    ? undefined
    : { seed: history.seed, store: history.store, fault: history.fault, smallest: smallest(history) }

const LINES = 60

/** It for a person, with the command that repeats it. */
export const reportOf = ({ fault, seed, smallest, store }: Finding): string => {
  const { fault: remains, mostTrades, story, without } = smallest
  const lines = story.length > LINES ? [`… ${story.length - LINES} lines before`, ...story.slice(-LINES)] : story
  return [
    `seed ${seed}: ${fault}`,
    `  the same without ${without.join(", ") || "anything less"}, with at most ${mostTrades} trades: ${remains}`,
    ...lines.map((line) => `    ${line}`),
    `  again: npm run simulate -- --store ${store} --seeds 1 --from ${seed} --story`,
    ""
  ].join("\n")
}
