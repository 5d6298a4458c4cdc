import * as FileSystem from "@effect/platform/FileSystem"
import type { ServeError } from "@effect/platform/HttpServerError"
import type { Exchange, ExchangeFailed, Instruction } from "@roundlot/broker-paper"
import { Effect, Option, type Scope } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { Output } from "@roundlot/cli"
import { Door } from "@roundlot/broker-paper/serving"
import { runScriptOn, type PaperFlags } from "../start/exchangeOptions.ts"

/** How any simulator is opened. */
export interface AnySimulateFlags extends PaperFlags {
  readonly port: number
  readonly envFile: Option.Option<string>
  readonly paper: Option.Option<string>
}

/** How the simulator of a broker is opened that counts requests. */
export interface SimulateFlags extends AnySimulateFlags {
  readonly requestsAMinute: Option.Option<number>
}

/** Variables that point a client at a simulator. */
export type Variables = ReadonlyArray<readonly [name: string, value: string]>

/** Puts the variables where a client looks for them, whole or not at all. */
const writeEnvFile = (file: string, variables: Variables) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const text = variables.map(([name, value]) => `${name}=${value}\n`).join("")
    const written = `${file}.${process.pid}.part`
    yield* fs.writeFileString(written, text, { mode: 0o600 })
    yield* fs.rename(written, file)
  }).pipe(
    Effect.mapError(
      ({ message }) =>
        new UsageError({ problem: `--env-file ${file} cannot be written (${message})`, remedy: "Name another file" })
    )
  )

/** Runs the script, opens the door, writes the variables, says that the broker is simulated, and serves until it is stopped. */
export const serveUntilStopped = (
  flags: AnySimulateFlags,
  broker: string,
  baseUrl: string,
  exchange: Exchange.ExchangeService,
  variables: Variables
): Effect.Effect<
  never,
  UsageError | Instruction.InstructionRefused | ExchangeFailed | ServeError,
  Output.Output | FileSystem.FileSystem | Scope.Scope
> =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    yield* runScriptOn(exchange, flags.script)
    const door = yield* Door.open(exchange)
    if (Option.isSome(flags.envFile))
      yield* writeEnvFile(flags.envFile.value, [...variables, ["ROUNDLOT_EXCHANGE_URL", door]])
    const where = Option.match(flags.envFile, {
      onSome: (file) => `its variables are in ${file}`,
      onNone: () => "name a file with --env-file to have its keys written there"
    })
    yield* output.line(`${broker} is simulated at ${baseUrl}; ${where}.\nCtrl-C ends it.`)
    return yield* Effect.never
  })
