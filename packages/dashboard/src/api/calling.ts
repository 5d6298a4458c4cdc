import type { Effect } from "effect"
import type * as Client from "./client.ts"
import { ProblemError } from "./problem.ts"
import { texts } from "../words/text/parts.ts"

let coming: Promise<typeof Client> | undefined

/** The client of the whole API is half of the program, and the first screen does without it: it comes when something is asked by it. */
export const client = () => {
  coming ??= import("./client.ts").catch(() => {
    // It is looked for again by whoever asks next.
    coming = undefined
    throw new ProblemError({ status: 0, type: "not-loaded", detail: texts.partNotLoaded })
  })
  return coming
}

/** Calls the daemon. Fails with a `ProblemError`. */
export const call = async <A, E>(use: (api: Client.Api) => Effect.Effect<A, E>): Promise<A> =>
  (await client()).call(use)

/** Reads of the daemon. Fails with a `ProblemError`, also where no answer comes. */
export const readOf = async <A, E>(use: (api: Client.Api) => Effect.Effect<A, E>): Promise<A> =>
  (await client()).readOf(use)
