import process from "node:process"
import { findingOf } from "./finding.ts"
import { play, storeKinds } from "./history.ts"

/** A share of the seeds, in a process of its own: from the first, every so many-th, up to the end. */
const [first = 0, step = 1, end = 0] = process.argv.slice(2, 5).map(Number)
const store = storeKinds.find((kind) => kind === process.argv[5]) ?? "memory"
for (let seed = first; seed < end; seed += step) process.send?.(findingOf(play({ seed, store })) ?? seed)
