import { group, leaf } from "./Tree.ts"

/** All verbs of the command line. */
export const roundlot = group("fractional trades in, whole lots at a broker, everything on record", {
  start: leaf("drive the accounts of a store: send what is due, follow it to its fills", () =>
    import("../verbs/start.ts").then(({ startVerb }) => startVerb)
  )
})
