import process from "node:process"
import { setImmediate as breath } from "node:timers/promises"
import { findingOf, reportOf } from "./finding.ts"
import { play, storeKinds } from "./history.ts"
import type { Played } from "./workers.ts"

/** A share of the seeds, in a process of its own: from the first, every so many-th, up to the end. */
const [first = 0, step = 1, end = 0] = process.argv.slice(2, 5).map(Number)
const store = storeKinds.find((kind) => kind === process.argv[5]) ?? "memory"

/** Tells what came of a seed: nothing, or what was found. */
const tell = (played: Played): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(played, () => resolve())
  })

// A process that was killed leaves no worker that plays on, not even one that had only begun.
process.once("disconnect", () => process.exit())
if (process.send !== undefined && !process.connected) process.exit()

// Errors that somebody expects need no stack; what is found is played again with them.
const STACK = Error.stackTraceLimit
for (let seed = first; seed < end; seed += step) {
  Error.stackTraceLimit = 0
  const history = play({ seed, store })
  Error.stackTraceLimit = STACK
  const found = findingOf(history)
  await tell({ seed, finding: found === undefined ? undefined : reportOf(found) })
  await breath()
}
process.disconnect?.()
