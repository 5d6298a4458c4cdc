import * as FileSystem from "@effect/platform/FileSystem"
import { Simulator } from "@roundlot/broker-alpaca/simulator"
import { Effect, Option, Redacted } from "effect"
import { Output } from "../cli/Output.ts"
import { UsageError } from "../cli/UsageError.ts"
import type { Doing } from "../cli/Verb.ts"
import { exchangeOptions, runScriptOn, type PaperFlags } from "../start/exchangeOptions.ts"
import * as Door from "./door.ts"

/** How a simulator is opened. */
export interface SimulateFlags extends PaperFlags {
  readonly port: number
  readonly requestsAMinute: Option.Option<number>
  readonly envFile: Option.Option<string>
  readonly paper: Option.Option<string>
}

type Variables = ReadonlyArray<readonly [name: string, value: string]>

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

/** `roundlot simulate alpaca`: serves until it is stopped. */
export const simulateAlpaca = (flags: SimulateFlags): Doing =>
  Effect.gen(function* () {
    const output = yield* Output
    yield* output.endsBySignal
    const options = yield* exchangeOptions(Option.getOrUndefined(flags.paper), flags)
    const simulator = yield* Simulator.make({
      ...options,
      port: flags.port,
      requestsAMinute: Option.getOrUndefined(flags.requestsAMinute)
    })
    yield* runScriptOn(simulator.exchange, flags.script)
    const door = yield* Door.open(simulator.exchange)
    const { baseUrl, keyId, secretKey } = simulator.credentials
    const variables: Variables = [
      ["APCA_API_BASE_URL", baseUrl],
      ["APCA_API_KEY_ID", Redacted.value(keyId)],
      ["APCA_API_SECRET_KEY", Redacted.value(secretKey)],
      ["ROUNDLOT_EXCHANGE_URL", door]
    ]
    if (Option.isSome(flags.envFile)) yield* writeEnvFile(flags.envFile.value, variables)
    const where = Option.match(flags.envFile, {
      onSome: (file) => `its variables are in ${file}`,
      onNone: () => "name a file with --env-file to have its keys written there"
    })
    yield* output.line(`Alpaca is simulated at ${baseUrl}; ${where}.\nCtrl-C ends it.`)
    return yield* Effect.never
  }).pipe(Effect.scoped)
