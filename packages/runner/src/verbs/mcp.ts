import * as McpServer from "@effect/ai/McpServer"
import * as NodeSink from "@effect/platform-node/NodeSink"
import * as NodeStream from "@effect/platform-node/NodeStream"
import { Effect, Layer } from "effect"
import * as flags from "../cli/flags.ts"
import * as Verb from "../cli/Verb.ts"
import { writing } from "../cli/within.ts"
import { layerJobs } from "../jobs/jobTypes.ts"
import * as Confirmations from "../mcp/Confirmations.ts"
import { layerTools, toolkit } from "../mcp/tools.ts"

/** Whoever asked has gone. */
const inputEnded = Effect.async<void>((resume) => {
  process.stdin.once("end", () => resume(Effect.void))
})

/** `mcp`. */
export const mcp = Verb.make({
  name: "mcp",
  summary: "serve tools to a model's program over the standard input and output (Model Context Protocol)",
  examples: [
    ["roundlot mcp --store sqlite:books.db", "list trades, orders, positions and breaks; ask for a sync; give an order"]
  ],
  flags: flags.place,
  run: (where) =>
    writing(where, ({ configuration }) =>
      Effect.gen(function* () {
        const codes = yield* Confirmations.make
        const server = McpServer.toolkit(toolkit).pipe(
          Layer.provide(layerTools(codes, configuration)),
          Layer.provide(
            McpServer.layerStdio({
              name: "roundlot",
              version: Verb.VERSION,
              stdin: NodeStream.stdin,
              stdout: NodeSink.stdout
            })
          ),
          Layer.provide(layerJobs)
        )
        return yield* Effect.raceFirst(Layer.launch(server), inputEnded)
      })
    )
})
