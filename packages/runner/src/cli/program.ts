import { Program } from "@roundlot/cli"
import { Effect, Layer } from "effect"

/** This program, for the verbs that work on books. Who asks for help waits for neither stores nor brokers. */
export const layerProgram: Layer.Layer<Program.Program> = Layer.succeed(Program.Program, {
  settle: (flags) =>
    Effect.flatMap(
      Effect.promise(() => import("./settled.ts")),
      ({ settled }) => settled(flags)
    )
})
