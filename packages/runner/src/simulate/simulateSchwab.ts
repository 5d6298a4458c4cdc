import * as FileSystem from "@effect/platform/FileSystem"
import { Credentials, TokenFile } from "@roundlot/broker-schwab"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import { Entropy } from "@roundlot/core/adapter"
import { Effect, Option, Redacted } from "effect"
import { resolve } from "node:path"
import { UsageError } from "@roundlot/commands/errors"
import { duration } from "@roundlot/commands"
import { Output, type Verb } from "@roundlot/cli"
import { exchangeOptions } from "../start/exchangeOptions.ts"
import { serveUntilStopped, type SimulateFlags, type Variables } from "./envFile.ts"

/** How a simulator of Schwab is opened. */
export interface SimulateSchwabFlags extends SimulateFlags {
  readonly accessLasts: string
  readonly loginLasts: string
  readonly plain: boolean
  readonly redirectUri: Option.Option<string>
}

/** Beside the env file, which names it: somebody has logged in. */
const logIn = (envFile: string, simulator: Simulator.Simulator) =>
  Effect.gen(function* () {
    const file = resolve(`${envFile}.tokens.json`)
    yield* TokenFile.write({ file, key: undefined }, yield* simulator.login).pipe(
      Effect.provide(Entropy.layerSecure),
      Effect.mapError(({ message }) => new UsageError({ problem: message, remedy: "Name another --env-file" }))
    )
    return file
  })

/** Beside the env file, which names it: what the simulator shows over TLS, for clients to trust. */
const keepCertificate = (envFile: string, certificate: string) =>
  Effect.gen(function* () {
    const file = resolve(`${envFile}.ca.pem`)
    yield* Effect.flatMap(FileSystem.FileSystem, (fs) => fs.writeFileString(file, certificate))
    return file
  }).pipe(Effect.mapError(({ message }) => new UsageError({ problem: message, remedy: "Name another --env-file" })))

/** `roundlot simulate schwab`: serves until it is stopped. */
export const simulateSchwab = (flags: SimulateSchwabFlags): Verb.Doing =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    yield* output.endsBySignal
    const options = yield* exchangeOptions(Option.getOrUndefined(flags.paper), flags)
    const lifetimes = {
      accessMs: yield* duration.durationMs(flags.accessLasts, "--access-lasts"),
      loginMs: yield* duration.durationMs(flags.loginLasts, "--login-lasts")
    }
    const simulator = yield* Simulator.make({
      ...options,
      lifetimes,
      tls: !flags.plain,
      redirectUri: Option.getOrUndefined(flags.redirectUri),
      port: flags.port,
      requestsAMinute: Option.getOrUndefined(flags.requestsAMinute)
    })
    const { appKey, appSecret, baseUrl, challenge, redirectUri } = simulator.credentials
    const envFile = Option.getOrUndefined(flags.envFile)
    const tokens = envFile === undefined ? undefined : yield* logIn(envFile, simulator)
    const { certificate } = simulator
    const authority =
      envFile === undefined || certificate === undefined ? undefined : yield* keepCertificate(envFile, certificate)
    const variables: Variables = [
      ["SCHWAB_BASE_URL", baseUrl],
      ["SCHWAB_APP_KEY", Redacted.value(appKey)],
      ["SCHWAB_APP_SECRET", Redacted.value(appSecret)],
      ["SCHWAB_REDIRECT_URI", redirectUri],
      ...(challenge === undefined ? [] : [[Credentials.CHALLENGE_VARIABLE, Redacted.value(challenge)] as const]),
      ...(tokens === undefined ? [] : [["SCHWAB_TOKEN_FILE", tokens] as const]),
      ...(authority === undefined ? [] : [["SCHWAB_CA_FILE", authority] as const])
    ]
    return yield* serveUntilStopped(flags, "Schwab", baseUrl, simulator.exchange, variables)
  }).pipe(Effect.scoped)
