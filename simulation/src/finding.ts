import { smallest, type Smallest } from "./smallest.ts"
import type { History } from "./history.ts"

/** A history that broke a rule, and the least of it that still does. */
export interface Finding extends Pick<History, "seed" | "store"> {
  readonly fault: string
  readonly smallest: Smallest
}

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
