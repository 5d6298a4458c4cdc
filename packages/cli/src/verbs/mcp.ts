import * as McpServer from "@effect/ai/McpServer"
import * as NodeSink from "@effect/platform-node/NodeSink"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import * as RpcServer from "@effect/rpc/RpcServer"
import { Token, TokenRegister, Tokens, TokenUses } from "@roundlot/core/ledger"
import { Effect, Layer, Logger, Redacted, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { Collector, queue } from "@roundlot/daemon"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import * as tools from "../mcp/tools.ts"

/** The token of the program that is served is good no longer, or never was. */
class TokenVoid extends Schema.TaggedError<TokenVoid>()("TokenVoid", {}) {
  override get message() {
    return `the token in ${VARIABLE} is unknown, expired or revoked: 'roundlot tokens create NAME --role propose' makes one`
  }
}

const VARIABLE = "ROUNDLOT_MCP_TOKEN"

/** Who asked is gone. */
const inputEnded = Effect.async<void>((resume) => {
  process.stdin.once("end", () => resume(Effect.void))
})

const checked = (secret: Redacted.Redacted) =>
  Effect.gen(function* () {
    const { known } = yield* TokenRegister.TokenRegister
    const token = yield* Tokens.check(yield* known, Redacted.value(secret))
    if (token === undefined) return yield* new TokenVoid()
    yield* Effect.flatMap(TokenUses.TokenUses, ({ note }) => note(token.name))
    return token
  })

/** Who could approve what a model proposes is not given to a model. */
const tooMuch = ({ name, role }: Token.Token) =>
  new UsageError({
    problem: `The token of ${name} has the role ${role}: it could approve its own proposals`,
    remedy: "Make one with 'roundlot tokens create NAME --role propose', or 'read'"
  })

/** What is served over the standard output says nothing else there. */
const layerStdio = McpServer.layer({ name: "roundlot", version: Verb.VERSION }).pipe(
  Layer.provide(tools.layer),
  Layer.provide(RpcServer.layerProtocolStdio({ stdin: NodeStream.stdin, stdout: NodeSink.stdout })),
  Layer.provide(RpcSerialization.layerNdJsonRpc()),
  Layer.provideMerge(Logger.remove(Logger.defaultLogger)),
  Layer.provideMerge(Logger.remove(Logger.prettyLoggerDefault))
)

/** `mcp`. */
export const mcp = Verb.make({
  name: "mcp",
  summary: "serve tools to an AI model over standard input and output (Model Context Protocol)",
  examples: [
    ["roundlot mcp --store sqlite:books.db", "list trades, orders, positions and breaks"],
    [
      "ROUNDLOT_MCP_TOKEN=rlt_… roundlot mcp --store sqlite:books.db",
      "with a token of the role propose: request a sync, and propose orders for approval"
    ]
  ],
  flags: flags.place,
  run: (where) =>
    writing(where, ({ configuration, variable }) =>
      Effect.gen(function* () {
        const said = variable(VARIABLE)
        const bearer: tools.Bearer = said === undefined ? Effect.succeed(undefined) : checked(Redacted.make(said))
        const token = yield* bearer
        if (token !== undefined && Token.allows(token.role, "trade")) return yield* tooMuch(token)
        const served =
          token?.role === "propose"
            ? Layer.provide(McpServer.toolkit(tools.proposing), tools.layerProposing(bearer, configuration))
            : Layer.provide(McpServer.toolkit(tools.reading), tools.layerReading(bearer))
        const server = served.pipe(
          Layer.provide(layerStdio),
          Layer.provide(queue.layerJobs),
          Layer.provide(Collector.layer({ variable }, Verb.VERSION))
        )
        return yield* Effect.raceFirst(Layer.launch(server), inputEnded)
      }).pipe(Effect.provide(Layer.merge(TokenRegister.layer, TokenUses.layer)))
    )
})
