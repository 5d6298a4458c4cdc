import * as CliConfig from "@effect/cli/CliConfig"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { unknownWord, type UsageError } from "@roundlot/commands/errors"
import { Cause, Effect, Either, Exit, Fiber, Layer, Logger } from "effect"
import { Environment, type Variables } from "../Environment.ts"
import type { Program } from "../Program.ts"
import { arrange } from "./argv.ts"
import { render } from "./failure.ts"
import { layer as layerOutput, Output, type Streams } from "./Output.ts"
import * as Tree from "./Tree.ts"
import { config, VERSION, type Surroundings, type VerbError } from "./Verb.ts"

const HELP = ["--help", "-h"]

/** What may be said beside a group of verbs, which shows its help: what its verbs have in common. */
const GROUP_FLAGS = [...HELP, "--store", "--config", "--env-file", "--paper", "--json", "--wide"]

const checkGroupFlags = (
  path: ReadonlyArray<string>,
  flags: ReadonlyArray<string>
): Either.Either<void, UsageError> => {
  const unknown = flags.find((flag) => !GROUP_FLAGS.includes(flag.split("=")[0] ?? flag))
  return unknown === undefined
    ? Either.right(undefined)
    : Either.left(unknownWord(["Option of roundlot", ...path].join(" "), unknown, GROUP_FLAGS))
}

/** Finds the verb and does it, or says what it is. */
const perform = (root: Tree.Tree, words: ReadonlyArray<string>): Effect.Effect<void, VerbError, Surroundings> =>
  Effect.gen(function* () {
    const { raw } = yield* Output
    if (words.length === 1 && words[0] === "--version") return yield* raw(`roundlot ${VERSION}\n`)
    const { path, rest, tree } = yield* Tree.find(root, words)
    if (tree._tag === "Group") {
      yield* checkGroupFlags(path, rest)
      return yield* raw(`${Tree.helpOf(path, tree)}\n`)
    }
    const verb = yield* Effect.promise(tree.load)
    if (rest.some((word) => HELP.includes(word))) return yield* raw(`${verb.help()}\n`)
    return yield* verb.run(yield* arrange(path.join(" "), verb.usage, rest))
  })

const showFailure = (cause: Cause.Cause<unknown>, isJson: boolean, streams: Streams): number => {
  const { exitCode, kind, message } = render(cause)
  streams.err(`error: ${message}\n`)
  if (isJson) streams.out(`${JSON.stringify({ error: { kind, message } })}\n`)
  return exitCode
}

/** `start` says it by `--log`; where it does not, a terminal gets text, and whatever else reads it, JSON lines. */
const loggerOf = (words: ReadonlyArray<string>, streams: Streams): Logger.Logger<unknown, void> => {
  const at = words.indexOf("--log")
  const said = words.find((word) => word.startsWith("--log="))?.slice("--log=".length) ?? (at < 0 ? "" : words[at + 1])
  const isText = said === "text" || (said !== "json" && streams.isTerminal === true)
  const format = isText ? Logger.logfmtLogger : Logger.jsonLogger
  return Logger.map(format, (line) => streams.err(`${line}\n`))
}

/**
 * Runs one command line of a tree of verbs; the exit code. Nothing that it meets leaves it as a stack trace. When `stop` comes, the verb is
 * interrupted: what must not be cut off (a send, a commit) ends first.
 */
export const run = (
  tree: Tree.Tree,
  words: ReadonlyArray<string>,
  variables: Variables,
  streams: Streams,
  stop: Effect.Effect<void> = Effect.never
): Effect.Effect<number, never, Program> => {
  const isJson = words.includes("--json")
  const wished = { isJson, isWide: words.includes("--wide"), variables }
  const services = Layer.mergeAll(
    NodeContext.layer,
    layerOutput(wished, streams),
    Logger.replace(Logger.defaultLogger, loggerOf(words, streams)),
    Layer.succeed(CliConfig.CliConfig, config),
    Layer.succeed(Environment, variables)
  )
  return Effect.gen(function* () {
    const output = yield* Output
    const verb = yield* Effect.fork(perform(tree, words))
    yield* Effect.fork(Effect.zipRight(stop, Fiber.interrupt(verb)))
    const exit = yield* Fiber.await(verb)
    if (Exit.isSuccess(exit)) return yield* output.exitCode(false)
    const code = yield* output.exitCode(true)
    if (Cause.isInterruptedOnly(exit.cause)) return code
    return showFailure(exit.cause, isJson, streams)
  }).pipe(Effect.provide(services))
}
