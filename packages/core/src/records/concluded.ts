import type { Fill } from "./Fill.ts"

/**
 * Revisions from here on are no broker's: brokers' have nine digits at most. They are what we concluded from an execution's absence
 * (a bust of which no message tells), and what took that back.
 */
export const FIRST_CONCLUDED = 1_000_000_000

/** Is this revision a conclusion of ours? */
export const isConcluded = ({ revision }: Pick<Fill, "revision">): boolean => revision >= FIRST_CONCLUDED
