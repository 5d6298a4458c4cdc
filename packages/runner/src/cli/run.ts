import { type Environment, type Output, running } from "@roundlot/cli"
import { Effect } from "effect"
import { layerProgram } from "./program.ts"
import { roundlot } from "./roundlot.ts"

/**
 * Runs one command line; the exit code. Nothing that it meets leaves it as a stack trace. When `stop` comes, the verb is
 * interrupted: what must not be cut off (a send, a commit) ends first.
 */
export const run = (
  words: ReadonlyArray<string>,
  variables: Environment.Variables,
  streams: Output.Streams,
  stop: Effect.Effect<void> = Effect.never
): Effect.Effect<number> => Effect.provide(running.run(roundlot, words, variables, streams, stop), layerProgram)
