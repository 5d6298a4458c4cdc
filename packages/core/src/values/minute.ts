import { millisBetween, make, type Instant } from "./Instant.ts"

const MINUTE_MS = 60_000
const EPOCH = make(0n)

/** The minute since 1970 that a time is in. */
export const minuteOf = (at: Instant): number => Math.floor(millisBetween(EPOCH, at) / MINUTE_MS)
