import { type Environment, type Output, running, Program } from "@roundlot/cli"
import { Effect, Layer } from "effect"
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

/** This program, for the verbs that work on books. Who asks for help waits for neither stores nor brokers. */
export const layerProgram: Layer.Layer<Program.Program> = Layer.succeed(Program.Program, {
  settle: (flags) =>
    Effect.flatMap(
      Effect.promise(() => import("./settled.ts")),
      ({ settled }) => settled(flags)
    )
})
