/** How often the page reads where the stream does not tell it when, in milliseconds. */
export const FALLBACK_MS = 5000

const LEAST_MS = 300

/**
 * How long the page waits until it reads again what happened meanwhile, by how long it waited for the last answers: not more often than
 * the daemon can answer it, and not later than a page that hears nothing, also where an answer was once long in coming. Milliseconds.
 */
export const pauseAfter = (costMs: number): number => Math.min(FALLBACK_MS, Math.max(LEAST_MS, 2 * costMs))
