import { Command } from "@effect/cli"
import * as CliConfig from "@effect/cli/CliConfig"
import * as HelpDoc from "@effect/cli/HelpDoc"
import { isValidationError, type ValidationError } from "@effect/cli/ValidationError"
import { NodeContext } from "@effect/platform-node"
import { Cause, Console, Effect, Either, Exit, Layer } from "effect"
import { stripVTControlCharacters } from "node:util"
import { Environment } from "../settings/Settings.ts"
import type { Variables } from "../settings/EnvFile.ts"
import * as argv from "./argv.ts"
import { render } from "./failure.ts"
import { config, help } from "./help.ts"
import { exitCodes, layer as layerOutput, Output, type Streams } from "./Output.ts"
import { roundlot } from "./roundlot.ts"
import { UsageError } from "./UsageError.ts"

const VERSION = "0.0.0"

const parseVerb = Command.run(roundlot, { name: "roundlot", version: VERSION })

/** The parser prints its own complaints; ours are told once, at the edge. */
const silenced = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Console.consoleWith(Effect.succeed), (console) =>
    Effect.withConsole(effect, { ...console, log: () => Effect.void, error: () => Effect.void })
  )

const wordsOf = (path: ReadonlyArray<string>, error: ValidationError): UsageError => {
  const text = stripVTControlCharacters(HelpDoc.toAnsiText(error.error)).trim().replaceAll(/\s+/g, " ")
  return new UsageError({ problem: text.replace(/\.$/, ""), remedy: `See 'roundlot ${path.join(" ")} --help'` })
}

const perform = (line: argv.Line) =>
  silenced(parseVerb(["node", "roundlot", ...line.path, ...line.args])).pipe(
    Effect.mapError((error) => (isValidationError(error) ? wordsOf(line.path, error) : error))
  )

const told = (cause: Cause.Cause<unknown>, isJson: boolean, streams: Streams): number => {
  const { exitCode, kind, message } = render(cause)
  streams.err(`error: ${message}\n`)
  if (isJson) streams.out(`${JSON.stringify({ error: { kind, message } })}\n`)
  return exitCode
}

/** Runs one command line; the exit code. Nothing that it meets leaves it as a stack trace. */
export const run = (words: ReadonlyArray<string>, variables: Variables, streams: Streams): Effect.Effect<number> => {
  const read = words.length === 1 && words[0] === "--version" ? undefined : argv.read(roundlot.descriptor, words)
  if (read === undefined) return Effect.sync(() => (streams.out(`roundlot ${VERSION}\n`), exitCodes.done))
  if (Either.isLeft(read)) return Effect.sync(() => told(Cause.fail(read.left), words.includes("--json"), streams))
  const line = read.right
  if (line.wantsHelp) return Effect.sync(() => (streams.out(`${help(line)}\n`), exitCodes.done))
  const services = Layer.mergeAll(
    NodeContext.layer,
    layerOutput(line.isJson, streams),
    Layer.succeed(CliConfig.CliConfig, config),
    Layer.succeed(Environment, variables)
  )
  return Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const output = yield* Output
      const exit = yield* Effect.exit(restore(perform(line)))
      if (Exit.isSuccess(exit)) return yield* output.exitCode(false)
      if (Cause.isInterruptedOnly(exit.cause)) return yield* output.exitCode(true)
      return told(exit.cause, line.isJson, streams)
    })
  ).pipe(Effect.provide(services))
}
